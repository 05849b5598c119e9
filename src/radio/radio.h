/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The port to BlueZ: finds, connects and drains enrolled massagers, and carries control writes. One connection of its own to the bus;
 * everything is asynchronous on the default main context except the drain thread, which only moves packets from sockets to a ring.
 * No bus, no bluetoothd, no adapter are states, never failures.
 */

#include "core/link/ladder.h"
#include "core/link/listen.h"
#include <gio/gio.h>

typedef enum {
	KN_RADIO_NO_BUS,
	KN_RADIO_NO_BLUETOOTHD,
	KN_RADIO_MUTE_BLUETOOTHD, /* it runs, and does not answer */
	KN_RADIO_NO_ADAPTER,
	KN_RADIO_ADAPTER_OFF,
	KN_RADIO_READY,
} KnRadioState;

/* what one device's link is doing; the words are for people and for JSON */
typedef enum {
	KN_LINK_IDLE,      /* not enrolled */
	KN_LINK_WAITING,   /* for the radio, for a free moment, or for a pause to end */
	KN_LINK_SEARCHING, /* not seen yet */
	KN_LINK_NOT_BONDED,
	KN_LINK_BOND_LOST,
	KN_LINK_CONNECTING,
	KN_LINK_RESOLVING,   /* connected, services not known yet */
	KN_LINK_STARTING,    /* reading INFO, acquiring notifications */
	KN_LINK_READY,       /* streaming */
	KN_LINK_BUSY,        /* another program listens to it */
	KN_LINK_UNSUPPORTED, /* services incomplete, link too narrow, or protocol unknown */
} KnLinkPhase;

typedef struct {
	const gchar *address;
	KnLinkPhase phase;
	gboolean has_signal;
	gint16 signal_dbm;
	gint64 seen_boottime_us;    /* last advertisement or traffic; 0 never */
	gint64 up_us;               /* for how long it has been streaming; 0 it is not */
	guint attempts;             /* since the last success */
	const gchar *last_error;    /* in words; "" none */
	gboolean is_bond_suspected; /* each attempt is cut off: it may have forgotten us */
	gboolean is_taking_turns;   /* it made room, or waits for it */
	guint place_in_line; /* of those that wait for a link of its adapter; 0 it does not */
	guint n_links_max;   /* that its adapter carries; 0 none was ever refused */
	gboolean is_adapter_refusing; /* its adapter refuses links, though there is none on it */
	gboolean is_refused;          /* UNSUPPORTED, because kn_radio_refuse said so */
	gint64 since_listened_ms; /* of its adapter, or of any if that is not known; 0 it listens, -1 never */
	gboolean is_adapter_deaf;      /* whatever was tried, its adapter hears nobody at all … */
	gboolean is_adapter_failed;    /* … or does not work in another way */
	gint64 trouble_ms;             /* then: for so long */
	gboolean is_listening_refused; /* there listening does not begin, again and again … */
	const gchar *listen_error;     /* … in words; "" none */
	gint64 deaf_ms; /* not even strangers are heard there, for so long; -1 they are, or it is not known */
} KnLinkStatus;

/* ---- pairing ---- */

typedef enum {
	KN_PAIR_SEARCHING, /* it was not heard yet */
	KN_PAIR_PAIRING,
	KN_PAIR_WANTS_PASSKEY,      /* the massager shows six digits: they are to be typed here */
	KN_PAIR_WANTS_CONFIRMATION, /* does it show number? */
	KN_PAIR_SHOWS_PASSKEY,      /* number is to be typed on the massager */
	KN_PAIR_DONE,               /* bonded */
	KN_PAIR_FAILED,
} KnPairState;

typedef struct {
	/* borrowed, as error; once it is bonded, the identity of one that uses changing addresses */
	const gchar *address;
	KnPairState state;
	guint32 number; /* 0 … 999999 */
	gboolean
		is_just_works; /* nobody confirmed anything: whoever was near could have been in between */
	gboolean was_paired_already; /* DONE, and nothing was done */
	const gchar *error;          /* in words; "" none */
} KnPairStatus;

