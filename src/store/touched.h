/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What a transaction has touched so far, by log: which sessions are to be derived from it before
 * it ends. */

#include "store/derive.h"

typedef struct {
	gint64 log_key;
	guint32 boot;
	KnRangeSet records; /* stored in this transaction */
} KnTouchedBoot;

typedef struct {
	gint64 log_key;
	guint32 boot;
	guint64 from_t_ms; /* times of this boot may differ from here on */
} KnTouchedTimes;

typedef struct {
	gint64 log_key;
	KnRangeSet changed;      /* coverage, names, newest record: completeness may differ */
	gint64 old_newest_boot;  /* before the transaction */
	gboolean is_newly_known; /* the device told its newest record for the first time */
} KnTouchedLog;

typedef struct {
	GPtrArray *logs;  /* owned: KnTouchedLog */
	GPtrArray *boots; /* owned: KnTouchedBoot */
	GArray *times;    /* owned: KnTouchedTimes */
} KnTouched;

void kn_touched_init(KnTouched *touched);
void kn_touched_clear(KnTouched *touched);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnTouched, kn_touched_clear)

/* state: the log before the change; remembered at the first call. */
KnTouchedLog *kn_touched_log(KnTouched *touched, const KnLogState *state);
void kn_touched_add_records(KnTouched *touched, const KnLogState *state, guint32 boot,
			    KnRange range);
void kn_touched_add_times(KnTouched *touched, gint64 log_key, guint32 boot, guint64 from_t_ms);

/* Derives all of it. */
gboolean kn_touched_derive(const KnTouched *touched, const KnDeriver *deriver,
			   GError **error) G_GNUC_WARN_UNUSED_RESULT;
