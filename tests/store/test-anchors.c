/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the store places an instant by the few anchors that matter: it has to come to what all of them say */

#include "fixture.h"

#include "core/log/clock.h"
#include "store/anchors.h"
#include "store/logs.h"

#define S  G_GINT64_CONSTANT(1000000)
#define T0 (G_GINT64_CONSTANT(1795168800) * S)

enum { BOOTS = 4, ANCHORS = 60, PLACES = 40 };

/* minutes to days apart, most on one straight line, some a jump away, some banked, of every quality */
static KnAnchor
random_anchor(GRand *rand, gint64 device_id)
{
	guint64 t_ms = (guint64)g_rand_int_range(rand, 0, 40 * 12) * 300000;
	KnAnchor anchor = {.device_id = device_id,
			   .log_id = LOG_ID,
			   .boot = (guint32)g_rand_int_range(rand, 1, BOOTS + 1),
			   .t_ms = t_ms,
			   .error_us = g_rand_int_range(rand, 1000, 100000),
			   .quality = g_rand_int_range(rand, 0, 5) == 0 ? 1 : 2,
			   .is_banked = g_rand_int_range(rand, 0, 4) == 0};

	/* boots between the first and the last hardly ever meet a hub that knows the time */
	if (anchor.boot > 1 && anchor.boot < BOOTS && g_rand_int_range(rand, 0, 40) != 0)
		anchor.quality = 0;

	anchor.utc_us = T0 + anchor.boot * 30 * 86400 * S + (gint64)t_ms * 1000 +
			(gint64)t_ms * g_rand_int_range(rand, -5, 5) / 100 +
			g_rand_int_range(rand, -100000, 100000);
	if (g_rand_int_range(rand, 0, 12) == 0)
		anchor.utc_us += 3600 * S;
	/* another hub gave it another era */
	if (anchor.is_banked && g_rand_int_range(rand, 0, 2) == 0)
		anchor.utc_us += G_GINT64_CONSTANT(14) * 365 * 86400 * S;
	return anchor;
}

static void
place_both(Fixture *fixture, gint64 log_key, const GArray *all, guint32 boot, guint64 t_ms,
	   KnWallTime *ret_few)
{
	KnWallTime every;
	GError *error = NULL;

	g_assert_true(kn_anchors_place(fixture->db, log_key, boot, t_ms, ret_few, &error));
	g_assert_no_error(error);
	kn_clock_place(all, boot, t_ms, &every);
	g_assert_cmpint(ret_few->utc_us, ==, every.utc_us);
	g_assert_cmpint(ret_few->is_known, ==, every.is_known);
	g_assert_cmpint(ret_few->is_uncertain, ==, every.is_uncertain);
}

/* a massager banks a clock when it is given a better one than it has in that boot: one of each quality. Of a tick there may be one
 * that is banked and one of a round trip. */
static gboolean
is_known_already(const GArray *all, const KnAnchor *anchor)
{
	for (guint i = 0; i < all->len; i++) {
		const KnAnchor *old = &g_array_index(all, KnAnchor, i);
		if (old->boot != anchor->boot || old->is_banked != anchor->is_banked)
			continue;
		if (anchor->is_banked ? old->quality == anchor->quality : old->t_ms == anchor->t_ms)
			return TRUE;
	}
	return FALSE;
}

/* what lies before the tick that the store names must not have moved */
static void
add_and_compare(Fixture *fixture, gint64 log_key, GArray *all, GRand *rand)
{
	KnAnchor anchor = random_anchor(rand, fixture->device_id);
	KnWallTime before[PLACES], after;
	guint64 from_t_ms, ticks[PLACES];
	gboolean is_new;
	GError *error = NULL;

	if (is_known_already(all, &anchor))
		return;
	for (guint i = 0; i < PLACES; i++) {
		ticks[i] = (guint64)g_rand_int_range(rand, 0, 45 * 3600) * 1000;
		place_both(fixture, log_key, all, anchor.boot, ticks[i], &before[i]);
	}
	g_assert_true(kn_anchors_add(fixture->db, log_key, &anchor, &is_new, &from_t_ms, &error));
	g_assert_no_error(error);
	g_assert_true(is_new);
	g_array_append_val(all, anchor);
	for (guint i = 0; i < PLACES; i++) {
		place_both(fixture, log_key, all, anchor.boot, ticks[i], &after);
		if (ticks[i] < from_t_ms && before[i].is_known && !before[i].is_uncertain)
			g_assert_cmpint(after.utc_us, ==, before[i].utc_us);
	}
}

