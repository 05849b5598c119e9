/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The boots of this hub, and the best reading of its clocks in each. An anchor that was read in one of them is dated by that, when it is
 * better than what the wall clock said at the moment: so a hub that starts in 1970 records at once, and the times are right as soon as
 * somebody tells it the time. A clock that was set wrong after it had been right is not believed.
 */

#include "store/touched.h"

/* Of better readings all anchors of the boot are dated anew; of as good ones while nobody has synced the clock yet (a person set it),
 * too. Their times are touched. */
gboolean kn_hub_boots_note(KnDb *db, const KnHubAnchor *reading, KnTouched *touched,
			   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Dates the anchor by the best reading of its hub boot, if that is better. *ret_hub_boot_key: 0 of a banked one. */
gboolean kn_hub_boots_date(KnDb *db, KnAnchor *anchor, gint64 *ret_hub_boot_key,
			   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The boot of the device was dated by a hub whose clock was merely restored and never confirmed, though the same hub has had the time
 * from the network before: it may have been off for a night. */
gboolean kn_hub_boots_is_doubted(KnDb *db, gint64 log_key, guint32 boot, gboolean *ret_is_doubted,
				 GError **error) G_GNUC_WARN_UNUSED_RESULT;
