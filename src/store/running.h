/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Sessions that go on: split and fold as they stood at the last commit, so that the next one reads only what is new, and a
 * long session is not measured from its start at every commit. Only what a walk over all records would give comes out, and
 * only for the plain case: a region that begins with its SessionStart, to whose end records are added. Anything else (a
 * repair, a further start, another description) forgets it, and the region is walked again. Belongs to the connection;
 * forgotten whenever a transaction fails, because it may hold records that were not stored.
 */

#include "store/region.h"

#include "core/measure/metrics.h"
#include "core/measure/session.h"

enum {
	KN_RUNNING_MAX = 64, /* as many as there are links; each some 30 kB */
	/* Sessions whose massager never came back, or was forgotten, stay open for ever: one that did not go on while others did so often
	 * gives way. With more that go on than there is room for, the first ones stay, and are not driven out in turn. */
	KN_RUNNING_PATIENCE = 4 * KN_RUNNING_MAX,
};

typedef struct {
	guint64 first_seq; /* its SessionStart; 0 none yet */
	guint64 next_seq;  /* the first that it has not seen */
	guint64 turn;      /* it was kept last with the how manyth of all */
	gint64 info_id;
	KnSplitter *splitter; /* owned */
	KnFold *fold;         /* owned */
	gboolean is_one; /* fold holds one session from its SessionStart on, and nothing else */
	gboolean has_ended;
} KnRunning;

KnRunning *kn_running_new(const ktp_Info *info, gint64 info_id);
void kn_running_free(KnRunning *running);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnRunning, kn_running_free)

/* An accepted record; those behind the region only say how its last session ended. */
void kn_running_push(KnRunning *running, const KnRegion *region, const KnBlockItem *item);
/* The metrics of a session of the region, if fold holds exactly it. FALSE: it is to be folded by itself. */
gboolean kn_running_measure(const KnRunning *running, const GArray *spans,
			    KnSessionMetrics *ret_metrics);

/* What is kept of the region, if the touched records follow upon it; it is then the caller's, and no longer kept. NULL: none,
 * and if there was one that does not fit it is forgotten. */
KnRunning *kn_running_take(KnDb *db, const KnRegion *region, KnRange touched, gint64 info_id);
/* Takes running over: keeps it if its session is still open, and there is room or can be made. What is not kept is walked over from its
 * start at the next commit: slower, and the same. */
void kn_running_keep(KnDb *db, const KnRegion *region, const GArray *spans, KnRunning *running);
