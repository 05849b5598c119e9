/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * One operation and what the device says to it; what every notification of a link has to be is counted on the way. Whatever the device
 * sends, an answer is waited for until a deadline, and a bound of bodies is kept.
 */

#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include "core/wire/frame.h"
#include "sim/check-link.h"

enum {
	KN_CHECK_REPLY_MS = 5000,  /* for an answer, and between the records of one */
	KN_CHECK_FETCH_MS = 30000, /* for a range: 64 notifications of a slow link */
	KN_CHECK_BODIES_MAX = 256, /* kept of one answer: four whole ranges */
};

/* of all notifications so far */
typedef struct {
	guint n_notifications;
	guint n_empty; /* nothing behind the header, or not even that */
	guint n_too_long;
	guint n_bad_header;
	guint n_bad_version;
	guint n_bad_body;      /* length or CRC */
	guint n_bad_reply;     /* no Reply, or not canonical */
	guint n_counter_jumps; /* not the next one; the first of a link is 0 */
	guint n_unasked;       /* replies and records that belong to nothing asked */
} KnCheckTally;

typedef struct {
	KnCheckLink *link; /* borrowed */
	KnCheckTally tally;
	guint8 next_counter;
	gboolean is_lost;
	gboolean is_live; /* live records may come */
} KnCheckTalk;

typedef struct {
	guint wanted; /* which reply says that it was carried out; 0: none does */
	gboolean has_reply;
	ktp_Reply reply;    /* the first that came of that or Error; any other was not asked for */
	gchar *missing;     /* owned: without a reply, why in words; else NULL */
	GPtrArray *history; /* owned: GBytes, bodies of records before it */
	GPtrArray *live;    /* owned: the same */
} KnCheckAnswer;

void kn_check_answer_clear(KnCheckAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnCheckAnswer, kn_check_answer_clear)

/* A new link: the counter begins again. */
void kn_check_talk_begin(KnCheckTalk *talk);
/* FALSE: a notification came within so many ms. Meant for when nothing may come. */
gboolean kn_check_is_quiet(KnCheckTalk *talk, guint ms);
/* Takes what has come since, which nothing asked for. */
void kn_check_settle(KnCheckTalk *talk);
/* Listens for one live record; new, or NULL. */
GBytes *kn_check_hear_live(KnCheckTalk *talk, guint timeout_ms);
/* Writes and listens for the reply. ret_answer is always set. */
void kn_check_ask(KnCheckTalk *talk, const ktp_Control *control, KnCheckAnswer *ret_answer);
/* What is no operation; the only reply to it is Error. */
void kn_check_ask_bytes(KnCheckTalk *talk, const guint8 *bytes, gsize n_bytes,
			KnCheckAnswer *ret_answer);
/* Only writes. */
void kn_check_tell(const KnCheckTalk *talk, const ktp_Control *control);
