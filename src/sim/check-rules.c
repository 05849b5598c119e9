/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* State, Clock, records and refusals: sections 4 to 7 of proto/README.md */

#include "sim/check.h"

#include <string.h>

enum { RANGE_RECORDS = 64, LIVE_MS = 5000 };

/* a hub that nobody is */
#define STRANGER G_GUINT64_CONSTANT(0x6b6e656164636865)

gboolean
kn_check_state(KnCheck *check)
{
	const ktp_Control control = {.which_op = ktp_Control_get_state_tag};
	g_auto(KnCheckAnswer) answer = {0};
	const ktp_State *state = &answer.reply.body.state;
	gboolean is_again = check->state.log_id != 0;

	kn_check_ask(&check->talk, &control, &answer);
	if (!kn_check_rule(check,
			   answer.has_reply && answer.reply.which_body == ktp_Reply_state_tag, 5,
			   "GetState is answered with State",
			   answer.has_reply ? "another reply came" : "nothing came within 5 s"))
		return FALSE;
	if (is_again) {
		kn_check_rule(check,
			      state->log_id == check->state.log_id &&
				      state->newest_seq >= check->state.newest_seq &&
				      state->trimmed_to_seq == check->state.trimmed_to_seq,
			      4, "log and records outlive the link",
			      "log_id, newest or trimmed changed");
		return TRUE;
	}
	check->state = *state;
	kn_check_rule(check, state->log_id != 0, 4, "log_id is not 0", "it is 0");
	kn_check_rule(check,
		      state->oldest_seq >= 1 && state->oldest_seq <= state->newest_seq + 1 &&
			      state->newest_seq <= KN_SEQ_MAX,
		      5, "oldest is at most one behind newest",
		      "oldest %" G_GUINT64_FORMAT ", newest %" G_GUINT64_FORMAT, state->oldest_seq,
		      state->newest_seq);
	kn_check_rule(check, state->trimmed_to_seq <= state->newest_seq, 5,
		      "trimmed is at most newest", "trimmed %" G_GUINT64_FORMAT,
		      state->trimmed_to_seq);
	kn_check_rule(check, state->charge_permille <= 1000, 4, "the battery is at most full",
		      "%u per mille", state->charge_permille);
	return TRUE;
}

void
kn_check_clock(KnCheck *check)
{
	const ktp_Control control = {.which_op = ktp_Control_get_clock_tag};
	g_auto(KnCheckAnswer) answer = {0};
	const ktp_Clock *clock = &answer.reply.body.clock;

	kn_check_ask(&check->talk, &control, &answer);
	if (!kn_check_rule(check,
			   answer.has_reply && answer.reply.which_body == ktp_Reply_clock_tag, 5,
			   "GetClock is answered with Clock",
			   answer.has_reply ? "another reply came" : "nothing came within 5 s"))
		return;
	kn_check_rule(check, clock->boot == check->state.boot && clock->t_ms >= check->state.t_ms,
		      7, "Clock is of the boot of State, and not before it",
		      "boot %u, t_ms %" G_GUINT64_FORMAT, clock->boot, clock->t_ms);
}

/* ---- records ---- */

static gboolean
fetch(KnCheck *check, guint64 from_seq, guint64 to_seq, KnCheckAnswer *ret_answer)
{
	ktp_Control control = {.which_op = ktp_Control_fetch_tag};

	control.op.fetch = (ktp_Fetch){check->state.log_id, from_seq, to_seq};
	kn_check_ask(&check->talk, &control, ret_answer);
	return ret_answer->has_reply && ret_answer->reply.which_body == ktp_Reply_fetch_done_tag;
}

typedef struct {
	guint n_undecoded;
	guint n_noncanonical;
	guint n_out_of_order; /* not from the range, or not after the one before */
	guint n_back_in_time;
} RecordTally;

