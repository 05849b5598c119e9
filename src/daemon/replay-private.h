/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What replay.c and replay-print.c share; nobody else includes it. */

#include "core/pipeline/pipeline.h"
#include "store/store.h"

typedef struct {
	gchar *directory;     /* owned */
	KnStore *store;       /* owned */
	KnPipeline *pipeline; /* owned */
	gint64 device_id;     /* 0 until it is enrolled */
	KnNow now;
	guint64 t_us;
	guint64 clock_t_us; /* the clock that holds: at clock_t_us it was clock_utc_us */
	gint64 clock_utc_us;
	gboolean is_up;
	guint n_refused_links;
	GArray *committed; /* owned: guint64 ids that the pipeline has not heard of */
	guint n_waiting;   /* batches that the pipeline has not heard of */
	GError *error;     /* owned: the first one; nothing goes on after it */
} KnReplay;

/* Every session with its gaps, and the counters, as JSON. FALSE with replay->error. */
gboolean kn_replay_print(KnReplay *replay);
