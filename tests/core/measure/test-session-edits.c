/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* sessions that a person split and joined: random ones, held against plain rules */

#include "../records.h"
#include "core/measure/metrics.h"
#include "core/measure/session.h"

enum { RECORDS_MAX = 120, ROUNDS = 300 };

typedef struct {
	Maker maker;
	ktp_Record record[RECORDS_MAX];
	guint n;
	KnSplitEdits edits;
} Story;

/* Blocks of 4 samples of a second, all firm or all free, so that what is contact does not depend on where one begins to look; pauses of
 * up to 200 s; Starts and Ends anywhere. */
static void
tell(Story *story, GRand *rand)
{
	guint64 t_ms = 1000;

	story->maker = maker_new("c", 4000);
	story->n = 0;
	while (story->n < RECORDS_MAX) {
		gint dice = g_rand_int_range(rand, 0, 20);
		ktp_Record *record = &story->record[story->n++];
		if (dice == 0)
			*record = make_start(&story->maker, t_ms);
		else if (dice == 1)
			*record = make_end(&story->maker, t_ms, 1000);
		else
			*record = make_level(&story->maker, t_ms, 1000000, 4, dice < 5 ? 0 : 100);
		t_ms += 4000;
		if (dice == 2)
			t_ms += (guint64)g_rand_int_range(rand, 0, 200000);
	}
	kn_split_edits_init(&story->edits);
	for (guint64 seq = 2; seq <= RECORDS_MAX; seq++)
		if (g_rand_int_range(rand, 0, 15) == 0)
			g_array_append_val(story->edits.cuts, seq);
	for (gint i = g_rand_int_range(rand, 0, 4); i > 0; i--) {
		guint64 first = (guint64)g_rand_int_range(rand, 1, RECORDS_MAX);
		KnRange join = {first, first + (guint64)g_rand_int_range(rand, 1, 40)};
		g_array_append_val(story->edits.joins, join);
	}
}

static GArray *
split(const Story *story, const KnSplitEdits *edits)
{
	g_autoptr(KnSplitter) splitter = kn_splitter_new(&story->maker.info);

	kn_splitter_set_edits(splitter, edits);
	for (guint i = 0; i < story->n; i++)
		kn_splitter_push(splitter, &story->record[i]);
	return kn_splitter_finish(splitter, TRUE);
}

static gboolean
is_touch(const ktp_Record *record)
{
	uint16_t values_hpa[KN_VALUES_MAX];

	if (record->which_body != ktp_Record_samples_tag)
		return FALSE;
	kn_decode_values(&record->body.samples, values_hpa);
	return values_hpa[0] > 0;
}

static guint64
dose_of(const Story *story, const GArray *spans)
{
	guint64 dose = 0;

	for (guint s = 0; s < spans->len; s++) {
		const KnSpan *span = &g_array_index(spans, KnSpan, s);
		g_autoptr(KnFold) fold = kn_fold_new(&story->maker.info);
		KnSessionMetrics metrics;
		for (guint i = 0; i < story->n; i++)
			if (story->record[i].seq >= span->first_seq &&
			    story->record[i].seq <= span->last_seq)
				kn_fold_push(fold, &story->record[i]);
		kn_fold_finish(fold, &metrics);
		dose += metrics.dose_hpa_ms;
	}
	return dose;
}

static void
assert_each_touch_once(const Story *story, const GArray *spans)
{
	for (guint s = 1; s < spans->len; s++)
		g_assert_cmpuint(g_array_index(spans, KnSpan, s).first_seq, >,
				 g_array_index(spans, KnSpan, s - 1).last_seq);
	for (guint i = 0; i < story->n; i++) {
		guint n = 0;
		for (guint s = 0; s < spans->len; s++)
			n += story->record[i].seq >= g_array_index(spans, KnSpan, s).first_seq &&
			     story->record[i].seq <= g_array_index(spans, KnSpan, s).last_seq;
		g_assert_cmpuint(n, <=, 1);
		if (is_touch(&story->record[i]))
			g_assert_cmpuint(n, ==, 1);
	}
}

static void
whatever_is_cut_and_joined_each_touch_is_in_one_session_and_the_dose_stays(void)
{
	guint n_other = 0;

	for (guint32 seed = 0; seed < ROUNDS; seed++) {
		g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
		g_autoptr(GArray) plain = NULL;
		g_autoptr(GArray) edited = NULL;
		Story story;
		tell(&story, rand);
		plain = split(&story, NULL);
		edited = split(&story, &story.edits);
		assert_each_touch_once(&story, plain);
		assert_each_touch_once(&story, edited);
		g_assert_cmpuint(dose_of(&story, edited), ==, dose_of(&story, plain));
		n_other += plain->len != edited->len;
		kn_split_edits_clear(&story.edits);
	}
	/* and most of them did something */
	g_assert_cmpuint(n_other, >, ROUNDS / 2);
}

static void
no_session_crosses_a_cut(void)
{
	for (guint32 seed = 0; seed < ROUNDS; seed++) {
		g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
		g_autoptr(GArray) spans = NULL;
		Story story;
		tell(&story, rand);
		spans = split(&story, &story.edits);
		for (guint s = 0; s < spans->len; s++) {
			const KnSpan *span = &g_array_index(spans, KnSpan, s);
			for (guint c = 0; c < story.edits.cuts->len; c++) {
				guint64 cut = g_array_index(story.edits.cuts, guint64, c);
				g_assert_false(span->first_seq < cut && cut <= span->last_seq);
			}
		}
		kn_split_edits_clear(&story.edits);
	}
}

static void
a_join_over_two_marked_sessions_makes_one_with_both_ends(void)
{
	Story story = {.maker = maker_new("c", 4000)};
	KnRange join = {1, 6};
	g_autoptr(GArray) spans = NULL;
	const KnSpan *span;

	story.record[story.n++] = make_start(&story.maker, 1000);
	story.record[story.n++] = make_level(&story.maker, 1000, 1000000, 4, 100);
	story.record[story.n++] = make_end(&story.maker, 6000, 5000);
	story.record[story.n++] = make_start(&story.maker, 400000);
	story.record[story.n++] = make_level(&story.maker, 400000, 1000000, 4, 100);
	story.record[story.n++] = make_end(&story.maker, 406000, 6000);
	kn_split_edits_init(&story.edits);
	g_array_append_val(story.edits.joins, join);
	spans = split(&story, &story.edits);
	g_assert_cmpuint(spans->len, ==, 1);
	span = &g_array_index(spans, KnSpan, 0);
	g_assert_true(span->has_start && span->has_end && span->is_by_hand);
	g_assert_cmpuint(span->first_seq, ==, 1);
	g_assert_cmpuint(span->last_seq, ==, 6);
	g_assert_cmpuint(span->last_t_ms, ==, 406000);
	g_assert_cmpint(span->state, ==, KN_SESSION_ENDED);
	kn_split_edits_clear(&story.edits);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/session/edits-each-touch-once",
			whatever_is_cut_and_joined_each_touch_is_in_one_session_and_the_dose_stays);
	g_test_add_func("/core/session/edits-cuts", no_session_crosses_a_cut);
	g_test_add_func("/core/session/edits-join",
			a_join_over_two_marked_sessions_makes_one_with_both_ends);
	return g_test_run();
}
