/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "story.h"

#include "core/log/event.h"
#include "disk.h"
#include "store/aside.h"
#include "store/blocks.h"
#include "store/sql.h"
#include <string.h>

void
story_init(Story *story)
{
	*story = (Story){0};
	fixture_prepare(&story->fixture);
	story->batches = g_array_new(FALSE, FALSE, sizeof(StoryBatch));
}

void
story_clear(Story *story)
{
	if (!story->batches)
		return;
	fixture_clear(&story->fixture);
	g_array_unref(story->batches);
	g_free(story->end);
}

void
story_begin(Story *story)
{
	disk_watch(story->fixture.directory);
	fixture_enrol(&story->fixture);
	disk_note(1);
	disk_note(2);
	story->hub_id = story->fixture.db->hub_id;
}

KnBatch *
story_batch(const Story *story, guint number)
{
	const StoryBatch *handed = &g_array_index(story->batches, StoryBatch, number - 1);
	KnBatch *batch = fixture_batch(&story->fixture, handed->first_seq, handed->last_seq);
	KnEvent *event = kn_event_new(KN_EVENT_CAUGHT_UP, story->fixture.device_id, "");

	event->id = number;
	event->at_us = number;
	g_ptr_array_add(batch->events, event);
	return batch;
}

void
story_commit(Story *story, guint64 first_seq, guint64 last_seq)
{
	StoryBatch handed = {first_seq, last_seq};
	g_autoptr(KnBatch) batch = NULL;
	g_autoptr(KnCommit) commit = NULL;
	GError *error = NULL;

	g_array_append_val(story->batches, handed);
	batch = story_batch(story, story->batches->len);
	commit = kn_writer_commit(&story->fixture.writer, batch, &error);
	g_assert_no_error(error);
	disk_note(STORY_STEPS_BEFORE_BATCHES + story->batches->len);
}

/* ---- what is found ---- */

typedef struct {
	Story *story;
	KnDb *db; /* owned */
	guint n_steps;
	guint8 *seen;    /* owned: by seq, how often */
	GString *ranges; /* owned: of the blocks' headers */
	gchar *text;     /* owned: what is wrong */
} Finding;

static void
finding_clear(Finding *finding)
{
	kn_db_close(finding->db);
	g_free(finding->seen);
	g_free(finding->text);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Finding, finding_clear)

static StoryVerdict wrong(Finding *finding, StoryVerdict verdict, const gchar *format, ...)
	G_GNUC_PRINTF(3, 4);

static StoryVerdict
wrong(Finding *finding, StoryVerdict verdict, const gchar *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_free(finding->text);
	finding->text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return verdict;
}

