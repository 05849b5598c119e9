/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/clock-watch.h"

#include "daemon/timedated.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* later than the clock ever shows: time_t has 32 bits on Debian 12 for armhf, and ends in 2038 there */
#define NEVER_S (sizeof(time_t) > 4 ? (time_t)((gint64)1 << 40) : G_MAXINT32)

enum { LOOK_S = 60, ASK_MAX_S = 3600 };

struct KnClockWatch {
	KnHubClock *clock; /* borrowed */
	KnClockWatchFunc func;
	gpointer user;
	gint timer; /* -1: the kernel has none for us */
	guint timer_source;
	guint look_source; /* 0: it is synced */
	guint ask_after_s; /* how long to leave timedated alone */
	guint unasked_s;
	KnTimedated *timedated; /* owned */
};

static gboolean on_look(gpointer user);

static void
on_timedated(gboolean is_synced, gpointer user)
{
	KnClockWatch *watch = user;

	kn_hub_clock_note_bus(watch->clock, is_synced);
	watch->func(watch->user);
}

/* ---- looking ---- */

static void
begin_looking(KnClockWatch *watch)
{
	watch->ask_after_s = LOOK_S;
	watch->unasked_s = 0;
	if (watch->look_source == 0)
		watch->look_source = g_timeout_add_seconds(LOOK_S, on_look, watch);
}

static gboolean
on_look(gpointer user)
{
	KnClockWatch *watch = user;
	KnNow now;

	watch->func(watch->user);
	kn_hub_clock_read(watch->clock, &now);
	if (now.quality == ktp_CLOCK_SYNCED) {
		watch->look_source = 0;
		return G_SOURCE_REMOVE;
	}
	watch->unasked_s += LOOK_S;
	if (watch->unasked_s < watch->ask_after_s ||
	    g_file_test(KN_TIMESYNC_DIRECTORY, G_FILE_TEST_IS_DIR))
		return G_SOURCE_CONTINUE;
	watch->unasked_s = 0;
	watch->ask_after_s = MIN(watch->ask_after_s * 2, ASK_MAX_S);
	kn_timedated_ask(watch->timedated);
	return G_SOURCE_CONTINUE;
}

/* ---- settings ---- */

/* at no time in particular: only that it is cancelled when the clock is set is of interest */
static gboolean
arm(gint timer)
{
	const struct itimerspec never = {.it_value.tv_sec = NEVER_S};

	return timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) ==
	       0;
}

static gboolean
on_set(gint timer, GIOCondition condition G_GNUC_UNUSED, gpointer user)
{
	KnClockWatch *watch = user;
	guint64 n_times;
	gboolean is_set = read(timer, &n_times, sizeof n_times) < 0 && errno == ECANCELED;

	if (is_set) {
		watch->func(watch->user);
		begin_looking(watch);
		kn_timedated_ask(watch->timedated);
	}
	if (arm(timer))
		return G_SOURCE_CONTINUE;
	g_warning("settings of the clock are not noticed any more: %s", g_strerror(errno));
	watch->timer_source = 0;
	return G_SOURCE_REMOVE;
}

KnClockWatch *
kn_clock_watch_new(const gchar *bus_address, KnHubClock *clock, KnClockWatchFunc func,
		   gpointer user)
{
	KnClockWatch *watch = g_new0(KnClockWatch, 1);

	watch->timedated =
		kn_timedated_new(bus_address, KN_TIMEDATED_ANSWER_MS, on_timedated, watch);
	watch->clock = clock;
	watch->func = func;
	watch->user = user;
	watch->timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (watch->timer >= 0 && arm(watch->timer))
		watch->timer_source = g_unix_fd_add(watch->timer, G_IO_IN, on_set, watch);
	else
		g_warning("settings of the clock are noticed late: %s", g_strerror(errno));
	begin_looking(watch);
	if (!g_file_test(KN_TIMESYNC_DIRECTORY, G_FILE_TEST_IS_DIR))
		kn_timedated_ask(watch->timedated);
	return watch;
}

void
kn_clock_watch_free(KnClockWatch *watch)
{
	if (!watch)
		return;
	kn_timedated_free(watch->timedated);
	g_clear_handle_id(&watch->timer_source, g_source_remove);
	g_clear_handle_id(&watch->look_source, g_source_remove);
	if (watch->timer >= 0)
		close(watch->timer);
	g_free(watch);
}
