/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "air.h"

/*
 * A hundred thousand sequences of events at random, each with two to six links on one to three adapters, some of them too small for all: air-check.c
 * says what must hold after each event. Then nothing fails any more, and everybody is served within a time that is summed up below.
 * One sequence again, with each of its events: KN_TURNS_SEED=7. More of them: KN_TURNS_RUNS=1000000.
 */

enum { RUNS = 100000, FIRST_SEED = 20261121 };

typedef struct {
	guint64 n_events;
	guint64 n_grants;
	guint64 n_yields;
	guint64 n_refused;
	guint64 n_steps;
	gint64 longest_us;
	guint32 longest_seed;
} Sum;

static guint32
number_from(const gchar *name, guint32 otherwise)
{
	const gchar *text = g_getenv(name);
	return text ? (guint32)g_ascii_strtoull(text, NULL, 10) : otherwise;
}

/*
 * The longest wait there may be, from the calm on:
 *   put aside as not to be served, or a pause of failures (300 s and 20 %)         unsupported_us
 *   a controller that is full and does not say so: three failures, each followed
 *   by a pause like that, until it is presumed                                     4 backoff_max_us
 *   looked for, tried without having been heard: behind all the others             blind_us twice
 *   a number of links that was learned too low: one more is tried                  probe_us
 *   everybody else is served before: keeps its link for, is let go of, and another
 *   is connected, after a window of listening and maybe an attempt that fails      max_us + period_us + attempt_us each
 * and of one that is never heard also:
 *   where all that have a link use it, one of those that are not heard is made
 *   room for in so long                                                            blind_busy_us for each of them
 */
static gint64
longest_us(const Air *air, const AirNode *node)
{
	const KnLinkTimes *link = &air->link_times;
	const KnSlotTimes *slot = &air->slot_times;
	gint64 turn_us = slot->max_us + air->listen_times.period_us + link->attempt_us;
	gint64 silent_us = 0;
	for (guint i = 0; i < air->n_adapters; i++)
		if (air->adapters[i].is_silent)
			silent_us = 4 * link->backoff_max_us;
	gint64 unheard_us = 0;
	for (guint i = 0; node->is_hidden && i < air->n_nodes; i++)
		if (air->nodes[i].adapter == node->adapter &&
		    (air->nodes[i].is_hidden || !air->nodes[i].is_near))
			unheard_us += slot->blind_busy_us;
	return unheard_us + link->unsupported_us + silent_us + link->blind_us + slot->blind_us +
	       slot->probe_us + air->n_nodes * turn_us;
}

static gint64
last_served_us(const Air *air)
{
	gint64 last_us = 0;
	for (guint i = 0; i < air->n_nodes; i++)
		last_us = MAX(last_us, air->nodes[i].served_us);
	return last_us;
}

static void
trouble(Air *air, guint n_faults)
{
	for (guint i = 0; i < n_faults; i++) {
		gboolean is_long = air_chance(air, 150);
		gint64 until_us = air->now_us + air_span(air, (is_long ? 900 : 12) * AIR_SECOND);
		while (air->now_us < until_us)
			air_pass(air, until_us);
		air_disturb(air);
		air_rounds(air);
		air_check(air);
	}
}

/* when the first of those that were not served yet has waited too long */
static gint64
end_of_patience_us(const Air *air, gint64 from_us)
{
	gint64 first_us = AIR_NEVER;
	for (guint i = 0; i < air->n_nodes; i++) {
		const AirNode *node = &air->nodes[i];
		gint64 end_us = from_us + longest_us(air, node);
		if (node->served_us != AIR_NEVER)
			continue;
		if (air->now_us >= end_us)
			air_fail(air, "%u is not served within %.0f s of calm", node->number,
				 (gdouble)(end_us - from_us) / 1e6);
		first_us = MIN(first_us, end_us);
	}
	return first_us;
}

/* Returns the virtual time after which everybody was served. */
static gint64
serve_all(Air *air)
{
	gint64 from_us = air->now_us;
	air_calm(air);
	air_rounds(air);
	air_check(air);
	while (last_served_us(air) == AIR_NEVER) {
		air_pass(air, end_of_patience_us(air, from_us));
		air_pair_lost(air); /* what was said before the calm may come after it */
	}
	return air->now_us - from_us;
}

static void
run(guint32 seed, Sum *sum)
{
	Air air;
	air_init(&air, seed);
	air.is_told = g_getenv("KN_TURNS_SEED") != NULL;
	trouble(&air, seed % 100 ? 12 : 150);
	gint64 us = serve_all(&air);
	sum->n_events += air.n_events;
	sum->n_grants += air.n_grants;
	sum->n_yields += air.n_yields;
	sum->n_refused += air.n_refused;
	sum->n_steps += air.n_steps;
	if (us > sum->longest_us) {
		sum->longest_us = us;
		sum->longest_seed = seed;
	}
	air_clear(&air);
}

static void
one_connects_at_a_time_every_wait_has_a_timer_and_everybody_is_served(void)
{
	guint32 only = number_from("KN_TURNS_SEED", 0);
	guint n_runs = only ? 1 : number_from("KN_TURNS_RUNS", RUNS);
	Sum sum = {0};
	for (guint i = 0; i < n_runs; i++)
		run(only ? only : FIRST_SEED + i, &sum);
	g_test_message("seeds %u to %u: %" G_GUINT64_FORMAT " events, %" G_GUINT64_FORMAT
		       " grants, %" G_GUINT64_FORMAT
		       " refused for want of a link, %" G_GUINT64_FORMAT
		       " made room, %" G_GUINT64_FORMAT
		       " steps of the ladder; longest wait %.0f s (seed %u)",
		       only ? only : FIRST_SEED, only ? only : FIRST_SEED + n_runs - 1,
		       sum.n_events, sum.n_grants, sum.n_refused, sum.n_yields, sum.n_steps,
		       (gdouble)sum.longest_us / 1e6, sum.longest_seed);
	/* where nothing of it ever happens, nothing is shown */
	if (n_runs >= RUNS) {
		g_assert_cmpuint(sum.n_refused, >, n_runs / 100);
		g_assert_cmpuint(sum.n_yields, >, n_runs / 100);
		g_assert_cmpuint(sum.n_steps, >, n_runs / 100);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/link/"
			"one_connects_at_a_time_every_wait_has_a_timer_and_everybody_is_served",
			one_connects_at_a_time_every_wait_has_a_timer_and_everybody_is_served);
	return g_test_run();
}
