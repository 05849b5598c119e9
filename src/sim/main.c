/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/check.h"
#include "sim/control.h"
#include "sim/fakebus.h"
#include "sim/options.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>

typedef struct {
	GMainLoop *loop; /* owned by main */
	gboolean is_bluez_ready;
	gboolean is_control_ready;
	gboolean is_announced;
	int status;
} Program;

static void
fail(Program *program, const gchar *what, const gchar *why)
{
	if (program->status == 0 && program->is_announced)
		fprintf(stderr, "knead-sim: can no longer be %s: %s\n", what, why);
	else if (program->status == 0)
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
		fail(program, "where massagers are", why);
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

static KnMassager *
new_massager(const KnMassagerSpec *spec, const KnSimOptions *options)
{
	KnMassager *massager = kn_massager_new(spec, kn_sim_now_us(), g_get_real_time());

	if (options->live_session_s > 0)
		kn_massager_plan_live_session(massager, (guint64)options->live_session_s * 1000);
	return massager;
}

/* runs until a signal or a failure; control is there for as long as the place is */
static void
run_at(Program *program, const KnSimOptions *options, KnSimPlace place)
{
	const gchar *address =
		options->control_address != NULL ? options->control_address : options->bus_address;
	KnSimControl *control;

	/* the system bus gives nobody this name; real massagers do without, or on a bus of their own */
	if (options->is_real && options->control_address == NULL) {
		program->is_control_ready = TRUE;
		g_main_loop_run(program->loop);
		return;
	}
	control = kn_sim_control_new(address, place, on_control_ready, program);
	g_main_loop_run(program->loop);
	kn_sim_control_free(control);
}

static void
run_fake(Program *program, const KnSimOptions *options)
{
	g_autoptr(KnFakebus) bus =
		kn_fakebus_new(options->bus_address, options->adapter_address,
			       (guint)options->temporary_s, on_bluez_ready, program);

	for (guint i = 0; i < options->devices->len; i++)
		kn_fakebus_add(bus, new_massager(options->devices->pdata[i], options));
	run_at(program, options, kn_fakebus_place(bus));
}

static void
run_real(Program *program, const KnSimOptions *options)
{
	KnRealbus *realbus =
		kn_realbus_new(options->bus_address, options->pairing, on_bluez_ready, program);

	for (guint i = 0; i < options->devices->len; i++)
		kn_realbus_add(realbus, new_massager(options->devices->pdata[i], options));
	run_at(program, options, kn_realbus_place(realbus));
	kn_realbus_free(realbus);
}

int
main(int argc, char **argv)
{
	g_auto(KnSimOptions) options = {0};
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	Program program = {.loop = loop};
	KnSimParse parsed = kn_sim_options_parse(argc, argv, &options);
	guint terminate, interrupt;

	if (parsed != KN_SIM_RUN)
		return parsed == KN_SIM_DONE ? 0 : 2;
	if (options.check_address != NULL)
		return kn_check_run(options.bus_address, options.check_address);
	terminate = g_unix_signal_add(SIGTERM, on_signal, &program);
	interrupt = g_unix_signal_add(SIGINT, on_signal, &program);
	if (options.is_real)
		run_real(&program, &options);
	else
		run_fake(&program, &options);
	g_source_remove(terminate);
	g_source_remove(interrupt);
	return program.status;
}
