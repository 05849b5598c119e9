/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * Thirty virtual days, twenty massagers, faults at random; invariants after every event (soak.h says what is real and what is not).
 * The seeds are fixed, so that every run is the same. Another: KN_SOAK_SEED=7 KN_SOAK_DAYS=30 ./dev test soak
 */

#include "soak.h"

#define STRETCH_US (5 * SOAK_DAY) /* of faults, then … */
#define CALM_US \
	(3 * SOAK_HOUR) /* … without: the longest pause of a link is ten minutes, of a fetch five */
#define QUIET_US SOAK_HOUR /* the last of it, without sessions */

enum { DAYS = 30, SEEDS = 2 };

static SoakNode *
init_node(SoakWorld *world, guint number)
{
	static const gchar *const kinds[] = {"back14", "roller", "foam-roll", "roller"};
	g_autofree gchar *serial = g_strdup_printf("S%02u", number);
	SoakNode *node = &world->nodes[number];
	KnMassagerSpec spec = {.kind = (gchar *)kinds[number % G_N_ELEMENTS(kinds)],
			       .address = serial,
			       .serial = serial,
			       .seed = world->seed * 1000 + number,
			       .flash_bytes = (gsize)16384 << g_rand_int_range(world->rand, 0, 4),
			       .mtu = 517,
			       .rate_hz = 2};

	node->world = world;
	node->number = number;
	node->adapter = &world->adapters[number % SOAK_ADAPTERS];
	node->massager = kn_massager_new(&spec, world->now_us, 0);
	node->drift_ppm = g_rand_int_range(world->rand, -100, 101);
	node->is_hidden = number % 7 == 3;
	node->has_bond = node->is_bonded = node->is_present = TRUE;
	node->loss_permille = node->corrupt_permille = 2;
	node->armed_us = node->air_us = G_MAXINT64;
	node->logs = g_ptr_array_new_with_free_func(soak_log_free);
	g_queue_init(&node->writes);
	soak_books_open_log(node);
	return node;
}

static SoakWorld *
world_new(guint32 seed, guint days)
{
	SoakWorld *world = g_new0(SoakWorld, 1);

	world->seed = seed;
	world->days = days;
	world->rand = g_rand_new_with_seed(seed);
	world->queue = soak_queue_new();
	world->is_daemon_up = TRUE;
	kn_link_times_init(&world->times, 1.0);
	kn_slot_times_init(&world->slot_times, 1.0);
	kn_listen_times_init(&world->listen_times, 1.0);
	kn_ladder_times_init(&world->ladder_times, 1.0);
	for (guint i = 0; i < SOAK_ADAPTERS; i++)
		world->adapters[i] = (SoakAdapter){.number = i,
						   .is_powered = TRUE,
						   .capacity = SOAK_NODES,
						   .is_silent = i == 1,
						   .planned_us = G_MAXINT64};
	for (guint i = 0; i < SOAK_NODES; i++)
		init_node(world, i);
	world->commit_delay_us = 40 * SOAK_MS;
	soak_hub_init(world);
	soak_faults_start(world);
	return world;
}

static void
world_free(SoakWorld *world)
{
	soak_hub_clear(world);
	for (guint i = 0; i < SOAK_NODES; i++) {
		SoakNode *node = &world->nodes[i];
		kn_massager_free(node->massager);
		g_queue_clear_full(&node->writes, (GDestroyNotify)g_bytes_unref);
		g_ptr_array_unref(node->logs);
	}
	g_array_unref(world->queue);
	g_rand_free(world->rand);
	g_free(world);
}

static void
on_stop(SoakWorld *world, SoakNode *node, guint64 arg)
{
	*(gboolean *)(gpointer)(guintptr)arg = TRUE;
}

static void
run(SoakWorld *world, gint64 until_us)
{
	gboolean is_over = FALSE;
	SoakFunc func;
	SoakNode *node;
	guint64 arg;

	soak_at(world, until_us, on_stop, NULL, (guint64)(guintptr)&is_over);
	while (!is_over && soak_next(world, &func, &node, &arg)) {
		world->stats.n_events++;
		func(world, node, arg);
		soak_port_rounds(world);
		soak_check_world(world);
		if (node)
			soak_check_node(node);
		for (guint i = 0; !node && i < SOAK_NODES; i++)
			soak_check_node(&world->nodes[i]);
	}
}

static guint
count_descriptors(void)
{
	g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
	guint n = 0;

	while (dir && g_dir_read_name(dir))
		n++;
	return n;
}

