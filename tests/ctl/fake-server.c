/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
/* The real server with the tests' fake owner, for the command line's tests: serves on the path given until standard input ends. A second
 * word: a person is there, too. */
#include "fake-hub.h"

#include <gio/gio.h>
#include <glib-unix.h>

static gboolean
on_input_end(gint fd, GIOCondition condition, gpointer data)
{
	g_main_loop_quit(data);
	return G_SOURCE_REMOVE;
}

int
main(int argc, char **argv)
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	g_autoptr(GError) error = NULL;
	KnServerConfig config = {.socket_path = argc >= 2 ? argv[1] : ""};
	FakeHub hub;
	KnServer *server = NULL;

	fake_hub_init(&hub);
	hub.backup = g_bytes_new_static("a database", 10);
	hub.backup_step = 4;
	if (argc == 3)
		kn_people_add(hub.people, &(KnPerson){1, (gchar *)"Mia", (gchar *)"", HUB_NOW_US});
	fake_hub_add_session(&hub, 7, HUB_NOW_US - HUB_DAY_US / 24);
	fake_hub_add_session(&hub, 6, HUB_NOW_US - 2 * HUB_DAY_US)->metrics.duration_ms = 1200000;
	server = kn_server_new(&config, fake_hub_vtable(), &hub, &error);
	if (server == NULL) {
		g_printerr("%s\n", error->message);
		fake_hub_clear(&hub);
		return 1;
	}
	g_unix_fd_add(0, G_IO_IN | G_IO_HUP, on_input_end, loop);
	g_print("ready\n");
	g_main_loop_run(loop);
	kn_server_free(server);
	fake_hub_clear(&hub);
	return 0;
}
