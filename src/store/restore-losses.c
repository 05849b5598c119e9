/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-losses.h"

#include "core/log/loss.h"
#include "store/anchors.h"
#include "store/aside.h"
#include "store/enrolled.h"
#include "store/logs.h"
#include "store/restore-file.h"
#include "store/restore-reach.h"
#include <string.h>
#include <sys/stat.h>

enum { RANGES_MAX = 64 }; /* that are dated one by one: each is a walk over all blocks */

typedef struct {
	gint64 log_key; /* here */
	KnRange range;
} Missing;

typedef KnLossSpan Span;

typedef struct {
	const KnRestore *restore; /* borrowed, as the following */
	KnRestoreRows *rows;
	KnDb *db;
	KnDb *from;
	GArray *missing; /* Missing */
} Work;

/* ---- what is missing ---- */

static void
add_missing(Work *work, gint64 log_key, KnRange range)
{
	Missing *last = work->missing->len > 0
				? &g_array_index(work->missing, Missing, work->missing->len - 1)
				: NULL;
	const Missing missing = {log_key, range};

	if (work->missing->len >= RANGES_MAX && last && last->log_key == log_key)
		last->range.last = range.last;
	else
		g_array_append_val(work->missing, missing);
}

/* what a person erased here is not lost */
static gboolean
compare_log(Work *work, const KnRestoreLog *log, const KnRangeSet *there, GError **error)
{
	g_autoptr(KnLogState) state = NULL;
	g_auto(KnRangeSet) left = {0};
	gint64 log_key;

	if (!kn_logs_get_key(work->db, log->device_id, log->log_id, &log_key, error))
		return FALSE;
	state = kn_logs_load(work->db, log_key, error);
	if (!state)
		return FALSE;
	kn_rangeset_init(&left);
	kn_rangeset_unite(&left, there);
	for (guint i = 0; i < state->durable.ranges->len; i++) {
		const KnRange *range = &g_array_index(state->durable.ranges, KnRange, i);
		kn_rangeset_remove(&left, range->first, range->last);
	}
	for (guint i = 0; i < state->erased.ranges->len; i++) {
		const KnRange *range = &g_array_index(state->erased.ranges, KnRange, i);
		kn_rangeset_remove(&left, range->first, range->last);
	}
	for (guint i = 0; i < left.ranges->len; i++)
		add_missing(work, log_key, g_array_index(left.ranges, KnRange, i));
	return TRUE;
}

/* FALSE: nobody knows */
static gboolean
load_coverage(Work *work, gint64 log_key_there, KnRangeSet *set)
{
	g_autoptr(KnStatement) row = kn_sql_start(
		work->from, "SELECT first_seq, last_seq FROM coverage WHERE log_key = ?1",
		KN_SQL_INTS(log_key_there), NULL);
	gboolean is_row = row != NULL;

	while (is_row) {
		gint64 first, last;
		if (!kn_sql_step(row, &is_row, NULL))
			return FALSE;
		if (!is_row)
			return TRUE;
		first = sqlite3_column_int64(row, 0);
		last = sqlite3_column_int64(row, 1);
		if (first <= 0 || last < first || last == G_MAXINT64)
			return FALSE;
		kn_rangeset_add(set, (guint64)first, (guint64)last);
	}
	return FALSE;
}

static gboolean
find_missing(Work *work, gboolean *ret_is_known, GError **error)
{
	GHashTableIter iter;
	gpointer key, value;

	*ret_is_known = work->rows->is_ledger_whole;
	g_hash_table_iter_init(&iter, work->rows->logs);
	while (*ret_is_known && g_hash_table_iter_next(&iter, &key, &value)) {
		g_auto(KnRangeSet) there = {0};
		kn_rangeset_init(&there);
		*ret_is_known = load_coverage(work, *(gint64 *)key, &there);
		if (*ret_is_known && !compare_log(work, value, &there, error))
			return FALSE;
	}
	return TRUE;
}

/* ---- when it was ---- */

/* otherwise_us: when nobody knows for certain */
static gboolean
date(Work *work, gint64 log_key, const gint64 edge[2], gboolean is_found, gint64 otherwise_us,
     gint64 *ret_us, GError **error)
{
	KnWallTime time = {0};

	*ret_us = otherwise_us;
	if (!is_found)
		return TRUE;
	if (!kn_anchors_place(work->db, log_key, (guint32)edge[0], (guint64)edge[1], &time, error))
		return FALSE;
	if (time.is_known && !time.is_uncertain)
		*ret_us = time.utc_us;
	return TRUE;
}

