/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what persons say of sessions, and what they put right in the list of them */

#include "fixture.h"

#include "store/edits.h"
#include "store/words.h"

/* a Start, 100 records of 320 ms, an End: twice, without a break of the boot */
enum { N_RECORDS = 100, N_SESSION = N_RECORDS + 2 };

static void
record_two(Fixture *fixture)
{
	fixture_init(fixture);
	for (guint i = 0; i < 2; i++) {
		tape_start(fixture);
		tape_samples(fixture, N_RECORDS, 300 + 100 * (guint16)i);
		tape_end(fixture, N_RECORDS * 320);
	}
	fixture_store(fixture, 1, tape_newest(fixture));
}

static gboolean
try_to(Fixture *fixture, const KnByHand *wish, KnByHandDone *ret_done)
{
	g_autoptr(GError) error = NULL;
	gboolean is_done = wish->kind == KN_BY_HAND_SAY
				   ? kn_words_say(fixture->db, wish, 77, ret_done, &error)
				   : kn_edits_do(fixture->db, wish, 77, ret_done, &error);

	if (!is_done)
		g_assert_true(g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_REFUSED) ||
			      g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND));
	return is_done;
}

static KnByHandDone
put_right(Fixture *fixture, KnByHandKind kind, gint64 id, gint64 other_id, guint64 after_ms)
{
	KnByHand wish = {.kind = kind, .id = id, .other_id = other_id, .after_ms = after_ms};
	KnByHandDone done = {0};

	g_assert_true(try_to(fixture, &wish, &done));
	return done;
}

static void
say(Fixture *fixture, gint64 id, gint before, gint after, const gchar *note)
{
	KnWord word = {before, after, NULL, (gchar *)note};
	KnByHand wish = {.kind = KN_BY_HAND_SAY, .id = id, .word = &word, .uid = 1000};
	KnByHandDone done = {0};

	g_assert_true(try_to(fixture, &wish, &done));
	g_assert_cmpint(done.session_id, ==, id);
}

static const KnSession *
at(const GPtrArray *sessions, guint i)
{
	g_assert_cmpuint(i, <, sessions->len);
	return sessions->pdata[i];
}

static guint64
dose_of(const GPtrArray *sessions)
{
	guint64 dose = 0;

	for (guint i = 0; i < sessions->len; i++)
		dose += at(sessions, i)->metrics.dose_hpa_ms;
	return dose;
}

static void
assert_same(const GPtrArray *a, const GPtrArray *b)
{
	g_assert_cmpuint(a->len, ==, b->len);
	for (guint i = 0; i < a->len; i++) {
		const KnSession *left = at(a, i), *right = at(b, i);
		g_assert_cmpint(left->id, ==, right->id);
		g_assert_cmpint(left->span.state, ==, right->span.state);
		g_assert_cmpuint(left->span.first_seq, ==, right->span.first_seq);
		g_assert_cmpuint(left->span.last_seq, ==, right->span.last_seq);
		g_assert_cmpuint(left->coverage.expected, ==, right->coverage.expected);
		g_assert_cmpmem(&left->metrics, sizeof left->metrics, &right->metrics,
				sizeof right->metrics);
	}
}

static void
of_each_column_the_newest_word_counts_and_an_empty_one_takes_it_back(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) first = NULL;
	g_autoptr(GPtrArray) second = NULL;
	g_autoptr(GPtrArray) third = NULL;
	gint64 id;

	record_two(&fixture);
	first = fixture_sessions(&fixture);
	id = at(first, 0)->id;
	g_assert_null(at(first, 0)->word);
	say(&fixture, id, 6, KN_PAIN_NOT_SAID, "stiff");
	say(&fixture, id, KN_PAIN_NOT_SAID, 3, NULL);
	say(&fixture, id, 5, KN_PAIN_NOT_SAID, NULL);
	second = fixture_sessions(&fixture);
	g_assert_cmpint(at(second, 0)->word->pain_before, ==, 5);
	g_assert_cmpint(at(second, 0)->word->pain_after, ==, 3);
	g_assert_cmpstr(at(second, 0)->word->note, ==, "stiff");
	g_assert_cmpint(at(second, 0)->revision, ==, at(first, 0)->revision + 3);
	g_assert_null(at(second, 1)->word);
	say(&fixture, id, KN_PAIN_TAKEN_BACK, KN_PAIN_TAKEN_BACK, "");
	third = fixture_sessions(&fixture);
	g_assert_null(at(third, 0)->word);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM word"), ==, 4);
}

