/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
	gchar *directory;
	gchar *path;
} Place;

static void
set_up(Place *place, gconstpointer data)
{
	place->directory = g_dir_make_tmp("kn-listen-XXXXXX", NULL);
	place->path = g_build_filename(place->directory, "knead.sock", NULL);
}

static void
tear_down(Place *place, gconstpointer data)
{
	g_remove(place->path);
	g_assert_cmpint(g_rmdir(place->directory), ==, 0);
	g_free(place->path);
	g_free(place->directory);
}

static KnListener
open_listener(const Place *place)
{
	KnListener listener = {0};
	g_autoptr(GError) error = NULL;

	g_assert_true(kn_listener_open(place->path, FALSE, 0, &listener, &error));
	g_assert_no_error(error);
	return listener;
}

static void
assert_refused(const gchar *path, KnServeError code)
{
	KnListener listener = {0};
	g_autoptr(GError) error = NULL;

	g_assert_false(kn_listener_open(path, FALSE, 0, &listener, &error));
	g_assert_error(error, KN_SERVE_ERROR, (gint)code);
	g_assert_null(listener.socket);
}

static void
is_there_with_mode_0660_and_nothing_beside_it(Place *place, gconstpointer data)
{
	KnListener listener = open_listener(place);
	g_autofree gchar *aside = g_strconcat(place->path, ".new", NULL);
	struct stat info;

	g_assert_cmpint(stat(place->path, &info), ==, 0);
	g_assert_true(S_ISSOCK(info.st_mode));
	g_assert_cmphex(info.st_mode & 07777, ==, 0660);
	g_assert_cmpint(g_access(aside, F_OK), !=, 0);
	close(client_connect(place->path));
	kn_listener_close(&listener);
	g_assert_cmpint(g_access(place->path, F_OK), !=, 0);
}

static void
belongs_to_the_group_of_readers(Place *place, gconstpointer data)
{
	gid_t groups[256];
	/* any group we may give files to: as root any, else one of ours */
	gid_t wanted = getgroups(256, groups) > 0 ? groups[0] : getegid();
	KnListener listener = {0};
	struct stat info;

	if (geteuid() == 0)
		wanted = 12345;
	g_assert_true(kn_listener_open(place->path, TRUE, wanted, &listener, NULL));
	g_assert_cmpint(stat(place->path, &info), ==, 0);
	g_assert_cmpuint(info.st_gid, ==, wanted);
	kn_listener_close(&listener);
}

static void
a_live_socket_is_in_use(Place *place, gconstpointer data)
{
	KnListener listener = open_listener(place);

	assert_refused(place->path, KN_SERVE_ERROR_IN_USE);
	/* and still works */
	close(client_connect(place->path));
	kn_listener_close(&listener);
}

/* what a killed server leaves behind */
static void
a_dead_socket_is_replaced(Place *place, gconstpointer data)
{
	KnListener listener = open_listener(place);
	KnListener second = {0};

	g_assert_true(g_socket_close(listener.socket, NULL));
	second = open_listener(place);
	close(client_connect(place->path));
	/* the first one's clean-up leaves the second one's file alone */
	kn_listener_close(&listener);
	close(client_connect(place->path));
	kn_listener_close(&second);
}

/* a server whose backlog is full is busy, not dead */
static void
a_socket_with_a_full_backlog_is_in_use(Place *place, gconstpointer data)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	gint fds[8];
	gint busy = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, place->path);
	g_assert_cmpint(bind(busy, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(busy, 0), ==, 0);
	for (guint i = 0; i < G_N_ELEMENTS(fds); i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (connect(fds[i], (struct sockaddr *)&address, sizeof address) != 0)
			g_assert_cmpint(errno, ==, EAGAIN);
	}
	assert_refused(place->path, KN_SERVE_ERROR_IN_USE);
	for (guint i = 0; i < G_N_ELEMENTS(fds); i++)
		close(fds[i]);
	close(busy);
}

static void
a_file_that_is_no_socket_is_left_alone(Place *place, gconstpointer data)
{
	g_autofree gchar *text = NULL;

	g_assert_true(g_file_set_contents(place->path, "precious", -1, NULL));
	assert_refused(place->path, KN_SERVE_ERROR_PATH);
	g_assert_true(g_file_get_contents(place->path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "precious");
}

static void
a_place_that_can_not_be_is_refused(Place *place, gconstpointer data)
{
	g_autofree gchar *nowhere = g_build_filename(place->directory, "no", "such", "sock", NULL);
	g_autofree gchar *name = g_strnfill(108, 'x');

	assert_refused(nowhere, KN_SERVE_ERROR_PATH);
	assert_refused(name, KN_SERVE_ERROR_PATH);
	assert_refused("", KN_SERVE_ERROR_PATH);
}

static void
the_server_says_that_the_socket_is_in_use(Fixture *fixture, gconstpointer data)
{
	KnServerConfig config = {.socket_path = fixture->path};
	g_autoptr(GError) error = NULL;

	g_assert_null(kn_server_new(&config, fake_hub_vtable(), &fixture->hub, &error));
	g_assert_error(error, KN_SERVE_ERROR, KN_SERVE_ERROR_IN_USE);
	g_assert_nonnull(strstr(error->message, fixture->path));
	close(client_connect(fixture->path));
}

int
main(int argc, char **argv)
{
	static const struct {
		const gchar *name;
		void (*run)(Place *, gconstpointer);
	} tests[] = {
		{"is_there_with_mode_0660_and_nothing_beside_it",
		 is_there_with_mode_0660_and_nothing_beside_it},
		{"belongs_to_the_group_of_readers", belongs_to_the_group_of_readers},
		{"a_live_socket_is_in_use", a_live_socket_is_in_use},
		{"a_dead_socket_is_replaced", a_dead_socket_is_replaced},
		{"a_socket_with_a_full_backlog_is_in_use", a_socket_with_a_full_backlog_is_in_use},
		{"a_file_that_is_no_socket_is_left_alone", a_file_that_is_no_socket_is_left_alone},
		{"a_place_that_can_not_be_is_refused", a_place_that_can_not_be_is_refused},
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree gchar *path = g_strconcat("/serve/listener/", tests[i].name, NULL);

		g_test_add(path, Place, NULL, set_up, tests[i].run, tear_down);
	}
	g_test_add("/serve/listener/the_server_says_that_the_socket_is_in_use", Fixture, NULL,
		   fixture_set_up, the_server_says_that_the_socket_is_in_use, fixture_tear_down);
	return g_test_run();
}
