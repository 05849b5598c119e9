/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A KnRadio against knead-sim on a private bus, all in real time with every timer of the radio at a tenth. What happened is a journal:
 * calls to org.bluez as a monitor on the bus saw them, and what the radio told its owner.
 */

#include "radio/radio.h"

#define BACK   "C0:FF:EE:00:00:01"
#define ROLLER "C0:FF:EE:00:00:02"

typedef struct {
	gchar *folder;            /* owned */
	gchar *address;           /* owned: of the bus */
	GSubprocess *daemon;      /* owned; NULL no bus */
	GSubprocess *sim;         /* owned; NULL none */
	GDBusConnection *control; /* owned: ours, for the simulator */
	GDBusConnection *monitor; /* owned */
	guint filter_id;
	GMutex lock;
	/* owned, under the lock: "sender Method" to org.bluez, and "error Method" by tests that ask for it */
	GPtrArray *calls;
	GPtrArray *
		events; /* owned: "up ADDRESS", "down ADDRESS reason", "state NAME", "rescue STEP words", "pair STATE already|error" */
	GPtrArray *seen; /* owned: addresses */
	guint n_packets;
	guint8 last_packet[600];
	gsize n_last_packet;
	gsize n_info;             /* bytes, of the last link */
	KnRadio *radio;           /* owned; NULL none */
	gdouble timer_scale;      /* 0: a tenth */
	gboolean may_power_cycle; /* of the radio that is started next */
	const gchar *adapter;     /* the only one it may use, by address; NULL all */
	gchar *memory_path;       /* owned: the radio's file */
} Fixture;

/* devices: NULL-terminated settings for knead-sim */
void kn_test_radio_start_bus(Fixture *f);
void kn_test_radio_stop_bus(Fixture *f);
void kn_test_radio_start_sim(Fixture *f, const gchar *const *devices);
void kn_test_radio_start_radio(Fixture *f);
void kn_test_radio_stop_radio(Fixture *f);
/* All of these, with BACK, whom nobody hears; the radio listens without a pause. */
void kn_test_radio_start_deaf(Fixture *f);
void kn_test_radio_set_up(Fixture *f, gconstpointer data);
void kn_test_radio_tear_down(Fixture *f, gconstpointer data);

/* Runs the main loop until the condition holds; the test fails after 20 s. */
typedef gboolean (*Condition)(Fixture *f, gconstpointer what);
void kn_test_radio_wait(Fixture *f, Condition condition, gconstpointer what);
gboolean has_event(Fixture *f, gconstpointer event); /* a string: any event that starts with it */
gboolean is_phase(Fixture *f, gconstpointer phase);  /* of BACK; a KnLinkPhase by GINT_TO_POINTER */
gboolean is_state(Fixture *f, gconstpointer state);
void kn_test_radio_forget_events(Fixture *f);

/* a call of org.knead.Sim1; NULL-safe */
void kn_test_sim(Fixture *f, const gchar *method, GVariant *parameters);
/* error: without org.bluez.Error. */
void kn_test_sim_fail_next(Fixture *f, const gchar *method, const gchar *error,
			   const gchar *message, guint count);
/* what the simulator says of one massager; new */
GVariant *kn_test_sim_status(Fixture *f, const gchar *address);
gboolean kn_test_sim_is_connected(Fixture *f, const gchar *address);
/* how often a method of org.bluez was called by anybody but us */
guint kn_test_n_calls(Fixture *f, const gchar *method);
void kn_test_forget_calls(Fixture *f);
/* the methods called so far by the radio, joined by spaces, without SetDiscoveryFilter and GetManagedObjects */
gchar *kn_test_calls(Fixture *f);
/* the radio's connection, as the monitor saw it */
gchar *kn_test_radio_name(Fixture *f);
guint kn_test_n_match_rules(Fixture *f);
