/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * The disk fails at its Nth call, for every N there is: nothing is acked that a power cut at that
 * instant would take, the state says so, and all goes on by itself when the disk does.
 */

#include "cuts.h"
#include "hub.h"
#include "torture.h"

#include "store/sql.h"
#include <errno.h>
#include <string.h>

static const struct {
	const gchar *name;
	DiskFault fault;
} faults[] = {
	{"write: no space", {DISK_WRITE, 0, ENOSPC, FALSE}},
	{"write: no space, for long", {DISK_WRITE, 0, ENOSPC, TRUE}},
	{"write: error", {DISK_WRITE, 0, EIO, FALSE}},
	{"write: error, for long", {DISK_WRITE, 0, EIO, TRUE}},
	{"write: short", {DISK_WRITE, 0, 0, FALSE}},
	{"write: interrupted", {DISK_WRITE, 0, EINTR, FALSE}},
	{"sync: error", {DISK_SYNC, 0, EIO, FALSE}},
	{"sync: error, for long", {DISK_SYNC, 0, EIO, TRUE}},
	{"sync: no space", {DISK_SYNC, 0, ENOSPC, FALSE}},
	{"sync: interrupted", {DISK_SYNC, 0, EINTR, FALSE}},
	{"read: error", {DISK_READ, 0, EIO, FALSE}},
	{"read: error, for long", {DISK_READ, 0, EIO, TRUE}},
	{"read: short", {DISK_READ, 0, 0, FALSE}},
	{"read: interrupted", {DISK_READ, 0, EINTR, FALSE}},
	{"open: too many files", {DISK_OPEN, 0, EMFILE, FALSE}},
	{"resize: error", {DISK_RESIZE, 0, EIO, FALSE}},
	{"resize: interrupted", {DISK_RESIZE, 0, EINTR, FALSE}},
	{"remove: error", {DISK_REMOVE, 0, EIO, FALSE}},
	{"rename: error", {DISK_RENAME, 0, EIO, FALSE}},
	{"read-only, for long",
	 {DISK_OPEN | DISK_WRITE | DISK_RESIZE | DISK_RENAME | DISK_REMOVE, 0, EROFS, TRUE}},
	{"any change: error, for long", {DISK_CHANGES, 0, EIO, TRUE}},
	{"any call: error, for long", {DISK_CHANGES | DISK_READ, 0, EIO, TRUE}},
};

enum {
	ROUNDS_MAX = 1000, /* more calls than any of these makes: else a fault never ended */
};

typedef struct {
	guint n_runs, n_failed,
		n_refused; /* runs, with a fault in them, and without an ack in time */
} Count;

static gchar *
why_of(const gchar *name, guint nth)
{
	return g_strdup_printf("%s at call %u", name, nth);
}

/* One fault while a batch is stored, which SQLite finds in its pages again or not; then another batch. FALSE: there
 * were not so many calls. */
static gboolean
store_over(const gchar *name, DiskFault fault, guint nth, Count *count)
{
	g_autofree gchar *why = why_of(name, nth);
	g_auto(Hub) hub = {0};
	gboolean is_acked;
	guint n_failed;

	fault.nth = nth;
	hub_init(&hub, 60);
	disk_fail(&fault);
	is_acked = hub_commit(&hub, 11, 30);
	n_failed = disk_n_failed();
	if (hub_stats(&hub).is_degraded == is_acked)
		g_error("%s: %s, but acked: %d", why,
			hub_stats(&hub).is_degraded ? "degraded" : "well", is_acked);
	hub_assert_acked_is_durable(&hub, why);
	disk_fail(NULL);
	(void)hub_commit(&hub, 31, 50);
	hub_settle(&hub);
	g_assert_false(hub_stats(&hub).is_degraded);
	hub_assert_acked_is_durable(&hub, why);
	if (hub.n_corrupt > 0)
		g_error("%s: called damaged", why);
	count->n_runs++;
	count->n_failed += n_failed > 0;
	count->n_refused += !is_acked;
	return n_failed > 0;
}

static void
ignore(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user)
{
	/* warnings are what these faults are for; all else ends the test */
	if (!(level & G_LOG_LEVEL_WARNING))
		g_log_default_handler(domain, level, message, user);
}

static void
nothing_is_acked_that_a_failing_disk_does_not_hold(void)
{
	Count count = {0};
	gint64 from_us = g_get_monotonic_time();

	for (guint i = 0; i < G_N_ELEMENTS(faults); i++) {
		guint nth = 1;
		while (store_over(faults[i].name, faults[i].fault, nth, &count))
			g_assert_cmpuint(++nth, <, ROUNDS_MAX);
	}
	g_test_message("%u runs, %u with a fault, %u without an ack; %.1f s", count.n_runs,
		       count.n_failed, count.n_refused,
		       (gdouble)(g_get_monotonic_time() - from_us) / 1e6);
	g_assert_cmpuint(count.n_refused, >, 0);
}

