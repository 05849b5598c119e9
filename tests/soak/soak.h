/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Thirty virtual days of a hub with twenty massagers, on one thread and without a clock. Real: the massager (sim/), the link machine, whose turn
 * it is, windows of listening, slots and ladder of an adapter, the pipeline, the writer with its database on a scratch directory. Modelled:
 * the air, bluetoothd, what carries the one to the other (radio/peer.c, round.c and rescue.c), the hub's process and its clock, people. Everything that happens is an event of one queue,
 * and after each of them soak_check_… look whether all is still as it must be.
 */

#include "core/base/rangeset.h"
#include "core/link/turns.h"
#include "core/link/watch.h"
#include "core/pipeline/pipeline.h"
#include "sim/massager.h"
#include "store/writer.h"

enum { SOAK_NODES = 20, SOAK_ADAPTERS = 2, SOAK_DIARY_LINES = 30, SOAK_LINE_BYTES = 160 };
#define SOAK_MS     G_GINT64_CONSTANT(1000)
#define SOAK_SECOND (1000 * SOAK_MS)
#define SOAK_MINUTE (60 * SOAK_SECOND)
#define SOAK_HOUR   (60 * SOAK_MINUTE)
#define SOAK_DAY    (24 * SOAK_HOUR)
#define SOAK_HUB_ID G_GUINT64_CONSTANT(0x50a7) /* of the database it would be drawn */

typedef struct SoakWorld SoakWorld;
typedef struct SoakNode SoakNode;
/* node: NULL for what concerns all */
typedef void (*SoakFunc)(SoakWorld *world, SoakNode *node, guint64 arg);

/* one flash log of a massager: what is known to be on the hub's disk of it, and what happened to it on the way */
typedef struct {
	guint64 log_id;
	guint truth_at;     /* index of its record 1 in the massager's truth */
	guint truth_end;    /* G_MAXUINT while it is the massager's log */
	KnRangeSet durable; /* a commit that returned has them */
	KnRangeSet named;   /* a commit that returned has their name */
	GByteArray *failed; /* owned: by seq, how many sendings as history did not arrive whole */
	GArray *spoiled;    /* owned: guint64 seq whose cells went bad */
} SoakLog;

/* it hears nobody and connects to nobody until … */
typedef enum {
	SOAK_NOT_STUCK,
	SOAK_STUCK_TILL_OFF,     /* it is switched off */
	SOAK_STUCK_TILL_RESTART, /* bluetoothd is started anew */
} SoakStuck;

typedef struct {
	guint number;
	gboolean is_powered;
	guint capacity;     /* links */
	gboolean is_silent; /* does not say that it is full */
	SoakStuck stuck;
	gboolean is_scanning;
	guint64 scan_epoch; /* of this scan */
	gint64 quiet_us;
	gint64 planned_us; /* a round is due then; G_MAXINT64 none */
	KnWatch watch;     /* the hub's, as the next: while it is up */
	KnTurns turns;
} SoakAdapter;

/* one massager, where it is, what bluetoothd thinks of it, and its link */
struct SoakNode {
	SoakWorld *world;     /* borrowed */
	SoakAdapter *adapter; /* borrowed */
	guint number;
	gint64 id; /* in the database */
	KnMassager *massager;
	gint drift_ppm;
	gint64 away_until_us;
	gint64 listener_until_us; /* another program has its notifications */
	gboolean is_hidden;       /* directed advertising: never heard */
	gboolean has_bond;        /* on the massager's side */
	guint loss_permille;      /* of notifications */
	guint corrupt_permille;

	gboolean is_present; /* from here on as bluetoothd says */
	gboolean is_bonded;
	gboolean is_connected;
	gboolean is_resolved;
	gboolean is_complete;
	gint64 heard_us;
	gboolean is_attempt; /* the controller tries to connect */
	guint32 mute_epoch;  /* the link of this conn_epoch stands, and brings nothing; 0 none */
	guint32 conn_epoch; /* of this attempt or link: what was planned for an earlier one is void */

