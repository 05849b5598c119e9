/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Sessions out of blocks, inside the transaction that stores them. Whatever the order in which
 * records arrive, the rows end the same: everything is recomputed from what is stored. A session
 * keeps its id as long as it has records in common with the stored one: of several the one with most. Where a person parts or
 * joins sessions, the first does.
 */

#include "store/logs.h"
#include "store/region.h"

typedef struct {
	KnDb *db;            /* borrowed */
	const gchar *zone;   /* borrowed: of sessions that are new */
	GArray *changed;     /* borrowed: KnChangedSession, each session that was written once */
	gboolean is_by_hand; /* a person parts or joins what is stored */
} KnDeriver;

/* Splits and folds the region around the touched records. *ret_done: the records it covered.
 * log: with the touched records in. */
gboolean kn_derive_region(const KnDeriver *deriver, const KnLogState *log, guint32 boot,
			  KnRange touched, KnRange *ret_done,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Completeness of the sessions that overlap the range or lie beside it. */
gboolean kn_derive_completeness(const KnDeriver *deriver, const KnLogState *log, KnRange range,
				GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Begin of the sessions of the boot from this tick on, and of those in boots beside it that are placed by it. */
gboolean kn_derive_times(const KnDeriver *deriver, const KnLogState *log, guint32 boot,
			 guint64 from_t_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Sessions that were open in boots that are over now. */
gboolean kn_derive_close_boots(const KnDeriver *deriver, const KnLogState *log,
			       GError **error) G_GNUC_WARN_UNUSED_RESULT;
