/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/timedated.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

/* a bus that takes whoever comes, and never says a word */

enum { DEADLINE_S = 20, ANSWER_MS = 50 };

typedef struct {
	gchar *folder;           /* owned */
	GSocketService *service; /* owned */
	GPtrArray *connections;  /* owned: GSocketConnection */
	KnTimedated *timedated;
	guint n_opened;
	guint n_closed; /* by the one who asked */
	gchar buffer[256];
} MuteBus;

static void on_read(GObject *stream, GAsyncResult *result, gpointer user);

static void
read_on(MuteBus *bus, GInputStream *stream)
{
	g_input_stream_read_async(stream, bus->buffer, sizeof bus->buffer, G_PRIORITY_DEFAULT, NULL,
				  on_read, bus);
}

static void
on_read(GObject *stream, GAsyncResult *result, gpointer user)
{
	MuteBus *bus = user;

	if (g_input_stream_read_finish(G_INPUT_STREAM(stream), result, NULL) > 0)
		read_on(bus, G_INPUT_STREAM(stream));
	else
		bus->n_closed++;
}

static gboolean
on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source, gpointer user)
{
	MuteBus *bus = user;

	bus->n_opened++;
	g_ptr_array_add(bus->connections, g_object_ref(connection));
	read_on(bus, g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	return TRUE;
}

static void
never(gboolean is_synced, gpointer user)
{
	g_assert_not_reached();
}

static void
set_up(MuteBus *bus, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GSocketAddress) address = NULL;
	g_autofree gchar *path = NULL, *bus_address = NULL;

	bus->folder = g_dir_make_tmp("knead-XXXXXX", &error);
	g_assert_no_error(error);
	path = g_build_filename(bus->folder, "bus", NULL);
	bus_address = g_strconcat("unix:path=", path, NULL);
	address = g_unix_socket_address_new(path);
	bus->connections = g_ptr_array_new_with_free_func(g_object_unref);
	bus->service = g_socket_service_new();
	g_socket_listener_add_address(G_SOCKET_LISTENER(bus->service), address,
				      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL,
				      &error);
	g_assert_no_error(error);
	g_signal_connect(bus->service, "incoming", G_CALLBACK(on_incoming), bus);
	bus->timedated = kn_timedated_new(bus_address, ANSWER_MS, never, NULL);
}

static gboolean
on_late(gpointer is_late)
{
	*(gboolean *)is_late = TRUE;
	return G_SOURCE_REMOVE;
}

static void
wait_until(const guint *n, guint wanted)
{
	gboolean is_late = FALSE;
	guint id = g_timeout_add_seconds(DEADLINE_S, on_late, &is_late);

	while (!is_late && *n < wanted)
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpuint(*n, ==, wanted);
	g_source_remove(id);
}

static void
tear_down(MuteBus *bus, gconstpointer data)
{
	g_autofree gchar *path = g_build_filename(bus->folder, "bus", NULL);

	kn_timedated_free(bus->timedated);
	/* also of a question that was given up by that */
	wait_until(&bus->n_closed, bus->n_opened);
	g_ptr_array_unref(bus->connections);
	g_socket_service_stop(bus->service);
	g_socket_listener_close(G_SOCKET_LISTENER(bus->service));
	g_object_unref(bus->service);
	g_remove(path);
	g_rmdir(bus->folder);
	g_free(bus->folder);
}

static void
a_bus_that_never_answers_is_given_up_and_asked_again(MuteBus *bus, gconstpointer data)
{
	kn_timedated_ask(bus->timedated);
	wait_until(&bus->n_closed, 1);
	kn_timedated_ask(bus->timedated);
	wait_until(&bus->n_closed, 2);
	g_assert_cmpuint(bus->n_opened, ==, 2);
}

static void
a_question_that_is_under_way_is_not_asked_twice(MuteBus *bus, gconstpointer data)
{
	kn_timedated_ask(bus->timedated);
	kn_timedated_ask(bus->timedated);
	wait_until(&bus->n_closed, 1);
	g_assert_cmpuint(bus->n_opened, ==, 1);
}

static void
the_end_may_come_while_it_is_asked(MuteBus *bus, gconstpointer data)
{
	kn_timedated_ask(bus->timedated);
	wait_until(&bus->n_opened, 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/daemon/timedated/" #name, MuteBus, NULL, set_up, name, tear_down)
	ADD(a_bus_that_never_answers_is_given_up_and_asked_again);
	ADD(a_question_that_is_under_way_is_not_asked_twice);
	ADD(the_end_may_come_while_it_is_asked);
	return g_test_run();
}
