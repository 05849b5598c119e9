/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/hub-clock.h"

#include <sys/stat.h>
#include <time.h>

/* 2026-11-01: no honest clock shows less once this program runs */
#define RELEASE_US     G_GINT64_CONSTANT(1793491200000000)
#define PLAUSIBLE_US   (G_GINT64_CONSTANT(20) * 366 * 86400 * G_USEC_PER_SEC)
#define SET_US         G_USEC_PER_SEC /* by less the network's time daemon corrects it, too */
#define SYNC_FLAG_FILE KN_TIMESYNC_DIRECTORY "/synchronized"
/* the sandbox of the service hides the kernel's file, and its unit says it instead */
#define BOOT_ID_VARIABLE "KNEAD_BOOT_ID"
#define BOOT_ID_FILE     "/proc/sys/kernel/random/boot_id"

enum { BOOT_ID_DIGITS = 16 };

static gint64
to_us(const struct timespec *time)
{
	return (gint64)time->tv_sec * G_USEC_PER_SEC + time->tv_nsec / 1000;
}

static gint64
read_us(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return to_us(&time);
}

static gint64
read_flag_us(KnHubClock *clock, gint64 boottime_us)
{
	struct stat status;

	if (clock->asked_boottime_us != 0 &&
	    boottime_us - clock->asked_boottime_us < G_USEC_PER_SEC)
		return clock->flag_us;
	clock->asked_boottime_us = boottime_us;
	return stat(SYNC_FLAG_FILE, &status) == 0 ? MAX(to_us(&status.st_mtim), 1) : 0;
}

static void
note_step(KnHubClock *clock, gint64 offset_us)
{
	gint64 step_us = clock->is_begun ? offset_us - clock->offset_us : 0;

	clock->is_begun = TRUE;
	clock->offset_us = offset_us;
	if (ABS(step_us) < SET_US)
		return;
	clock->doubted_flag_us = clock->flag_us;
	clock->is_bus_synced = FALSE;
}

ktp_ClockQuality
kn_hub_clock_judge(KnHubClock *clock, gint64 boottime_us, gint64 utc_us, gint64 flag_us)
{
	note_step(clock, utc_us - boottime_us);
	clock->flag_us = flag_us;
	/* timesyncd touches it with every answer of the network */
	if (flag_us != clock->doubted_flag_us)
		clock->doubted_flag_us = 0;
	if (utc_us < RELEASE_US || utc_us > RELEASE_US + PLAUSIBLE_US)
		return ktp_CLOCK_UNKNOWN;
	if (clock->is_bus_synced || (flag_us != 0 && clock->doubted_flag_us == 0))
		return ktp_CLOCK_SYNCED;
	return ktp_CLOCK_RESTORED;
}

void
kn_hub_clock_note_bus(KnHubClock *clock, gboolean is_synced)
{
	clock->is_bus_synced = is_synced;
}

void
kn_hub_clock_read(KnHubClock *clock, KnNow *ret_now)
{
	/* boottime, not monotonic: a hub that slept has aged */
	ret_now->boottime_us = read_us(CLOCK_BOOTTIME);
	ret_now->utc_us = read_us(CLOCK_REALTIME);
	ret_now->quality = kn_hub_clock_judge(clock, ret_now->boottime_us, ret_now->utc_us,
					      read_flag_us(clock, ret_now->boottime_us));
}

guint64
kn_hub_boot_id_of(const gchar *text)
{
	guint64 id = 0;
	guint n_digits = 0;

	for (const gchar *c = text; c && *c && n_digits < BOOT_ID_DIGITS; c++) {
		if (*c == '-')
			continue;
		if (!g_ascii_isxdigit(*c))
			break;
		id = id << 4 | (guint64)g_ascii_xdigit_value(*c);
		n_digits++;
	}
	if (n_digits < BOOT_ID_DIGITS)
		id = 0;
	while (id == 0)
		id = (guint64)g_random_int() << 32 | g_random_int();
	return id;
}

guint64
kn_hub_boot_id(void)
{
	const gchar *told = g_getenv(BOOT_ID_VARIABLE);
	g_autofree gchar *read = NULL;

	if (!told && !g_file_get_contents(BOOT_ID_FILE, &read, NULL, NULL))
		read = NULL;
	return kn_hub_boot_id_of(told ? told : read);
}
