/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/check-talk.h"

#include <string.h>

enum { SETTLE_NOTIFICATIONS = 512 /* more than a Linux hub's socket holds */ };

static void
bytes_unref(gpointer bytes)
{
	g_bytes_unref(bytes);
}

/* wanted: a field of Reply; 0: nothing but Error */
static void
answer_init(KnCheckAnswer *answer, guint wanted)
{
	*answer = (KnCheckAnswer){.wanted = wanted,
				  .history = g_ptr_array_new_with_free_func(bytes_unref),
				  .live = g_ptr_array_new_with_free_func(bytes_unref)};
}

void
kn_check_answer_clear(KnCheckAnswer *answer)
{
	g_clear_pointer(&answer->missing, g_free);
	g_clear_pointer(&answer->history, g_ptr_array_unref);
	g_clear_pointer(&answer->live, g_ptr_array_unref);
}

void
kn_check_talk_begin(KnCheckTalk *talk)
{
	talk->next_counter = 0;
	talk->is_live = FALSE;
}

/* ---- one notification ---- */

/* its header, counted; FALSE: nothing in it can be read */
static gboolean
open_notification(KnCheckTalk *talk, const guint8 *bytes, gsize n_bytes, KnFrameReader *ret_reader)
{
	KnCheckTally *tally = &talk->tally;

	tally->n_notifications++;
	tally->n_too_long += n_bytes > KN_NOTIFICATION_BYTES_MAX;
	tally->n_empty += n_bytes <= KN_NOTIFICATION_HEADER_BYTES;
	if (n_bytes > 0) {
		tally->n_counter_jumps += bytes[0] != talk->next_counter;
		talk->next_counter = (guint8)(bytes[0] + 1);
	}
	if (n_bytes <= KN_NOTIFICATION_HEADER_BYTES || n_bytes > KN_NOTIFICATION_BYTES_ACCEPTED)
		return FALSE;
	if (kn_frame_open(ret_reader, bytes, n_bytes) != KN_FRAME_OK) {
		tally->n_bad_header++;
		return FALSE;
	}
	tally->n_bad_version += ret_reader->version != KN_FRAME_VERSION;
	return TRUE;
}

static void
take_reply(KnCheckTalk *talk, const guint8 *body, gsize n_body, KnCheckAnswer *answer)
{
	guint8 again[KN_RECORD_BYTES_MAX];
	ktp_Reply reply;

	if (kn_decode_reply(body, n_body, &reply) != KN_DECODE_OK) {
		talk->tally.n_bad_reply++;
		return;
	}
	talk->tally.n_bad_reply += kn_encode_reply(&reply, again, sizeof again) != n_body ||
				   memcmp(again, body, n_body) != 0;
	/* a late one must not pass for the answer to the next question */
	if (answer->has_reply ||
	    (reply.which_body != answer->wanted && reply.which_body != ktp_Reply_error_tag)) {
		talk->tally.n_unasked++;
		return;
	}
	answer->has_reply = TRUE;
	answer->reply = reply;
}

static gboolean
is_full(const KnCheckAnswer *answer)
{
	return answer->history->len + answer->live->len >= KN_CHECK_BODIES_MAX;
}

static void
take_notification(KnCheckTalk *talk, const guint8 *bytes, gsize n_bytes, KnCheckAnswer *answer)
{
	KnFrameReader reader;
	KnFrameStatus status;
	const uint8_t *body = NULL;
	size_t n_body = 0;

	if (!open_notification(talk, bytes, n_bytes, &reader))
		return;
	while ((status = kn_frame_next(&reader, &body, &n_body)) == KN_FRAME_OK) {
		if (reader.kind == KN_FRAME_REPLY)
			take_reply(talk, body, n_body, answer);
		else if (!is_full(answer))
			g_ptr_array_add(reader.kind == KN_FRAME_LIVE ? answer->live
								     : answer->history,
					g_bytes_new(body, n_body));
	}
	talk->tally.n_bad_body += status != KN_FRAME_END;
}

/* ---- listening ---- */

/* Until a reply, or a live record when that is enough. timeout_ms is for the whole, however much comes meanwhile. */
static void
hear(KnCheckTalk *talk, guint timeout_ms, gboolean is_live_enough, KnCheckAnswer *answer)
{
	guint8 bytes[KN_CHECK_NOTIFICATION_MAX];
	gint64 end_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;

	while (!answer->has_reply && !(is_live_enough && answer->live->len > 0)) {
		gint64 now_us = g_get_monotonic_time();
		gint64 quiet_us = now_us + (gint64)KN_CHECK_REPLY_MS * 1000;
		gssize n_bytes = KN_CHECK_NOTHING;
		if (is_full(answer)) {
			answer->missing = g_strdup_printf("%d records and more came instead",
							  KN_CHECK_BODIES_MAX);
			return;
		}
		if (now_us < end_us)
			n_bytes = kn_check_link_receive(talk->link, MIN(end_us, quiet_us), bytes);
		talk->is_lost |= n_bytes == KN_CHECK_LOST;
		if (n_bytes < 0) {
			answer->missing = talk->is_lost ? g_strdup("the link fell")
					  : quiet_us < end_us
						  ? g_strdup_printf("it was silent for %d s",
								    KN_CHECK_REPLY_MS / 1000)
						  : g_strdup_printf("no reply came within %u s",
								    timeout_ms / 1000);
			return;
		}
		take_notification(talk, bytes, (gsize)n_bytes, answer);
	}
}

