/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/control.h"
#include "sim/fakebus.h"
#include "sim/options.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>

typedef struct {
	GMainLoop *loop; /* owned by main */
	KnFakebus *bus;  /* owned by main */
	gboolean is_bluez_ready;
	gboolean is_control_ready;
	gboolean is_announced;
	int status;
} Program;

static void
fail(Program *program, const gchar *what, const gchar *why)
{
	if (program->status == 0)
		fprintf(stderr, "knead-sim: cannot be %s on the bus (see --bus): %s\n", what, why);
	program->status = 1;
	g_main_loop_quit(program->loop);
}

static void
announce(Program *program)
{
	if (!program->is_bluez_ready || !program->is_control_ready || program->is_announced)
		return;
	program->is_announced = TRUE;
	puts("ready");
	fflush(stdout);
}

static void
on_bluez_ready(gpointer user, gboolean is_ready, const gchar *why)
{
	Program *program = user;

	program->is_bluez_ready = is_ready;
	if (!is_ready)
		fail(program, "org.bluez", why);
	announce(program);
}

static void
on_control_ready(gpointer user, gboolean is_ready, const gchar *why)
{
	Program *program = user;

	program->is_control_ready = is_ready;
	if (!is_ready)
		fail(program, KN_SIM_CONTROL_NAME, why);
	announce(program);
}

static gboolean
on_signal(gpointer user)
{
	Program *program = user;

	g_main_loop_quit(program->loop);
	return G_SOURCE_CONTINUE;
}

static void
add_devices(KnFakebus *bus, const KnSimOptions *options)
{
	for (guint i = 0; i < options->devices->len; i++) {
		KnMassager *massager = kn_massager_new(options->devices->pdata[i], kn_sim_now_us(),
						       g_get_real_time());
		if (options->live_session_s > 0)
			kn_massager_plan_live_session(massager,
						      (guint64)options->live_session_s * 1000);
		kn_fakebus_add(bus, massager);
	}
}

int
main(int argc, char **argv)
{
	g_auto(KnSimOptions) options = {0};
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	Program program = {.loop = loop};
	KnSimParse parsed = kn_sim_options_parse(argc, argv, &options);
	KnSimControl *control;
	guint terminate, interrupt;

	if (parsed != KN_SIM_RUN)
		return parsed == KN_SIM_DONE ? 0 : 2;
	terminate = g_unix_signal_add(SIGTERM, on_signal, &program);
	interrupt = g_unix_signal_add(SIGINT, on_signal, &program);
	program.bus = kn_fakebus_new(options.bus_address, options.adapter_address, on_bluez_ready,
				     &program);
	add_devices(program.bus, &options);
	control = kn_sim_control_new(options.bus_address, kn_fakebus_place(program.bus),
				     on_control_ready, &program);
	g_main_loop_run(loop);
	kn_sim_control_free(control);
	kn_fakebus_free(program.bus);
	g_source_remove(terminate);
	g_source_remove(interrupt);
	return program.status;
}
