/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/base/text.h"
#include "radio/bluez-private.h"
#include "radio/timers.h"

#include <gio/gunixfdlist.h>

typedef struct {
	KnBluez *bluez;            /* borrowed: valid unless cancelled */
	GCancellable *cancellable; /* owned */
	KnBluezReply reply;
	gpointer user;
	gboolean is_foreign; /* not to bluetoothd: its errors are not to be known here */
} Pending;

static void
pending_free(Pending *pending)
{
	g_object_unref(pending->cancellable);
	g_free(pending);
}

static KnBluezVerdict
classify(const GError *error, const gchar *name)
{
	KnBluezVerdict verdict = {.class = KN_BLUEZ_TRANSIENT, .att_code = KN_BLUEZ_NO_ATT};
	if (name) {
		g_autoptr(GError) stripped = g_error_copy(error);
		g_dbus_error_strip_remote_error(stripped);
		return kn_bluez_error_classify(name, stripped->message);
	}
	/* our own side of the bus: no error name, but a code */
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
		verdict.class = KN_BLUEZ_SLOW;
	else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED))
		verdict.class = KN_BLUEZ_DAEMON_DOWN;
	else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
		verdict.class = KN_BLUEZ_PERMANENT; /* an answer of the wrong type */
	else
		verdict.is_unknown = TRUE;
	return verdict;
}

static void
report(Pending *pending, const GError *error)
{
	g_autofree gchar *name = g_dbus_error_get_remote_error(error);
	g_autoptr(GError) stripped = g_error_copy(error);
	g_dbus_error_strip_remote_error(stripped);
	g_autofree gchar *text = kn_text_clean(stripped->message, -1);
	KnBluezFault fault = {.verdict = classify(error, name), .text = text};
	if (fault.verdict.is_unknown && !pending->is_foreign)
		pending->bluez->n_unknown++;
	/* what was called is not there: what is known here of its objects is wrong */
	if (fault.verdict.class == KN_BLUEZ_GONE && !pending->is_foreign)
		kn_bluez_resync(pending->bluez);
	/* is it alive at all? It answers every call but Connect and Pair() within the 30 s of ATT */
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) && !pending->is_foreign)
		kn_bluez_resync(pending->bluez);
	pending->reply(pending->user, NULL, NULL, &fault);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
	Pending *pending = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(GUnixFDList) fds = NULL;
	g_autoptr(GVariant) value = g_dbus_connection_call_with_unix_fd_list_finish(
		G_DBUS_CONNECTION(source), &fds, result, &error);
	if (!g_cancellable_is_cancelled(pending->cancellable)) {
		if (value)
			pending->reply(pending->user, value, fds, NULL);
		else
			report(pending, error);
	}
	pending_free(pending);
}

static gboolean
on_nobody(gpointer data)
{
	Pending *pending = data;
	KnBluezFault fault = {
		.verdict = {.class = KN_BLUEZ_DAEMON_DOWN, .att_code = KN_BLUEZ_NO_ATT},
		.text = "bluetoothd is not running"};
	if (!g_cancellable_is_cancelled(pending->cancellable))
		pending->reply(pending->user, NULL, NULL, &fault);
	pending_free(pending);
	return G_SOURCE_REMOVE;
}

void
kn_bluez_call(KnBluez *bluez, const KnBluezCall *call, GCancellable *cancellable,
	      KnBluezReply reply, gpointer user)
{
	Pending *pending = g_new0(Pending, 1);
	*pending = (Pending){.bluez = bluez,
			     .cancellable = g_object_ref(cancellable),
			     .reply = reply,
			     .user = user,
			     .is_foreign = call->destination != NULL};
	/* the unique name: a call meant for this bluetoothd never reaches the next one, and never starts one */
	const gchar *destination = call->destination ? call->destination : bluez->owner;
	if (!bluez->connection || !destination) {
		if (call->parameters)
			g_variant_unref(g_variant_ref_sink(call->parameters));
		g_idle_add(on_nobody, pending);
		return;
	}
	g_dbus_connection_call_with_unix_fd_list(
		bluez->connection, destination, call->path, call->interface, call->method,
		call->parameters, G_VARIANT_TYPE(call->reply_type), G_DBUS_CALL_FLAGS_NO_AUTO_START,
		kn_scale_call_ms(bluez->scale, call->timeout_ms), NULL, cancellable, on_answer,
		pending);
}

guint64
kn_bluez_n_unknown(const KnBluez *bluez)
{
	return bluez->n_unknown;
}