static void
tell(const SoakStats *stats)
{
	g_test_message("%" G_GUINT64_FORMAT " events, %" G_GUINT64_FORMAT
		       " faults, %" G_GUINT64_FORMAT " connects, %" G_GUINT64_FORMAT
		       " links, %" G_GUINT64_FORMAT " refused as full, %" G_GUINT64_FORMAT
		       " made room, steps of the ladder %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
		       " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
		       " notifications, %" G_GUINT64_FORMAT " records stored, %" G_GUINT64_FORMAT
		       " overwritten and %" G_GUINT64_FORMAT " unreadable gaps, %" G_GUINT64_FORMAT
		       " commits, %" G_GUINT64_FORMAT " failed, %" G_GUINT64_FORMAT
		       " trims, %" G_GUINT64_FORMAT " ends of the hub, %" G_GUINT64_FORMAT
		       " quarantines, %" G_GUINT64_FORMAT " links made anew, %u planned at most",
		       stats->n_events, stats->n_faults, stats->n_connects, stats->n_links,
		       stats->n_full, stats->n_yields, stats->n_steps[0], stats->n_steps[1],
		       stats->n_steps[2], stats->n_steps[3], stats->n_packets, stats->n_stored,
		       stats->n_overwritten, stats->n_unreadable, stats->n_commits,
		       stats->n_commit_failures, stats->n_trims, stats->n_kills,
		       stats->n_quarantines, stats->n_renewals, stats->n_queue_max);
}

/* a soak in which nothing happens proves nothing */
static void
assert_eventful(const SoakStats *stats)
{
	for (guint state = 0; state < KN_LINK_N_STATES; state++)
		if (state != KN_LINK_AT_REST && stats->n_state[state] == 0)
			g_error("no link ever came to state %u", state);
	for (guint step = 0; step < KN_LADDER_STEPS; step++)
		if (stats->n_steps[step] == 0)
			g_error("no adapter was ever helped by %s",
				kn_ladder_step_name((KnLadderStep)step));
	g_assert_cmpuint(stats->n_full, >, 0);
	g_assert_cmpuint(stats->n_yields, >, 0);
	g_assert_cmpuint(stats->n_renewals, >, 0);
	g_assert_cmpuint(stats->n_stored, >, 0);
	g_assert_cmpuint(stats->n_overwritten, >, 0);
	g_assert_cmpuint(stats->n_unreadable, >, 0);
	g_assert_cmpuint(stats->n_commit_failures, >, 0);
	g_assert_cmpuint(stats->n_kills, >, 0);
}

static guint
number_from(const gchar *name, guint otherwise)
{
	const gchar *text = g_getenv(name);

	return text ? (guint)g_ascii_strtoull(text, NULL, 10) : otherwise;
}

static void
test_nothing_is_lost_doubled_or_stuck(gconstpointer data)
{
	guint32 seed = GPOINTER_TO_UINT(data);
	guint days = number_from("KN_SOAK_DAYS", DAYS);
	guint n_descriptors = count_descriptors();
	SoakWorld *world = world_new(seed, days);

	g_test_message("seed %u, %u days; again: KN_SOAK_SEED=%u KN_SOAK_DAYS=%u ./dev test soak",
		       seed, days, seed, days);
	while (world->now_us < days * SOAK_DAY) {
		gint64 end_us = MIN(world->now_us + STRETCH_US, days * SOAK_DAY);
		world->is_calm = FALSE;
		world->quiet_us = end_us - QUIET_US;
		run(world, end_us - CALM_US);
		soak_faults_cease(world);
		soak_port_rounds(world);
		run(world, end_us);
		soak_end_check_caught_up(world);
	}
	soak_end_check_store(world);
	tell(&world->stats);
	if (days >= DAYS)
		assert_eventful(&world->stats);
	world_free(world);
	g_assert_cmpuint(count_descriptors(), ==, n_descriptors);
}

static void
add(guint32 seed)
{
	g_autofree gchar *name =
		g_strdup_printf("/soak/seed_%u/nothing_is_lost_doubled_or_stuck", seed);

	g_test_add_data_func(name, GUINT_TO_POINTER(seed), test_nothing_is_lost_doubled_or_stuck);
}

int
main(int argc, char **argv)
{
	guint32 seed = number_from("KN_SOAK_SEED", 0);

	g_test_init(&argc, &argv, NULL);
	for (guint32 i = 1; i <= (seed ? 1 : SEEDS); i++)
		add(seed ? seed : i);
	return g_test_run();
}