static void
joined_sessions_keep_both_notes_and_parted_ones_have_their_own_again(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) joined = NULL;
	g_autoptr(GPtrArray) after = NULL;
	KnByHandDone done;

	record_two(&fixture);
	before = fixture_sessions(&fixture);
	say(&fixture, at(before, 0)->id, 7, KN_PAIN_NOT_SAID, "left");
	say(&fixture, at(before, 1)->id, KN_PAIN_NOT_SAID, 2, "right");
	done = put_right(&fixture, KN_BY_HAND_MERGE, at(before, 1)->id, at(before, 0)->id, 0);
	joined = fixture_sessions(&fixture);
	g_assert_cmpuint(joined->len, ==, 1);
	g_assert_cmpint(at(joined, 0)->word->pain_before, ==, 7);
	g_assert_cmpint(at(joined, 0)->word->pain_after, ==, 2);
	g_assert_cmpstr(at(joined, 0)->word->note, ==, "left / right");
	put_right(&fixture, KN_BY_HAND_UNDO, done.edit_id, 0, 0);
	after = fixture_sessions(&fixture);
	g_assert_cmpstr(at(after, 0)->word->note, ==, "left");
	g_assert_cmpstr(at(after, 1)->word->note, ==, "right");
}

static void
a_split_leaves_every_record_and_undo_gives_the_rows_of_before(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) parted = NULL;
	g_autoptr(GPtrArray) after = NULL;
	KnByHandDone done;

	record_two(&fixture);
	before = fixture_sessions(&fixture);
	/* record 41 of the second is the first that begins 40 x 320 ms after its Start or later */
	done = put_right(&fixture, KN_BY_HAND_SPLIT, at(before, 1)->id, 0, 40 * 320);
	parted = fixture_sessions(&fixture);
	g_assert_cmpuint(parted->len, ==, 3);
	g_assert_cmpint(at(parted, 1)->span.state, ==, KN_SESSION_CUT);
	g_assert_cmpint(at(parted, 2)->span.state, ==, KN_SESSION_ENDED);
	g_assert_cmpuint(at(parted, 1)->span.first_seq, ==, N_SESSION + 1);
	g_assert_cmpuint(at(parted, 2)->span.first_seq, ==, at(parted, 1)->span.last_seq + 1);
	g_assert_cmpuint(at(parted, 2)->span.last_seq, ==, 2 * N_SESSION);
	g_assert_cmpuint(dose_of(parted), ==, dose_of(before));
	/* the first part is the session that there was, though it is the smaller one */
	g_assert_cmpint(at(parted, 1)->id, ==, at(before, 1)->id);
	g_assert_cmpint(done.session_id, ==, at(parted, 1)->id);
	g_assert_cmpint(done.other_id, ==, at(parted, 2)->id);
	put_right(&fixture, KN_BY_HAND_UNDO, done.edit_id, 0, 0);
	after = fixture_sessions(&fixture);
	assert_same(before, after);
	g_assert_cmpint(at(after, 1)->revision, >, at(before, 1)->revision);
	fixture_assert_stored_once(&fixture, 1, tape_newest(&fixture));
}

static void
a_merge_holds_when_late_records_come_and_is_one_session_with_the_dose_of_both(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) whole = NULL;
	g_autoptr(GPtrArray) holed = NULL;
	g_autoptr(GPtrArray) mended = NULL;
	g_auto(Fixture) late = {0};

	record_two(&fixture);
	whole = fixture_sessions(&fixture);
	fixture_init(&late);
	for (guint i = 0; i < 2; i++) {
		tape_start(&late);
		tape_samples(&late, N_RECORDS, 300 + 100 * (guint16)i);
		tape_end(&late, N_RECORDS * 320);
	}
	/* without 20 records of the second one, which come when the two are one already */
	fixture_store(&late, 1, N_SESSION + 40);
	fixture_store(&late, N_SESSION + 61, tape_newest(&late));
	holed = fixture_sessions(&late);
	g_assert_cmpuint(holed->len, ==, 2);
	put_right(&late, KN_BY_HAND_MERGE, at(holed, 0)->id, at(holed, 1)->id, 0);
	fixture_store(&late, N_SESSION + 41, N_SESSION + 60);
	fixture_reopen(&late);
	mended = fixture_sessions(&late);
	g_assert_cmpuint(mended->len, ==, 1);
	g_assert_cmpuint(at(mended, 0)->span.first_seq, ==, 1);
	g_assert_cmpuint(at(mended, 0)->span.last_seq, ==, 2 * N_SESSION);
	g_assert_cmpuint(dose_of(mended), ==, dose_of(whole));
	g_assert_cmpint(kn_session_completeness_permille(at(mended, 0)), ==, 1000);
	/* from the first Start to the last End, by the device's ticks */
	g_assert_cmpuint(at(mended, 0)->metrics.duration_ms, ==,
			 at(whole, 1)->span.last_t_ms - at(whole, 0)->span.first_t_ms);
}

