/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio-fixture.h"

#include <signal.h>

/* what is done about a radio that does not work, and what is told of it */

static const gchar *const one[] = {"kind=back14,address=" BACK, NULL};
static const gchar *const two[] = {"kind=back14,address=" BACK, "kind=roller,address=" ROLLER,
				   NULL};

#define PHASE(phase) GINT_TO_POINTER(phase)

/* At once: GSubprocess has it sent by a thread of GLib's, and what is written meanwhile is still answered. */
static void
signal_sim(const Fixture *f, int number)
{
	const gchar *pid = g_subprocess_get_identifier(f->sim);

	g_assert_nonnull(pid);
	g_assert_cmpint(kill((pid_t)g_ascii_strtoll(pid, NULL, 10), number), ==, 0);
}

static void
keep(const KnRadioAdapterStatus *status, gpointer data)
{
	*(KnRadioAdapterStatus *)data = *status;
	g_assert_cmpstr(status->name, ==, "hci0");
	g_assert_true(status->is_powered);
}

static KnRadioAdapterStatus
adapter_of(Fixture *f)
{
	KnRadioAdapterStatus status = {.since_step_ms = -2};

	kn_radio_each_adapter(f->radio, keep, &status);
	g_assert_cmpint(status.since_step_ms, !=, -2);
	return status;
}

static void
a_deaf_adapter_is_shown_with_its_steps_until_it_hears(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnListenStatus all;
	KnLinkStatus link;

	f->timer_scale = 0.02;
	kn_test_radio_start_deaf(f);
	g_assert_cmpint(adapter_of(f).trouble_ms, ==, -1);
	g_assert_cmpuint(adapter_of(f).last_step, ==, KN_LADDER_NOTHING);
	kn_test_radio_wait(f, has_event, "rescue rescan hci0 hears nobody: ");
	KnRadioAdapterStatus status = adapter_of(f);
	g_assert_cmpuint(status.n_steps[KN_LADDER_RESCAN], ==, 1);
	g_assert_cmpuint(status.n_steps[KN_LADDER_RECONNECT], ==, 0);
	g_assert_cmpuint(status.last_step, ==, KN_LADDER_RESCAN);
	g_assert_cmpint(status.since_step_ms, >=, 0);
	g_assert_cmpint(status.trouble_ms, >=, 0);
	g_assert_false(status.is_failed);
	g_assert_cmpuint(status.listen.n_silent, >=, 3);
	g_assert_cmpuint(status.listen.n_starts, ==, status.listen.n_starts_hour);
	g_assert_cmpint(status.listen.since_heard_ms, ==, -1);
	kn_radio_get_listening(f->radio, &all);
	g_assert_cmpuint(all.n_starts, ==, status.listen.n_starts);
	g_assert_cmpint(all.since_heard_ms, ==, -1);
	g_assert_true(kn_radio_get_link(f->radio, BACK, &link));
	g_assert_cmpint(link.since_listened_ms, >=, 0);
	/* it listens, and in vain */
	g_assert_cmpint(link.deaf_ms, >=, 0);
	g_assert_false(link.is_listening_refused);
	kn_test_sim(f, "SetSilent", g_variant_new("(s)", ""));
	kn_test_radio_wait(f, has_event, "rescue nothing hci0 works again");
	g_assert_true(kn_radio_get_link(f->radio, BACK, &link));
	g_assert_cmpint(link.deaf_ms, ==, -1);
	status = adapter_of(f);
	g_assert_cmpint(status.trouble_ms, ==, -1);
	g_assert_cmpuint(status.listen.n_silent, ==, 0);
	/* what was done stays counted */
	g_assert_cmpuint(status.n_steps[KN_LADDER_RESCAN], >=, 1);
	g_assert_cmpuint(status.last_step, !=, KN_LADDER_NOTHING);
}

static gboolean
has_scanned(Fixture *f, gconstpointer what G_GNUC_UNUSED)
{
	return kn_test_n_calls(f, "StartDiscovery") > 0;
}