	KnLink link;
	guint32 call_epoch;   /* of this attempt: answers to earlier calls are void */
	gint64 armed_us;      /* the earliest step that is planned */
	gint64 queued_us;     /* since when it is QUEUED */
	gboolean is_info_bad; /* as it was read */
	gboolean is_acquired;
	gboolean is_told_up;
	gint64 refusal_us; /* for so long; 0 as long as the machine thinks */
	gboolean is_refused;
	gboolean is_silent; /* so says the hub, not acted on yet */
	GQueue writes;      /* owned: GBytes */
	gboolean is_writing;
	gint64 air_us;            /* when the air is looked at next; G_MAXINT64 not */
	gint64 connects_since_us; /* of the hour that n_connects counts */
	guint n_connects;

	GPtrArray *logs; /* owned: SoakLog, the newest last */
	gchar diary[SOAK_DIARY_LINES][SOAK_LINE_BYTES];
	guint n_diary;
};

typedef struct {
	guint64 n_events;
	guint64 n_faults;
	guint64 n_connects;
	guint64 n_links;
	guint64 n_full;   /* Connects refused for want of a link */
	guint64 n_yields; /* links that made room */
	guint64 n_steps[KN_LADDER_STEPS];
	guint64 n_quarantines;
	guint64 n_renewals; /* links that brought nothing and were ended for it */
	guint64 n_packets;
	guint64 n_commits;
	guint64 n_commit_failures;
	guint64 n_trims;
	guint64 n_kills;
	guint64 n_overwritten; /* gaps */
	guint64 n_unreadable;
	guint64 n_stored;
	guint n_queue_max;
	guint64 n_state[KN_LINK_N_STATES]; /* how often a link came to it */
} SoakStats;

struct SoakWorld {
	guint32 seed;
	guint days;
	GRand *rand;
	gint64 now_us;
	GArray *queue; /* owned: a heap of entries, see queue.c */
	guint64 n_queued;
	gboolean is_calm; /* no new fault, everybody in range */
	gint64 quiet_us;  /* no new session from here on */
	gboolean is_kicked;
	gboolean is_daemon_up;
	gboolean is_bus_cut; /* the hub opens a new connection to the bus */
	SoakAdapter adapters[SOAK_ADAPTERS];
	SoakNode nodes[SOAK_NODES];
	KnLinkTimes times;
	KnSlotTimes slot_times;
	KnListenTimes listen_times;
	KnLadderTimes ladder_times;
	KnLadderBook book; /* the hub's */

	gboolean is_hub_up;
	gboolean was_killed; /* the last one that ran */
	guint64 hub_epoch;
	gint64 wall_offset_us;
	ktp_ClockQuality quality;
	gint64 busy_us; /* when something last went over the air or to the disk */
	KnPipeline *pipeline;
	gchar *directory;
	KnDb *db;
	KnWriter writer;
	GQueue commits; /* owned: KnBatch, the oldest first */
	gint64 commit_delay_us;
	gboolean is_disk_full;
	SoakStats stats;
};

/* ---- queue.c: time and chance ---- */
GArray *soak_queue_new(void);
void soak_at(SoakWorld *world, gint64 at_us, SoakFunc func, SoakNode *node, guint64 arg);
/* FALSE: nothing is left */
gboolean soak_next(SoakWorld *world, SoakFunc *ret_func, SoakNode **ret_node, guint64 *ret_arg);
gboolean soak_chance(SoakWorld *world, guint permille);
gint64 soak_between(SoakWorld *world, gint64 min_us, gint64 max_us);
/* as likely in each octave: 5 s … 2 h */
gint64 soak_span(SoakWorld *world, gint64 min_us, gint64 max_us);

/* ---- diary.c: what is told when something is wrong ---- */
void soak_note(SoakNode *node, const gchar *format, ...) G_GNUC_PRINTF(2, 3);
void soak_note_all(SoakWorld *world, const gchar *text);
/* Prints seed, time and diary, and ends the test. node NULL: of the world. */
void soak_fail(SoakWorld *world, const SoakNode *node, const gchar *format, ...)
	G_GNUC_PRINTF(3, 4) G_GNUC_NORETURN;

/* ---- bluez.c: bluetoothd and the air below it ---- */
void soak_bluez_connect(SoakNode *node);
void soak_bluez_disconnect(SoakNode *node);
void soak_bluez_read(SoakNode *node);
void soak_bluez_acquire(SoakNode *node);
/* The link, or the attempt at one, is over at once. */
void soak_bluez_lose(SoakNode *node);
/* The same for the link there is now, some seconds later: nobody answers any more. */
void soak_bluez_lose_later(SoakNode *node);
void soak_bluez_set_services(SoakNode *node, gint64 at_us, gboolean is_resolved,
			     gboolean is_complete);