static void
judge_records(const KnCheck *check, const GPtrArray *bodies, guint64 from_seq, guint64 to_seq,
	      RecordTally *tally)
{
	KnRecordKey before = {0};

	for (guint i = 0; i < bodies->len; i++) {
		gsize n_bytes;
		const guint8 *bytes = g_bytes_get_data(bodies->pdata[i], &n_bytes);
		ktp_Record record;
		KnRecordKey key = {0};
		bool is_canonical = false;
		KnDecodeStatus status =
			kn_decode_record(bytes, n_bytes, &check->info, &record, &is_canonical);

		if (!kn_decode_key(bytes, n_bytes, &key) ||
		    (status != KN_DECODE_OK && status != KN_DECODE_UNSUPPORTED)) {
			tally->n_undecoded++;
			continue;
		}
		tally->n_noncanonical += status == KN_DECODE_OK && !is_canonical;
		tally->n_out_of_order +=
			key.seq <= before.seq || key.seq < from_seq || key.seq > to_seq;
		tally->n_back_in_time += key.boot < before.boot ||
					 (key.boot == before.boot && key.t_ms < before.t_ms);
		before = key;
	}
}

static gboolean
are_same(const GPtrArray *one, const GPtrArray *other)
{
	if (one->len != other->len)
		return FALSE;
	for (guint i = 0; i < one->len; i++) {
		if (!g_bytes_equal(one->pdata[i], other->pdata[i]))
			return FALSE;
	}
	return TRUE;
}

void
kn_check_history(KnCheck *check)
{
	guint64 to_seq = check->state.newest_seq;
	guint64 from_seq = MAX(check->state.oldest_seq,
			       to_seq >= RANGE_RECORDS ? to_seq - RANGE_RECORDS + 1 : 1);
	g_auto(KnCheckAnswer) first = {0};
	g_auto(KnCheckAnswer) second = {0};
	const ktp_FetchDone *done = &first.reply.body.fetch_done;
	RecordTally tally = {0};

	if (from_seq > to_seq) {
		kn_check_untried(check, 4, "records", "the log is empty: use the massager once");
		return;
	}
	if (!kn_check_rule(check, fetch(check, from_seq, to_seq, &first), 5,
			   "Fetch ends with FetchDone",
			   first.has_reply ? "another reply came" : "it was silent for 5 s"))
		return;
	kn_check_rule(check,
		      done->from_seq == from_seq && done->to_seq == to_seq &&
			      done->sent == first.history->len,
		      5, "FetchDone names the range and how many records were sent",
		      "sent %u, and %u came", done->sent, first.history->len);
	kn_check_rule(check, first.history->len == to_seq - from_seq + 1, 4,
		      "every record from oldest to newest is there", "%u of %" G_GUINT64_FORMAT,
		      first.history->len, to_seq - from_seq + 1);
	judge_records(check, first.history, from_seq, to_seq, &tally);
	kn_check_rule(check, tally.n_undecoded == 0, 4,
		      "every record decodes and is within its bounds", "%u do not",
		      tally.n_undecoded);
	kn_check_rule(check, tally.n_noncanonical == 0, 3, "every record is encoded canonically",
		      "%u are not", tally.n_noncanonical);
	kn_check_rule(check, tally.n_out_of_order == 0, 5, "records come in the order of seq",
		      "%u do not", tally.n_out_of_order);
	kn_check_rule(check, tally.n_back_in_time == 0, 4,
		      "time does not go backwards within a boot", "%u times it does",
		      tally.n_back_in_time);
	fetch(check, from_seq, to_seq, &second);
	kn_check_rule(check, are_same(first.history, second.history), 4,
		      "records that are fetched again have the same bytes", "they differ");
}

void
kn_check_live(KnCheck *check)
{
	static const gchar rule[] = "a live record has the bytes of its copy in the log";
	ktp_Control control = {.which_op = ktp_Control_live_tag};
	g_autoptr(GBytes) live = NULL;
	g_auto(KnCheckAnswer) copy = {0};
	KnRecordKey key = {0};
	gsize n_bytes = 0;
	const guint8 *bytes;

	if (!check->state.is_in_use) {
		kn_check_untried(check, 4, rule, "it is not in use: use it while it is checked");
		return;
	}
	control.op.live.is_on = true;
	kn_check_tell(&check->talk, &control);
	live = kn_check_hear_live(&check->talk, LIVE_MS);
	control.op.live.is_on = false;
	kn_check_tell(&check->talk, &control);
	if (!kn_check_rule(check, live != NULL, 5, "in use and with Live on, records come live",
			   "none came within 5 s"))
		return;
	bytes = g_bytes_get_data(live, &n_bytes);
	if (!kn_decode_key(bytes, n_bytes, &key) || !fetch(check, key.seq, key.seq, &copy))
		key.seq = 0;
	kn_check_rule(check,
		      key.seq != 0 && copy.history->len == 1 &&
			      g_bytes_equal(live, copy.history->pdata[0]),
		      4, rule, "they differ");
}

