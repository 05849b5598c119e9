/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* whatever people do to hand-outs, assignments and sessions, in any order: each second that is not deleted is one person's or nobody's */

#include "wishes.h"

#include "store/edits.h"
#include "store/sessions.h"

enum { N_SESSIONS = 6, N_PERSONS = 3, N_STEPS = 150 };

static GPtrArray *
query(Fixture *fixture, gint64 person_id, gboolean is_deleted)
{
	const KnSessionQuery wanted = {.from_us = G_MININT64,
				       .to_us = G_MAXINT64,
				       .limit = 400,
				       .person_id = person_id,
				       .is_deleted = is_deleted};
	GPtrArray *found = kn_sessions_query(fixture->db, &wanted, NULL);

	g_assert_nonnull(found);
	return found;
}

/* marks the records of each session once; their number */
static guint
mark(const GPtrArray *sessions, gint64 person_id, guint8 *seen, guint n_seen)
{
	guint n = 0;

	for (guint i = 0; i < sessions->len; i++) {
		const KnSession *session = sessions->pdata[i];

		g_assert_cmpint(session->person_id, ==, MAX(person_id, 0));
		for (guint64 seq = session->span.first_seq; seq <= session->span.last_seq; seq++) {
			g_assert_cmpuint(seq, <, n_seen);
			g_assert_cmpuint(seen[seq]++, ==, 0);
			n++;
		}
	}
	return n;
}

static void
assert_each_record_is_one_persons(Fixture *fixture)
{
	guint n_records = (guint)tape_newest(fixture) + 1;

	for (guint is_deleted = 0; is_deleted < 2; is_deleted++) {
		g_autofree guint8 *seen = g_malloc0(n_records);
		g_autoptr(GPtrArray) all = query(fixture, 0, is_deleted != 0);
		guint n = 0, n_all = 0;

		for (guint i = 0; i < all->len; i++) {
			const KnSession *session = all->pdata[i];
			n_all += (guint)(session->span.last_seq - session->span.first_seq + 1);
		}
		for (gint64 person_id = -1; person_id <= N_PERSONS; person_id++) {
			g_autoptr(GPtrArray) own = NULL;
			if (person_id == 0)
				continue;
			own = query(fixture, person_id, is_deleted != 0);
			n += mark(own, person_id, seen, n_records);
		}
		g_assert_cmpuint(n, ==, n_all);
	}
}

static gint64
any_session(Fixture *fixture, GRand *random)
{
	g_autoptr(GPtrArray) all = query(fixture, 0, FALSE);

	return all->len == 0 ? 1
			     : ((const KnSession *)
					all->pdata[g_rand_int_range(random, 0, (gint32)all->len)])
				       ->id;
}

/* the first or the last microsecond of a session, when it has not been yet */
static gint64
later(Fixture *fixture, GRand *random, gint64 at_us)
{
	g_autoptr(GPtrArray) all = query(fixture, 0, FALSE);

	for (guint i = all->len; i-- > 0;) {
		const KnSession *session = all->pdata[i];
		gint64 end_us = session->start_utc_us + (gint64)session->metrics.duration_ms * 1000;

		if (session->start_utc_us > at_us && g_rand_boolean(random))
			return session->start_utc_us;
		if (end_us > at_us && g_rand_boolean(random))
			return end_us;
	}
	return at_us + g_rand_int_range(random, 1, S);
}

/* many are refused, and change nothing */
static gboolean
edit(Fixture *fixture, GRand *random)
{
	static const KnByHandKind kinds[] = {KN_BY_HAND_SPLIT, KN_BY_HAND_MERGE, KN_BY_HAND_DELETE,
					     KN_BY_HAND_UNDO};
	KnByHand wish = {.kind = kinds[g_rand_int_range(random, 0, 4)],
			 .id = any_session(fixture, random),
			 .other_id = any_session(fixture, random),
			 .after_ms = (guint64)g_rand_int_range(random, 1, LONG / 1000),
			 .uid = 1000};
	KnByHandDone done;

	if (wish.kind == KN_BY_HAND_UNDO)
		wish.id = g_rand_int_range(random, 0, 8);
	return kn_edits_do(fixture->db, &wish, NOW, &done, NULL);
}

static gboolean
change(Fixture *fixture, GRand *random, gint64 at_us)
{
	gint64 session = any_session(fixture, random);
	const gint64 person_id = g_rand_int_range(random, 0, N_PERSONS + 1);
	KnPeopleWish wish = {.person_id = person_id,
			     .device_id = fixture->device_id,
			     .at_us = at_us,
			     .is_forced = TRUE,
			     .sessions = &session,
			     .n_sessions = 1};
	KnPeopleDone done;

	wish.what = person_id == 0           ? KN_PEOPLE_RETURN
		    : g_rand_boolean(random) ? KN_PEOPLE_CHECKOUT
					     : KN_PEOPLE_ASSIGN;
	return kn_people_run(fixture->db, &wish, NOW, &done, NULL);
}

static void
each_record_that_is_not_deleted_is_one_persons_or_nobodys(void)
{
	guint32 seed = g_test_rand_int_range(0, G_MAXINT32);
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);
	g_auto(Fixture) fixture = {0};
	gint64 at_us = NOON - 20 * S;
	guint n_done = 0;

	g_test_message("seed %u", seed);
	fixture_init(&fixture);
	for (guint i = 0; i < N_SESSIONS; i++) {
		tape_start(&fixture);
		tape_samples(&fixture, 10, 300);
		tape_end(&fixture, LONG / 1000);
		fixture.t_ms += 5000;
	}
	people_date(&fixture, fixture.boot, NOON, 2);
	/* one session comes only after half of all that is done to the others */
	fixture_store(&fixture, 1, 24);
	fixture_store(&fixture, 37, tape_newest(&fixture));
	for (guint i = 0; i < N_PERSONS; i++)
		people_person(&fixture, (const gchar *[]){"Mia", "Ben", "Tom"}[i]);
	for (guint step = 0; step < N_STEPS; step++) {
		at_us = later(&fixture, random, at_us);
		n_done += g_rand_boolean(random) ? edit(&fixture, random)
						 : change(&fixture, random, at_us);
		if (step == N_STEPS / 2)
			fixture_store(&fixture, 25, 36);
		assert_each_record_is_one_persons(&fixture);
	}
	g_test_message("%u of %d were done", n_done, N_STEPS);
	g_assert_cmpuint(n_done, >, N_STEPS / 10);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/owners/each_record_that_is_not_deleted_is_one_persons_or_nobodys",
			each_record_that_is_not_deleted_is_one_persons_or_nobodys);
	return g_test_run();
}
