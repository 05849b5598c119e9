/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio-fixture.h"

/* a link's life, and the comings and goings of what it stands on */

static const gchar *const one[] = {"kind=back14,address=" BACK, NULL};
static const gchar *const two[] = {"kind=back14,address=" BACK, "kind=roller,address=" ROLLER,
				   NULL};

#define PHASE(phase) GINT_TO_POINTER(phase)

static gboolean
has_packets(Fixture *f, gconstpointer n)
{
	return f->n_packets >= GPOINTER_TO_UINT(n);
}

static gboolean
is_disconnected(Fixture *f, gconstpointer address)
{
	return !kn_test_sim_is_connected(f, address);
}

static void
start_all(Fixture *f, const gchar *const *devices)
{
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, devices);
	kn_test_radio_start_radio(f);
}

static void
bring_up(Fixture *f, const gchar *const *devices)
{
	start_all(f, devices);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	kn_test_radio_forget_events(f);
}

/* the way back went by listening at once, not by waiting for a window or by a blind try */
static void
assert_heard_again(Fixture *f)
{
	g_autofree gchar *calls = kn_test_calls(f);
	g_assert_true(g_str_has_suffix(
		calls, "StartDiscovery StopDiscovery Connect ReadValue AcquireNotify"));
	g_assert_cmpuint(kn_test_n_calls(f, "StartDiscovery"), ==, 2);
}

/* Control { get_state {} } */
static const guint8 get_state[] = {0x0a, 0x00};

static void
a_device_is_found_connected_read_and_heard(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	bring_up(f, one);
	g_autofree gchar *calls = kn_test_calls(f);
	/* scanning has stopped before Connect, and nothing was subscribed on the bus */
	g_assert_cmpstr(calls, ==, "StartDiscovery StopDiscovery Connect ReadValue AcquireNotify");
	g_assert_true(kn_radio_write_control(f->radio, BACK, get_state, sizeof get_state));
	kn_test_radio_wait(f, has_packets, GUINT_TO_POINTER(1));
	/* flags: version 1, reply */
	g_assert_cmphex(f->last_packet[1], ==, 0x14);
	KnLinkStatus status;
	g_assert_true(kn_radio_get_link(f->radio, BACK, &status));
	g_assert_cmpstr(kn_link_phase_name(status.phase), ==, "ready");
	g_assert_cmpstr(status.last_error, ==, "");
	g_assert_cmpuint(status.attempts, ==, 0);
	g_assert_true(status.has_signal);
	g_assert_cmpint(status.seen_boottime_us, >, 0);
}

static void
two_devices_share_an_adapter_one_after_the_other(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	start_all(f, two);
	kn_radio_allow(f->radio, BACK);
	kn_radio_allow(f->radio, ROLLER);
	kn_test_radio_wait(f, has_event, "up " BACK);
	kn_test_radio_wait(f, has_event, "up " ROLLER);
	g_autofree gchar *calls = kn_test_calls(f);
	g_auto(GStrv) words = g_strsplit(calls, " ", -1);
	guint n_open = 0;
	gboolean is_scanning = FALSE;
	for (guint i = 0; words[i]; i++) {
		gboolean is_start = g_str_equal(words[i], "StartDiscovery");
		if (is_start || g_str_equal(words[i], "StopDiscovery"))
			is_scanning = is_start;
		if (g_str_equal(words[i], "ReadValue"))
			n_open--; /* services are there: the adapter is free again */
		if (!g_str_equal(words[i], "Connect"))
			continue;
		g_assert_false(is_scanning);
		g_assert_cmpuint(n_open++, ==, 0);
	}
}

static void
nobody_enrolled_means_no_call_at_all(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	start_all(f, one);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_READY));
	g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*malformed*");
	kn_radio_allow(f->radio, "not an address");
	g_test_assert_expected_messages();
	kn_radio_allow(f->radio, ROLLER);
	kn_radio_forget(f->radio, ROLLER);
	/* one more round trip of the radio's: state goes and comes back */
	kn_test_sim(f, "SetPowered", g_variant_new("(b)", FALSE));
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_ADAPTER_OFF));
	kn_test_sim(f, "SetPowered", g_variant_new("(b)", TRUE));
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_READY));
	g_autofree gchar *calls = kn_test_calls(f);
	g_assert_cmpstr(calls, ==, "");
}

