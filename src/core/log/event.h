/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What happened on this hub, one thing at a time: for the log that is kept, and for those who follow it. */

#include <glib.h>

/* what a follower chooses by; numbers are stored */
typedef enum {
	KN_CLASS_SESSION = 1, /* a use began to be known, ended, was repaired */
	KN_CLASS_LINK = 2,    /* radio, links, transfers, enrolment */
	KN_CLASS_ALARM = 3,   /* somebody may have to look */
	KN_CLASS_LIVE = 4,    /* pressures right now: no id, never kept, never replayed */
} KnEventClass;

enum { KN_CLASS_MASK_ALL = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 };

/* Kept by name, so that the order here may change. */
typedef enum {
	KN_EVENT_LINK_UP,
	KN_EVENT_LINK_DOWN,
	KN_EVENT_CAUGHT_UP,
	KN_EVENT_DEVICE_STUCK,
	KN_EVENT_NOTHING_BANKED, /* all it has is here, and for long there was no use of it */
	KN_EVENT_GAP_NAMED,
	KN_EVENT_NEW_LOG,
	KN_EVENT_FOREIGN_OWNER,
	KN_EVENT_CONFLICT,
	KN_EVENT_SESSION_ENDED,
	KN_EVENT_DEVICE_ERROR,
	KN_EVENT_QUARANTINED,     /* it is cut off and left alone for a while */
	KN_EVENT_SERIAL_CONFLICT, /* it tells the model and serial of another one */
	/* of the hub itself */
	KN_EVENT_SESSION_STORED, /* a session's row is new or changed: see session_id */
	KN_EVENT_RADIO_STATE,
	KN_EVENT_RADIO_RESCUE, /* what was tried on Bluetooth that does not work, and that it works again */
	KN_EVENT_RADIO_FAILED, /* and nothing is left to try */
	KN_EVENT_ALLOWED,
	KN_EVENT_FORGOTTEN,
	KN_EVENT_LINK_REFUSED,
	KN_EVENT_STORAGE_DEGRADED,
	KN_EVENT_STORAGE_RECOVERED,
	KN_EVENT_STORAGE_FULL,    /* nearly: what is kept for that is in use */
	KN_EVENT_STORAGE_ROOM,    /* not any more */
	KN_EVENT_STORAGE_DAMAGED, /* blocks on the disk cannot be read any more */
	KN_EVENT_CLOCK_SET,       /* the hub's wall clock was set, or is known to be right now */
	KN_EVENT_REZONED,         /* sessions were moved to another time zone by hand */
	KN_EVENT_HANDED_OUT,      /* a massager, to a person */
	KN_EVENT_RETURNED,        /* a massager, by a person */
	KN_EVENT_ASSIGNED,        /* sessions, to a person or to nobody, by hand */
	KN_EVENT_RATED,           /* somebody said how a session was */
	KN_EVENT_SESSION_EDITED,  /* sessions were put right by hand */
	KN_EVENT_DATA_LOSS, /* the database was damaged: it was set aside, and a new one begun */
	KN_EVENT_STARTED,
} KnEventKind;
enum { KN_EVENT_KINDS = KN_EVENT_STARTED + 1 };

const gchar *kn_event_kind_name(KnEventKind kind);                   /* "link_up"; never NULL */
gboolean kn_event_kind_of(const gchar *name, KnEventKind *ret_kind); /* FALSE: no such name */
KnEventClass kn_event_class(KnEventKind kind);
const gchar *kn_event_class_name(KnEventClass event_class); /* "session", "link", "alarm", "live" */
/* "session,alarm" to a mask of 1 << class; FALSE for an unknown, empty or doubled word. */
gboolean kn_event_classes_parse(const gchar *words, guint *ret_mask);

typedef struct {
	gint64 id;    /* rises, is never used twice in a database, may leave numbers out */
	gint64 at_us; /* UTC by the hub's clock of that moment */
	KnEventKind kind;
	gint64 device_id;  /* 0: of the hub itself */
	gint64 session_id; /* 0: none */
	gchar *detail;     /* owned: plain text without outside words; "" none */
} KnEvent;

/* of the log that is kept */
typedef struct {
	gboolean is_ascending;
	gint64 after_id;  /* when ascending: from the one after this */
	gint64 before_id; /* else: from the one before this downwards; 0 from the newest */
	guint class_mask; /* of 1 << KnEventClass */
	gint64 device_id; /* 0 all */
	guint limit;      /* 1 … 400 */
} KnEventQuery;
gboolean kn_event_is_wanted(const KnEvent *event, guint class_mask, gint64 device_id);

KnEvent *kn_event_new(KnEventKind kind, gint64 device_id, const gchar *detail);
KnEvent *kn_event_copy(const KnEvent *event);
void kn_event_free(KnEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnEvent, kn_event_free)
