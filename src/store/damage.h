/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * When it was what blocks of the database in use hold that cannot be read any more (db->damaged). The ledger counts their records as here, for the
 * massagers were told to forget them, and of a session that is derived anew without them nothing may be left: so the time itself is told as
 * lost. The head of such a block may be what is damaged: what it says counts near the sessions that had records in it, and where there are none,
 * if it is not still to come.
 */

#include "core/log/loss.h"
#include "store/db.h"

typedef struct {
	GHashTable *
		placed; /* owned: gint64 ids of blocks that are in spans, or of which nobody knows the time */
	GArray *spans; /* owned: KnLossSpan, sorted and apart */
	guint n_told;  /* of db->damaged */
	guint n_seen;  /* of db->damaged, at the last call that placed some */
	guint n_tries; /* calls since then that found as many */
} KnDamage;

void kn_damage_init(KnDamage *damage);
void kn_damage_clear(KnDamage *damage);
/* KnLoss of all that were found so far, at most KN_LOSS_SPANS_MAX, for the caller to own; NULL: none was found since the last call. Of a block
 * whose time nobody knows none is told: no day has its sessions. What cannot be asked now is asked again by the next calls, sixteen times. */
GArray *kn_damage_news(KnDamage *damage, KnDb *db);
