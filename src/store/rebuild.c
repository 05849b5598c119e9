/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/rebuild.h"

#include "store/logs.h"
#include "store/sql.h"

static void
log_free(gpointer data)
{
	KnRebuiltLog *log = data;

	kn_rangeset_clear(&log->durable);
	g_string_free(log->marks, TRUE);
	g_free(log);
}

void
kn_rebuilt_init(KnRebuilt *rebuilt)
{
	rebuilt->logs = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, log_free);
}

void
kn_rebuilt_clear(KnRebuilt *rebuilt)
{
	g_clear_pointer(&rebuilt->logs, g_hash_table_unref);
}

static KnRebuiltLog *
log_of(KnRebuilt *rebuilt, gint64 log_key)
{
	KnRebuiltLog *log = g_hash_table_lookup(rebuilt->logs, &log_key);

	if (log)
		return log;
	log = g_new0(KnRebuiltLog, 1);
	log->log_key = log_key;
	log->newest_boot = -1;
	log->marks = g_string_new(NULL);
	kn_rangeset_init(&log->durable);
	g_hash_table_insert(rebuilt->logs, &log->log_key, log);
	return log;
}

static void
add_marks(KnRebuiltLog *log, const KnBlockHead *head, KnBlockReader *reader, const ktp_Info *info)
{
	KnBlockItem item;

	while (info && kn_block_reader_next_accepted(reader, info, &item)) {
		gboolean is_end = item.record.which_body == ktp_Record_session_end_tag;
		if (!is_end && item.record.which_body != ktp_Record_session_start_tag)
			continue;
		g_string_append_printf(log->marks, "%u:%" G_GUINT64_FORMAT ":%d ", head->boot,
				       item.seq, is_end);
	}
}

void
kn_rebuilt_add(KnRebuilt *rebuilt, const KnBlockHead *head, KnBlockReader *reader,
	       const ktp_Info *info)
{
	KnRebuiltLog *log = log_of(rebuilt, head->log_key);
	guint64 from = head->first_seq, n_new = 0;
	KnRange hole;

	while (from <= head->last_seq &&
	       kn_rangeset_next_hole(&log->durable, from, head->last_seq, &hole)) {
		n_new += hole.last - hole.first + 1;
		from = hole.last + 1;
	}
	log->n_twice += (guint)(head->last_seq - head->first_seq + 1 - n_new);
	kn_rangeset_add(&log->durable, head->first_seq, head->last_seq);
	log->newest_seq = MAX(log->newest_seq, head->last_seq);
	log->newest_boot = MAX(log->newest_boot, (gint64)head->boot);
	log->newest_block_id = head->block_id;
	add_marks(log, head, reader, info);
}

/* ---- against the rows ---- */

static gchar *
format_ranges(const KnRangeSet *set)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < set->ranges->len; i++) {
		const KnRange *range = &g_array_index(set->ranges, KnRange, i);
		g_string_append_printf(text, " %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT,
				       range->first, range->last);
	}
	return g_string_free(text, FALSE);
}

static gint
compare_words(gconstpointer a, gconstpointer b)
{
	return g_strcmp0(*(const gchar *const *)a, *(const gchar *const *)b);
}

/* in an order of their own, each once */
static gchar *
sort_words(const gchar *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	GString *sorted = g_string_new(NULL);
	guint n = g_strv_length(words);

	qsort(words, n, sizeof(gchar *), compare_words);
	for (guint i = 0; i < n; i++)
		if (*words[i] != '\0' && (i == 0 || !g_str_equal(words[i], words[i - 1])))
			g_string_append_printf(sorted, "%s ", words[i]);
	return g_string_free(sorted, FALSE);
}

static gchar *
load_marks(KnDb *db, gint64 log_key, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(KnStatement) row =
		kn_sql_start(db, "SELECT device_boot, seq, is_end FROM mark WHERE log_key = ?1",
			     KN_SQL_INTS(log_key), error);
	gboolean is_row = row != NULL;

	while (is_row) {
		if (!kn_sql_step(row, &is_row, error))
			return NULL;
		if (!is_row)
			return sort_words(text->str);
		g_string_append_printf(
			text, "%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT " ",
			(gint64)sqlite3_column_int64(row, 0), (gint64)sqlite3_column_int64(row, 1),
			(gint64)sqlite3_column_int64(row, 2));
	}
	return NULL;
}

