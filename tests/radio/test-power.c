/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio-fixture.h"

#include "radio/rescue-private.h"

/* who switches an adapter off has to switch it on again */

static const gchar *const one[] = {"kind=back14,address=" BACK, NULL};

#define PHASE(phase) GINT_TO_POINTER(phase)

static gboolean
is_sim_powered(Fixture *f)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) result = g_dbus_connection_call_sync(
		f->control, "org.bluez", "/org/bluez/hci0", "org.freedesktop.DBus.Properties",
		"Get", g_variant_new("(ss)", "org.bluez.Adapter1", "Powered"),
		G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
	g_assert_no_error(error);
	g_autoptr(GVariant) value = NULL;
	g_variant_get(result, "(v)", &value);
	return g_variant_get_boolean(value);
}

static gboolean
is_forgotten(Fixture *f, gconstpointer what G_GNUC_UNUSED)
{
	return !g_file_test(f->memory_path, G_FILE_TEST_EXISTS);
}

static void
an_adapter_that_is_off_for_a_moment_is_on_at_the_end(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.005;
	f->may_power_cycle = TRUE;
	kn_test_radio_start_deaf(f);
	kn_test_radio_wait(f, has_event, "rescue power ");
	kn_test_radio_stop_radio(f);
	g_assert_true(is_sim_powered(f));
}

static void
an_adapter_that_does_not_come_on_again_is_told_and_tried_on(Fixture *f,
							    gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.002;
	f->may_power_cycle = TRUE;
	kn_test_radio_start_deaf(f);
	kn_test_sim(f, "SetSpeed", g_variant_new("(u)", 80));
	kn_test_sim_fail_next(f, "PowerOn", "Failed", "Failed", 1000);
	kn_test_radio_wait(f, has_event, "rescue power hci0 hears nobody: ");
	kn_test_radio_wait(f, has_event, "rescue power hci0 does not come on again");
	g_assert_false(is_sim_powered(f));
	g_assert_false(has_event(f, "rescue failed"));
	/* whoever does not come on is in trouble as before, and what may be done is exhausted */
	kn_test_radio_wait(f, has_event, "rescue failed hci0 hears nobody: nothing is left to try");
	kn_test_sim_fail_next(f, "PowerOn", "Failed", "Failed", 0);
	kn_test_sim(f, "SetSilent", g_variant_new("(s)", ""));
	kn_test_radio_wait(f, has_event, "up " BACK);
	g_assert_true(is_sim_powered(f));
	g_assert_true(has_event(f, "rescue nothing hci0 works again"));
}

static void
an_adapter_that_was_left_off_is_switched_on_by_the_next_start(Fixture *f,
							      gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.002;
	f->may_power_cycle = TRUE;
	kn_test_radio_start_deaf(f);
	g_assert_false(g_file_test(f->memory_path, G_FILE_TEST_EXISTS));
	kn_test_sim_fail_next(f, "PowerOn", "Failed", "Failed", 1000);
	kn_test_radio_wait(f, has_event, "rescue power hci0 does not come on again");
	g_assert_true(g_file_test(f->memory_path, G_FILE_TEST_EXISTS));
	kn_test_radio_stop_radio(f);
	g_assert_false(is_sim_powered(f));
	kn_test_sim_fail_next(f, "PowerOn", "Failed", "Failed", 0);
	/* whether it still may, it has to */
	f->may_power_cycle = FALSE;
	kn_test_radio_start_radio(f);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_READY));
	g_assert_true(is_sim_powered(f));
	kn_test_radio_wait(f, is_forgotten, NULL);
}

static gboolean
is_nothing_under_way(Fixture *f, gconstpointer what G_GNUC_UNUSED)
{
	return f->radio->rescue->power_id == 0 && !f->radio->rescue->is_switching;
}

