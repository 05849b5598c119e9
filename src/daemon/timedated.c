/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/timedated.h"

#include <gio/gio.h>

#define SYSTEM_BUS "unix:path=/var/run/dbus/system_bus_socket"
#define NAME       "org.freedesktop.timedate1"

struct KnTimedated {
	gchar *bus_address; /* owned */
	guint answer_ms;
	KnTimedatedFunc func;
	gpointer user;
	guint timer_id;
	GCancellable *cancellable;   /* owned; NULL: nothing is asked */
	GDBusConnection *connection; /* owned; of the question under way */
};

/* the bus may open at the very moment we give up, so the cancellable decides, not the error */
typedef struct {
	KnTimedated *timedated;    /* borrowed: valid unless cancelled */
	GCancellable *cancellable; /* owned */
} Question;

static Question *
question_new(KnTimedated *timedated)
{
	Question *question = g_new(Question, 1);

	*question = (Question){timedated, g_object_ref(timedated->cancellable)};
	return question;
}

/* NULL: it was given up */
static KnTimedated *
question_end(Question *question)
{
	KnTimedated *timedated =
		g_cancellable_is_cancelled(question->cancellable) ? NULL : question->timedated;

	g_object_unref(question->cancellable);
	g_free(question);
	return timedated;
}

static void
end(KnTimedated *timedated)
{
	g_clear_handle_id(&timedated->timer_id, g_source_remove);
	if (timedated->cancellable)
		g_cancellable_cancel(timedated->cancellable);
	g_clear_object(&timedated->cancellable);
	if (timedated->connection)
		g_dbus_connection_close(timedated->connection, NULL, NULL, NULL);
	g_clear_object(&timedated->connection);
}

static gboolean
on_late(gpointer user)
{
	KnTimedated *timedated = user;

	timedated->timer_id = 0;
	end(timedated);
	return G_SOURCE_REMOVE;
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
	KnTimedated *timedated = question_end(data);
	g_autoptr(GVariant) value = NULL;

	if (!timedated)
		return;
	end(timedated);
	/* no such service: whoever sets the clock here says it by the flag, or not at all */
	if (!reply)
		return;
	g_variant_get(reply, "(v)", &value);
	timedated->func(g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) &&
				g_variant_get_boolean(value),
			timedated->user);
}

static void
on_connected(GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer data)
{
	g_autoptr(GDBusConnection) connection =
		g_dbus_connection_new_for_address_finish(result, NULL);
	KnTimedated *timedated = question_end(data);

	if (connection)
		g_dbus_connection_set_exit_on_close(connection, FALSE);
	if (!timedated)
		return;
	if (!connection) {
		end(timedated);
		return;
	}
	timedated->connection = g_steal_pointer(&connection);
	g_dbus_connection_call(timedated->connection, NAME, "/org/freedesktop/timedate1",
			       "org.freedesktop.DBus.Properties", "Get",
			       g_variant_new("(ss)", NAME, "NTPSynchronized"),
			       G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NONE,
			       (gint)timedated->answer_ms, timedated->cancellable, on_answer,
			       question_new(timedated));
}

void
kn_timedated_ask(KnTimedated *timedated)
{
	if (timedated->cancellable)
		return;
	timedated->cancellable = g_cancellable_new();
	/* a bus that lets us in and then says nothing has no timeout of its own */
	timedated->timer_id = g_timeout_add(timedated->answer_ms, on_late, timedated);
	g_dbus_connection_new_for_address(timedated->bus_address,
					  G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
						  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
					  NULL, timedated->cancellable, on_connected,
					  question_new(timedated));
}

KnTimedated *
kn_timedated_new(const gchar *bus_address, guint answer_ms, KnTimedatedFunc func, gpointer user)
{
	const gchar *system = g_getenv("DBUS_SYSTEM_BUS_ADDRESS");
	KnTimedated *timedated = g_new0(KnTimedated, 1);

	timedated->bus_address = g_strdup(bus_address ? bus_address : system ? system : SYSTEM_BUS);
	timedated->answer_ms = answer_ms;
	timedated->func = func;
	timedated->user = user;
	return timedated;
}

void
kn_timedated_free(KnTimedated *timedated)
{
	if (!timedated)
		return;
	end(timedated);
	g_free(timedated->bus_address);
	g_free(timedated);
}