/* between the record before and the one behind */
static gboolean
bracket(Work *work, const Missing *missing, const Span *all, Span *ret_span, GError **error)
{
	gint64 before[2] = {0}, behind[2] = {0};
	gboolean is_before, is_behind;

	if (!kn_sql_get(work->db,
			"SELECT device_boot, last_t_ms FROM block WHERE log_key = ?1 AND "
			"last_seq < ?2 ORDER BY last_seq DESC LIMIT 1",
			KN_SQL_INTS(missing->log_key, (gint64)missing->range.first), before, 2,
			&is_before, error) ||
	    !kn_sql_get(work->db,
			"SELECT device_boot, first_t_ms FROM block WHERE log_key = ?1 AND "
			"first_seq > ?2 ORDER BY first_seq LIMIT 1",
			KN_SQL_INTS(missing->log_key, (gint64)missing->range.last), behind, 2,
			&is_behind, error) ||
	    !date(work, missing->log_key, before, is_before, all->from_us, &ret_span->from_us,
		  error) ||
	    !date(work, missing->log_key, behind, is_behind, all->to_us, &ret_span->to_us, error))
		return FALSE;
	ret_span->from_us = MAX(ret_span->from_us, all->from_us);
	ret_span->to_us = MIN(ret_span->to_us, all->to_us);
	/* a clock that was put right since */
	if (ret_span->from_us >= ret_span->to_us)
		*ret_span = *all;
	return TRUE;
}

/* Span, sorted and apart */
static GArray *
bracket_all(Work *work, const Span *all, GError **error)
{
	g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(Span));

	for (guint i = 0; i < work->missing->len; i++) {
		Span span;
		if (!bracket(work, &g_array_index(work->missing, Missing, i), all, &span, error))
			return NULL;
		g_array_append_val(spans, span);
	}
	kn_loss_spans_join(spans);
	return g_steal_pointer(&spans);
}

/* ---- the rows ---- */

/* Span, those of the name that are not mended */
static GArray *
load_told(KnDb *db, const gchar *name, GError **error)
{
	g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(Span));
	g_autoptr(KnStatement) row =
		kn_sql_start(db,
			     "SELECT from_us, to_us FROM loss WHERE file = ?1 AND mended_us IS "
			     "NULL ORDER BY from_us",
			     KN_SQL_NONE, error);
	gboolean is_row = row && kn_sql_bind_text(row, 1, name, error);

	while (is_row) {
		Span span;
		if (!kn_sql_step(row, &is_row, error))
			return NULL;
		if (!is_row)
			return g_steal_pointer(&spans);
		span = (Span){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1)};
		g_array_append_val(spans, span);
	}
	return NULL;
}