/* ---- refusals ---- */

/* also_code: what the device may say first, being somebody else's; 0: nothing */
static void
refuse(KnCheck *check, const ktp_Control *control, ktp_ErrorCode code, ktp_ErrorCode also_code,
       const gchar *rule)
{
	g_auto(KnCheckAnswer) answer = {0};
	const ktp_Error *error = &answer.reply.body.error;

	kn_check_ask(&check->talk, control, &answer);
	if (!answer.has_reply || answer.reply.which_body != ktp_Reply_error_tag) {
		kn_check_rule(check, FALSE, 5, rule, "%s",
			      answer.has_reply ? "it was not refused" : "nothing came within 5 s");
		return;
	}
	kn_check_rule(check,
		      (guint)error->operation == control->which_op &&
			      (error->code == code || (also_code != 0 && error->code == also_code)),
		      5, rule, "operation %u, code %u instead of operation %u, code %u",
		      (guint)error->operation, (guint)error->code, (guint)control->which_op,
		      (guint)code);
}

static void
refuse_fetches(KnCheck *check)
{
	const struct {
		ktp_Fetch fetch;
		ktp_ErrorCode code;
		const gchar *rule;
	} rows[] = {
		{{~check->state.log_id, 1, 1},
		 ktp_ERROR_FOREIGN_LOG,
		 "a Fetch of another log is refused"},
		{{check->state.log_id, 0, 1}, ktp_ERROR_RANGE, "a Fetch from record 0 is refused"},
		{{check->state.log_id, 2, 1}, ktp_ERROR_RANGE, "a Fetch backwards is refused"},
		{{check->state.log_id, 1, RANGE_RECORDS + 1},
		 ktp_ERROR_RANGE,
		 "a Fetch of 65 records is refused"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		ktp_Control control = {.which_op = ktp_Control_fetch_tag};
		control.op.fetch = rows[i].fetch;
		refuse(check, &control, rows[i].code, 0, rows[i].rule);
	}
}

static void
refuse_nonsense(KnCheck *check)
{
	static const guint8 nonsense[] = {0xff, 0xff, 0xff};
	g_auto(KnCheckAnswer) answer = {0};

	kn_check_link_write(check->talk.link, nonsense, sizeof nonsense, NULL);
	kn_check_hear(&check->talk, KN_CHECK_REPLY_MS, &answer);
	kn_check_rule(check,
		      answer.has_reply && answer.reply.which_body == ktp_Reply_error_tag &&
			      answer.reply.body.error.code == ktp_ERROR_UNSUPPORTED,
		      5, "bytes that are no operation are refused",
		      answer.has_reply ? "another reply came" : "nothing came within 5 s");
}

void
kn_check_refusals(KnCheck *check)
{
	gboolean can_identify = (check->info.capabilities & ktp_CAPABILITY_IDENTIFY) != 0;
	ktp_Control control = {.which_op = ktp_Control_trim_tag};

	refuse_fetches(check);
	control.op.trim = (ktp_Trim){~check->state.log_id, 1, STRANGER};
	refuse(check, &control, ktp_ERROR_FOREIGN_LOG, ktp_ERROR_NOT_OWNER,
	       "a Trim of another log is refused");
	control.op.trim = (ktp_Trim){check->state.log_id, KN_SEQ_MAX, STRANGER};
	refuse(check, &control, ktp_ERROR_RANGE, ktp_ERROR_NOT_OWNER,
	       "a Trim beyond the newest is refused");
	control = (ktp_Control){.which_op = ktp_Control_set_clock_tag};
	control.op.set_clock = (ktp_SetClock){1, ktp_CLOCK_UNKNOWN, STRANGER};
	refuse(check, &control, ktp_ERROR_RANGE, 0, "a clock of unknown quality is refused");
	control = (ktp_Control){.which_op = ktp_Control_own_tag};
	refuse(check, &control, ktp_ERROR_RANGE, ktp_ERROR_NOT_OWNER,
	       "hub 0 as an owner is refused");
	control = (ktp_Control){.which_op = ktp_Control_identify_tag};
	refuse(check, &control, can_identify ? ktp_ERROR_RANGE : ktp_ERROR_UNSUPPORTED, 0,
	       can_identify ? "Identify for 0 s is refused"
			    : "Identify, which it has not, is refused");
	refuse_nonsense(check);
}
