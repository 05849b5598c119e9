/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio-fixture.h"

#include "radio/agent.h"
#include "radio/bluez-private.h"

/* pairing as far as it is a matter of the radio alone; with a person at it: tests/integration/test_pairing.py */

static const gchar *const one[] = {"kind=back14,address=" BACK, NULL};

#define PHASE(phase) GINT_TO_POINTER(phase)
#define STRANGER     "D0:0D:AD:00:00:01"

static void
start_all(Fixture *f)
{
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	kn_test_radio_start_radio(f);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_READY));
}

static gboolean
is_connected(Fixture *f, gconstpointer address)
{
	return kn_test_sim_is_connected(f, address);
}

static void
a_bond_that_is_worth_nothing_is_removed_only_after_the_link(Fixture *f,
							    gconstpointer data G_GNUC_UNUSED)
{
	start_all(f);
	kn_test_sim_fail_next(f, "Connect", "Failed", "le-connection-key-missing", 1);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, is_phase, PHASE(KN_LINK_BOND_LOST));
	/* somebody else holds a link to it */
	g_dbus_connection_call(f->control, "org.bluez", "/org/bluez/hci0/dev_C0_FF_EE_00_00_01",
			       "org.bluez.Device1", "Connect", NULL, NULL, G_DBUS_CALL_FLAGS_NONE,
			       -1, NULL, NULL, NULL);
	kn_test_radio_wait(f, is_connected, BACK);
	kn_test_forget_calls(f);
	g_assert_true(kn_radio_pair(f->radio, BACK));
	kn_test_radio_wait(f, has_event, "pair done ");
	/* it was not taken for paired while its object was about to go */
	g_assert_false(has_event(f, "pair done already"));
	g_autofree gchar *calls = kn_test_calls(f);
	g_assert_nonnull(g_strstr_len(calls, -1, "Disconnect RemoveDevice "));
	g_assert_nonnull(g_strstr_len(calls, -1, " RegisterAgent Pair"));
	kn_test_radio_wait(f, has_event, "up " BACK);
}

static void
a_link_that_cannot_be_ended_keeps_its_bond(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	start_all(f);
	kn_test_sim_fail_next(f, "Connect", "Failed", "le-connection-key-missing", 1);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, is_phase, PHASE(KN_LINK_BOND_LOST));
	g_dbus_connection_call(f->control, "org.bluez", "/org/bluez/hci0/dev_C0_FF_EE_00_00_01",
			       "org.bluez.Device1", "Connect", NULL, NULL, G_DBUS_CALL_FLAGS_NONE,
			       -1, NULL, NULL, NULL);
	kn_test_radio_wait(f, is_connected, BACK);
	kn_test_sim_fail_next(f, "Disconnect", "Failed", "Failed", 1);
	g_assert_true(kn_radio_pair(f->radio, BACK));
	kn_test_radio_wait(f, has_event, "pair failed its old pairing could not be removed");
	g_assert_cmpuint(kn_test_n_calls(f, "RemoveDevice"), ==, 0);
	g_assert_true(kn_test_sim_is_connected(f, BACK));
}

static void
what_is_paired_and_no_massager_is_refused_and_left_alone(Fixture *f,
							 gconstpointer data G_GNUC_UNUSED)
{
	start_all(f);
	kn_test_sim(f, "BondStranger", NULL);
	g_assert_true(kn_radio_pair(f->radio, STRANGER));
	kn_test_radio_wait(f, has_event, "pair failed it is paired, but it is no massager");
	g_assert_cmpuint(kn_test_n_calls(f, "Pair"), ==, 0);
	g_assert_cmpuint(kn_test_n_calls(f, "RemoveDevice"), ==, 0);
	g_assert_cmpuint(kn_test_n_calls(f, "Connect"), ==, 0);
}

/* ---- an agent that cannot be reached is none ---- */

static void
on_nothing(gpointer user G_GNUC_UNUSED)
{
}

static void
on_news(gpointer user G_GNUC_UNUSED, const gchar *path G_GNUC_UNUSED, guint news G_GNUC_UNUSED)
{
}

static void
on_heard(gpointer user G_GNUC_UNUSED, const gchar *path G_GNUC_UNUSED)
{
}

static void
on_read(gpointer user G_GNUC_UNUSED, gboolean is_good G_GNUC_UNUSED)
{
}

static gboolean
is_up(Fixture *f G_GNUC_UNUSED, gconstpointer bluez)
{
	return kn_bluez_get_state(bluez) == KN_BLUEZ_AT_UP;
}

static void
an_agent_without_an_object_is_none(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	static const KnBluezEvents bluez_events = {on_nothing, on_news, on_nothing, on_heard,
						   on_read};
	static const KnAgentEvents events = {0};
	static const GDBusInterfaceVTable vtable = {0};
	const gchar *device = "/org/bluez/hci0/dev_C0_FF_EE_00_00_01";

	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	g_autoptr(KnBluez) bluez = kn_bluez_new(f->address, NULL, 0.1, &bluez_events, f);
	kn_test_radio_wait(f, is_up, bluez);
	g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(
		"<node><interface name='org.bluez.Agent1'/></node>", NULL);
	guint id =
		g_dbus_connection_register_object(bluez->connection, "/org/knead/agent",
						  info->interfaces[0], &vtable, NULL, NULL, NULL);
	g_assert_cmpuint(id, !=, 0);
	g_assert_null(kn_agent_new(bluez, device, &events, NULL));
	g_assert_cmpuint(kn_test_n_calls(f, "RegisterAgent"), ==, 0);
	g_dbus_connection_unregister_object(bluez->connection, id);
}

#define ADD(name)                                                                   \
	g_test_add("/radio/pair/" #name, Fixture, NULL, kn_test_radio_set_up, name, \
		   kn_test_radio_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(a_bond_that_is_worth_nothing_is_removed_only_after_the_link);
	ADD(a_link_that_cannot_be_ended_keeps_its_bond);
	ADD(what_is_paired_and_no_massager_is_refused_and_left_alone);
	ADD(an_agent_without_an_object_is_none);
	return g_test_run();
}
