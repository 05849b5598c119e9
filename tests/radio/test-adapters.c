/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio-fixture.h"

/* an adapter is known by its address, whatever it is called and whoever restarts */

static const gchar *const two[] = {"kind=back14,address=" BACK, "kind=roller,address=" ROLLER,
				   NULL};

#define PHASE(phase) GINT_TO_POINTER(phase)

typedef struct {
	gchar name[16];
	gchar address[18];
	guint n_links_max;
	guint n;
} Seen;

static void
keep(const KnRadioAdapterStatus *status, gpointer data)
{
	Seen *seen = data;
	g_strlcpy(seen->name, status->name, sizeof seen->name);
	g_strlcpy(seen->address, status->address, sizeof seen->address);
	seen->n_links_max = status->n_links_max;
	seen->n++;
}

static Seen
adapter_of(Fixture *f)
{
	Seen seen = {.n = 0};
	kn_radio_each_adapter(f->radio, keep, &seen);
	g_assert_cmpuint(seen.n, ==, 1);
	return seen;
}

static gboolean
is_named(Fixture *f, gconstpointer name)
{
	Seen seen = {.n = 0};
	kn_radio_each_adapter(f->radio, keep, &seen);
	return g_str_equal(seen.name, name);
}

static gboolean
is_limit_known(Fixture *f, gconstpointer n)
{
	Seen seen = {.n = 0};
	kn_radio_each_adapter(f->radio, keep, &seen);
	return seen.n_links_max == GPOINTER_TO_UINT(n);
}

static void
learn_the_limit(Fixture *f)
{
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, two);
	kn_test_sim(f, "SetLinks", g_variant_new("(u)", 1));
	kn_test_sim(f, "SetSpeed", g_variant_new("(u)", 80));
	kn_test_radio_start_radio(f);
	kn_radio_allow(f->radio, BACK);
	kn_radio_allow(f->radio, ROLLER);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_READY));
	kn_test_radio_wait(f, is_limit_known, GUINT_TO_POINTER(1));
	kn_test_radio_forget_events(f);
}

static void
what_an_adapter_carries_is_known_after_bluetoothd_has_restarted(Fixture *f,
								gconstpointer data G_GNUC_UNUSED)
{
	learn_the_limit(f);
	kn_test_sim(f, "SetBluez", g_variant_new("(b)", FALSE));
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_NO_BLUETOOTHD));
	kn_test_sim(f, "SetBluez", g_variant_new("(b)", TRUE));
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_READY));
	/* nobody was refused since, and could not have been */
	g_assert_cmpuint(adapter_of(f).n_links_max, ==, 1);
}

static void
fault_41_an_adapter_that_comes_back_under_another_name_is_the_same(Fixture *f,
								   gconstpointer data G_GNUC_UNUSED)
{
	f->adapter = "5E:AD:00:00:00:01";
	learn_the_limit(f);
	Seen before = adapter_of(f);
	g_assert_cmpstr(before.name, ==, "hci0");
	g_assert_cmpstr(before.address, ==, f->adapter);
	kn_test_sim(f, "MoveAdapter", g_variant_new("(s)", "hci1"));
	kn_test_radio_wait(f, has_event, "down ");
	kn_test_radio_wait(f, is_named, "hci1");
	Seen after = adapter_of(f);
	g_assert_cmpstr(after.name, ==, "hci1");
	g_assert_cmpstr(after.address, ==, before.address);
	g_assert_cmpuint(after.n_links_max, ==, 1);
	kn_test_radio_wait(f, has_event, "up ");
}

static guint
n_turns(Fixture *f)
{
	guint n = 0;
	for (guint i = 0; i < f->events->len; i++)
		n += g_str_has_prefix(f->events->pdata[i], "up ");
	return n;
}

static gboolean
has_disconnects(Fixture *f, gconstpointer n)
{
	return kn_test_n_calls(f, "Disconnect") >= GPOINTER_TO_UINT(n);
}

static gboolean
have_taken_turns(Fixture *f, gconstpointer n)
{
	return n_turns(f) >= GPOINTER_TO_UINT(n);
}

/* a turn takes five minutes here, and one more is tried every ten */
static void
one_link_more_is_tried_once_and_not_until_it_is_well(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnRadioStats before, after;

	f->timer_scale = 0.002;
	learn_the_limit(f);
	/* from now on it fails for another reason than want of room */
	kn_test_sim(f, "HideLimit", g_variant_new("(b)", TRUE));
	kn_radio_get_stats(f->radio, &before);
	kn_test_radio_wait(f, have_taken_turns, GUINT_TO_POINTER(6));
	kn_radio_get_stats(f->radio, &after);
	g_assert_cmpuint(after.n_connect_errors, >, before.n_connect_errors);
	g_assert_cmpuint(after.n_connect_errors - before.n_connect_errors, <=, n_turns(f));
}

/* whose massager it is, is not known: whichever comes first is the one that the other program listens to */
static void
a_link_that_another_program_uses_makes_room_for_those_that_wait(Fixture *f,
								gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.004;
	learn_the_limit(f);
	kn_test_radio_wait(f, have_taken_turns, GUINT_TO_POINTER(2));
	/* from now on nobody gets a socket, and one of two has the only link */
	kn_test_sim_fail_next(f, "AcquireNotify", "NotPermitted", "Notify acquired", 100000);
	kn_test_forget_calls(f);
	kn_test_radio_wait(f, has_disconnects, GUINT_TO_POINTER(3));
	g_assert_cmpuint(kn_test_n_calls(f, "Connect"), >=, 2);
	kn_test_radio_forget_events(f);
	/* and it is served as soon as it can be */
	kn_test_sim_fail_next(f, "AcquireNotify", "NotPermitted", "Notify acquired", 0);
	kn_test_radio_wait(f, has_event, "up " BACK);
	kn_test_radio_wait(f, has_event, "up " ROLLER);
}

#define ADD(name)                                                                       \
	g_test_add("/radio/adapters/" #name, Fixture, NULL, kn_test_radio_set_up, name, \
		   kn_test_radio_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(what_an_adapter_carries_is_known_after_bluetoothd_has_restarted);
	ADD(fault_41_an_adapter_that_comes_back_under_another_name_is_the_same);
	ADD(one_link_more_is_tried_once_and_not_until_it_is_well);
	ADD(a_link_that_another_program_uses_makes_room_for_those_that_wait);
	return g_test_run();
}