static void
note(GPtrArray *lines, gint64 log_key, const gchar *what)
{
	g_ptr_array_add(lines, g_strdup_printf("log %" G_GINT64_FORMAT ": %s", log_key, what));
}

static gboolean
compare_log(KnDb *db, const KnRebuiltLog *made, GPtrArray *lines, GError **error)
{
	g_autoptr(KnLogState) kept = kn_logs_load(db, made->log_key, error);
	g_autofree gchar *durable = NULL;
	g_autofree gchar *kept_durable = NULL;
	g_autofree gchar *marks = NULL;
	g_autofree gchar *kept_marks = NULL;
	gint64 newest_block_id = 0;

	if (!kept || !kn_sql_get(db, "SELECT newest_block_id FROM log WHERE log_key = ?1",
				 KN_SQL_INTS(made->log_key), &newest_block_id, 1, NULL, error))
		return FALSE;
	durable = format_ranges(&made->durable);
	kept_durable = format_ranges(&kept->durable);
	marks = sort_words(made->marks->str);
	kept_marks = load_marks(db, made->log_key, error);
	if (!kept_marks)
		return FALSE;
	if (!g_str_equal(durable, kept_durable))
		note(lines, made->log_key, "coverage is not what is in its blocks");
	if (!g_str_equal(marks, kept_marks))
		note(lines, made->log_key, "marks are not those in its blocks");
	if (made->newest_boot != kept->newest_boot || made->newest_block_id != newest_block_id)
		note(lines, made->log_key, "it does not know its newest block");
	if (made->newest_seq > kept->newest_seq)
		note(lines, made->log_key, "it does not know its newest record");
	if (made->n_twice > 0)
		note(lines, made->log_key, "records are in more than one block");
	return TRUE;
}

/* each block names the one of its log that was appended before it */
static gboolean
compare_chains(KnDb *db, GPtrArray *lines, GError **error)
{
	gint64 n_wrong = 0;

	if (!kn_sql_get(db,
			"SELECT count(*) FROM (SELECT prev_block_id AS kept, lag(block_id) OVER "
			"(PARTITION BY log_key ORDER BY block_id) AS made FROM block) "
			"WHERE kept IS NOT made",
			KN_SQL_NONE, &n_wrong, 1, NULL, error))
		return FALSE;
	if (n_wrong > 0)
		g_ptr_array_add(
			lines,
			g_strdup_printf("%" G_GINT64_FORMAT
					" blocks do not know the one before them in their log",
					n_wrong));
	return TRUE;
}

GPtrArray *
kn_rebuilt_compare(const KnRebuilt *rebuilt, KnDb *db, GError **error)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) keys = kn_sql_select_ids(db, "SELECT log_key FROM log ORDER BY log_key",
						   KN_SQL_NONE, error);

	if (!keys)
		return NULL;
	for (guint i = 0; i < keys->len; i++) {
		gint64 log_key = g_array_index(keys, gint64, i);
		const KnRebuiltLog *made = g_hash_table_lookup(rebuilt->logs, &log_key);
		KnRebuiltLog none = {.log_key = log_key, .newest_boot = -1};
		gboolean is_compared;
		kn_rangeset_init(&none.durable);
		none.marks = g_string_new(NULL);
		is_compared = compare_log(db, made ? made : &none, lines, error);
		g_string_free(none.marks, TRUE);
		kn_rangeset_clear(&none.durable);
		if (!is_compared)
			return NULL;
	}
	if (g_hash_table_size(rebuilt->logs) > keys->len)
		g_ptr_array_add(lines, g_strdup("there are blocks of logs that are not known"));
	return compare_chains(db, lines, error) ? g_steal_pointer(&lines) : NULL;
}
