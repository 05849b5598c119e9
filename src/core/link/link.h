/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The link policy of one enrolled device: what to do next, and until when to wait. Pure: facts, events and the time go in, actions
 * and a deadline come out. It never asks bluetoothd anything; whoever runs it carries out the actions and reports their results.
 * The transition table stands in link.c.
 */

#include "core/link/bluez-error.h"
#include <glib.h>

enum { KN_LINK_MTU_MIN = 185 }; /* proto/README.md: a record always fits one notification */

/* every wait, in microseconds; kn_link_times_init() scales them all */
typedef struct {
	gint64 connect_us; /* 20 s: bluetoothd keeps a Connect for ever, the kernel gives up sooner than this */
	gint64 confirm_us; /* 5 s from a good Connect reply to Connected=true */
	gint64 attempt_us; /* 60 s: hard cap from Connect to streaming */
	gint64 settle_us; /* 250 ms that services have to hold still: ServicesResolved flaps after Service Changed */
	gint64 objects_us;      /* 5 s from ServicesResolved to our characteristics */
	gint64 disconnect_us;   /* 5 s: bluetoothd's own timer is 2 s */
	gint64 transient_us;    /* 250 ms after radio weather */
	gint64 busy_max_us;     /* 5 s: cap of the pauses after BUSY */
	gint64 listener_max_us; /* 30 s: cap of the pauses while another program listens (a guess) */
	gint64 no_slot_us;      /* 4 s: slots.h says when there is one */
	gint64 gone_us;         /* 4 s for an object to come back */
	gint64 canceled_us;     /* 5 s at least once a lost bond is suspected */
	gint64 backoff_us;      /* 1 s, then doubled */
	gint64 backoff_max_us;  /* 300 s */
	gint64 stable_us; /* 10 s of streaming make a link good: its loss is then no failure (a guess) */
	gint64 fallen_max_us; /* 10 s: cap of the pauses after links that fell sooner (a guess) */
	gint64 blind_first_us; /* 15 s, a scan window and some: directed advertising carries no UUID and is never heard */
	gint64 blind_us;       /* 60 s: the same after a failure */
	gint64 unsupported_us; /* 600 s before a device that cannot be served is tried again */
} KnLinkTimes;

/* scale is clamped to 0.001 … 1000 */
void kn_link_times_init(KnLinkTimes *ret_times, gdouble scale);

/* what is so right now, as bluetoothd's objects say */
typedef struct {
	/* bluetoothd is there and the device's adapter is powered (any adapter, if not present) */
	gboolean is_radio_up;
	gboolean is_present; /* bluetoothd has an object for it */
	gboolean is_bonded;
	gboolean is_connected;
	gboolean is_resolved; /* ServicesResolved */
	/* all three characteristics with the right flags are in our own tree */
	gboolean is_complete;
	gboolean is_heard; /* an advertisement within the last minute and since the last link */
} KnLinkFacts;

typedef enum {
	KN_LINK_EVENT_NONE,    /* facts or only the time have changed */
	KN_LINK_EVENT_GRANTED, /* the adapter is ours: not scanning, nobody else connecting */
	KN_LINK_EVENT_CONNECT_DONE,
	KN_LINK_EVENT_CONNECT_FAILED,  /* with verdict, as every …_FAILED */
	KN_LINK_EVENT_DISCONNECT_DONE, /* answered, whatever the answer */
	KN_LINK_EVENT_READ_DONE,
	KN_LINK_EVENT_READ_FAILED,
	KN_LINK_EVENT_ACQUIRE_DONE, /* with mtu */
	KN_LINK_EVENT_ACQUIRE_FAILED,
	KN_LINK_EVENT_HUP,     /* the notification socket has ended */
	KN_LINK_EVENT_REFUSED, /* the owner does not accept the device */
	KN_LINK_EVENT_SILENT,  /* the owner asked, and nothing comes: the link is to be made anew */
	KN_LINK_EVENT_YIELD,   /* its turn is over: others wait for the adapter's links */
} KnLinkEvent;

typedef struct {
	KnLinkEvent event;
	KnBluezVerdict verdict;
	guint mtu;
	gint64 pause_us; /* with REFUSED: until it is tried again; 0 unsupported_us */
} KnLinkInput;

/* a set; carried out in this order */
typedef enum {
	KN_LINK_DO_DROP =
		1
		<< 0, /* cancel calls, close the socket, forget queued writes; tell the owner if the link was up */
	KN_LINK_DO_DISCONNECT = 1 << 1,
	KN_LINK_DO_CONNECT = 1 << 2,
	KN_LINK_DO_READ = 1 << 3,
	KN_LINK_DO_ACQUIRE = 1 << 4,
	KN_LINK_DO_UP = 1 << 5,     /* the link is ready: tell the owner, drain the socket */
	KN_LINK_DO_LISTEN = 1 << 6, /* a scan window now would help */
} KnLinkActions;

