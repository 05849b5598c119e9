/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/clock-watch.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define SYSTEM_BUS "unix:path=/var/run/dbus/system_bus_socket"

/* later than the clock ever shows: time_t has 32 bits on Debian 12 for armhf, and ends in 2038 there */
#define NEVER_S (sizeof(time_t) > 4 ? (time_t)((gint64)1 << 40) : G_MAXINT32)

enum { LOOK_S = 60, ASK_MAX_S = 3600, ANSWER_MS = 10000 };

struct KnClockWatch {
	gchar *bus_address; /* owned */
	KnHubClock *clock;  /* borrowed */
	KnClockWatchFunc func;
	gpointer user;
	gint timer; /* -1: the kernel has none for us */
	guint timer_source;
	guint look_source; /* 0: it is synced */
	guint ask_after_s; /* how long to leave timedated alone */
	guint unasked_s;
	GCancellable *cancellable;   /* owned; NULL: nothing is asked */
	GDBusConnection *connection; /* owned; of the question under way */
};

static gboolean on_look(gpointer user);

/* ---- timedated ---- */

static void
end_question(KnClockWatch *watch)
{
	g_clear_object(&watch->cancellable);
	if (watch->connection)
		g_dbus_connection_close(watch->connection, NULL, NULL, NULL);
	g_clear_object(&watch->connection);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
	g_autoptr(GVariant) value = NULL;
	KnClockWatch *watch = user;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	end_question(watch);
	/* no such service: whoever sets the clock here says it by the flag, or not at all */
	if (!reply)
		return;
	g_variant_get(reply, "(v)", &value);
	kn_hub_clock_note_bus(watch->clock, g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) &&
						    g_variant_get_boolean(value));
	watch->func(watch->user);
}

static void
on_connected(GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDBusConnection) connection =
		g_dbus_connection_new_for_address_finish(result, &error);
	KnClockWatch *watch = user;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (!connection) {
		end_question(watch);
		return;
	}
	g_dbus_connection_set_exit_on_close(connection, FALSE);
	watch->connection = g_steal_pointer(&connection);
	g_dbus_connection_call(
		watch->connection, "org.freedesktop.timedate1", "/org/freedesktop/timedate1",
		"org.freedesktop.DBus.Properties", "Get",
		g_variant_new("(ss)", "org.freedesktop.timedate1", "NTPSynchronized"),
		G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NONE, ANSWER_MS, watch->cancellable,
		on_answer, watch);
}

static void
ask(KnClockWatch *watch)
{
	if (watch->cancellable)
		return;
	watch->cancellable = g_cancellable_new();
	g_dbus_connection_new_for_address(watch->bus_address,
					  G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
						  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
					  NULL, watch->cancellable, on_connected, watch);
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
	ask(watch);
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
		ask(watch);
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
	const gchar *system = g_getenv("DBUS_SYSTEM_BUS_ADDRESS");
	KnClockWatch *watch = g_new0(KnClockWatch, 1);

	watch->bus_address = g_strdup(bus_address ? bus_address : system ? system : SYSTEM_BUS);
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
		ask(watch);
	return watch;
}

void
kn_clock_watch_free(KnClockWatch *watch)
{
	if (!watch)
		return;
	if (watch->cancellable)
		g_cancellable_cancel(watch->cancellable);
	end_question(watch);
	g_clear_handle_id(&watch->timer_source, g_source_remove);
	g_clear_handle_id(&watch->look_source, g_source_remove);
	if (watch->timer >= 0)
		close(watch->timer);
	g_free(watch->bus_address);
	g_free(watch);
}
