/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio-fixture.h"

#include <dirent.h>

/* what bluetoothd and devices do wrong */

static const gchar *const one[] = {"kind=back14,address=" BACK, NULL};
static const gchar *const unbonded[] = {"kind=back14,address=" BACK ",bonded=no", NULL};
static const gchar *const narrow[] = {"kind=back14,address=" BACK ",mtu=184", NULL};

#define PHASE(phase) GINT_TO_POINTER(phase)

enum { CYCLES = 8 };

typedef struct {
	const gchar *method;
	guint n;
} Calls;

static gboolean
has_calls(Fixture *f, gconstpointer wanted)
{
	const Calls *calls = wanted;
	return kn_test_n_calls(f, calls->method) >= calls->n;
}

static gboolean
is_seen(Fixture *f, gconstpointer n)
{
	return f->seen->len >= GPOINTER_TO_UINT(n);
}

static void
start_all(Fixture *f, const gchar *const *devices)
{
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, devices);
	kn_test_radio_start_radio(f);
}

static void
an_unbonded_device_is_never_connected_nor_read(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	static const Calls stopped = {"StopDiscovery", 1};
	start_all(f, unbonded);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, is_phase, PHASE(KN_LINK_NOT_BONDED));
	kn_test_radio_wait(f, is_seen, GUINT_TO_POINTER(1));
	/* nobody is left to look for: its object goes, and that alone starts no other scan */
	kn_test_radio_wait(f, has_calls, &stopped);
	g_assert_cmpuint(kn_test_n_calls(f, "StartDiscovery"), ==, 1);
	g_assert_cmpuint(kn_test_n_calls(f, "Connect"), ==, 0);
	g_assert_cmpuint(kn_test_n_calls(f, "ReadValue"), ==, 0);
	g_assert_cmpuint(kn_test_n_calls(f, "AcquireNotify"), ==, 0);
	g_assert_cmpuint(kn_test_n_calls(f, "Pair"), ==, 0);
	g_assert_false(has_event(f, "up"));
}

static void
connect_is_retried_after_radio_weather(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnRadioStats stats;
	start_all(f, one);
	kn_test_sim_fail_next(f, "Connect", "Failed", "le-connection-abort-by-local", 8);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	g_assert_cmpuint(kn_test_n_calls(f, "Connect"), ==, 9);
	kn_radio_get_stats(f->radio, &stats);
	g_assert_cmpuint(stats.n_connects, ==, 9);
	g_assert_cmpuint(stats.n_connect_errors, ==, 8);
	g_assert_cmpuint(stats.n_unknown_errors, ==, 0);
}

static void
a_pending_attempt_is_disconnected_before_the_next(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	start_all(f, one);
	kn_test_sim_fail_next(f, "Connect", "Failed", "Operation already in progress", 1);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	g_autofree gchar *calls = kn_test_calls(f);
	g_assert_nonnull(g_strstr_len(calls, -1, " Connect Disconnect"));
	g_assert_cmpuint(kn_test_n_calls(f, "Connect"), ==, 2);
}

static void
fault_15_an_object_that_went_unseen_is_looked_for_again(Fixture *f,
							gconstpointer data G_GNUC_UNUSED)
{
	KnRadioStats stats;
	start_all(f, one);
	/* as bluetoothd says it; and the object is gone, without a word to anybody */
	kn_test_sim(f, "FailNext",
		    g_variant_new("(sssu)", "Connect", "org.freedesktop.DBus.Error.UnknownObject",
				  "Method \"Connect\" with signature \"\" on interface "
				  "\"org.bluez.Device1\" doesn't exist\n",
				  1));
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	g_autofree gchar *calls = kn_test_calls(f);
	/* scanned for, not tried blindly on what is no more */
	g_assert_cmpstr(calls, ==,
			"StartDiscovery StopDiscovery Connect StartDiscovery StopDiscovery Connect "
			"ReadValue AcquireNotify");
	kn_radio_get_stats(f->radio, &stats);
	g_assert_cmpuint(stats.n_unknown_errors, ==, 0);
}