static void
no_bus_is_waited_for(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	kn_test_radio_start_radio(f);
	kn_radio_allow(f->radio, BACK);
	g_assert_cmpint(kn_radio_get_state(f->radio), ==, KN_RADIO_NO_BUS);
	kn_test_radio_wait(f, is_phase, PHASE(KN_LINK_WAITING));
	kn_test_radio_start_bus(f);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_NO_BLUETOOTHD));
	kn_test_radio_start_sim(f, one);
	kn_test_radio_wait(f, has_event, "up " BACK);
	g_assert_true(has_event(f, "state ready"));
}

static void
a_bus_that_restarts_is_found_again(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	bring_up(f, one);
	kn_test_radio_stop_bus(f);
	kn_test_radio_wait(f, has_event, "down " BACK);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_NO_BUS));
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	kn_test_radio_wait(f, has_event, "up " BACK);
}

static void
bluetoothd_may_go_and_come_back(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	bring_up(f, one);
	kn_test_sim(f, "SetBluez", g_variant_new("(b)", FALSE));
	kn_test_radio_wait(f, has_event, "down " BACK);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_NO_BLUETOOTHD));
	g_assert_true(is_phase(f, PHASE(KN_LINK_WAITING)));
	g_assert_false(kn_radio_write_control(f->radio, BACK, get_state, sizeof get_state));
	kn_test_sim(f, "SetBluez", g_variant_new("(b)", TRUE));
	kn_test_radio_wait(f, has_event, "up " BACK);
	g_assert_true(is_state(f, PHASE(KN_RADIO_READY)));
}

static void
an_adapter_may_go_and_come_back(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	bring_up(f, one);
	kn_test_sim(f, "SetAdapter", g_variant_new("(b)", FALSE));
	kn_test_radio_wait(f, has_event, "down " BACK);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_NO_ADAPTER));
	kn_test_sim(f, "SetAdapter", g_variant_new("(b)", TRUE));
	kn_test_radio_wait(f, has_event, "up " BACK);
}

static void
an_adapter_may_be_switched_off_and_on(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	bring_up(f, one);
	kn_test_sim(f, "SetPowered", g_variant_new("(b)", FALSE));
	kn_test_radio_wait(f, has_event, "down " BACK);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_ADAPTER_OFF));
	kn_test_sim(f, "SetPowered", g_variant_new("(b)", TRUE));
	kn_test_radio_wait(f, has_event, "up " BACK);
	assert_heard_again(f);
}

static void
a_lost_link_comes_back(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	bring_up(f, one);
	kn_test_sim(f, "Disconnect", g_variant_new("(s)", BACK));
	kn_test_radio_wait(f, has_event, "down " BACK " link lost");
	kn_test_radio_wait(f, has_event, "up " BACK);
	assert_heard_again(f);
}

static void
a_device_that_was_away_is_found_again(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	bring_up(f, one);
	kn_test_sim(f, "Vanish", g_variant_new("(s)", BACK));
	kn_test_radio_wait(f, has_event, "down " BACK);
	kn_test_radio_wait(f, is_phase, PHASE(KN_LINK_SEARCHING));
	kn_test_sim(f, "Return", g_variant_new("(s)", BACK));
	kn_test_radio_wait(f, has_event, "up " BACK);
}

static gboolean
is_connected(Fixture *f, gconstpointer address)
{
	return kn_test_sim_is_connected(f, address);
}

static void
a_link_that_is_there_at_start_is_adopted(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	g_dbus_connection_call(f->control, "org.bluez", "/org/bluez/hci0/dev_C0_FF_EE_00_00_01",
			       "org.bluez.Device1", "Connect", NULL, NULL, G_DBUS_CALL_FLAGS_NONE,
			       -1, NULL, NULL, NULL);
	kn_test_radio_wait(f, is_connected, BACK);
	kn_test_radio_start_radio(f);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	g_assert_cmpuint(kn_test_n_calls(f, "Connect"), ==, 0);
}