static gboolean
has_listened_since(Fixture *f, gconstpointer before)
{
	KnListenStatus now;

	kn_radio_get_listening(f->radio, &now);
	return now.n_starts > ((const KnListenStatus *)before)->n_starts;
}

static void
what_is_known_of_an_adapter_outlives_a_new_connection(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnListenStatus before;

	f->timer_scale = 0.02;
	kn_test_radio_start_deaf(f);
	kn_test_radio_wait(f, has_event, "rescue rescan ");
	g_autofree gchar *first = kn_test_radio_name(f);
	guint n_rules = kn_test_n_match_rules(f);
	kn_test_radio_wait(f, has_event, "rescue reconnect ");
	kn_radio_get_listening(f->radio, &before);
	g_assert_cmpuint(before.n_starts, >=, 6);
	kn_test_radio_forget_events(f);
	kn_test_radio_wait(f, has_event, "state ready");
	kn_test_forget_calls(f);
	kn_test_radio_wait(f, has_scanned, NULL);
	kn_test_radio_wait(f, has_listened_since, &before);
	g_autofree gchar *second = kn_test_radio_name(f);
	g_assert_cmpstr(first, !=, second);
	g_assert_cmpuint(kn_test_n_match_rules(f), ==, n_rules);
	KnRadioAdapterStatus status = adapter_of(f);
	g_assert_cmpuint(status.n_steps[KN_LADDER_RESCAN], >=, 2);
	g_assert_cmpuint(status.n_steps[KN_LADDER_RECONNECT], ==, 1);
	/* the new ones are counted on the old */
	g_assert_cmpuint(status.listen.n_starts, >, before.n_starts);
	g_assert_cmpint(status.trouble_ms, >, 0);
	kn_test_sim(f, "SetSilent", g_variant_new("(s)", ""));
	kn_test_radio_wait(f, has_event, "up " BACK);
}

static void
a_bluetoothd_that_hangs_under_a_link_is_noticed_and_met_anew(Fixture *f,
							     gconstpointer data G_GNUC_UNUSED)
{
	/* Control { get_state {} } */
	static const guint8 get_state[] = {0x0a, 0x00};

	f->timer_scale = 0.02;
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	kn_test_radio_start_radio(f);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	signal_sim(f, SIGSTOP);
	kn_test_radio_forget_events(f);
	g_assert_true(kn_radio_write_control(f->radio, BACK, get_state, sizeof get_state));
	kn_test_radio_wait(f, has_event, "control-failed " BACK);
	/* one call that was late is no trouble yet */
	g_assert_false(has_event(f, "rescue"));
	kn_test_radio_wait(f, has_event, "rescue reconnect bluetoothd does not answer: ");
	/* it is not called dead: neither before the new connection nor on it */
	kn_test_radio_wait(f, has_event, "down " BACK);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_MUTE_BLUETOOTHD));
	g_assert_false(has_event(f, "state no-bluetoothd"));
	signal_sim(f, SIGCONT);
	kn_test_radio_wait(f, has_event, "rescue nothing bluetoothd answers again");
	kn_test_radio_wait(f, has_event, "up " BACK);
	g_assert_true(is_state(f, PHASE(KN_RADIO_READY)));
}

static void
a_bluetoothd_that_does_not_answer_is_met_anew(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnRadioAdapterStatus status;

	f->timer_scale = 0.02;
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	signal_sim(f, SIGSTOP);
	kn_test_radio_start_radio(f);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_MUTE_BLUETOOTHD));
	/* from the first reading that it did not answer, not only when that is trouble */
	g_assert_false(has_event(f, "rescue"));
	kn_test_radio_wait(f, has_event, "rescue reconnect bluetoothd does not answer: ");
	kn_radio_get_daemon(f->radio, &status);
	g_assert_cmpuint(status.n_steps[KN_LADDER_RECONNECT], ==, 1);
	g_assert_cmpuint(status.n_steps[KN_LADDER_RESCAN], ==, 0);
	g_assert_cmpint(status.trouble_ms, >=, 0);
	signal_sim(f, SIGCONT);
	kn_test_radio_wait(f, has_event, "rescue nothing bluetoothd answers again");
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, has_event, "up " BACK);
	kn_radio_get_daemon(f->radio, &status);
	g_assert_cmpint(status.trouble_ms, ==, -1);
}