static void
info_may_have_512_bytes_and_not_one_more(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnLinkStatus status;
	start_all(f, one);
	kn_test_sim(f, "SetInfoLength", g_variant_new("(su)", BACK, 512));
	kn_radio_allow(f->radio, BACK);
	/* whether it means something is not for the radio to say */
	kn_test_radio_wait(f, has_event, "up " BACK);
	g_assert_cmpuint(f->n_info, ==, 512);
	kn_test_sim(f, "SetInfoLength", g_variant_new("(su)", BACK, 513));
	kn_test_sim(f, "Disconnect", g_variant_new("(s)", BACK));
	kn_test_radio_wait(f, is_phase, PHASE(KN_LINK_UNSUPPORTED));
	g_assert_true(kn_radio_get_link(f->radio, BACK, &status));
	g_assert_cmpstr(status.last_error, ==, "INFO is empty or too long");
}

static void
an_unknown_error_is_retried_and_counted(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnRadioStats stats;
	start_all(f, one);
	kn_test_sim_fail_next(f, "Connect", "Failed", "something nobody has heard of", 2);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	kn_radio_get_stats(f->radio, &stats);
	g_assert_cmpuint(stats.n_unknown_errors, ==, 2);
}

static void
a_lost_bond_ends_all_tries(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	start_all(f, one);
	kn_test_sim_fail_next(f, "Connect", "Failed", "le-connection-key-missing", 1);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, is_phase, PHASE(KN_LINK_BOND_LOST));
	/* a second device that is not there keeps the radio scanning meanwhile */
	static const Calls later_window = {"StartDiscovery", 2};
	kn_radio_allow(f->radio, ROLLER);
	kn_test_radio_wait(f, has_calls, &later_window);
	g_assert_true(is_phase(f, PHASE(KN_LINK_BOND_LOST)));
	g_assert_cmpuint(kn_test_n_calls(f, "Connect"), ==, 1);
}

static void
another_listener_is_waited_for_and_never_overheard(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	start_all(f, one);
	kn_test_sim_fail_next(f, "AcquireNotify", "NotPermitted", "Notify acquired", 1);
	/* while anybody has a StartNotify session */
	kn_test_sim_fail_next(f, "AcquireNotify", "InProgress", "In Progress", 1);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, is_phase, PHASE(KN_LINK_BUSY));
	kn_test_radio_wait(f, has_event, "up " BACK);
	g_assert_cmpuint(kn_test_n_calls(f, "StartNotify"), ==, 0);
	g_assert_cmpuint(kn_test_n_calls(f, "AcquireNotify"), ==, 3);
	g_assert_cmpuint(kn_test_n_calls(f, "Connect"), ==, 1);
}

static void
no_notifications_at_all_is_unsupported_and_not_subscribed(Fixture *f,
							  gconstpointer data G_GNUC_UNUSED)
{
	start_all(f, one);
	kn_test_sim_fail_next(f, "AcquireNotify", "NotSupported", "Operation is not supported", 1);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, is_phase, PHASE(KN_LINK_UNSUPPORTED));
	g_assert_cmpuint(kn_test_n_calls(f, "StartNotify"), ==, 0);
}

static void
a_narrow_link_says_so(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnLinkStatus status;
	start_all(f, narrow);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, is_phase, PHASE(KN_LINK_UNSUPPORTED));
	g_assert_true(kn_radio_get_link(f->radio, BACK, &status));
	g_assert_cmpstr(status.last_error, ==, "link too narrow");
	g_assert_false(has_event(f, "up"));
}

static void
a_scan_session_of_ours_is_reset_once(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	start_all(f, one);
	kn_test_sim_fail_next(f, "StartDiscovery", "InProgress", "Operation already in progress",
			      1);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	g_autofree gchar *calls = kn_test_calls(f);
	g_assert_true(g_str_has_prefix(
		calls, "StartDiscovery StopDiscovery StartDiscovery StopDiscovery Connect"));
}

