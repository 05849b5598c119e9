/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Whether a device is still listened to. One that sends what means nothing, or far more than anybody asked it for, or that claims again and
 * again to have forgotten all it had, is put in quarantine:
 * cut off and left alone for a while, so that the others are served. Pure: time is an argument; one for each device, over all its links.
 */

#include <glib.h>

enum {
	KN_TRUST_MALFORMED_MAX =
		20, /* within KN_TRUST_MALFORMED_US: the last of them is one too many */
	/* for long. A device of 14 nodes at 25 Hz sends some 15; what a backfill brings was asked for */
	KN_TRUST_UNASKED_MAX_PER_S = 500,
	/* records of history that may come: twice what is ever outstanding, for answers that are late */
	KN_TRUST_ASKED_MAX = 256,
	/* within KN_TRUST_LOGS_US: each is a row that stays; nobody resets a massager so often */
	KN_TRUST_LOGS_MAX = 16,
};
#define KN_TRUST_LOGS_US      G_GINT64_CONSTANT(86400000000)
#define KN_TRUST_MALFORMED_US G_GINT64_CONSTANT(60000000)
/* so much may be ahead of that rate: 10 s of it, at once or at twice the rate for 10 s */
#define KN_TRUST_AHEAD_MAX_US      G_GINT64_CONSTANT(10000000)
#define KN_TRUST_QUARANTINE_US     G_GINT64_CONSTANT(600000000) /* doubles to the maximum */
#define KN_TRUST_QUARANTINE_MAX_US G_GINT64_CONSTANT(3600000000)
#define KN_TRUST_GOOD_US           G_GINT64_CONSTANT(3600000000) /* then it is as if nothing had been */

typedef enum {
	KN_OFFENCE_NONE,
	KN_OFFENCE_MALFORMED,
	KN_OFFENCE_FLOOD,
	KN_OFFENCE_LOGS,
} KnOffence;
const gchar *
kn_offence_name(KnOffence offence); /* "none", "malformed", "flood", "logs": for JSON */
/* "sent …", for a sentence about the device; "" for none */
const gchar *kn_offence_text(KnOffence offence);

typedef struct {
	gdouble scale; /* of the three times of a quarantine; tests scale them down */
	gint64 malformed_us[KN_TRUST_MALFORMED_MAX]; /* when the last ones came: a ring */
	guint n_malformed;                           /* since the last quarantine */
	gint64 log_us[KN_TRUST_LOGS_MAX];            /* when new logs were taken: a ring */
	guint n_logs;
	gint64 ahead_us; /* when all that came unasked would have been due, at the rate that is allowed */
	guint n_asked;
	KnOffence offence; /* of the last quarantine */
	gint64 until_us;   /* its end; 0 never */
	gint64 pause_us;   /* its length */
} KnTrust;

void kn_trust_init(KnTrust *trust, gdouble scale);
/* The link came up: nothing was asked for on it. */
void kn_trust_start(KnTrust *trust);

/* History was asked for: so many records. */
void kn_trust_ask(KnTrust *trust, guint64 n_records);
/* A notification of history with so many records, good or bad. TRUE: they were asked for; what is wrong with them is the transfer's to judge, three
 * times a record. FALSE: so many were not. */
gboolean kn_trust_take(KnTrust *trust, guint n_records);
/* A notification that nobody asked for, and how much of it means nothing. Anything but NONE: it is in quarantine from now to until_us. */
KnOffence kn_trust_note(KnTrust *trust, guint n_malformed, gint64 now_us);
/* It tells of a log that this hub does not know. NONE: it is to be taken; else as above, and it is not: before a day is over the
 * next one is no better. */
KnOffence kn_trust_note_log(KnTrust *trust, gint64 now_us);
gboolean kn_trust_is_quarantined(const KnTrust *trust, gint64 now_us);
