/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Some massagers on some adapters, for one random sequence of events in virtual time. Real: the link machine, turns, slots, windows of listening and
 * ladder, put together as src/radio/ does. Modelled: bluetoothd, its controllers, the massagers. What must hold is looked at after each event.
 */

#include "core/link/turns.h"
#include "core/link/watch.h"

enum { AIR_NODES = 6, AIR_ADAPTERS = 3 };
#define AIR_MS     G_GINT64_CONSTANT(1000)
#define AIR_SECOND (1000 * AIR_MS)
#define AIR_NEVER  G_MAXINT64

typedef struct Air Air;

typedef enum { AIR_SCAN_OFF, AIR_SCAN_STARTING, AIR_SCAN_ON, AIR_SCAN_STOPPING } AirScan;

typedef struct {
	guint number;
	KnWatch watch;
	KnTurns turns;
	gint64 again_us; /* when a round is due by time */
	gboolean is_powered;
	gint64 dark_until_us; /* it was switched off by a step of the ladder */
	guint capacity;       /* links */
	guint n_foreign;      /* of them, taken by others */
	gboolean is_silent;   /* does not say that it is full */
	gboolean is_broken;   /* connects to nobody */
	gboolean is_deaf;
	AirScan scan;
	gint64 scan_us; /* when bluetoothd answers */
	gint64 quiet_us;
	gint64 pairing_until_us;
	/* the test's own book: at how many links one was refused or given up on, and when one more was tried last */
	guint book_max;
	gint64 book_us;
	gint64 book_blind_us; /* when one that was not heard was let try last; 0 never */
} AirAdapter;

typedef struct {
	guint number;
	AirAdapter *adapter;
	KnLink link;
	gboolean is_idle;
	gboolean is_near;   /* the massager, as the next three */
	gboolean is_hidden; /* directed advertising: never heard */
	gboolean has_bond;
	gboolean has_listener;
	gboolean is_present; /* bluetoothd's object, as the next five */
	gboolean is_bonded;
	gboolean is_connected;
	gboolean is_resolved;
	gboolean is_complete;
	gint64 heard_us;
	gint64 hear_us;      /* when it will be, in this scan */
	gboolean is_attempt; /* bluetoothd is at a Connect */
	gint64 fate_us;      /* when the attempt or link gets on, or ends */
	gboolean is_fatal;
	gint64 answer_us;
	KnLinkEvent answer;
	const gchar *error; /* with answer …_FAILED: "Name: message" below org.bluez.Error */
	gint64 served_us;   /* since the calm: when it streamed first; AIR_NEVER not yet */
} AirNode;

struct Air {
	guint32 seed;
	GRand *rand;
	gboolean is_told; /* each event is printed */
	gboolean is_calm;
	gint64 now_us;
	guint n_adapters;
	guint n_nodes;
	gboolean is_daemon_up;
	gint64 daemon_us; /* when it is back after a step of the ladder */
	gboolean is_kicked;
	gboolean has_strangers;
	AirAdapter adapters[AIR_ADAPTERS];
	AirNode nodes[AIR_NODES];
	KnLinkTimes link_times;
	KnSlotTimes slot_times;
	KnListenTimes listen_times;
	KnLadderTimes ladder_times;
	KnLadderBook book;
	guint64 n_events;
	guint64 n_grants;
	guint64 n_yields;
	guint64 n_refused;
	guint64 n_steps;
};

/* air-world.c: what there is, and the faults */
void air_init(Air *air, guint32 seed);
void air_clear(Air *air);
/* One fault, drawn. */
void air_disturb(Air *air);
/* All faults end. */
void air_calm(Air *air);
/* A person pairs anew what has lost its bond. */
void air_pair_lost(Air *air);
gint32 air_draw(Air *air, gint32 n); /* 0 … n - 1 */
gboolean air_chance(Air *air, gint32 permille);
gint64 air_span(Air *air, gint64 max_us); /* short ones are likelier */

/* air-bluez.c: calls on bluetoothd, and what comes of them */
void air_connect(Air *air, AirNode *node);
void air_disconnect(Air *air, AirNode *node);
void air_answer(Air *air, AirNode *node, gint64 after_us, KnLinkEvent event, const gchar *error);
void air_lose(Air *air, AirNode *node);
void air_set_daemon(Air *air, gboolean is_up);
void air_set_powered(Air *air, AirAdapter *adapter, gboolean is_powered);
void air_start_scan(Air *air, AirAdapter *adapter);
void air_stop_scan(Air *air, AirAdapter *adapter);
guint air_count_connected(const Air *air, const AirAdapter *adapter);
/* What is due in bluetoothd happens. */
void air_bluez_pass(Air *air);
/* When something in it is due; AIR_NEVER nothing. */
gint64 air_bluez_next_us(const Air *air);

/* air-port.c: as src/radio/ */
void air_step(Air *air, AirNode *node, KnLinkEvent event, const gchar *error);
void air_rounds(Air *air);
/* To the next thing that is due, but not beyond. */
void air_pass(Air *air, gint64 until_us);

/* air-check.c */
void air_check(const Air *air);
void air_check_grant(const Air *air, const AirAdapter *adapter, const AirNode *node);
void air_fail(const Air *air, const gchar *format, ...) G_GNUC_PRINTF(2, 3) G_GNUC_NORETURN;
void air_tell(const Air *air, const gchar *format, ...) G_GNUC_PRINTF(2, 3);
