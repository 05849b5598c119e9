/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

enum { DEADLINE_S = 20 };

static const gchar bus_config[] =
	"<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
	"\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">"
	"<busconfig><type>session</type><listen>%s</listen><auth>EXTERNAL</auth>"
	"<policy context='default'><allow send_destination='*' eavesdrop='true'/><allow "
	"eavesdrop='true'/>"
	"<allow own='*'/></policy></busconfig>";

/* ---- processes ---- */

static GDBusConnection *
connect_to_bus(Fixture *f)
{
	GDBusConnectionFlags flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
				     G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION;
	g_autoptr(GError) error = NULL;
	GDBusConnection *connection =
		g_dbus_connection_new_for_address_sync(f->address, flags, NULL, NULL, &error);
	g_assert_no_error(error);
	g_dbus_connection_set_exit_on_close(connection, FALSE);
	return connection;
}

/* a test that dies leaves nothing running */
static void
die_with_the_test(gpointer user G_GNUC_UNUSED)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
spawn_and_wait_for_line(const gchar *const *argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GSubprocessLauncher) launcher =
		g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE);
	g_subprocess_launcher_set_child_setup(launcher, die_with_the_test, NULL, NULL);
	GSubprocess *process = g_subprocess_launcher_spawnv(launcher, argv, &error);
	g_assert_no_error(error);
	g_autoptr(GDataInputStream) lines =
		g_data_input_stream_new(g_subprocess_get_stdout_pipe(process));
	g_filter_input_stream_set_close_base_stream(G_FILTER_INPUT_STREAM(lines), FALSE);
	g_autofree gchar *line = g_data_input_stream_read_line(lines, NULL, NULL, &error);
	g_assert_no_error(error);
	g_assert_nonnull(line);
	return process;
}

static void
end_process(GSubprocess **process)
{
	if (!*process)
		return;
	g_subprocess_send_signal(*process, 15);
	g_assert_true(g_subprocess_wait(*process, NULL, NULL));
	g_clear_object(process);
}

/* on GDBus's thread */
static GDBusMessage *
on_monitored(GDBusConnection *connection G_GNUC_UNUSED, GDBusMessage *message, gboolean is_incoming,
	     gpointer user)
{
	Fixture *f = user;
	const gchar *interface = g_dbus_message_get_interface(message);
	if (!is_incoming ||
	    g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
	    !interface)
		return message;
	if (g_str_has_prefix(interface, "org.bluez.")) {
		g_mutex_lock(&f->lock);
		g_ptr_array_add(f->calls,
				g_strdup_printf("%s %s", g_dbus_message_get_sender(message),
						g_dbus_message_get_member(message)));
		g_mutex_unlock(&f->lock);
	}
	/* a monitor must not answer, and GDBus would */
	g_object_unref(message);
	return NULL;
}

