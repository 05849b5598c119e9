/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/bluez-private.h"
#include "radio/timers.h"

#include <pthread.h>
#include <time.h>

/*
 * The end is the one place that has to wait. GDBus writes and reads on a thread of its own, so a filter there can count the answers
 * while the main thread waits on a condition: no main loop runs, and nothing else of ours is called meanwhile.
 */

typedef struct {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	GHashTable *serials; /* owned: of calls without an answer */
	gint refs;           /* the filter may outlive the wait */
} Farewell;

static void
farewell_unref(gpointer data)
{
	Farewell *farewell = data;
	if (!g_atomic_int_dec_and_test(&farewell->refs))
		return;
	g_hash_table_unref(farewell->serials);
	pthread_cond_destroy(&farewell->answered);
	pthread_mutex_destroy(&farewell->lock);
	g_free(farewell);
}

static Farewell *
farewell_new(void)
{
	Farewell *farewell = g_new0(Farewell, 1);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&farewell->answered, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&farewell->lock, NULL);
	farewell->serials = g_hash_table_new(NULL, NULL);
	farewell->refs = 2;
	return farewell;
}

/* on GDBus's thread */
static GDBusMessage *
on_message(GDBusConnection *connection G_GNUC_UNUSED, GDBusMessage *message, gboolean is_incoming,
	   gpointer data)
{
	Farewell *farewell = data;
	GDBusMessageType type = g_dbus_message_get_message_type(message);
	if (!is_incoming ||
	    (type != G_DBUS_MESSAGE_TYPE_METHOD_RETURN && type != G_DBUS_MESSAGE_TYPE_ERROR))
		return message;
	pthread_mutex_lock(&farewell->lock);
	if (g_hash_table_remove(farewell->serials,
				GUINT_TO_POINTER(g_dbus_message_get_reply_serial(message))))
		pthread_cond_signal(&farewell->answered);
	pthread_mutex_unlock(&farewell->lock);
	return message;
}

static void
send_message(KnBluez *bluez, Farewell *farewell, GDBusMessage *message)
{
	guint32 serial = 0;
	g_dbus_message_set_flags(message, G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
	if (g_dbus_connection_send_message(bluez->connection, message,
					   G_DBUS_SEND_MESSAGE_FLAGS_NONE, &serial, NULL))
		g_hash_table_add(farewell->serials, GUINT_TO_POINTER(serial));
}

static void
send_disconnect(KnBluez *bluez, Farewell *farewell, const gchar *path)
{
	g_autoptr(GDBusMessage) message = g_dbus_message_new_method_call(
		bluez->owner, path, "org.bluez.Device1", "Disconnect");
	send_message(bluez, farewell, message);
}

static void
send_power_on(KnBluez *bluez, Farewell *farewell, const gchar *path)
{
	g_autoptr(GDBusMessage) message = g_dbus_message_new_method_call(
		bluez->owner, path, "org.freedesktop.DBus.Properties", "Set");
	g_dbus_message_set_body(message, g_variant_new("(ssv)", "org.bluez.Adapter1", "Powered",
						       g_variant_new_boolean(TRUE)));
	send_message(bluez, farewell, message);
}

static void
wait_for_answers(Farewell *farewell, guint wait_ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	glong ns = until.tv_nsec + (glong)(wait_ms % 1000) * 1000000;
	until.tv_sec += (time_t)(wait_ms / 1000) + ns / 1000000000;
	until.tv_nsec = ns % 1000000000;
	int failed = 0;
	while (!failed && g_hash_table_size(farewell->serials))
		failed = pthread_cond_timedwait(&farewell->answered, &farewell->lock, &until);
}

void
kn_bluez_farewell(KnBluez *bluez, const GPtrArray *device_paths, const gchar *adapter_path)
{
	if (!bluez->connection || !bluez->owner || (!device_paths->len && !adapter_path))
		return;
	Farewell *farewell = farewell_new();
	guint filter_id = g_dbus_connection_add_filter(bluez->connection, on_message, farewell,
						       farewell_unref);
	/* held while sending, so that no answer is looked at before its serial is known */
	pthread_mutex_lock(&farewell->lock);
	for (guint i = 0; i < device_paths->len; i++)
		send_disconnect(bluez, farewell, device_paths->pdata[i]);
	if (adapter_path)
		send_power_on(bluez, farewell, adapter_path);
	wait_for_answers(farewell, kn_scale_ms(bluez->scale, KN_WAIT_FAREWELL_MS));
	pthread_mutex_unlock(&farewell->lock);
	g_dbus_connection_remove_filter(bluez->connection, filter_id);
	farewell_unref(farewell);
}
