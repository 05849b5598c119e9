/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "own-bus.h"
#include "radio/radio-private.h"
#include "radio/tree.h"

#include <gio/gunixfdlist.h>
#include <sys/socket.h>
#include <unistd.h>

/* what becomes of a control write while the characteristics of a link come and go */

#define ADDRESS "C0:FF:EE:00:00:01"
#define DEVICE  "/org/bluez/hci0/dev_C0_FF_EE_00_00_01"
#define SERVICE DEVICE "/service0010"
#define CONTROL SERVICE "/char0016"
#define CONTROL_PROPERTIES                                             \
	"'org.bluez.GattCharacteristic1': {'UUID': <'" KN_UUID_CONTROL \
	"'>, 'Service': <objectpath '" SERVICE "'>, 'Flags': <['write']>}"

static const gchar *const all_objects =
	"({objectpath '/org/bluez/hci0': {'org.bluez.Adapter1': {'Address': "
	"<'5E:AD:00:00:00:01'>, 'Powered': <true>}}, '" DEVICE "': {'org.bluez.Device1': "
	"{'Address': <'" ADDRESS "'>, 'Adapter': <objectpath '/org/bluez/hci0'>, 'Bonded': <true>, "
	"'Connected': <true>, 'ServicesResolved': <true>}}, '" SERVICE
	"': {'org.bluez.GattService1': {'UUID': <'" KN_UUID_SERVICE
	"'>, 'Device': <objectpath '" DEVICE "'>}}, '" SERVICE
	"/char0011': {'org.bluez.GattCharacteristic1': {'UUID': <'" KN_UUID_INFO
	"'>, 'Service': <objectpath '" SERVICE "'>, 'Flags': <['read']>}}, '" SERVICE
	"/char0013': {'org.bluez.GattCharacteristic1': {'UUID': <'" KN_UUID_DATA
	"'>, 'Service': <objectpath '" SERVICE "'>, 'Flags': <['notify']>}}, '" CONTROL
	"': {" CONTROL_PROPERTIES "}},)";

typedef struct {
	OwnBus own;
	KnRadio *radio;
	gint sockets[2];
	guint n_up, n_down, n_seen, n_writes;
	guint n_at_end, n_answered_at_end; /* packets that came while the link was being dropped */
} Hub;

static void
answer_acquire(Hub *hub, GDBusMethodInvocation *call)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, hub->sockets), ==, 0);
	gint handle = g_unix_fd_list_append(fds, hub->sockets[0], &error);
	g_assert_no_error(error);
	close(hub->sockets[0]);
	g_dbus_method_invocation_return_value_with_unix_fd_list(
		call, g_variant_new("(hq)", handle, (guint16)247), fds);
}

static void
on_call(gpointer user, const gchar *path, const gchar *method, GVariant *parameters,
	GDBusMethodInvocation *call)
{
	Hub *hub = user;
	GVariant *answer = NULL;
	if (g_str_equal(method, "AcquireNotify")) {
		answer_acquire(hub, call);
		return;
	}
	if (g_str_equal(method, "GetNameOwner"))
		answer = g_variant_new("(s)", ":1.9");
	else if (g_str_equal(method, "GetManagedObjects"))
		answer = g_variant_new_parsed(all_objects);
	else if (g_str_equal(method, "ReadValue"))
		answer = g_variant_new_parsed("([byte 0x08, 0x01],)");
	hub->n_writes += g_str_equal(method, "WriteValue");
	g_dbus_method_invocation_return_value(call, answer);
}

static void
on_state(gpointer user, KnRadioState state)
{
}

static void
on_seen(gpointer user, const gchar *address, const gchar *name, gint16 signal_dbm,
	gboolean is_bonded)
{
	((Hub *)user)->n_seen++;
}

static void
on_up(gpointer user, const gchar *address, const guint8 *info, gsize n_info)
{
	((Hub *)user)->n_up++;
}

static void
on_down(gpointer user, const gchar *address, const gchar *reason)
{
	((Hub *)user)->n_down++;
}

/* an answer to each */
static void
on_packet(gpointer user, const gchar *address, const guint8 *bytes, gsize n_bytes)
{
	Hub *hub = user;
	const KnPeer *peer = g_hash_table_lookup(hub->radio->peers, ADDRESS);
	gboolean is_taken = kn_radio_write_control(hub->radio, address, bytes, n_bytes);
	hub->n_at_end += peer->is_dropping;
	hub->n_answered_at_end += peer->is_dropping && is_taken;
}