static void
start_monitor(Fixture *f)
{
	g_autoptr(GError) error = NULL;
	f->monitor = connect_to_bus(f);
	GVariant *done = g_dbus_connection_call_sync(
		f->monitor, "org.freedesktop.DBus", "/org/freedesktop/DBus",
		"org.freedesktop.DBus.Monitoring", "BecomeMonitor", g_variant_new("(asu)", NULL, 0),
		NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
	g_assert_no_error(error);
	g_variant_unref(done);
	f->filter_id = g_dbus_connection_add_filter(f->monitor, on_monitored, f, NULL);
}

void
kn_test_radio_start_bus(Fixture *f)
{
	g_autofree gchar *path = g_build_filename(f->folder, "bus.conf", NULL);
	g_autofree gchar *option = g_strconcat("--config-file=", path, NULL);
	g_autofree gchar *config = g_strdup_printf(bus_config, f->address);
	const gchar *argv[] = {g_getenv("KN_DBUS_DAEMON"), option, "--nofork", "--print-address",
			       NULL};
	g_assert_true(g_file_set_contents(path, config, -1, NULL));
	f->daemon = spawn_and_wait_for_line(argv);
	f->control = connect_to_bus(f);
	start_monitor(f);
}

void
kn_test_radio_stop_bus(Fixture *f)
{
	end_process(&f->sim);
	if (f->monitor)
		g_dbus_connection_remove_filter(f->monitor, f->filter_id);
	g_clear_object(&f->monitor);
	g_clear_object(&f->control);
	end_process(&f->daemon);
}

void
kn_test_radio_start_sim(Fixture *f, const gchar *const *devices)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_ptr_array_add(argv, (gpointer)g_getenv("KN_SIM"));
	g_ptr_array_add(argv, (gpointer) "--bus");
	g_ptr_array_add(argv, f->address);
	for (guint i = 0; devices[i]; i++) {
		g_ptr_array_add(argv, (gpointer) "--device");
		g_ptr_array_add(argv, (gpointer)devices[i]);
	}
	g_ptr_array_add(argv, NULL);
	f->sim = spawn_and_wait_for_line((const gchar *const *)argv->pdata);
	/* the radio's own timers are scaled, too */
	kn_test_sim(f, "SetSpeed", g_variant_new("(u)", 8));
}

/* ---- the owner of the radio ---- */

static void
note(Fixture *f, gchar *event)
{
	g_test_message("%s", event);
	g_ptr_array_add(f->events, event);
}

static void
on_state(gpointer user, KnRadioState state)
{
	note(user, g_strdup_printf("state %s", kn_radio_state_name(state)));
}

static void
on_seen(gpointer user, const gchar *address, const gchar *name G_GNUC_UNUSED,
	gint16 signal_dbm G_GNUC_UNUSED, gboolean is_bonded G_GNUC_UNUSED)
{
	Fixture *f = user;
	g_ptr_array_add(f->seen, g_strdup(address));
}

static void
on_up(gpointer user, const gchar *address, const guint8 *info, gsize n_info)
{
	g_assert_nonnull(info);
	g_assert_cmpuint(n_info, >, 0);
	g_assert_cmpuint(n_info, <=, 512);
	((Fixture *)user)->n_info = n_info;
	note(user, g_strdup_printf("up %s", address));
}

static void
on_down(gpointer user, const gchar *address, const gchar *reason)
{
	note(user, g_strdup_printf("down %s %s", address, reason));
}

static void
on_packet(gpointer user, const gchar *address G_GNUC_UNUSED, const guint8 *bytes, gsize n_bytes)
{
	Fixture *f = user;
	f->n_packets++;
	f->n_last_packet = MIN(n_bytes, sizeof f->last_packet);
	memcpy(f->last_packet, bytes, f->n_last_packet);
}

static void
on_control_failed(gpointer user, const gchar *address, const gchar *reason)
{
	note(user, g_strdup_printf("control-failed %s %s", address, reason));
}

static void
on_pair_changed(gpointer user)
{
	KnPairStatus status;
	Fixture *f = user;

	g_assert_true(kn_radio_get_pair(f->radio, &status));
	note(f, g_strdup_printf("pair %s %s%s", kn_pair_state_name(status.state),
				status.was_paired_already ? "already" : "", status.error));
}

static void
on_rescue(gpointer user, KnLadderStep step, const gchar *words)
{
	note(user, g_strdup_printf("rescue %s %s", kn_ladder_step_name(step), words));
}

void
kn_test_radio_start_radio(Fixture *f)
{
	static const KnRadioSink sink = {.state_changed = on_state,
					 .seen = on_seen,
					 .link_up = on_up,
					 .link_down = on_down,
					 .packet = on_packet,
					 .control_failed = on_control_failed,
					 .pair_changed = on_pair_changed,
					 .rescue = on_rescue};
	const gchar *const adapters[] = {f->adapter, NULL};
	KnRadioConfig config = {.bus_address = f->address,
				.adapters = f->adapter ? adapters : NULL,
				.timer_scale = f->timer_scale > 0 ? f->timer_scale : 0.1,
				.may_power_cycle = f->may_power_cycle,
				.memory_path = f->memory_path};
	f->radio = kn_radio_new(&config, &sink, f);
	g_assert_nonnull(f->radio);
}