typedef struct {
	gboolean has_passkey;
	guint32 passkey; /* 0 … 999999 */
	/* without a passkey: the confirmation. A no that nobody asked for ends the pairing. */
	gboolean is_yes;
} KnPairAnswer;

/* Calls from radio to its owner, on the main thread. Strings and bytes are borrowed for the call. */
typedef struct {
	void (*state_changed)(gpointer user, KnRadioState state);
	/* an unenrolled or enrolled KTP device was heard; name is cleaned text, signal_dbm 0 not known */
	void (*seen)(gpointer user, const gchar *address, const gchar *name, gint16 signal_dbm,
		     gboolean is_bonded);
	/* the link is ready: INFO was read, notifications flow; control may be written from now on */
	void (*link_up)(gpointer user, const gchar *address, const guint8 *info, gsize n_info);
	void (*link_down)(gpointer user, const gchar *address, const gchar *reason);
	/* no bytes: it was empty, or longer than any can be */
	void (*packet)(gpointer user, const gchar *address, const guint8 *bytes, gsize n_bytes);
	/* a control write failed for good (the link stays or goes by itself) */
	void (*control_failed)(gpointer user, const gchar *address, const gchar *reason);
	/* kn_radio_get_pair has something new; not to be answered from inside */
	void (*pair_changed)(gpointer user);
	/* Asked, not told: in no session, and all that it has is here. With more massagers than links such a one makes room first. NULL: never. */
	gboolean (*is_idle)(gpointer user, const gchar *address);
	/* Something was tried against a trouble, nothing is left to try (FAILED), or it is over (NOTHING); words are plain text. NULL: nobody cares. */
	void (*rescue)(gpointer user, KnLadderStep step, const gchar *words);
} KnRadioSink;

typedef struct {
	const gchar *bus_address; /* D-Bus address; NULL: the system bus */
	/* addresses in upper case of those that may be used; NULL: all. Copied. */
	const gchar *const *adapters;
	gdouble timer_scale; /* 1.0; tests scale every timer of the radio down */
	/* what may be done to an adapter, or to bluetoothd, that has stopped working: only where nobody else uses it */
	gboolean may_power_cycle;
	gboolean may_restart;
	/* a file of the radio's own: which adapter is switched off by it, so that the next start switches it on; NULL none. Copied. */
	const gchar *memory_path;
} KnRadioConfig;

typedef struct KnRadio KnRadio;

/* NULL when no thread can be started. Sinks may call back into the port, but not free it. */
KnRadio *kn_radio_new(const KnRadioConfig *config, const KnRadioSink *sink, gpointer user);
/* Disconnects what it connected (bounded wait), joins the drain thread. No sink call afterwards. */
void kn_radio_free(KnRadio *radio);

/* The allow-list: only these addresses are ever connected. Idempotent. */
void kn_radio_allow(KnRadio *radio, const gchar *address);
void kn_radio_forget(KnRadio *radio, const gchar *address);

/* Listens for the next ms, beside what the devices need: for a person who looks what is in range. Longer of two. */
void kn_radio_scan(KnRadio *radio, guint ms);

/* Pairs with a device, known or not; the person is asked through pair_changed. One at a time. FALSE: another runs, or the address is
 * malformed. Nothing is read from a device before it is bonded, and being bonded does not make it recorded. */
gboolean kn_radio_pair(KnRadio *radio, const gchar *address);
void kn_radio_answer_pair(KnRadio *radio, const KnPairAnswer *answer);
void kn_radio_cancel_pair(KnRadio *radio);
/* Of the one that runs, or ran last. FALSE: there was none. */
gboolean kn_radio_get_pair(const KnRadio *radio, KnPairStatus *ret_status);
const gchar *kn_pair_state_name(KnPairState state); /* "searching", "pairing", "wants-passkey" … */

