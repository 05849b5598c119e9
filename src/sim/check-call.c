/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/check-call.h"

#include <glib-unix.h>
#include <string.h>

enum { CALL_MS = 60000 };

#define BLUEZ "org.bluez"

typedef struct {
	GVariant *value;  /* owned */
	GUnixFDList *fds; /* owned */
	GError *error;    /* owned */
	gboolean is_done;
} Answer;

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user)
{
	Answer *answer = user;

	answer->value = g_dbus_connection_call_with_unix_fd_list_finish(
		G_DBUS_CONNECTION(source), &answer->fds, result, &answer->error);
	answer->is_done = TRUE;
}

/* what BlueZ says when another program connects, listens or writes */
static gboolean
is_taken(const GError *error)
{
	g_autofree gchar *name = g_dbus_error_get_remote_error(error);

	return g_strcmp0(name, BLUEZ ".Error.InProgress") == 0 ||
	       (g_strcmp0(name, BLUEZ ".Error.NotPermitted") == 0 &&
		strstr(error->message, "acquired") != NULL);
}

void
kn_check_set_taken(GError **error)
{
	g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_BUSY,
			    "another program on this machine has it. If that is the hub, stop it "
			    "first: sudo systemctl stop kneadd");
}

GVariant *
kn_check_call(GDBusConnection *connection, GCancellable *stop, const KnCheckCall *what,
	      GUnixFDList **ret_fds, GError **error)
{
	Answer answer = {0};

	g_dbus_connection_call_with_unix_fd_list(
		connection, BLUEZ, what->path, what->interface, what->method, what->parameters,
		G_VARIANT_TYPE(what->reply_type), G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_MS, NULL,
		stop, on_answer, &answer);
	while (!answer.is_done)
		g_main_context_iteration(NULL, TRUE);
	if (answer.error != NULL && is_taken(answer.error)) {
		g_clear_error(&answer.error);
		kn_check_set_taken(&answer.error);
	}
	if (answer.error != NULL) {
		g_dbus_error_strip_remote_error(answer.error);
		g_propagate_error(error, answer.error);
	}
	if (ret_fds != NULL)
		*ret_fds = g_steal_pointer(&answer.fds);
	g_clear_object(&answer.fds);
	return answer.value;
}

static gboolean
on_time(gpointer user)
{
	*(gboolean *)user = TRUE;
	return G_SOURCE_CONTINUE;
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer user)
{
	*(gboolean *)user = TRUE;
	return G_SOURCE_CONTINUE;
}

gboolean
kn_check_await(GCancellable *stop, gint fd, gint64 until_us)
{
	gint64 left_us = MAX(0, until_us - g_get_monotonic_time());
	gboolean is_late = FALSE;
	gboolean is_readable = FALSE;
	guint time = g_timeout_add((guint)((left_us + 999) / 1000), on_time, &is_late);
	guint in = fd < 0 ? 0
			  : g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable,
					  &is_readable);

	while (!is_late && !is_readable && !g_cancellable_is_cancelled(stop))
		g_main_context_iteration(NULL, TRUE);
	g_source_remove(time);
	if (in != 0)
		g_source_remove(in);
	return is_readable;
}