gboolean
kn_check_is_quiet(KnCheckTalk *talk, guint ms)
{
	guint8 bytes[KN_CHECK_NOTIFICATION_MAX];
	g_auto(KnCheckAnswer) answer = {0};
	gssize n_bytes = kn_check_link_receive(talk->link,
					       g_get_monotonic_time() + (gint64)ms * 1000, bytes);

	answer_init(&answer, 0);
	talk->is_lost |= n_bytes == KN_CHECK_LOST;
	if (n_bytes >= 0)
		take_notification(talk, bytes, (gsize)n_bytes, &answer);
	return n_bytes < 0;
}

static void
count_unasked(KnCheckTalk *talk, const KnCheckAnswer *answer, gboolean is_fetch)
{
	if (!is_fetch)
		talk->tally.n_unasked += answer->history->len;
	if (!talk->is_live)
		talk->tally.n_unasked += answer->live->len;
}

void
kn_check_settle(KnCheckTalk *talk)
{
	guint8 bytes[KN_CHECK_NOTIFICATION_MAX];
	g_auto(KnCheckAnswer) answer = {0};

	answer_init(&answer, 0);
	for (guint i = 0; i < SETTLE_NOTIFICATIONS; i++) {
		gssize n_bytes = kn_check_link_receive(talk->link, 0, bytes);
		talk->is_lost |= n_bytes == KN_CHECK_LOST;
		if (n_bytes < 0)
			break;
		take_notification(talk, bytes, (gsize)n_bytes, &answer);
	}
	talk->tally.n_unasked += answer.has_reply;
	count_unasked(talk, &answer, FALSE);
}

GBytes *
kn_check_hear_live(KnCheckTalk *talk, guint timeout_ms)
{
	g_auto(KnCheckAnswer) answer = {0};

	answer_init(&answer, 0);
	hear(talk, timeout_ms, TRUE, &answer);
	talk->tally.n_unasked += answer.has_reply;
	count_unasked(talk, &answer, FALSE);
	return answer.live->len > 0 ? g_bytes_ref(answer.live->pdata[0]) : NULL;
}

/* ---- asking ---- */

static void
ask(KnCheckTalk *talk, const guint8 *bytes, gsize n_bytes, guint timeout_ms, KnCheckAnswer *answer)
{
	g_autoptr(GError) error = NULL;

	kn_check_settle(talk);
	if (kn_check_link_write(talk->link, bytes, n_bytes, &error))
		hear(talk, timeout_ms, FALSE, answer);
	else
		answer->missing = g_strdup_printf("the write failed: %s", error->message);
}

void
kn_check_ask_bytes(KnCheckTalk *talk, const guint8 *bytes, gsize n_bytes, KnCheckAnswer *ret_answer)
{
	answer_init(ret_answer, 0);
	ask(talk, bytes, n_bytes, KN_CHECK_REPLY_MS, ret_answer);
	count_unasked(talk, ret_answer, FALSE);
}

static guint
wanted_by(const ktp_Control *control)
{
	switch (control->which_op) {
	case ktp_Control_get_state_tag:
		return ktp_Reply_state_tag;
	case ktp_Control_get_clock_tag:
		return ktp_Reply_clock_tag;
	case ktp_Control_fetch_tag:
		return ktp_Reply_fetch_done_tag;
	default:
		return 0;
	}
}

void
kn_check_ask(KnCheckTalk *talk, const ktp_Control *control, KnCheckAnswer *ret_answer)
{
	gboolean is_fetch = control->which_op == ktp_Control_fetch_tag;
	guint8 bytes[KN_CONTROL_BYTES_MAX];
	gsize n_bytes = kn_encode_control(control, bytes, sizeof bytes);

	answer_init(ret_answer, wanted_by(control));
	ask(talk, bytes, n_bytes, is_fetch ? KN_CHECK_FETCH_MS : KN_CHECK_REPLY_MS, ret_answer);
	count_unasked(talk, ret_answer, is_fetch);
}

void
kn_check_tell(const KnCheckTalk *talk, const ktp_Control *control)
{
	guint8 bytes[KN_CONTROL_BYTES_MAX];
	gsize n_bytes = kn_encode_control(control, bytes, sizeof bytes);

	kn_check_link_write(talk->link, bytes, n_bytes, NULL);
}
