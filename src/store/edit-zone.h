/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Two sessions that are joined may have been stored in two time zones, and one session has one: that of the first. The books of zone changes
 * keep the other one's, under the time of the join, and when that is taken back it has its own again. What a person has moved meanwhile
 * stays where they moved it. In a transaction.
 */

#include "store/sessions.h"

typedef struct {
	KnDb *db; /* borrowed */
	guint32 uid;
	gint64 now_us; /* of what is done now: of a join also when it was made */
} KnEditZone;

/* second: as it was; whole: as both are now */
gboolean kn_edit_zone_join(const KnEditZone *zone, const KnSessionRow *second,
			   const KnSessionRow *whole, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* joined_us: when the join was made that reached to last_seq; whole: as it was until now; parts: KnSessionRow as they are now, of which one that
 * is moved is changed here, too */
gboolean kn_edit_zone_part(const KnEditZone *zone, gint64 joined_us, guint64 last_seq,
			   const KnSessionRow *whole, const GPtrArray *parts,
			   GError **error) G_GNUC_WARN_UNUSED_RESULT;