static void
on_control_failed(gpointer user, const gchar *address, const gchar *reason)
{
}

static gboolean
is_up(gconstpointer hub)
{
	return ((const Hub *)hub)->n_up > 0;
}

static gboolean
is_down(gconstpointer hub)
{
	return ((const Hub *)hub)->n_down > 0;
}

static gboolean
is_seen(gconstpointer hub)
{
	return ((const Hub *)hub)->n_seen > 0;
}

static gboolean
is_written(gconstpointer hub)
{
	return ((const Hub *)hub)->n_writes > 0;
}

static gboolean
is_without_bus(gconstpointer hub)
{
	return kn_radio_get_state(((const Hub *)hub)->radio) == KN_RADIO_NO_BUS;
}

static const KnRadioSink sink = {.state_changed = on_state,
				 .seen = on_seen,
				 .link_up = on_up,
				 .link_down = on_down,
				 .packet = on_packet,
				 .control_failed = on_control_failed};

static void
bring_up(Hub *hub, gdouble timer_scale)
{
	*hub = (Hub){.sockets = {-1, -1}};
	own_bus_start(&hub->own, on_call, hub);
	hub->radio = kn_radio_new(
		&(KnRadioConfig){.bus_address = hub->own.address, .timer_scale = timer_scale},
		&sink, hub);
	kn_radio_allow(hub->radio, ADDRESS);
	g_assert_true(own_bus_wait(is_up, hub));
}

/* without a bus there is nobody to say goodbye to */
static void
take_down(Hub *hub)
{
	own_bus_close(&hub->own);
	g_assert_true(own_bus_wait(is_without_bus, hub));
	kn_radio_free(hub->radio);
	close(hub->sockets[1]);
	own_bus_stop(&hub->own);
}

/* Timers at five times their length: the socket is read half a second after it came, or when the link is dropped, if that is sooner. */
static void
what_comes_at_the_end_of_a_link_is_heard_and_not_answered(void)
{
	static const guint8 bytes[] = {0x0a, 0x00};
	Hub hub = {.n_at_end = 0};
	for (guint i = 0; i < 5 && hub.n_at_end == 0; i++) {
		bring_up(&hub, 5.0);
		g_assert_cmpint(send(hub.sockets[1], bytes, sizeof bytes, 0), ==, sizeof bytes);
		kn_radio_renew(hub.radio, ADDRESS);
		g_assert_true(own_bus_wait(is_down, &hub));
		take_down(&hub);
	}
	g_assert_cmpuint(hub.n_at_end, ==, 1);
	g_assert_cmpuint(hub.n_answered_at_end, ==, 0);
}

/* timers at twice their length: the link is given up half a second after its characteristics went */
static void
a_write_waits_for_a_characteristic_that_comes_back_and_goes_out_then(void)
{
	static const guint8 bytes[] = {0x0a, 0x00};
	Hub hub;
	bring_up(&hub, 2.0);
	own_bus_signal(&hub.own, ":1.9", "/", "org.freedesktop.DBus.ObjectManager",
		       "InterfacesRemoved",
		       g_variant_new_parsed("(objectpath '" CONTROL
					    "', ['org.bluez.GattCharacteristic1'])"));
	/* what is seen behind it, is seen without it */
	own_bus_signal(
		&hub.own, ":1.9", DEVICE, "org.freedesktop.DBus.Properties", "PropertiesChanged",
		g_variant_new_parsed("('org.bluez.Device1', {'RSSI': <int16 -50>}, @as [])"));
	g_assert_true(own_bus_wait(is_seen, &hub));
	g_assert_true(kn_radio_write_control(hub.radio, ADDRESS, bytes, sizeof bytes));
	own_bus_signal(
		&hub.own, ":1.9", "/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded",
		g_variant_new_parsed("(objectpath '" CONTROL "', {" CONTROL_PROPERTIES "})"));
	g_assert_true(own_bus_wait(is_written, &hub));
	g_assert_cmpuint(hub.n_writes, ==, 1);
	g_assert_cmpuint(hub.n_down, ==, 0);
	take_down(&hub);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/radio/writes/"
			"a_write_waits_for_a_characteristic_that_comes_back_and_goes_out_then",
			a_write_waits_for_a_characteristic_that_comes_back_and_goes_out_then);
	g_test_add_func("/radio/writes/what_comes_at_the_end_of_a_link_is_heard_and_not_answered",
			what_comes_at_the_end_of_a_link_is_heard_and_not_answered);
	return g_test_run();
}
