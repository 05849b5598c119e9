/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The versions of a device's description: blocks are read with the one that was in force when
 * they came. */

#include "store/db.h"

/* *ret_info: NULL when id is 0 or its bytes are not a description; borrowed until the next
 * rollback or reopen. */
gboolean kn_infos_get(KnDb *db, gint64 info_id, const ktp_Info **ret_info,
		      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* *ret_bytes: owned by the caller. */
gboolean kn_infos_get_bytes(KnDb *db, gint64 info_id, GBytes **ret_bytes,
			    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What the device says now; 0 before the first contact. */
gboolean kn_infos_get_current(KnDb *db, gint64 device_id, gint64 *ret_info_id,
			      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The id of these bytes, as they came in this or an earlier batch; the current one if they never did. */
gboolean kn_infos_find(KnDb *db, gint64 device_id, GBytes *bytes, gint64 *ret_info_id,
		       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A new version, unless it is the one in force. */
gboolean kn_infos_add(KnDb *db, const KnInfoNote *note, GError **error) G_GNUC_WARN_UNUSED_RESULT;
