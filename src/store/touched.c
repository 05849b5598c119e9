/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/touched.h"

static void
log_free(gpointer data)
{
	KnTouchedLog *log = data;

	kn_rangeset_clear(&log->changed);
	g_free(log);
}

static void
boot_free(gpointer data)
{
	KnTouchedBoot *boot = data;

	kn_rangeset_clear(&boot->records);
	g_free(boot);
}

void
kn_touched_init(KnTouched *touched)
{
	touched->logs = g_ptr_array_new_with_free_func(log_free);
	touched->boots = g_ptr_array_new_with_free_func(boot_free);
	touched->times = g_array_new(FALSE, FALSE, sizeof(KnTouchedTimes));
}

void
kn_touched_clear(KnTouched *touched)
{
	g_clear_pointer(&touched->logs, g_ptr_array_unref);
	g_clear_pointer(&touched->boots, g_ptr_array_unref);
	g_clear_pointer(&touched->times, g_array_unref);
}

KnTouchedLog *
kn_touched_log(KnTouched *touched, const KnLogState *state)
{
	KnTouchedLog *log;

	for (guint i = 0; i < touched->logs->len; i++) {
		log = touched->logs->pdata[i];
		if (log->log_key == state->log_key)
			return log;
	}
	log = g_new0(KnTouchedLog, 1);
	log->log_key = state->log_key;
	log->old_newest_boot = state->newest_boot;
	kn_rangeset_init(&log->changed);
	g_ptr_array_add(touched->logs, log);
	return log;
}

static KnTouchedBoot *
boot_of(KnTouched *touched, gint64 log_key, guint32 number)
{
	KnTouchedBoot *boot;

	for (guint i = 0; i < touched->boots->len; i++) {
		boot = touched->boots->pdata[i];
		if (boot->log_key == log_key && boot->boot == number)
			return boot;
	}
	boot = g_new0(KnTouchedBoot, 1);
	boot->log_key = log_key;
	boot->boot = number;
	kn_rangeset_init(&boot->records);
	g_ptr_array_add(touched->boots, boot);
	return boot;
}

void
kn_touched_add_records(KnTouched *touched, const KnLogState *state, guint32 boot, KnRange range)
{
	KnTouchedLog *log = kn_touched_log(touched, state);

	kn_rangeset_add(&boot_of(touched, state->log_key, boot)->records, range.first, range.last);
	kn_rangeset_add(&log->changed, range.first, range.last);
}

void
kn_touched_add_times(KnTouched *touched, gint64 log_key, guint32 boot, guint64 from_t_ms)
{
	KnTouchedTimes times = {log_key, boot, from_t_ms};

	for (guint i = 0; i < touched->times->len; i++) {
		KnTouchedTimes *old = &g_array_index(touched->times, KnTouchedTimes, i);
		if (old->log_key != log_key || old->boot != boot)
			continue;
		old->from_t_ms = MIN(old->from_t_ms, from_t_ms);
		return;
	}
	g_array_append_val(touched->times, times);
}

static gboolean
derive_boot(const KnTouchedBoot *boot, const KnDeriver *deriver, const KnLogState *log,
	    GError **error)
{
	KnRange done = {1, 0};

	for (guint i = 0; i < boot->records.ranges->len; i++) {
		KnRange range = g_array_index(boot->records.ranges, KnRange, i);
		/* one region may take in several stretches */
		if (range.first >= done.first && range.last <= done.last)
			continue;
		if (!kn_derive_region(deriver, log, boot->boot, range, &done, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
derive_log(const KnTouched *touched, const KnTouchedLog *changes, const KnDeriver *deriver,
	   GError **error)
{
	g_autoptr(KnLogState) log = kn_logs_load(deriver->db, changes->log_key, error);
	KnRange all = {0, G_MAXINT64 - 1};

	if (!log)
		return FALSE;
	for (guint i = 0; i < touched->boots->len; i++) {
		const KnTouchedBoot *boot = touched->boots->pdata[i];
		if (boot->log_key == log->log_key && !derive_boot(boot, deriver, log, error))
			return FALSE;
	}
	if (log->newest_boot > changes->old_newest_boot &&
	    !kn_derive_close_boots(deriver, log, error))
		return FALSE;
	if (changes->is_newly_known)
		return kn_derive_completeness(deriver, log, all, error);
	for (guint i = 0; i < changes->changed.ranges->len; i++) {
		KnRange range = g_array_index(changes->changed.ranges, KnRange, i);
		if (!kn_derive_completeness(deriver, log, kn_log_state_stretch(log, range), error))
			return FALSE;
	}
	return TRUE;
}

gboolean
kn_touched_derive(const KnTouched *touched, const KnDeriver *deriver, GError **error)
{
	for (guint i = 0; i < touched->logs->len; i++)
		if (!derive_log(touched, touched->logs->pdata[i], deriver, error))
			return FALSE;
	for (guint i = 0; i < touched->times->len; i++) {
		const KnTouchedTimes *times = &g_array_index(touched->times, KnTouchedTimes, i);
		g_autoptr(KnLogState) log = kn_logs_load(deriver->db, times->log_key, error);
		if (!log || !kn_derive_times(deriver, log, times->boot, times->from_t_ms, error))
			return FALSE;
	}
	return TRUE;
}
