/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* One operation and what the device says to it; what every notification of a link has to be is counted on the way. */

#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include "core/wire/frame.h"
#include "sim/check-link.h"

enum { KN_CHECK_REPLY_MS = 5000 };

/* of all notifications so far */
typedef struct {
	guint n_notifications;
	guint n_too_long;
	guint n_bad_header;
	guint n_bad_version;
	guint n_bad_body; /* length or CRC */
	guint n_bad_reply;
	guint n_counter_jumps; /* not the next one; the first of a link is 0 */
} KnCheckTally;

typedef struct {
	KnCheckLink *link; /* borrowed */
	KnCheckTally tally;
	guint8 next_counter;
} KnCheckTalk;

typedef struct {
	gboolean has_reply; /* FALSE: none came in time */
	ktp_Reply reply;    /* the first that came */
	GPtrArray *history; /* owned: GBytes, bodies of records before it */
	GPtrArray *live;    /* owned: the same */
} KnCheckAnswer;

void kn_check_answer_clear(KnCheckAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnCheckAnswer, kn_check_answer_clear)

/* A new link: the counter begins again. */
void kn_check_talk_begin(KnCheckTalk *talk);
/* Listens for the next reply. ret_answer is always set. */
void kn_check_hear(KnCheckTalk *talk, guint timeout_ms, KnCheckAnswer *ret_answer);
/* Listens for one live record; new, or NULL. */
GBytes *kn_check_hear_live(KnCheckTalk *talk, guint timeout_ms);
/* FALSE: the write was refused; ret_answer is empty then. */
gboolean kn_check_ask(KnCheckTalk *talk, const ktp_Control *control, KnCheckAnswer *ret_answer);
gboolean kn_check_tell(const KnCheckTalk *talk, const ktp_Control *control);
