/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Device rows. */

#include "store/db.h"

/* NOT_FOUND when there is none. */
KnDevice *kn_devices_load(KnDb *db, gint64 device_id, GError **error);
GArray *kn_devices_list(KnDb *db, GError **error); /* gint64 ids */

/* KnDevice.used_us. */
gboolean kn_devices_get_used(KnDb *db, gint64 device_id, gint64 *ret_used_us,
			     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* enrol: also allows again what was forgotten; label NULL leaves the one it has. The others change nothing when there is no such
 * device. */
gboolean kn_devices_enrol(KnDb *db, const KnAllow *allow, gint64 now_us, gint64 *ret_device_id,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean kn_devices_forget(KnDb *db, gint64 device_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean kn_devices_note_battery(KnDb *db, const KnBatteryNote *note,
				 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean kn_devices_note_synced(KnDb *db, gint64 device_id, gint64 synced_us,
				GError **error) G_GNUC_WARN_UNUSED_RESULT;