void
kn_test_radio_stop_radio(Fixture *f)
{
	g_clear_pointer(&f->radio, kn_radio_free);
}

void
kn_test_radio_set_up(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	f->folder = g_dir_make_tmp("kn-radio-XXXXXX", NULL);
	f->address = g_strdup_printf("unix:path=%s/bus", f->folder);
	f->memory_path = g_build_filename(f->folder, "memory", NULL);
	g_mutex_init(&f->lock);
	f->calls = g_ptr_array_new_with_free_func(g_free);
	f->events = g_ptr_array_new_with_free_func(g_free);
	f->seen = g_ptr_array_new_with_free_func(g_free);
}

void
kn_test_radio_tear_down(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	kn_test_radio_stop_radio(f);
	kn_test_radio_stop_bus(f);
	/* what was cancelled still answers, and must touch nothing */
	while (g_main_context_iteration(NULL, FALSE))
		;
	static const gchar *const files[] = {"bus.conf", "bus", "memory"};
	for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree gchar *path = g_build_filename(f->folder, files[i], NULL);
		g_unlink(path);
	}
	g_assert_cmpint(g_rmdir(f->folder), ==, 0);
	g_ptr_array_unref(f->calls);
	g_ptr_array_unref(f->events);
	g_ptr_array_unref(f->seen);
	g_mutex_clear(&f->lock);
	g_free(f->memory_path);
	g_free(f->address);
	g_free(f->folder);
}

/* ---- waiting and asking ---- */

static gboolean
on_deadline(gpointer user)
{
	*(gboolean *)user = TRUE;
	return G_SOURCE_CONTINUE;
}

static gboolean
on_look(gpointer user G_GNUC_UNUSED)
{
	return G_SOURCE_CONTINUE; /* wakes the loop: what the monitor sees has no source here */
}

void
kn_test_radio_wait(Fixture *f, Condition condition, gconstpointer what)
{
	gboolean is_late = FALSE;
	guint deadline_id = g_timeout_add_seconds(DEADLINE_S, on_deadline, &is_late);
	guint look_id = g_timeout_add(20, on_look, NULL);
	while (!is_late && !condition(f, what))
		g_main_context_iteration(NULL, TRUE);
	g_source_remove(deadline_id);
	g_source_remove(look_id);
	g_assert_true(condition(f, what));
}

gboolean
has_event(Fixture *f, gconstpointer event)
{
	for (guint i = 0; i < f->events->len; i++) {
		if (g_str_has_prefix(f->events->pdata[i], event))
			return TRUE;
	}
	return FALSE;
}

gboolean
is_phase(Fixture *f, gconstpointer phase)
{
	KnLinkStatus status;
	return kn_radio_get_link(f->radio, BACK, &status) &&
	       (gint)status.phase == GPOINTER_TO_INT(phase);
}

gboolean
is_state(Fixture *f, gconstpointer state)
{
	return (gint)kn_radio_get_state(f->radio) == GPOINTER_TO_INT(state);
}

void
kn_test_radio_forget_events(Fixture *f)
{
	g_ptr_array_set_size(f->events, 0);
}

void
kn_test_radio_start_deaf(Fixture *f)
{
	static const gchar *const one[] = {"kind=back14,address=" BACK, NULL};

	kn_test_radio_start_bus(f);
	kn_test_radio_start_sim(f, one);
	kn_test_sim(f, "SetSilent", g_variant_new("(s)", "none"));
	kn_test_radio_start_radio(f);
	kn_radio_allow(f->radio, BACK);
	kn_test_radio_wait(f, is_state, GINT_TO_POINTER(KN_RADIO_READY));
	/* one window after the other */
	kn_radio_scan(f->radio, 60000);
}