static void
few_anchors_say_what_all_of_them_say(void)
{
	for (guint32 seed = 1; seed <= 12; seed++) {
		g_auto(Fixture) fixture = {0};
		g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
		g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(KnAnchor));
		gint64 log_key;
		g_test_message("seed %u", seed);
		fixture_init(&fixture);
		g_assert_true(kn_db_begin(fixture.db, NULL));
		g_assert_true(
			kn_logs_get_key(fixture.db, fixture.device_id, LOG_ID, &log_key, NULL));
		for (guint i = 0; i < ANCHORS; i++)
			add_and_compare(&fixture, log_key, all, rand);
		g_assert_true(kn_db_commit(fixture.db, NULL));
	}
}

static void
add_and_look(Fixture *fixture, GRand *rand, guint *banked_boots)
{
	g_autoptr(KnBatch) batch = kn_batch_new(999);
	g_autoptr(KnCommit) commit = NULL;
	g_autoptr(GPtrArray) sessions = NULL;
	gint64 log_key = fixture_count(fixture, "SELECT log_key FROM log");
	KnAnchor anchor = {.device_id = fixture->device_id,
			   .log_id = LOG_ID,
			   .boot = (guint32)g_rand_int_range(rand, 0, (gint)fixture->boot + 1),
			   .t_ms = (guint64)g_rand_int_range(rand, 0, 30000) * 1000,
			   .quality = (guint8)MAX(g_rand_int_range(rand, -9, 3), 0)};

	anchor.utc_us = G_GINT64_CONSTANT(1700000000000000) + anchor.boot * 86400000000 +
			(gint64)anchor.t_ms * 1000 + g_rand_int_range(rand, -50000, 50000);
	/* once a boot, from another hub, and of another era */
	if (anchor.t_ms % 8000 == 0 && anchor.quality == ktp_CLOCK_SYNCED &&
	    !(*banked_boots & (1U << anchor.boot))) {
		anchor.is_banked = TRUE;
		anchor.utc_us += G_GINT64_CONSTANT(14) * 365 * 86400 * S;
		*banked_boots |= 1U << anchor.boot;
	}
	anchor.hub_boot_id = 100 + anchor.boot / 2;
	anchor.hub_us = anchor.utc_us - G_GINT64_CONSTANT(1700000000000000);
	g_array_append_val(batch->anchors, anchor);
	/* now and then a hub learns the time of a boot of its own */
	if (anchor.t_ms % 13000 == 0) {
		const KnHubAnchor reading = {anchor.hub_boot_id, anchor.hub_us,
					     anchor.utc_us + 777 * S, ktp_CLOCK_SYNCED};
		g_array_append_val(batch->hub_anchors, reading);
	}
	commit = kn_writer_commit(&fixture->writer, batch, NULL);
	g_assert_nonnull(commit);
	sessions = fixture_sessions(fixture);
	g_assert_cmpuint(sessions->len, ==, 18);
	/* a fresh look: nothing that was kept in memory is asked */
	g_hash_table_remove_all(fixture->db->trusted_boots);
	for (guint i = 0; i < sessions->len; i++) {
		const KnSession *session = sessions->pdata[i];
		KnWallTime time;
		g_assert_true(kn_anchors_place(fixture->db, log_key, session->boot,
					       session->span.first_t_ms, &time, NULL));
		g_assert_cmpint(session->is_time_known, ==, time.is_known);
		g_assert_cmpint(session->is_time_uncertain, ==, time.is_uncertain);
		g_assert_cmpint(session->start_utc_us, ==, time.is_known ? time.utc_us : 0);
	}
}

/* sessions in six boots; then anchors in any order, of any quality */
static void
after_any_anchors_every_session_is_where_a_fresh_look_puts_it(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(81);

	for (guint run = 0; run < 8; run++) {
		g_auto(Fixture) fixture = {0};
		guint banked_boots = 0;
		fixture_init(&fixture);
		for (guint i = 0; i < 18; i++) {
			guint64 first_seq = tape_newest(&fixture) + 1;
			if (i > 0 && i % 3 == 0)
				tape_reboot(&fixture);
			fixture.t_ms += 7200000;
			tape_start(&fixture);
			tape_samples(&fixture, 2, 300);
			tape_end(&fixture, 640);
			fixture_store(&fixture, first_seq, tape_newest(&fixture));
		}
		for (guint i = 0; i < 40; i++)
			add_and_look(&fixture, rand, &banked_boots);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/anchors/few_anchors_say_what_all_of_them_say",
			few_anchors_say_what_all_of_them_say);
	g_test_add_func("/store/anchors/"
			"after_any_anchors_every_session_is_where_a_fresh_look_puts_it",
			after_any_anchors_every_session_is_where_a_fresh_look_puts_it);
	return g_test_run();
}