static void
the_end_disconnects(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	bring_up(f, one);
	kn_test_radio_stop_radio(f);
	/* the wait for the answer was part of the end */
	g_assert_false(kn_test_sim_is_connected(f, BACK));
	g_assert_cmpuint(f->events->len, ==, 0);
}

static void
a_link_that_the_owner_calls_silent_is_made_anew(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	kn_test_radio_start_radio(f);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	kn_test_radio_forget_events(f);
	kn_radio_renew(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "down " BACK " it sent nothing, though it was asked");
	kn_test_radio_wait(f, has_event, "up " BACK);
}

static void
a_forgotten_device_is_disconnected(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnLinkStatus status;
	bring_up(f, one);
	kn_radio_forget(f->radio, "c0:ff:ee:00:00:01");
	g_assert_false(kn_radio_get_link(f->radio, BACK, &status));
	kn_test_radio_wait(f, is_disconnected, BACK);
	g_assert_true(has_event(f, "down " BACK " forgotten"));
	g_assert_cmpuint(kn_test_n_calls(f, "Connect"), ==, 1);
}

static void
a_refused_device_is_put_aside(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnLinkStatus status;
	bring_up(f, one);
	kn_radio_refuse(f->radio, BACK, "another device has this serial", 0);
	kn_test_radio_wait(f, is_phase, PHASE(KN_LINK_UNSUPPORTED));
	g_assert_true(has_event(f, "down " BACK " another device has this serial"));
	g_assert_true(kn_radio_get_link(f->radio, BACK, &status));
	g_assert_cmpstr(status.last_error, ==, "another device has this serial");
	kn_test_radio_wait(f, is_disconnected, BACK);
}

static void
a_refused_device_is_tried_again_when_its_time_is_over_or_the_owner_says_so(
	Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	bring_up(f, one);
	kn_radio_refuse(f->radio, BACK, "it floods", 300000);
	kn_test_radio_wait(f, has_event, "down " BACK " it floods");
	kn_test_radio_wait(f, has_event, "up " BACK);
	kn_radio_refuse(f->radio, BACK, "it has a twin", 0);
	kn_test_radio_wait(f, is_phase, PHASE(KN_LINK_UNSUPPORTED));
	kn_radio_retry(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
}

/* a minute at this scale, more than a test waits */
static void
a_refusal_that_is_taken_back_while_the_link_goes_down_or_before_is_none(
	Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	bring_up(f, one);
	kn_radio_refuse(f->radio, BACK, "it has a twin", 0);
	kn_test_radio_wait(f, has_event, "down " BACK);
	g_assert_true(is_phase(f, PHASE(KN_LINK_WAITING)));
	kn_radio_retry(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	kn_test_radio_forget_events(f);
	kn_radio_refuse(f->radio, BACK, "it has a twin", 0);
	kn_radio_retry(f->radio, BACK);
	/* the link is another one: whoever refused it did not listen any more */
	kn_test_radio_wait(f, has_event, "down " BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
}

#define ADD(name)                                                                   \
	g_test_add("/radio/life/" #name, Fixture, NULL, kn_test_radio_set_up, name, \
		   kn_test_radio_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(a_device_is_found_connected_read_and_heard);
	ADD(two_devices_share_an_adapter_one_after_the_other);
	ADD(nobody_enrolled_means_no_call_at_all);
	ADD(no_bus_is_waited_for);
	ADD(a_bus_that_restarts_is_found_again);
	ADD(bluetoothd_may_go_and_come_back);
	ADD(an_adapter_may_go_and_come_back);
	ADD(an_adapter_may_be_switched_off_and_on);
	ADD(a_lost_link_comes_back);
	ADD(a_device_that_was_away_is_found_again);
	ADD(a_link_that_is_there_at_start_is_adopted);
	ADD(the_end_disconnects);
	ADD(a_link_that_the_owner_calls_silent_is_made_anew);
	ADD(a_forgotten_device_is_disconnected);
	ADD(a_refused_device_is_put_aside);
	ADD(a_refused_device_is_tried_again_when_its_time_is_over_or_the_owner_says_so);
	ADD(a_refusal_that_is_taken_back_while_the_link_goes_down_or_before_is_none);
	return g_test_run();
}