/* its answer is waited for 21 s, longer than this test waits for anything */
static void
a_bluetoothd_that_is_late_is_not_called_dead_while_it_is_waited_for(
	Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.85;
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	signal_sim(f, SIGSTOP);
	kn_test_radio_start_radio(f);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_MUTE_BLUETOOTHD));
	signal_sim(f, SIGCONT);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_READY));
}

static void
two_that_are_heard_and_never_connected_are_trouble_of_the_adapter(Fixture *f,
								  gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.02;
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, two);
	kn_test_sim_fail_next(f, "Connect", "InProgress", "In Progress", KN_LADDER_CONNECTS + 1);
	kn_test_radio_start_radio(f);
	kn_radio_allow(f->radio, BACK);
	kn_radio_allow(f->radio, ROLLER);
	kn_test_radio_wait(f, has_event,
			   "rescue reconnect hci0 connects to nobody: a new connection");
	g_assert_cmpuint(kn_test_n_calls(f, "Connect"), ==, KN_LADDER_CONNECTS);
	/* listening anew would help nobody, and being heard is no sign of life here */
	g_assert_false(has_event(f, "rescue rescan"));
	g_assert_false(has_event(f, "rescue nothing"));
	kn_test_radio_wait(f, has_event, "rescue nothing hci0 works again");
	kn_test_radio_wait(f, has_event, "up " BACK);
}

/* the other one is in a drawer */
static void
one_that_is_heard_alone_and_never_connected_is_trouble_of_the_adapter(
	Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.02;
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, two);
	kn_test_sim(f, "Vanish", g_variant_new("(s)", ROLLER));
	kn_test_sim_fail_next(f, "Connect", "InProgress", "In Progress", 100000);
	kn_test_radio_start_radio(f);
	kn_radio_allow(f->radio, BACK);
	kn_radio_allow(f->radio, ROLLER);
	kn_test_radio_wait(f, has_event,
			   "rescue reconnect hci0 connects to nobody: a new connection");
	kn_test_sim_fail_next(f, "Connect", "InProgress", "In Progress", 0);
	kn_test_radio_wait(f, has_event, "rescue nothing hci0 works again");
	kn_test_radio_wait(f, has_event, "up " BACK);
}

static gboolean
is_adapter_refusing(Fixture *f, gconstpointer is_refusing)
{
	KnLinkStatus status;
	g_assert_true(kn_radio_get_link(f->radio, BACK, &status));
	return status.is_adapter_refusing == GPOINTER_TO_INT(is_refusing);
}

static void
one_that_refuses_every_link_though_none_is_on_it_is_told_and_helped(
	Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.02;
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	kn_test_sim_fail_next(f, "Connect", "Failed", "le-connection-concurrent-connection-limit",
			      100000);
	kn_test_radio_start_radio(f);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, is_adapter_refusing, GINT_TO_POINTER(TRUE));
	kn_test_radio_wait(f, has_event,
			   "rescue reconnect hci0 connects to nobody: a new connection");
	kn_test_sim_fail_next(f, "Connect", "Failed", "le-connection-concurrent-connection-limit",
			      0);
	kn_test_radio_wait(f, has_event, "up " BACK);
	kn_test_radio_wait(f, has_event, "rescue nothing hci0 works again");
	g_assert_true(is_adapter_refusing(f, GINT_TO_POINTER(FALSE)));
}

/* with bluetoothd's words: of BACK, whose adapter is known, and of ROLLER, which may come on any */
static gboolean
is_told_refused(Fixture *f, const gchar *address, gconstpointer wanted)
{
	KnLinkStatus link;

	return kn_radio_get_link(f->radio, address, &link) &&
	       link.is_listening_refused == (wanted != NULL) &&
	       (g_strcmp0(link.listen_error, "Resource Not Ready") == 0) == (wanted != NULL);
}

