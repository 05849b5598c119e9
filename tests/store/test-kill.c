/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* A child commits batch after batch and tells each that is durable over a pipe; it is killed at
 * random. What it told is there once. KN_TORTURE_KILLS: how often. */

#include "fixture.h"
#include "torture.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* a run commits at most BATCHES_MAX, so that every kill has records left to work on, however fast the machine is */
enum {
	N_KILLS = 100,
	KILLS_A_DATABASE = 20, /* all of it is read after each */
	RECORDS_A_BATCH = 40,
	BATCHES_MAX = 9,
	N_RECORDS = (KILLS_A_DATABASE + 1) * BATCHES_MAX * RECORDS_A_BATCH,
	LAST_US_MAX =
		4000, /* about what a commit takes: the kill falls into the last one, or just behind it */
};

/* the child: from the record after the last acked one, as a device would send; a batch for each byte it is given */
static void
commit_until_killed(Fixture *fixture, guint64 acked_seq, gint fd)
{
	KnDb *db = kn_db_open(fixture->directory, NULL);

	if (!db)
		_exit(3);
	fixture->db = db;
	fixture->writer.db = db;
	for (guint64 seq = acked_seq + 1; seq + RECORDS_A_BATCH <= N_RECORDS;
	     seq += RECORDS_A_BATCH) {
		guint8 go;
		if (read(fd, &go, 1) != 1)
			_exit(5);
		g_autoptr(KnBatch) batch = fixture_batch(fixture, seq, seq + RECORDS_A_BATCH - 1);
		g_autoptr(KnCommit) commit = kn_writer_commit(&fixture->writer, batch, NULL);
		guint64 last_seq = seq + RECORDS_A_BATCH - 1;
		if (!commit || write(fd, &last_seq, sizeof last_seq) != sizeof last_seq)
			_exit(4);
	}
	_exit(0);
}

/* Returns the last seq that the child told. */
static guint64
run_and_kill(Fixture *fixture, guint64 acked_seq, guint n_batches, guint delay_us)
{
	static const guint8 go[BATCHES_MAX];
	gint fds[2], status;
	guint64 told_seq;
	pid_t pid;

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
	pid = fork();
	g_assert_cmpint(pid, >=, 0);
	if (pid == 0)
		commit_until_killed(fixture, acked_seq, fds[1]);
	close(fds[1]);
	g_assert_cmpint(write(fds[0], go, n_batches), ==, n_batches);
	/* all but the last are waited for: the kill is to meet the last one at work */
	for (guint i = 1; i < n_batches; i++) {
		g_assert_cmpint(read(fds[0], &told_seq, sizeof told_seq), ==, sizeof told_seq);
		acked_seq = told_seq;
	}
	g_usleep(delay_us);
	kill(pid, SIGKILL);
	while (read(fds[0], &told_seq, sizeof told_seq) == sizeof told_seq)
		acked_seq = told_seq;
	close(fds[0]);
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_true(WIFSIGNALED(status));
	return acked_seq;
}

static void
check(Fixture *fixture, guint64 acked_seq)
{
	g_autoptr(GPtrArray) sessions = NULL;

	fixture->db = kn_db_open(fixture->directory, NULL);
	g_assert_nonnull(fixture->db);
	fixture_assert_stored_once(fixture, 1, acked_seq);
	g_assert_cmpint(fixture_count(fixture, "SELECT count(*) FROM pragma_integrity_check "
					       "WHERE integrity_check = 'ok'"),
			==, 1);
	sessions = fixture_sessions(fixture);
	g_assert_cmpuint(sessions->len, ==, acked_seq > 0 ? 1 : 0);
	g_clear_pointer(&fixture->db, kn_db_close);
}

/* Returns how many records were acked. */
static guint64
kill_often(GRand *rand, guint n_kills)
{
	g_auto(Fixture) fixture = {0};
	guint64 acked_seq = 0;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, N_RECORDS, 300);
	g_clear_pointer(&fixture.db, kn_db_close);
	for (guint i = 0; i < n_kills; i++) {
		guint n_batches = (guint)g_rand_int_range(rand, 1, BATCHES_MAX + 1);
		guint delay_us = (guint)g_rand_int_range(rand, 0, LAST_US_MAX);
		/* some was acked to the device, but what came after the kill is sent again from
		 * further back */
		guint64 again = (guint64)g_rand_int_range(rand, 0, 100);
		guint64 from_seq = acked_seq > again ? acked_seq - again : 0;
		acked_seq = MAX(acked_seq, run_and_kill(&fixture, from_seq, n_batches, delay_us));
		check(&fixture, acked_seq);
	}
	return acked_seq;
}

static void
loses_nothing_acked_and_stores_nothing_twice(void)
{
	guint n_kills = torture_number("KN_TORTURE_KILLS", N_KILLS);
	guint32 seed = torture_seed();
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	gint64 from_us = g_get_monotonic_time();
	guint64 n_acked = 0;

	for (guint n = 0; n < n_kills; n += KILLS_A_DATABASE)
		n_acked += kill_often(rand, MIN(n_kills - n, KILLS_A_DATABASE));
	g_test_message("seed %u: %u kills, %" G_GUINT64_FORMAT " records acked, 0 lost; %.1f s",
		       seed, n_kills, n_acked, (gdouble)(g_get_monotonic_time() - from_us) / 1e6);
	g_assert_cmpuint(n_acked, >, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/kill/loses_nothing_acked_and_stores_nothing_twice",
			loses_nothing_acked_and_stores_nothing_twice);
	return g_test_run();
}