static void
a_control_write_is_retried_when_busy_and_reported_when_refused(Fixture *f,
							       gconstpointer data G_GNUC_UNUSED)
{
	static const guint8 get_state[] = {0x0a, 0x00};
	static const Calls three_writes = {"WriteValue", 3};
	start_all(f, one);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	kn_test_sim_fail_next(f, "WriteValue", "InProgress", "In Progress", 2);
	g_assert_true(kn_radio_write_control(f->radio, BACK, get_state, sizeof get_state));
	kn_test_radio_wait(f, has_calls, &three_writes);
	g_assert_false(has_event(f, "control-failed"));
	kn_test_sim_fail_next(f, "WriteValue", "NotAuthorized", "Operation Not Authorized", 1);
	g_assert_true(kn_radio_write_control(f->radio, BACK, get_state, sizeof get_state));
	kn_test_radio_wait(f, has_event, "control-failed " BACK " Operation Not Authorized");
	g_assert_false(has_event(f, "down"));
}

static void
the_queue_of_control_writes_is_bounded(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	static const guint8 get_state[] = {0x0a, 0x00};
	start_all(f, one);
	g_assert_false(kn_radio_write_control(f->radio, BACK, get_state, sizeof get_state));
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	for (guint i = 0; i < 64; i++)
		g_assert_true(kn_radio_write_control(f->radio, BACK, get_state, sizeof get_state));
	g_assert_false(kn_radio_write_control(f->radio, BACK, get_state, sizeof get_state));
	static const Calls all = {"WriteValue", 64};
	kn_test_radio_wait(f, has_calls, &all);
}

static guint
n_descriptors(void)
{
	guint n = 0;
	DIR *folder = opendir("/proc/self/fd");
	g_assert_nonnull(folder);
	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

static gboolean
has_descriptors_back(Fixture *f G_GNUC_UNUSED, gconstpointer n_fds)
{
	return n_descriptors() <= GPOINTER_TO_UINT(n_fds);
}

static void
reconnect(Fixture *f, guint i)
{
	kn_test_radio_forget_events(f);
	if (i % 4 == 3) {
		kn_test_sim(f, "SetBluez", g_variant_new("(b)", FALSE));
		kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_NO_BLUETOOTHD));
		kn_test_sim(f, "SetBluez", g_variant_new("(b)", TRUE));
	} else {
		kn_test_sim(f, "Disconnect", g_variant_new("(s)", BACK));
	}
	kn_test_radio_wait(f, has_event, "down " BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
}

static void
match_rules_and_descriptors_do_not_grow(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.02;
	start_all(f, one);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	guint n_rules = kn_test_n_match_rules(f);
	guint n_fds = n_descriptors();
	g_assert_cmpuint(n_rules, ==, 5);
	for (guint i = 0; i < CYCLES; i++)
		reconnect(f, i);
	g_assert_cmpuint(kn_test_n_match_rules(f), ==, n_rules);
	/* GDBus's own thread may hold the descriptors of the last reply a moment longer than we */
	kn_test_radio_wait(f, has_descriptors_back, GUINT_TO_POINTER(n_fds));
}

#define ADD(name)                                                                     \
	g_test_add("/radio/faults/" #name, Fixture, NULL, kn_test_radio_set_up, name, \
		   kn_test_radio_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(an_unbonded_device_is_never_connected_nor_read);
	ADD(connect_is_retried_after_radio_weather);
	ADD(a_pending_attempt_is_disconnected_before_the_next);
	ADD(fault_15_an_object_that_went_unseen_is_looked_for_again);
	ADD(info_may_have_512_bytes_and_not_one_more);
	ADD(an_unknown_error_is_retried_and_counted);
	ADD(a_lost_bond_ends_all_tries);
	ADD(another_listener_is_waited_for_and_never_overheard);
	ADD(no_notifications_at_all_is_unsupported_and_not_subscribed);
	ADD(a_narrow_link_says_so);
	ADD(a_scan_session_of_ours_is_reset_once);
	ADD(a_control_write_is_retried_when_busy_and_reported_when_refused);
	ADD(the_queue_of_control_writes_is_bounded);
	ADD(match_rules_and_descriptors_do_not_grow);
	return g_test_run();
}
