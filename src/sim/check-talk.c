/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/check-talk.h"

static void
bytes_unref(gpointer bytes)
{
	g_bytes_unref(bytes);
}

static void
answer_init(KnCheckAnswer *answer)
{
	*answer = (KnCheckAnswer){.history = g_ptr_array_new_with_free_func(bytes_unref),
				  .live = g_ptr_array_new_with_free_func(bytes_unref)};
}

void
kn_check_answer_clear(KnCheckAnswer *answer)
{
	g_clear_pointer(&answer->history, g_ptr_array_unref);
	g_clear_pointer(&answer->live, g_ptr_array_unref);
}

void
kn_check_talk_begin(KnCheckTalk *talk)
{
	talk->next_counter = 0;
}

/* its header, counted; FALSE: nothing in it can be read */
static gboolean
open_notification(KnCheckTalk *talk, const guint8 *bytes, gsize n_bytes, KnFrameReader *ret_reader)
{
	KnCheckTally *tally = &talk->tally;

	tally->n_notifications++;
	tally->n_too_long += n_bytes > KN_NOTIFICATION_BYTES_MAX;
	if (kn_frame_open(ret_reader, bytes, n_bytes) != KN_FRAME_OK) {
		tally->n_bad_header++;
		return FALSE;
	}
	tally->n_bad_version += ret_reader->version != KN_FRAME_VERSION;
	tally->n_counter_jumps += ret_reader->counter != talk->next_counter;
	talk->next_counter = (guint8)(ret_reader->counter + 1);
	return TRUE;
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
		if (reader.kind != KN_FRAME_REPLY)
			g_ptr_array_add(reader.kind == KN_FRAME_LIVE ? answer->live
								     : answer->history,
					g_bytes_new(body, n_body));
		else if (kn_decode_reply(body, n_body, &answer->reply) == KN_DECODE_OK)
			answer->has_reply = TRUE;
		else
			talk->tally.n_bad_reply++;
	}
	talk->tally.n_bad_body += status != KN_FRAME_END;
}

void
kn_check_hear(KnCheckTalk *talk, guint timeout_ms, KnCheckAnswer *ret_answer)
{
	guint8 bytes[KN_CHECK_NOTIFICATION_MAX];
	gsize n_bytes = 1;

	answer_init(ret_answer);
	while (!ret_answer->has_reply && n_bytes > 0) {
		n_bytes = kn_check_link_receive(talk->link, timeout_ms, bytes);
		if (n_bytes > 0)
			take_notification(talk, bytes, n_bytes, ret_answer);
	}
}

GBytes *
kn_check_hear_live(KnCheckTalk *talk, guint timeout_ms)
{
	guint8 bytes[KN_CHECK_NOTIFICATION_MAX];
	gsize n_bytes = kn_check_link_receive(talk->link, timeout_ms, bytes);
	g_auto(KnCheckAnswer) answer = {0};

	answer_init(&answer);
	if (n_bytes > 0)
		take_notification(talk, bytes, n_bytes, &answer);
	return answer.live->len > 0 ? g_bytes_ref(answer.live->pdata[0]) : NULL;
}

gboolean
kn_check_tell(const KnCheckTalk *talk, const ktp_Control *control)
{
	guint8 bytes[KN_CONTROL_BYTES_MAX];
	gsize n_bytes = kn_encode_control(control, bytes, sizeof bytes);

	return kn_check_link_write(talk->link, bytes, n_bytes, NULL);
}

gboolean
kn_check_ask(KnCheckTalk *talk, const ktp_Control *control, KnCheckAnswer *ret_answer)
{
	if (kn_check_tell(talk, control)) {
		kn_check_hear(talk, KN_CHECK_REPLY_MS, ret_answer);
		return TRUE;
	}
	answer_init(ret_answer);
	return FALSE;
}
