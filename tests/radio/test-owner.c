/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "own-bus.h"
#include "radio/bluez.h"

/* A bus in this process that does not tell at once who is bluetoothd: what the hub makes of that. */

typedef struct {
	OwnBus own;
	KnBluez *bluez;
	gboolean has_owner;
	guint n_owner_faults; /* so many questions for the name are answered with an error */
	guint n_has_faults;
	guint n_owner_asked;
	guint n_has_asked;
} Bus;

static void
fail(GDBusMethodInvocation *call, const gchar *name)
{
	g_dbus_method_invocation_return_dbus_error(call, name, "as the test wants it");
}

static void
answer_owner(Bus *bus, GDBusMethodInvocation *call)
{
	if (bus->n_owner_asked++ < bus->n_owner_faults)
		fail(call, "org.freedesktop.DBus.Error.NoReply");
	else if (!bus->has_owner)
		fail(call, "org.freedesktop.DBus.Error.NameHasNoOwner");
	else
		g_dbus_method_invocation_return_value(call, g_variant_new("(s)", ":1.9"));
}

static void
on_call(gpointer user, const gchar *path, const gchar *method, GVariant *parameters,
	GDBusMethodInvocation *call)
{
	Bus *bus = user;
	if (g_str_equal(method, "GetNameOwner")) {
		answer_owner(bus, call);
	} else if (g_str_equal(method, "NameHasOwner") && bus->n_has_asked++ < bus->n_has_faults) {
		fail(call, "org.freedesktop.DBus.Error.NoReply");
	} else if (g_str_equal(method, "NameHasOwner")) {
		g_dbus_method_invocation_return_value(call, g_variant_new("(b)", bus->has_owner));
	} else if (g_str_equal(method, "GetManagedObjects")) {
		g_dbus_method_invocation_return_value(call,
						      g_variant_new_parsed("(@a{oa{sa{sv}}} {},)"));
	} else {
		g_dbus_method_invocation_return_value(call, NULL);
	}
}

static void
nothing(gpointer user)
{
}

static void
no_device(gpointer user, const gchar *path, guint news)
{
}

static void
nobody_heard(gpointer user, const gchar *path)
{
}

static void
not_read(gpointer user, gboolean is_good)
{
}

static void
start(Bus *bus)
{
	static const KnBluezEvents events = {nothing, no_device, nothing, nobody_heard, not_read};
	own_bus_start(&bus->own, on_call, bus);
	bus->bluez = kn_bluez_new(bus->own.address, NULL, 0.01, &events, NULL);
}

static void
stop(Bus *bus)
{
	kn_bluez_free(bus->bluez);
	own_bus_stop(&bus->own);
}

static gboolean
is_up(gconstpointer what)
{
	const Bus *bus = what;
	return kn_bluez_get_state(bus->bluez) == KN_BLUEZ_AT_UP;
}

static gboolean
is_known_to_be_gone(gconstpointer what)
{
	const Bus *bus = what;
	return bus->n_has_asked > bus->n_has_faults &&
	       kn_bluez_get_state(bus->bluez) == KN_BLUEZ_AT_NO_DAEMON;
}

static void
a_bluetoothd_that_the_bus_did_not_tell_of_is_found_all_the_same(void)
{
	Bus bus = {.has_owner = TRUE, .n_owner_faults = 3, .n_has_faults = 2};
	start(&bus);
	g_assert_true(own_bus_wait(is_up, &bus));
	g_assert_cmpuint(bus.n_owner_asked, ==, 4);
	g_assert_cmpuint(bus.n_has_asked, ==, 2 + 3);
	stop(&bus);
}

static void
a_bluetoothd_that_is_known_to_be_gone_is_waited_for_and_not_asked_for(void)
{
	Bus bus = {.has_owner = FALSE};
	start(&bus);
	g_assert_true(own_bus_wait(is_known_to_be_gone, &bus));
	own_bus_signal(&bus.own, "org.freedesktop.DBus", "/org/freedesktop/DBus",
		       "org.freedesktop.DBus", "NameOwnerChanged",
		       g_variant_new("(sss)", "org.bluez", "", ":1.9"));
	g_assert_true(own_bus_wait(is_up, &bus));
	g_assert_cmpuint(bus.n_has_asked, ==, 1);
	g_assert_cmpuint(bus.n_owner_asked, ==, 1);
	stop(&bus);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/radio/owner/"
			"a_bluetoothd_that_the_bus_did_not_tell_of_is_found_all_the_same",
			a_bluetoothd_that_the_bus_did_not_tell_of_is_found_all_the_same);
	g_test_add_func("/radio/owner/"
			"a_bluetoothd_that_is_known_to_be_gone_is_waited_for_and_not_asked_for",
			a_bluetoothd_that_is_known_to_be_gone_is_waited_for_and_not_asked_for);
	return g_test_run();
}
