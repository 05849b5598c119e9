/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/hub-clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define S    G_GINT64_CONSTANT(1000000)
#define T0   (G_GINT64_CONSTANT(1795168800) * S) /* 2026-11-20 */
#define YEAR (G_GINT64_CONSTANT(31557600) * S)
#define FLAG (T0 - 30 * S) /* timesyncd's flag, touched half a minute ago */

/* ---- a machine that slept: only its boottime went on ---- */

static gint64 slept_s;

/* in the place of libc's, for this program */
int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	int code = (int)syscall(SYS_clock_gettime, clock, ret_time);

	if (clock == CLOCK_BOOTTIME || clock == CLOCK_REALTIME)
		ret_time->tv_sec += (time_t)slept_s;
	return code;
}

static void
a_machine_that_slept_has_aged_and_its_clock_was_not_set(void)
{
	KnHubClock clock = {0};
	KnNow before, after;
	gint64 slept_us;

	kn_hub_clock_note_bus(&clock, TRUE);
	kn_hub_clock_read(&clock, &before);
	slept_s = 8 * 3600;
	kn_hub_clock_read(&clock, &after);
	slept_s = 0;
	slept_us = after.boottime_us - before.boottime_us;
	g_assert_cmpint(slept_us, >=, 8 * 3600 * S);
	g_assert_cmpint(ABS(after.utc_us - before.utc_us - slept_us), <, S);
	/* a step would have made timedated's word doubtful */
	g_assert_true(clock.is_bus_synced);
}

static void
what_no_honest_clock_shows_is_unknown(void)
{
	const gint64 absurd[] = {0, 86400 * S, G_GINT64_CONSTANT(1700000000) * S, T0 + 21 * YEAR,
				 G_MAXINT64 / 2};

	for (guint i = 0; i < G_N_ELEMENTS(absurd); i++) {
		KnHubClock clock = {0};
		g_assert_cmpint(kn_hub_clock_judge(&clock, S, absurd[i], FLAG), ==,
				ktp_CLOCK_UNKNOWN);
	}
}

static void
a_plausible_clock_is_restored_until_somebody_vouches_for_it(void)
{
	KnHubClock clock = {0};

	g_assert_cmpint(kn_hub_clock_judge(&clock, S, T0, 0), ==, ktp_CLOCK_RESTORED);
	g_assert_cmpint(kn_hub_clock_judge(&clock, 2 * S, T0 + S, FLAG), ==, ktp_CLOCK_SYNCED);
}

/* chrony has no flag: timedated says it */
static void
timedated_vouches_until_the_clock_is_set(void)
{
	KnHubClock clock = {0};

	g_assert_cmpint(kn_hub_clock_judge(&clock, S, T0, 0), ==, ktp_CLOCK_RESTORED);
	kn_hub_clock_note_bus(&clock, TRUE);
	g_assert_cmpint(kn_hub_clock_judge(&clock, 2 * S, T0 + S, 0), ==, ktp_CLOCK_SYNCED);
	g_assert_cmpint(kn_hub_clock_judge(&clock, 3 * S, T0 + 2 * S - 3600 * S, 0), ==,
			ktp_CLOCK_RESTORED);
}

static void
a_clock_that_was_set_is_not_believed_before_the_network_answers_again(void)
{
	KnHubClock clock = {0};

	g_assert_cmpint(kn_hub_clock_judge(&clock, S, T0, FLAG), ==, ktp_CLOCK_SYNCED);
	g_assert_cmpint(kn_hub_clock_judge(&clock, 2 * S, T0 + 3600 * S, FLAG), ==,
			ktp_CLOCK_RESTORED);
	g_assert_cmpint(kn_hub_clock_judge(&clock, 60 * S, T0 + 3658 * S, FLAG), ==,
			ktp_CLOCK_RESTORED);
	/* set back by the network, which touches its flag */
	g_assert_cmpint(kn_hub_clock_judge(&clock, 61 * S, T0 + 60 * S, T0 + 60 * S), ==,
			ktp_CLOCK_SYNCED);
}

/* the first answer of the network sets the clock, and only then the flag is there */
static void
the_first_setting_by_the_network_is_believed(void)
{
	KnHubClock clock = {0};

	g_assert_cmpint(kn_hub_clock_judge(&clock, S, 0, 0), ==, ktp_CLOCK_UNKNOWN);
	g_assert_cmpint(kn_hub_clock_judge(&clock, 600 * S, T0, 0), ==, ktp_CLOCK_RESTORED);
	g_assert_cmpint(kn_hub_clock_judge(&clock, 601 * S, T0 + S, T0), ==, ktp_CLOCK_SYNCED);
}

static void
a_slewed_clock_stays_synced(void)
{
	KnHubClock clock = {0};

	for (gint64 i = 1; i < 1000; i++)
		g_assert_cmpint(kn_hub_clock_judge(&clock, i * S, T0 + i * (S + 500), FLAG), ==,
				ktp_CLOCK_SYNCED);
}

static void
a_boot_of_the_machine_has_a_number(void)
{
	guint64 random = kn_hub_boot_id_of(NULL);

	g_assert_cmphex(kn_hub_boot_id_of("7e738c71-6562-4547-bdbb-51a619610325\n"), ==,
			G_GUINT64_CONSTANT(0x7e738c7165624547));
	g_assert_cmphex(kn_hub_boot_id_of("7e738c7165624547bdbb51a619610325"), ==,
			G_GUINT64_CONSTANT(0x7e738c7165624547));
	g_assert_cmphex(random, !=, 0);
	g_assert_cmphex(kn_hub_boot_id_of("%b"), !=, random);
	g_assert_cmphex(kn_hub_boot_id_of("0000000000000000"), !=, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/daemon/hub-clock/" #name, name)
	ADD(what_no_honest_clock_shows_is_unknown);
	ADD(a_plausible_clock_is_restored_until_somebody_vouches_for_it);
	ADD(timedated_vouches_until_the_clock_is_set);
	ADD(a_clock_that_was_set_is_not_believed_before_the_network_answers_again);
	ADD(the_first_setting_by_the_network_is_believed);
	ADD(a_slewed_clock_stays_synced);
	ADD(a_machine_that_slept_has_aged_and_its_clock_was_not_set);
	ADD(a_boot_of_the_machine_has_a_number);
	return g_test_run();
}