static gboolean
is_listening_refused(Fixture *f, gconstpointer wanted)
{
	KnListenStatus all;

	kn_radio_get_listening(f->radio, &all);
	return is_told_refused(f, BACK, wanted) && is_told_refused(f, ROLLER, wanted) &&
	       all.is_refused == (wanted != NULL);
}

/* and would be heard if it did */
static void
one_on_which_nobody_can_listen_is_helped(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.004;
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	kn_test_sim(f, "Vanish", g_variant_new("(s)", BACK));
	kn_test_sim_fail_next(f, "StartDiscovery", "NotReady", "Resource Not Ready", 100000);
	kn_test_radio_start_radio(f);
	kn_radio_allow(f->radio, BACK);
	kn_radio_allow(f->radio, ROLLER);
	/* a person is told long before that */
	kn_test_radio_wait(f, is_listening_refused, GINT_TO_POINTER(TRUE));
	g_assert_cmpint(adapter_of(f).trouble_ms, ==, -1);
	g_assert_cmpstr(adapter_of(f).listen_error, ==, "Resource Not Ready");
	kn_test_radio_wait(f, has_event,
			   "rescue rescan hci0 hears nobody: the scan is started anew");
	kn_test_sim_fail_next(f, "StartDiscovery", "NotReady", "Resource Not Ready", 0);
	kn_test_radio_wait(f, is_listening_refused, GINT_TO_POINTER(FALSE));
	g_assert_cmpstr(adapter_of(f).listen_error, ==, "");
}

static guint
n_connects(Fixture *f, const gchar *address)
{
	guint64 n = 0;
	g_autoptr(GVariant) status = kn_test_sim_status(f, address);

	g_assert_true(g_variant_lookup(status, "n_connects", "t", &n));
	return (guint)n;
}

static gboolean
have_flipped(Fixture *f, gconstpointer n)
{
	return n_connects(f, BACK) >= GPOINTER_TO_UINT(n) &&
	       n_connects(f, ROLLER) >= GPOINTER_TO_UINT(n);
}

static void
a_link_that_falls_before_anything_came_over_it_is_no_sign_of_life(Fixture *f,
								  gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.02;
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, two);
	kn_test_sim(f, "LoseBond", g_variant_new("(s)", BACK));
	kn_test_sim(f, "LoseBond", g_variant_new("(s)", ROLLER));
	kn_test_sim_fail_next(f, "Connect", "InProgress", "In Progress", KN_LADDER_CONNECTS + 1);
	kn_test_radio_start_radio(f);
	kn_radio_allow(f->radio, BACK);
	kn_radio_allow(f->radio, ROLLER);
	kn_test_radio_wait(f, has_event, "rescue reconnect hci0 connects to nobody: ");
	/* Connected, and not: each time for a moment */
	kn_test_radio_wait(f, have_flipped, GUINT_TO_POINTER(2));
	g_assert_false(has_event(f, "rescue nothing"));
	g_assert_cmpint(adapter_of(f).trouble_ms, >=, 0);
}

#define ADD(name)                                                                     \
	g_test_add("/radio/rescue/" #name, Fixture, NULL, kn_test_radio_set_up, name, \
		   kn_test_radio_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(a_deaf_adapter_is_shown_with_its_steps_until_it_hears);
	ADD(what_is_known_of_an_adapter_outlives_a_new_connection);
	ADD(a_bluetoothd_that_hangs_under_a_link_is_noticed_and_met_anew);
	ADD(two_that_are_heard_and_never_connected_are_trouble_of_the_adapter);
	ADD(one_that_is_heard_alone_and_never_connected_is_trouble_of_the_adapter);
	ADD(one_that_refuses_every_link_though_none_is_on_it_is_told_and_helped);
	ADD(one_on_which_nobody_can_listen_is_helped);
	ADD(a_link_that_falls_before_anything_came_over_it_is_no_sign_of_life);
	ADD(a_bluetoothd_that_does_not_answer_is_met_anew);
	ADD(a_bluetoothd_that_is_late_is_not_called_dead_while_it_is_waited_for);
	return g_test_run();
}
