/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Anchors: rows in, and the few that place an instant out. */

#include "store/db.h"

/* *ret_from_t_ms: where times of this boot may differ from now on. FALSE is_new: nothing
 * changed. */
gboolean kn_anchors_add(KnDb *db, gint64 log_key, const KnAnchor *anchor, gboolean *ret_is_new,
			guint64 *ret_from_t_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* As kn_clock_place would from all anchors of the log; a boot may have thousands. */
gboolean kn_anchors_place(KnDb *db, gint64 log_key, guint32 boot, guint64 t_ms,
			  KnWallTime *ret_time, GError **error) G_GNUC_WARN_UNUSED_RESULT;