static void
a_deleted_session_is_in_no_list_stays_stored_and_comes_back(void)
{
	g_auto(Fixture) fixture = {0};
	const KnSessionQuery query = {.from_us = G_MININT64,
				      .to_us = G_MAXINT64,
				      .limit = 400,
				      .is_with_nodes = TRUE,
				      .is_deleted = TRUE};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) left = NULL;
	g_autoptr(GPtrArray) deleted = NULL;
	g_autoptr(GPtrArray) after = NULL;
	gint64 n_blocks;

	record_two(&fixture);
	before = fixture_sessions(&fixture);
	n_blocks = fixture_count(&fixture, "SELECT count(*) FROM block");
	put_right(&fixture, KN_BY_HAND_DELETE, at(before, 0)->id, 0, 0);
	/* what arrives once more changes nothing */
	fixture_store(&fixture, 1, N_SESSION);
	left = fixture_sessions(&fixture);
	deleted = kn_sessions_query(fixture.db, &query, NULL);
	g_assert_cmpuint(left->len, ==, 1);
	g_assert_cmpint(at(left, 0)->id, ==, at(before, 1)->id);
	g_assert_cmpuint(deleted->len, ==, 1);
	g_assert_cmpint(at(deleted, 0)->id, ==, at(before, 0)->id);
	g_assert_true(at(deleted, 0)->is_deleted);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM block"), ==, n_blocks);
	put_right(&fixture, KN_BY_HAND_UNDO, 0, 0, 0);
	after = fixture_sessions(&fixture);
	assert_same(before, after);
}

static void
what_makes_no_sense_is_refused_and_leaves_no_line_in_the_books(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) sessions = NULL;
	KnByHandDone done;
	gint64 id;

	record_two(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 5, 300);
	fixture_store(&fixture, 2 * N_SESSION + 1, tape_newest(&fixture));
	sessions = fixture_sessions(&fixture);
	id = at(sessions, 0)->id;
	{
		const KnByHand wrong[] = {
			{.kind = KN_BY_HAND_SPLIT, .id = id, .after_ms = 10 * 60000},
			{.kind = KN_BY_HAND_SPLIT, .id = 999, .after_ms = 1000},
			{.kind = KN_BY_HAND_MERGE, .id = id, .other_id = id},
			{.kind = KN_BY_HAND_MERGE, .id = id, .other_id = at(sessions, 2)->id},
			{.kind = KN_BY_HAND_DELETE, .id = at(sessions, 2)->id},
			{.kind = KN_BY_HAND_UNDO},
		};
		for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
			g_assert_false(try_to(&fixture, &wrong[i], &done));
	}
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM edit"), ==, 0);
}

static void
the_books_tell_who_what_and_when_and_a_later_join_covers_a_cut(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) after = NULL;
	g_autoptr(GPtrArray) edits = NULL;
	const KnEdit *newest, *oldest;
	KnByHandDone cut;

	record_two(&fixture);
	before = fixture_sessions(&fixture);
	cut = put_right(&fixture, KN_BY_HAND_SPLIT, at(before, 0)->id, 0, 16000);
	put_right(&fixture, KN_BY_HAND_MERGE, cut.session_id, cut.other_id, 0);
	after = fixture_sessions(&fixture);
	g_assert_cmpuint(after->len, ==, 2);
	g_assert_cmpuint(dose_of(after), ==, dose_of(before));
	edits = kn_edits_list(fixture.db, 400, NULL);
	g_assert_cmpuint(edits->len, ==, 2);
	newest = edits->pdata[0];
	oldest = edits->pdata[1];
	g_assert_cmpint(newest->kind, ==, KN_EDIT_MERGE);
	g_assert_cmpint(oldest->kind, ==, KN_EDIT_SPLIT);
	g_assert_cmpint(oldest->at_us, ==, 77);
	g_assert_cmpint(newest->session_id, ==, at(after, 0)->id);
	g_assert_cmpint(newest->undone_us, ==, 0);
}

/* a deletion was of the part: it must not swallow the whole once the parts are one again */
static void
an_earlier_edit_is_taken_back_only_after_the_later_ones(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) after = NULL;
	KnByHand undo = {.kind = KN_BY_HAND_UNDO};
	KnByHandDone split, done = {0};

	record_two(&fixture);
	before = fixture_sessions(&fixture);
	split = put_right(&fixture, KN_BY_HAND_SPLIT, at(before, 0)->id, 0, N_RECORDS * 320 / 3);
	put_right(&fixture, KN_BY_HAND_DELETE, split.other_id, 0, 0);
	undo.id = split.edit_id;
	g_assert_false(try_to(&fixture, &undo, &done));
	put_right(&fixture, KN_BY_HAND_UNDO, 0, 0, 0);
	g_assert_true(try_to(&fixture, &undo, &done));
	after = fixture_sessions(&fixture);
	assert_same(before, after);
}

#define ADD(function) g_test_add_func("/store/by-hand/" #function, function)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(of_each_column_the_newest_word_counts_and_an_empty_one_takes_it_back);
	ADD(joined_sessions_keep_both_notes_and_parted_ones_have_their_own_again);
	ADD(a_split_leaves_every_record_and_undo_gives_the_rows_of_before);
	ADD(a_merge_holds_when_late_records_come_and_is_one_session_with_the_dose_of_both);
	ADD(a_deleted_session_is_in_no_list_stays_stored_and_comes_back);
	ADD(an_earlier_edit_is_taken_back_only_after_the_later_ones);
	ADD(what_makes_no_sense_is_refused_and_leaves_no_line_in_the_books);
	ADD(the_books_tell_who_what_and_when_and_a_later_join_covers_a_cut);
	return g_test_run();
}
