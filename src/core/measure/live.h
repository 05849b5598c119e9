/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The session a device is in right now, folded as records arrive; provisional until the store
 * has it. */

#include "core/log/clock.h"
#include "core/measure/metrics.h"
#include "core/measure/summary.h"

/* Only one session at a time. After it ended, fold and span stay, span.state telling how it
 * ended, until the next one begins: the store may take some seconds to have it. */
typedef struct {
	KnFold *fold; /* owned; NULL: no session */
	KnSpan span;  /* last_seq: of the last record pushed */
	guint32 boot;
	guint64 log_id;
	gboolean is_whole; /* from its SessionStart on without a hole: says more than the rows */
	guint32 n_records;
	guint n_nodes;
	guint32 node_hpa[KN_NODES_MAX]; /* the latest value of each node */
} KnLive;

/* A zeroed KnLive may be cleared; after clear it is as after init. */
void kn_live_init(KnLive *live);
void kn_live_clear(KnLive *live);
/* A live record in arrival order; a late or repeated one (seq not above the last) is left to the
 * store. Returns TRUE when it ended the session: SessionEnd, a new SessionStart, 120 s without
 * contact when there was no start, another boot or log. The record may at the same time have
 * begun the next session. */
gboolean kn_live_push(KnLive *live, const ktp_Info *info, guint64 log_id, const ktp_Record *record);