typedef enum {
	KN_LINK_AT_DOWN,      /* the radio is */
	KN_LINK_AT_REST,      /* decides; never seen from outside */
	KN_LINK_AT_SEARCHING, /* no object, or not heard: wants scanning */
	KN_LINK_AT_NOT_BONDED,
	KN_LINK_AT_BOND_LOST,
	KN_LINK_AT_PAUSED,
	KN_LINK_AT_QUEUED, /* wants KN_LINK_EVENT_GRANTED */
	KN_LINK_AT_CONNECTING,
	KN_LINK_AT_RESOLVING,
	KN_LINK_AT_SETTLING,
	KN_LINK_AT_READING,
	KN_LINK_AT_ACQUIRING,
	KN_LINK_AT_STREAMING,
	KN_LINK_AT_BUSY, /* connected, but another program listens */
	KN_LINK_AT_CLOSING,
	KN_LINK_AT_UNSUPPORTED,
	KN_LINK_N_STATES,
} KnLinkState;

/* why the last attempt or link ended */
typedef enum {
	KN_LINK_CAUSE_NONE,
	KN_LINK_CAUSE_CALL,    /* a call failed: the words are bluetoothd's */
	KN_LINK_CAUSE_TIMEOUT, /* no link within connect_us, or not streaming within attempt_us */
	KN_LINK_CAUSE_UNCONFIRMED, /* Connect was answered well, Connected stayed false */
	KN_LINK_CAUSE_GONE,        /* the object went in mid-connect */
	KN_LINK_CAUSE_LOST,
	KN_LINK_CAUSE_CHANGED, /* its services, while streaming: resolved again on the same link */
	KN_LINK_CAUSE_INCOMPLETE,
	KN_LINK_CAUSE_NARROW,
	KN_LINK_CAUSE_LISTENER,
	KN_LINK_CAUSE_SUSPECT_BOND, /* kn_link_suspects_bond */
	KN_LINK_CAUSE_BOND_LOST,
	KN_LINK_CAUSE_UNBONDED, /* the bond was removed on this side */
	KN_LINK_CAUSE_REFUSED,
	KN_LINK_CAUSE_RADIO_DOWN,
	KN_LINK_CAUSE_TURN, /* it made room for others */
	KN_LINK_CAUSE_SILENT,
} KnLinkCause;

typedef struct {
	const KnLinkTimes *times; /* borrowed: outlives the link */
	KnLinkState state;
	KnLinkState after; /* where CLOSING leads */
	KnLinkCause cause;
	gint64 deadline_us; /* G_MAXINT64: none */
	gint64 pause_us;    /* to spend in `after` */
	gint64 queued_us;   /* since when it waits for a grant: the oldest goes first */
	gboolean is_blind;  /* it was not heard when it was queued */
	gboolean
		keeps_place; /* no link was left for it: it has waited since queued_us all the same */
	gint64 attempt_end_us;
	gint64 linked_us; /* since when the link is there, whatever came of it */
	gint64 up_us;
	guint n_attempts;     /* Connects since the last success */
	guint n_failures;     /* in a row, for the doubling */
	guint n_transient;    /* in a row, of radio weather */
	guint n_canceled;     /* Connects, in a row */
	guint n_young;        /* links that fell before anything was read, in a row */
	guint n_falls;        /* links that streamed, but not for long, in a row */
	guint n_missed;       /* resolved without our characteristics, in a row */
	guint n_listener;     /* AcquireNotify refused as taken, in a row */
	gboolean is_up;       /* DO_UP was given and DO_DROP not yet */
	gboolean is_answered; /* the Disconnect of CLOSING was */
	gboolean has_lost_bond;
	guint32 seed;
} KnLink;

/* seed: for the +-20 % jitter, any number; different devices should differ */
void kn_link_init(KnLink *link, const KnLinkTimes *times, guint32 seed);

/* Returns KnLinkActions to carry out. Call again when a fact changes, when an action's result is there, and at link->deadline_us. */
guint kn_link_step(KnLink *link, const KnLinkFacts *facts, const KnLinkInput *input, gint64 now_us);

/* What it was put aside for is no more: it is tried again as soon as what there is of a link is down. Step it then. */
void kn_link_retry(KnLink *link);

/* While TRUE no other device may connect on its adapter, and nobody scans there. */
gboolean kn_link_holds_adapter(const KnLink *link);
/* The device cuts off each attempt. bluetoothd 5.82 does not tell a device that has forgotten its bond from bad radio: Connect is answered well,
 * and the link falls when it is to be encrypted. */
gboolean kn_link_suspects_bond(const KnLink *link);
const gchar *kn_link_cause_text(KnLinkCause cause);