/* All rows of a query as text; NULL: it failed. */
static gchar *
rows_of(KnDb *db, const gchar *sql)
{
	g_autoptr(KnStatement) row = kn_sql_start(db, sql, KN_SQL_NONE, NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	gboolean is_row = row != NULL;

	if (!row)
		return NULL;
	while (kn_sql_step(row, &is_row, NULL)) {
		if (!is_row)
			return g_strdup(text->str);
		for (gint i = 0; i < sqlite3_column_count(row); i++)
			g_string_append_printf(text, "%s ", sqlite3_column_text(row, i));
		g_string_append_c(text, '\n');
	}
	return NULL;
}

static gchar *
sessions_of(KnDb *db)
{
	return rows_of(
		db, "SELECT device_boot, first_seq, last_seq, state, stored, expected, "
		    "unrepairable, duration_ms, "
		    "active_ms, n_samples, mean_hpa FROM session ORDER BY device_boot, first_seq");
}

void
story_end(Story *story)
{
	story_commit(story, 1, tape_newest(&story->fixture));
	story->end = sessions_of(story->fixture.db);
	g_assert_nonnull(story->end);
}

static StoryVerdict
judge_whole(Finding *finding)
{
	g_autofree gchar *integrity = rows_of(finding->db, "PRAGMA integrity_check");
	g_autofree gchar *foreign = rows_of(finding->db, "PRAGMA foreign_key_check");

	if (g_strcmp0(integrity, "ok \n") != 0)
		return wrong(finding, STORY_CORRUPT, "integrity_check: %s", integrity);
	if (g_strcmp0(foreign, "") != 0)
		return wrong(finding, STORY_CORRUPT, "foreign_key_check: %s", foreign);
	return STORY_SOUND;
}

static StoryVerdict
judge_block(Finding *finding, gint64 block_id)
{
	const Fixture *fixture = &finding->story->fixture;
	g_autoptr(GByteArray) records = kn_blocks_unpack(finding->db, block_id, NULL);
	const guint8 *bytes;
	gsize at = 0, n_bytes;

	if (!records)
		return wrong(finding, STORY_CORRUPT, "block %" G_GINT64_FORMAT " cannot be read",
			     block_id);
	while (kn_block_next(records, &at, &bytes, &n_bytes)) {
		KnRecordKey key;
		GBytes *banked;
		if (!kn_decode_key(bytes, n_bytes, &key) || key.seq < 1 ||
		    key.seq > tape_newest(fixture))
			return wrong(finding, STORY_CORRUPT, "a record that never was");
		banked = fixture->tape->pdata[key.seq - 1];
		if (n_bytes != g_bytes_get_size(banked) ||
		    memcmp(bytes, g_bytes_get_data(banked, NULL), n_bytes) != 0)
			return wrong(finding, STORY_CORRUPT,
				     "other bytes in record %" G_GUINT64_FORMAT, key.seq);
		if (finding->seen[key.seq]++)
			return wrong(finding, STORY_CORRUPT, "record %" G_GUINT64_FORMAT " twice",
				     key.seq);
	}
	return STORY_SOUND;
}

static StoryVerdict
judge_blocks(Finding *finding)
{
	g_autoptr(GArray) ids = kn_sql_select_ids(
		finding->db, "SELECT block_id FROM block ORDER BY block_id", KN_SQL_NONE, NULL);

	if (!ids)
		return wrong(finding, STORY_CORRUPT, "blocks cannot be listed");
	memset(finding->seen, 0, tape_newest(&finding->story->fixture) + 1);
	for (guint i = 0; i < ids->len; i++) {
		StoryVerdict verdict = judge_block(finding, g_array_index(ids, gint64, i));
		if (verdict != STORY_SOUND)
			return verdict;
	}
	return STORY_SOUND;
}

/* the records in blocks, as the ledger writes ranges */
static gchar *
ranges_seen(const Finding *finding)
{
	GString *text = g_string_new(NULL);
	guint64 n = tape_newest(&finding->story->fixture);

	for (guint64 seq = 1; seq <= n; seq++) {
		if (finding->seen[seq] && !finding->seen[seq - 1])
			g_string_append_printf(text, "%" G_GUINT64_FORMAT " ", seq);
		if (finding->seen[seq] && (seq == n || !finding->seen[seq + 1]))
			g_string_append_printf(text, "%" G_GUINT64_FORMAT " \n", seq);
	}
	return g_string_free(text, FALSE);
}

static StoryVerdict
judge_ledger(Finding *finding)
{
	g_autofree gchar *ledger =
		rows_of(finding->db, "SELECT first_seq, last_seq FROM coverage ORDER BY first_seq");
	g_autofree gchar *seen = ranges_seen(finding);

	if (g_strcmp0(ledger, seen) != 0)
		return wrong(finding, STORY_CORRUPT, "the ledger says %s and the blocks %s", ledger,
			     seen);
	return STORY_SOUND;
}

/* of records that came more than once, the first batch with them counts */
static StoryVerdict
judge_batch(Finding *finding, guint number, guint8 *is_owned)
{
	const StoryBatch *handed = &g_array_index(finding->story->batches, StoryBatch, number - 1);
	gboolean is_acked = number + STORY_STEPS_BEFORE_BATCHES <= finding->n_steps;
	guint n_new = 0, n_found = 0;
	gint64 n_events = -1;

	for (guint64 seq = handed->first_seq; seq <= handed->last_seq; seq++) {
		n_new += !is_owned[seq];
		n_found += !is_owned[seq] && finding->seen[seq];
		is_owned[seq] = 1;
	}
	if (!kn_sql_get(finding->db, "SELECT count(*) FROM event WHERE event_id = ?1",
			KN_SQL_INTS(number), &n_events, 1, NULL, NULL))
		return wrong(finding, STORY_CORRUPT, "events cannot be read");
	if (is_acked && (n_found < n_new || n_events != 1))
		return wrong(finding, STORY_LOST,
			     "batch %u was acked: %u of %u records, %" G_GINT64_FORMAT
			     " of 1 events",
			     number, n_found, n_new, n_events);
	if ((n_found != 0 && n_found != n_new) || (n_new > 0 && n_events != (n_found > 0)))
		return wrong(finding, STORY_CORRUPT,
			     "half of batch %u: %u of %u records, %" G_GINT64_FORMAT " of 1 events",
			     number, n_found, n_new, n_events);
	return STORY_SOUND;
}

static StoryVerdict
judge_steps(Finding *finding)
{
	g_autofree guint8 *is_owned = g_malloc0(tape_newest(&finding->story->fixture) + 2);
	gint64 n_devices = 0;

	if (finding->n_steps >= 1 && finding->db->hub_id != finding->story->hub_id)
		return wrong(finding, STORY_LOST, "another database");
	if (!kn_sql_get(finding->db, "SELECT count(*) FROM device", KN_SQL_NONE, &n_devices, 1,
			NULL, NULL))
		return wrong(finding, STORY_CORRUPT, "devices cannot be read");
	if (finding->n_steps >= 2 && n_devices != 1)
		return wrong(finding, STORY_LOST, "the device is not enrolled");
	for (guint number = 1; number <= finding->story->batches->len; number++) {
		StoryVerdict verdict = judge_batch(finding, number, is_owned);
		if (verdict != STORY_SOUND)
			return verdict;
	}
	return STORY_SOUND;
}

/* the device sends all it has, and the hub takes what it has not */
static StoryVerdict
judge_end(Finding *finding)
{
	Fixture *fixture = &finding->story->fixture;
	const KnAllow allow = {.address = "AA:BB:CC:DD:EE:01", .label = "back"};
	KnWriter writer = {.db = finding->db, .zone = "Europe/Berlin"};
	g_autoptr(KnBatch) batch = fixture_batch(fixture, 1, tape_newest(fixture));
	g_autoptr(KnDevice) device = kn_writer_allow(finding->db, &allow, 1, NULL);
	g_autoptr(KnCommit) commit = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree gchar *sessions = NULL;
	StoryVerdict verdict;

	if (finding->story->end_every && finding->story->n_judged++ % finding->story->end_every)
		return STORY_SOUND;
	commit = device ? kn_writer_commit(&writer, batch, &error) : NULL;
	if (!commit)
		return wrong(finding, STORY_CORRUPT, "nothing can be stored: %s",
			     error ? error->message : "no device");
	verdict = judge_blocks(finding);
	if (verdict != STORY_SOUND)
		return verdict;
	for (guint64 seq = 1; seq <= tape_newest(fixture); seq++)
		if (!finding->seen[seq])
			return wrong(finding, STORY_CORRUPT,
				     "record %" G_GUINT64_FORMAT " is never stored", seq);
	sessions = sessions_of(finding->db);
	if (finding->story->end && g_strcmp0(sessions, finding->story->end) != 0)
		return wrong(finding, STORY_CORRUPT,
			     "in the end the sessions are %s and should be %s", sessions,
			     finding->story->end);
	return STORY_SOUND;
}

static StoryVerdict
judge(Finding *finding, const gchar *directory)
{
	static StoryVerdict (*const judges[])(Finding *) = {
		judge_whole, judge_blocks, judge_ledger, judge_steps, judge_end, judge_ledger};
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) losses = NULL;

	finding->db = kn_db_open(directory, &error);
	if (!finding->db)
		return wrong(finding, STORY_CORRUPT, "it does not open: %s", error->message);
	if (g_hash_table_size(finding->db->damaged) > 0)
		return wrong(finding, STORY_CORRUPT, "damaged blocks");
	/* a start heals itself by beginning anew: that is no recovery from a pulled plug */
	losses = kn_aside_losses(finding->db, &error);
	if (!losses || losses->len > 0)
		return wrong(finding, STORY_CORRUPT, "it was set aside");
	for (guint i = 0; i < G_N_ELEMENTS(judges); i++) {
		StoryVerdict verdict = judges[i](finding);
		if (verdict != STORY_SOUND)
			return verdict;
	}
	return STORY_SOUND;
}

StoryVerdict
story_judge(gpointer data, const gchar *directory, guint n_steps, gchar **ret_text)
{
	Story *story = data;
	g_auto(Finding) finding = {.story = story, .n_steps = n_steps};
	StoryVerdict verdict;

	/* the first and the last have neighbours, too */
	finding.seen = g_malloc0(tape_newest(&story->fixture) + 2);
	verdict = judge(&finding, directory);
	*ret_text = g_steal_pointer(&finding.text);
	return verdict;
}