gboolean soak_is_in_range(const SoakNode *node);
guint soak_count_connected(const SoakWorld *world, const SoakAdapter *adapter);

/* ---- port.c: facts in, actions out ---- */
void soak_port_step(SoakNode *node, KnLinkEvent event, const KnBluezVerdict *verdict, guint mtu);
/* Steps all that may go on, as often as something changed. */
void soak_port_rounds(SoakWorld *world);

/* ---- turns.c: who may connect, when to listen, and what to try when an adapter does not work ---- */
void soak_turns_start(SoakWorld *world);
void soak_turns_stop(SoakWorld *world);
/* A seat of radio/ goes with its adapter or with bluetoothd, and comes back empty. */
void soak_turns_reset(SoakWorld *world, SoakAdapter *adapter);
/* A Connect has ended; verdict: NULL well, or by our own clock. */
void soak_turns_tried(SoakNode *node, const KnBluezVerdict *verdict);
void soak_turns_serve(SoakWorld *world, SoakAdapter *adapter);

/* ---- air.c: notifications and writes of a link that is up ---- */
gboolean soak_air_write(SoakNode *node, const guint8 *bytes, gsize n_bytes);
void soak_air_wake(SoakNode *node);
gint64 soak_device_us(const SoakNode *node);

/* ---- hub.c: the hub's process: pipeline, store, clock ---- */
void soak_hub_start(SoakWorld *world);
void soak_hub_stop(SoakWorld *world, gboolean is_kill);
void soak_hub_set_disk_full(SoakWorld *world, gboolean is_full);
void soak_hub_init(SoakWorld *world);
void soak_hub_clear(SoakWorld *world);
KnNow soak_now(const SoakWorld *world);

/* ---- books.c: the massagers' own truth against what the hub did ---- */
void soak_books_open_log(SoakNode *node); /* after a format, and at the start */
SoakLog *soak_books_log(const SoakNode *node, guint64 log_id);
const GBytes *soak_books_truth(const SoakNode *node, const SoakLog *log, guint64 seq);
void soak_books_commit(SoakWorld *world, const KnBatch *batch);
void soak_books_trim(SoakNode *node, const ktp_Trim *trim);
/* The notification does not arrive whole. */
void soak_books_failed(SoakNode *node, const guint8 *bytes, gsize n_bytes);
/* What the database has after a start is what was committed. */
void soak_books_loaded(SoakNode *node, const GPtrArray *ledgers);
void soak_log_free(gpointer log);

/* ---- invariants.c: after every event ---- */
void soak_check_node(SoakNode *node);
void soak_check_world(SoakWorld *world);

/* ---- faults.c: what people, radio and machines do ---- */
void soak_faults_start(SoakWorld *world);
/* All that lasts is over, and a person pairs anew what has to be. */
void soak_faults_cease(SoakWorld *world);
void soak_repair_later(SoakNode *node);

/* ---- machine.c: faults of the machine; each ends by itself ---- */
void soak_bluez_set_daemon(SoakWorld *world, gboolean is_up);
void soak_bluez_set_powered(SoakAdapter *adapter, SoakWorld *world, gboolean is_powered);
void soak_machine_power_off(SoakWorld *world, SoakNode *node);
void soak_machine_kill_daemon(SoakWorld *world, SoakNode *node);
/* others take links of an adapter */
void soak_machine_crowd(SoakWorld *world, SoakNode *node);
void soak_machine_stick(SoakWorld *world, SoakNode *node);
/* As the ladder asks for; the other steps are nobody's but the hub's. */
void soak_machine_help(SoakWorld *world, SoakAdapter *adapter, KnLadderStep step);
void soak_machine_stop_hub(SoakWorld *world, SoakNode *node);
void soak_machine_fill_disk(SoakWorld *world, SoakNode *node);
void soak_machine_slow_disk(SoakWorld *world, SoakNode *node);
void soak_machine_step_clock(SoakWorld *world, SoakNode *node);
/* All of them end now. */
void soak_machine_recover(SoakWorld *world);

/* ---- end.c: when the faults have ceased for some hours ---- */
void soak_end_check_caught_up(SoakWorld *world);
void soak_end_check_store(SoakWorld *world);
