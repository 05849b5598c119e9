/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Recording and backfill, with the power going at every sync: see cuts.h. */

#include "cuts.h"
#include "torture.h"

/* ---- what the hub does meanwhile ---- */

static void
bank(Fixture *fixture, GRand *rand, guint n_records)
{
	guint64 end = tape_newest(fixture) + n_records;

	while (tape_newest(fixture) < end) {
		guint n = (guint)g_rand_int_range(rand, 5, 60);
		tape_start(fixture);
		for (guint i = 0; i < n; i++)
			tape_samples(fixture, 1, (guint16)g_rand_int_range(rand, 0, 2000));
		if (g_rand_int_range(rand, 0, 4) > 0)
			tape_end(fixture, n * 320);
		if (g_rand_int_range(rand, 0, 8) == 0)
			tape_reboot(fixture);
	}
}

/* live: a few records at a time, some lost on the way and fetched later, a restart now and then */
static void
record_live(Story *story, GRand *rand)
{
	Fixture *fixture = &story->fixture;
	guint64 next = 1, hole_first = 0, hole_last = 0;

	bank(fixture, rand, 400);
	while (next + 60 < tape_newest(fixture)) {
		guint64 last = next + (guint64)g_rand_int_range(rand, 0, 40);
		story_commit(story, next, last);
		next = last + 1;
		if (hole_first && g_rand_boolean(rand)) {
			/* with what is there already around it */
			story_commit(story, MAX(hole_first, 3) - 2, hole_last + 2);
			hole_first = 0;
		} else if (!hole_first && g_rand_boolean(rand)) {
			hole_first = next;
			hole_last = next + (guint64)g_rand_int_range(rand, 0, 10);
			next = hole_last + 1;
		}
		if (g_rand_int_range(rand, 0, 8) == 0)
			fixture_reopen(fixture);
	}
}

/* what is newest first, then the past in batches of a MiB, from the newest to the oldest */
static void
record_backfill(Story *story, GRand *rand)
{
	Fixture *fixture = &story->fixture;
	guint64 last, first;
	gsize n_bytes = 0;

	story->end_every = 8;
	bank(fixture, rand, 45000);
	last = tape_newest(fixture) - 50;
	story_commit(story, last + 1, tape_newest(fixture));
	for (first = last; first > 200; first--) {
		n_bytes += 2 + g_bytes_get_size(fixture->tape->pdata[first - 1]);
		if (n_bytes < 1024 * 1024)
			continue;
		/* a few are spoiled, and come with the end */
		story_commit(story, first + 3, last);
		last = first - 1;
		n_bytes = 0;
	}
	story_commit(story, 100, last);
}

static void
torture(void (*work)(Story *, GRand *), guint n_runs, CutTally *tally)
{
	guint32 seed = torture_seed();
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	gint64 from_us = g_get_monotonic_time();

	while (tally->n_runs[0] < n_runs || tally->n_runs[1] < n_runs) {
		g_auto(Story) story = {0};
		g_autoptr(DiskTape) tape = NULL;
		story_init(&story);
		story_begin(&story);
		work(&story, rand);
		story_end(&story);
		g_clear_pointer(&story.fixture.db, kn_db_close);
		tape = disk_unwatch();
		cut_everywhere(tape, &(CutSubject){story_judge, &story}, rand, tally);
	}
	cut_tell(tally, seed, from_us);
}

static void
nothing_acked_is_lost_when_the_power_goes_while_recording(void)
{
	CutTally tally = {0};

	torture(record_live, torture_number("KN_TORTURE_RUNS", 500), &tally);
	g_assert_cmpuint(tally.n_wrong[STORY_LOST] + tally.n_wrong[STORY_CORRUPT], ==, 0);
}

static void
nothing_acked_is_lost_when_the_power_goes_in_a_backfill(void)
{
	CutTally tally = {0};

	torture(record_backfill, torture_number("KN_TORTURE_RUNS", 250), &tally);
	g_assert_cmpuint(tally.n_wrong[STORY_LOST] + tally.n_wrong[STORY_CORRUPT], ==, 0);
}

static void
ignore(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user)
{
}

static void
the_model_finds_losses_and_damage_when_nothing_is_synced(void)
{
	CutTally tally = {.goes_on = TRUE, .ignores_syncs = TRUE};
	GLogFunc before = g_log_set_default_handler(ignore, NULL);
	GLogLevelFlags fatal = g_log_set_always_fatal(G_LOG_LEVEL_ERROR);

	torture(record_live, 20, &tally);
	g_log_set_always_fatal(fatal);
	g_log_set_default_handler(before, NULL);
	g_assert_cmpuint(tally.n_wrong[STORY_LOST], >, 0);
	g_assert_cmpuint(tally.n_wrong[STORY_CORRUPT], >, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/power/nothing_acked_is_lost_when_the_power_goes_while_recording",
			nothing_acked_is_lost_when_the_power_goes_while_recording);
	g_test_add_func("/store/power/nothing_acked_is_lost_when_the_power_goes_in_a_backfill",
			nothing_acked_is_lost_when_the_power_goes_in_a_backfill);
	g_test_add_func("/store/power/the_model_finds_losses_and_damage_when_nothing_is_synced",
			the_model_finds_losses_and_damage_when_nothing_is_synced);
	return g_test_run();
}