static gboolean
insert(Work *work, const gchar *name, const GArray *spans, GError **error)
{
	for (guint i = 0; i < spans->len; i++) {
		const Span *span = &g_array_index(spans, Span, i);
		g_autoptr(KnStatement) row =
			kn_sql_start(work->db,
				     "INSERT INTO loss (from_us, to_us, file) SELECT ?1, ?2, ?3 "
				     "WHERE NOT EXISTS (SELECT 1 FROM loss WHERE from_us = ?1 AND "
				     "to_us = ?2 AND file = ?3 AND mended_us IS NULL)",
				     KN_SQL_INTS(span->from_us, span->to_us), error);
		if (!row || !kn_sql_bind_text(row, 3, name, error) || !kn_sql_finish(row, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
replace(Work *work, const gchar *name, const GArray *spans, GError **error)
{
	g_autoptr(KnStatement) update = kn_sql_start(
		work->db, "UPDATE loss SET mended_us = ?1 WHERE file = ?2 AND mended_us IS NULL",
		KN_SQL_INTS(work->restore->now_us), error);

	return update && kn_sql_bind_text(update, 2, name, error) && kn_sql_finish(update, error) &&
	       insert(work, name, spans, error);
}

static void
tell_lost(const KnRestoreReport *report, const Span *span)
{
	g_autofree gchar *from = kn_restore_report_time(span->from_us);
	g_autofree gchar *to = kn_restore_report_time(span->to_us);

	if (span->from_us >= KN_LOSS_BEGIN_MIN_US)
		kn_restore_report_say(report, "still lost: records from %s to %s", from, to);
	else
		kn_restore_report_say(report,
				      "still lost: records from before %s, and nobody knows since "
				      "when",
				      to);
}

/* An older copy of the name is sound, and says nothing of what came after it: the losses of that time stay as they are told. */
static gboolean
keep_later(Work *work, const gchar *name, const GArray *told, GArray *spans, GError **error)
{
	gint64 newest_us;

	if (!g_str_has_prefix(name, KN_ASIDE_ELSEWHERE))
		return TRUE;
	if (!kn_restore_reach(work->rows, work->db, work->from, &newest_us, error))
		return FALSE;
	for (guint i = 0; i < told->len; i++)
		if (g_array_index(told, Span, i).from_us >= newest_us)
			g_array_append_val(spans, g_array_index(told, Span, i));
	kn_loss_spans_join(spans);
	return TRUE;
}

static gboolean
shrink(Work *work, const gchar *name, GError **error)
{
	g_autoptr(GArray) told = load_told(work->db, name, error);
	g_autoptr(GArray) spans = NULL;
	Span all;

	if (!told || told->len == 0)
		return told != NULL;
	all = g_array_index(told, Span, 0);
	for (guint i = 1; i < told->len; i++)
		all.to_us = MAX(all.to_us, g_array_index(told, Span, i).to_us);
	spans = bracket_all(work, &all, error);
	if (!spans || !keep_later(work, name, told, spans, error))
		return FALSE;
	for (guint i = 0; i < spans->len; i++)
		tell_lost(&work->rows->report, &g_array_index(spans, Span, i));
	/* twice is once */
	if (spans->len == told->len &&
	    memcmp(spans->data, told->data, sizeof(Span) * spans->len) == 0)
		return TRUE;
	return replace(work, name, spans, error);
}

/* a clock that was never set must not say that nothing was lost */
static gboolean
find_end(Work *work, gint64 *end_us, GError **error)
{
	gint64 newest_us = 0;
	struct stat stat_of;

	if (!kn_sql_get(work->db,
			"SELECT coalesce(max(start_utc_us + duration_ms * 1000), 0) FROM session "
			"WHERE start_utc_us < 9223372036854775807",
			KN_SQL_NONE, &newest_us, 1, NULL, error))
		return FALSE;
	*end_us = MAX(*end_us, newest_us);
	if (fstat(work->restore->source.fd, &stat_of) == 0)
		*end_us = MAX(*end_us, (gint64)stat_of.st_mtime * G_USEC_PER_SEC);
	return TRUE;
}

/* of a file that no loss is about: a backup, a database that failed in use */
static gboolean
note(Work *work, gboolean is_known, GError **error)
{
	g_autoptr(KnEnrolled) there = kn_enrolled_load(work->from->handle);
	Span all = {there->since_us, work->restore->now_us};
	const KnRestoreFile file = {work->restore, work->rows, work->db, work->from};
	g_autofree gchar *name = kn_restore_file_name(&file);
	g_autoptr(GArray) spans = NULL;

	if (is_known && work->missing->len == 0)
		return TRUE;
	if (!find_end(work, &all.to_us, error))
		return FALSE;
	if (is_known)
		spans = bracket_all(work, &all, error);
	else
		spans = g_array_append_vals(g_array_new(FALSE, FALSE, sizeof all), &all, 1);
	for (guint i = 0; spans && i < spans->len; i++)
		tell_lost(&work->rows->report, &g_array_index(spans, Span, i));
	return spans && insert(work, name, spans, error);
}

static gboolean
tell_all(Work *work, const GPtrArray *names, GError **error)
{
	gboolean is_known;

	if (!find_missing(work, &is_known, error))
		return FALSE;
	for (guint i = 0; is_known && i < names->len; i++)
		if (!shrink(work, names->pdata[i], error))
			return FALSE;
	return names->len > 0 || note(work, is_known, error);
}

/* What came now may be what other files lacked, and only their own ledgers know what that was. */
static gboolean
tell_others(Work *work, const KnRestoreFile *file, const GPtrArray *names, GError **error)
{
	g_autoptr(GArray) losses = kn_aside_losses(work->db, error);
	g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	g_hash_table_add(told, kn_restore_file_name(file));
	for (guint i = 0; i < names->len; i++)
		g_hash_table_add(told, g_strdup(names->pdata[i]));
	for (guint i = 0; losses && i < losses->len; i++) {
		const gchar *name = g_array_index(losses, KnLoss, i).file;
		if (g_hash_table_add(told, g_strdup(name)))
			kn_restore_report_say(&work->rows->report,
					      "%s: what it lacked is told as lost until it is "
					      "given once more, though it may be here by now",
					      name);
	}
	return losses != NULL;
}

gboolean
kn_restore_losses(const KnRestore *restore, KnRestoreRows *rows, KnDb *db, KnDb *from,
		  GError **error)
{
	g_autoptr(GArray) missing = g_array_new(FALSE, FALSE, sizeof(Missing));
	Work work = {restore, rows, db, from, missing};
	const KnRestoreFile file = {restore, rows, db, from};
	g_autoptr(GPtrArray) names = kn_restore_file_losses(&file, error);

	if (!names)
		return FALSE;
	if (kn_db_begin(db, error) && tell_all(&work, names, error) && kn_db_commit(db, error))
		return tell_others(&work, &file, names, error);
	kn_db_rollback(db);
	return FALSE;
}