static void
an_adapter_that_was_off_when_the_bus_went_is_switched_on_when_it_is_back(
	Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.002;
	f->may_power_cycle = TRUE;
	kn_test_radio_start_deaf(f);
	kn_test_sim_fail_next(f, "PowerOn", "Failed", "Failed", 1000);
	kn_test_radio_wait(f, has_event, "rescue power hci0 does not come on again");
	kn_test_radio_stop_bus(f);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_NO_BUS));
	/* the try that was due came in vain */
	kn_test_radio_wait(f, is_nothing_under_way, NULL);
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	/* the radio does not run meanwhile: it finds the adapter as it left it */
	kn_test_sim(f, "SetPowered", g_variant_new("(b)", FALSE));
	kn_test_radio_forget_events(f);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_READY));
	g_assert_true(has_event(f, "state adapter-off"));
	g_assert_true(is_sim_powered(f));
	kn_test_radio_wait(f, is_forgotten, NULL);
}

static void
an_adapter_that_somebody_else_has_switched_off_stays_off(Fixture *f,
							 gconstpointer data G_GNUC_UNUSED)
{
	f->may_power_cycle = TRUE;
	/* of another adapter, and one that was cut short: neither is this one */
	g_assert_true(g_file_set_contents(f->memory_path, "00:00:00:00:00:07", -1, NULL));
	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	kn_test_sim(f, "SetPowered", g_variant_new("(b)", FALSE));
	kn_test_radio_start_radio(f);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_ADAPTER_OFF));
	kn_test_radio_stop_radio(f);
	g_assert_false(is_sim_powered(f));
	g_assert_true(g_file_set_contents(f->memory_path, "", -1, NULL));
	kn_test_radio_start_radio(f);
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_ADAPTER_OFF));
	g_assert_false(is_sim_powered(f));
	g_assert_false(g_file_test(f->memory_path, G_FILE_TEST_EXISTS));
}

static void
an_adapter_that_was_pulled_out_while_it_was_off_keeps_no_other_from_being_helped(
	Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.005;
	f->may_power_cycle = TRUE;
	g_assert_true(g_file_set_contents(f->memory_path, "00:00:00:00:00:07", -1, NULL));
	kn_test_radio_start_deaf(f);
	kn_test_radio_wait(f, has_event, "rescue power hci0 hears nobody: ");
	kn_test_radio_wait(f, has_event, "state adapter-off");
	kn_test_radio_wait(f, is_state, PHASE(KN_RADIO_READY));
}

static void
an_adapter_is_not_switched_off_if_that_cannot_be_written_down(Fixture *f,
							      gconstpointer data G_GNUC_UNUSED)
{
	f->timer_scale = 0.002;
	f->may_power_cycle = TRUE;
	g_free(f->memory_path);
	f->memory_path = g_build_filename(f->folder, "not-there", "memory", NULL);
	kn_test_radio_start_deaf(f);
	g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "no adapter is switched off: *");
	kn_test_radio_wait(f, has_event, "rescue power hci0 is not switched off: ");
	g_test_assert_expected_messages();
	g_assert_true(is_sim_powered(f));
	g_assert_false(has_event(f, "state adapter-off"));
}

#define ADD(name)                                                                    \
	g_test_add("/radio/power/" #name, Fixture, NULL, kn_test_radio_set_up, name, \
		   kn_test_radio_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(an_adapter_that_is_off_for_a_moment_is_on_at_the_end);
	ADD(an_adapter_that_does_not_come_on_again_is_told_and_tried_on);
	ADD(an_adapter_that_was_left_off_is_switched_on_by_the_next_start);
	ADD(an_adapter_that_was_off_when_the_bus_went_is_switched_on_when_it_is_back);
	ADD(an_adapter_that_somebody_else_has_switched_off_stays_off);
	ADD(an_adapter_that_was_pulled_out_while_it_was_off_keeps_no_other_from_being_helped);
	ADD(an_adapter_is_not_switched_off_if_that_cannot_be_written_down);
	return g_test_run();
}