static guint
failed_sync_of(const DiskTape *tape)
{
	guint i = 0;

	while (i < tape->calls->len &&
	       ((DiskCall *)tape->calls->pdata[i])->kind != DISK_SYNC_FAILED)
		i++;
	return i;
}

/* The kernel calls clean what it failed to sync: whoever reads it back from memory believes in what no power cut leaves. */
static void
the_power_may_go_at_any_sync_after_one_that_failed(void)
{
	guint32 seed = torture_seed();
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	gint64 from_us = g_get_monotonic_time();
	CutTally tally = {0};
	guint n_failed = 1;

	for (guint nth = 1; n_failed > 0; nth++) {
		const DiskFault fault = {DISK_SYNC, nth, EIO, FALSE};
		g_autoptr(DiskTape) tape = NULL;
		g_auto(Hub) hub = {0};
		hub_init(&hub, 60);
		disk_fail(&fault);
		(void)hub_commit(&hub, 11, 30);
		n_failed = disk_n_failed();
		disk_fail(NULL);
		(void)hub_commit(&hub, 31, 50);
		hub_settle(&hub);
		tape = hub_stop(&hub);
		cut_everywhere(tape, &(CutSubject){story_judge, &hub.story, failed_sync_of(tape)},
			       rand, &tally);
	}
	cut_tell(&tally, seed, from_us);
}

/* A start over it may fail, but never harms: the next one has everything. */
static gboolean
start_over(const gchar *name, DiskFault fault, guint nth, Count *count)
{
	g_autofree gchar *why = why_of(name, nth);
	g_autofree gchar *text = NULL;
	g_auto(Story) story = {0};
	g_autoptr(DiskTape) tape = NULL;
	g_autoptr(GError) error = NULL;
	guint n_failed;
	KnDb *db;

	fault.nth = nth;
	story_init(&story);
	story_begin(&story);
	tape_start(&story.fixture);
	tape_samples(&story.fixture, 30, 300);
	story_commit(&story, 1, 20);
	/* not closed in order, so that the start has something to do */
	sqlite3_exec(story.fixture.db->handle,
		     "CREATE TEMP TRIGGER t BEFORE UPDATE OF is_clean ON hub "
		     "BEGIN SELECT RAISE(ABORT, 'pulled plug'); END",
		     NULL, NULL, NULL);
	g_clear_pointer(&story.fixture.db, kn_db_close);
	disk_fail(&fault);
	db = kn_db_open(story.fixture.directory, &error);
	n_failed = disk_n_failed();
	disk_fail(NULL);
	count->n_runs++;
	count->n_failed += n_failed > 0;
	count->n_refused += db == NULL;
	/* it would be moved away, or never be tried again */
	if (error && error->code != KN_STORE_ERROR_IO && error->code != KN_STORE_ERROR_FULL)
		g_error("%s: %s", why, error->message);
	kn_db_close(db);
	tape = disk_unwatch();
	if (story_judge(&story, story.fixture.directory, 3, &text) != STORY_SOUND)
		g_error("%s: %s", why, text);
	return n_failed > 0;
}

static void
a_start_on_a_failing_disk_harms_nothing(void)
{
	Count count = {0};
	gint64 from_us = g_get_monotonic_time();

	for (guint i = 0; i < G_N_ELEMENTS(faults); i++) {
		guint nth = 1;
		while (start_over(faults[i].name, faults[i].fault, nth, &count))
			g_assert_cmpuint(++nth, <, ROUNDS_MAX);
	}
	g_test_message("%u runs, %u with a fault, %u starts refused; %.1f s", count.n_runs,
		       count.n_failed, count.n_refused,
		       (gdouble)(g_get_monotonic_time() - from_us) / 1e6);
	g_assert_cmpuint(count.n_refused, >, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	g_log_set_default_handler(ignore, NULL);
	g_test_add_func("/store/disk-errors/nothing_is_acked_that_a_failing_disk_does_not_hold",
			nothing_is_acked_that_a_failing_disk_does_not_hold);
	g_test_add_func("/store/disk-errors/the_power_may_go_at_any_sync_after_one_that_failed",
			the_power_may_go_at_any_sync_after_one_that_failed);
	g_test_add_func("/store/disk-errors/a_start_on_a_failing_disk_harms_nothing",
			a_start_on_a_failing_disk_harms_nothing);
	return g_test_run();
}
