/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The command line of knead-sim. */

#include "sim/realbus.h"

typedef struct {
	gchar *bus_address;     /* owned; NULL: the system bus */
	gchar *adapter_address; /* owned */
	GPtrArray *devices;     /* owned: KnMassagerSpec */
	guint live_session_s;   /* 0: none */
	gint temporary_s;       /* of the fake: see kn_fakebus_new */
	gchar *control_address; /* owned; NULL: bus_address */
	gboolean is_real;       /* on real adapters: every device names one */
	KnPairing pairing;
	gchar *check_address; /* owned; NULL: nothing is checked, massagers are made */
} KnSimOptions;

typedef enum {
	KN_SIM_RUN,
	KN_SIM_DONE,  /* help or version was printed: exit 0 */
	KN_SIM_USAGE, /* a line on stderr says what is wrong: exit 2 */
} KnSimParse;

/* ret_options is written only with RUN; clear it then. */
KnSimParse kn_sim_options_parse(int argc, char **argv, KnSimOptions *ret_options);
void kn_sim_options_clear(KnSimOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnSimOptions, kn_sim_options_clear)

void kn_massager_spec_free(KnMassagerSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnMassagerSpec, kn_massager_spec_free)