/* Queues a write with response; bounded (64 a device), FALSE when full or the link is not ready. */
gboolean kn_radio_write_control(KnRadio *radio, const gchar *address, const guint8 *bytes,
				gsize n_bytes);
/* The owner does not accept the device: disconnect, show UNSUPPORTED with the reason, try again after pause_us; 0: ten minutes, scaled
 * as every timer. */
void kn_radio_refuse(KnRadio *radio, const gchar *address, const gchar *reason, gint64 pause_us);
/* Over the link, which is ready, nothing comes though it was asked: it is ended and made anew. */
void kn_radio_renew(KnRadio *radio, const gchar *address);
/* What it was refused for is no more: try again now. */
void kn_radio_retry(KnRadio *radio, const gchar *address);

/* FALSE: no such device. The strings are borrowed until the main loop runs again. */
KnRadioState kn_radio_get_state(const KnRadio *radio);
gboolean kn_radio_get_link(const KnRadio *radio, const gchar *address, KnLinkStatus *ret_status);

/* ---- adapters ---- */

/* strings borrowed for the call */
typedef struct {
	const gchar *address; /* as another program told it; "" not told */
	const gchar *name;    /* plain text: "hci0" */
	gboolean is_powered;
	gboolean is_discovering; /* for anybody */
	guint n_links;           /* anybody's */
	guint n_links_max;       /* 0: none was ever refused, or all are now */
	guint n_waiting;         /* of ours, for a link */
	KnListenStatus listen;
	const gchar *listen_error; /* in words, why it did not begin the last time; "" it did */
	guint64 n_steps[KN_LADDER_STEPS]; /* taken since the hub started, for this adapter */
	KnLadderStep last_step;           /* NOTHING: none */
	gint64 since_step_ms;             /* -1 none */
	gint64 trouble_ms;                /* for so long it does not work; -1 it does */
	gboolean is_failed;               /* and nothing is left to try */
} KnRadioAdapterStatus;
typedef void (*KnRadioAdapterFunc)(const KnRadioAdapterStatus *status, gpointer data);
/* Those that are there now, in the order of their names. */
void kn_radio_each_adapter(const KnRadio *radio, KnRadioAdapterFunc func, gpointer data);
/* Of all adapters there were: sums, and the latest of times. is_refused: by each that is on. */
void kn_radio_get_listening(const KnRadio *radio, KnListenStatus *ret_status);
/* The steps for bluetoothd as a whole, as above. */
void kn_radio_get_daemon(const KnRadio *radio, KnRadioAdapterStatus *ret_status);

/* Every massager that bluetoothd knows now, heard or not: one that was bonded by hand is known before the first scan. The address
 * and the cleaned name are borrowed for the call. */
typedef void (*KnRadioKnownFunc)(const gchar *address, const gchar *name, gboolean is_bonded,
				 gpointer data);
void kn_radio_each_known(const KnRadio *radio, KnRadioKnownFunc func, gpointer data);

typedef struct {
	guint64 n_packets;
	guint64 n_bytes;
	guint64 n_ring_full; /* times the drain stopped reading because the ring was full */
	guint64 n_truncated; /* packets longer than a notification can be */
	guint64 n_empty;     /* zero-length notifications */
	guint64 n_connects;
	guint64 n_connect_errors;
	guint64 n_unknown_errors; /* error names the classifier does not know */
	guint64 n_listen_errors;  /* scans that did not start */
	gsize ring_peak_bytes;
} KnRadioStats;
void kn_radio_get_stats(const KnRadio *radio, KnRadioStats *ret_stats);
const gchar *kn_radio_state_name(
	KnRadioState
		state); /* "no-bus", "no-bluetoothd", "mute-bluetoothd", "no-adapter", "adapter-off", "ready" */
const gchar *kn_link_phase_name(KnLinkPhase phase);
