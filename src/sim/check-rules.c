/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* State, Clock and records: sections 4 to 7 of proto/README.md */

#include "sim/check.h"

#include <string.h>

enum { RANGE_RECORDS = 64, LIVE_MS = 5000, FAR_RECORDS = 1 << 20 };

static void
check_first_state(KnCheck *check, const ktp_State *state)
{
	check->state = *state;
	check->has_state = TRUE;
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
}

gboolean
kn_check_state(KnCheck *check, const gchar *rule)
{
	const ktp_Control control = {.which_op = ktp_Control_get_state_tag};
	g_auto(KnCheckAnswer) answer = {0};
	const ktp_State *state = &answer.reply.body.state;

	kn_check_ask(&check->talk, &control, &answer);
	if (!kn_check_rule(check,
			   answer.has_reply && answer.reply.which_body == ktp_Reply_state_tag, 5,
			   "GetState is answered with State", "%s",
			   answer.has_reply ? "it was refused" : answer.missing))
		return FALSE;
	if (!check->has_state) {
		check_first_state(check, state);
		return TRUE;
	}
	kn_check_rule(check,
		      state->log_id == check->state.log_id &&
			      state->newest_seq >= check->state.newest_seq &&
			      state->trimmed_to_seq == check->state.trimmed_to_seq &&
			      state->owner_hub_id == check->state.owner_hub_id,
		      4, rule, "log_id, newest, trimmed or owner changed");
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
			   "GetClock is answered with Clock", "%s",
			   answer.has_reply ? "it was refused" : answer.missing))
		return;
	kn_check_rule(check, clock->boot == check->state.boot && clock->t_ms >= check->state.t_ms,
		      7, "Clock is of the boot of State, and not before it",
		      "boot %u, t_ms %" G_GUINT64_FORMAT, clock->boot, clock->t_ms);
	kn_check_rule(check, (clock->quality == ktp_CLOCK_UNKNOWN) == (clock->unix_us == 0), 7,
		      "Clock has a time if it was set, and none if not",
		      "quality %u, unix_us %" G_GUINT64_FORMAT, (guint)clock->quality,
		      clock->unix_us);
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

static void
judge_range(KnCheck *check, const GPtrArray *bodies, guint64 from_seq, guint64 to_seq)
{
	RecordTally tally = {0};

	judge_records(check, bodies, from_seq, to_seq, &tally);
	kn_check_rule(check, tally.n_undecoded == 0, 4,
		      "every record decodes and is within its bounds", "%u do not",
		      tally.n_undecoded);
	kn_check_rule(check, tally.n_noncanonical == 0, 3, "every record is encoded canonically",
		      "%u are not", tally.n_noncanonical);
	kn_check_rule(check, tally.n_out_of_order == 0, 5, "records come in the order of seq",
		      "%u do not", tally.n_out_of_order);
	kn_check_rule(check, tally.n_back_in_time == 0, 4,
		      "time does not go backwards within a boot, nor the boot", "%u times it does",
		      tally.n_back_in_time);
}

/* a range that no device has yet */
static void
fetch_future(KnCheck *check)
{
	guint64 from_seq = check->state.newest_seq + FAR_RECORDS;
	g_auto(KnCheckAnswer) answer = {0};
	const ktp_FetchDone *done = &answer.reply.body.fetch_done;
	gboolean is_done = fetch(check, from_seq, from_seq + 1, &answer);

	kn_check_rule(check,
		      is_done && answer.history->len == 0 && done->sent == 0 &&
			      done->from_seq == from_seq && done->to_seq == from_seq + 1,
		      5, "a Fetch of what is not there sends nothing but FetchDone", "%s",
		      is_done            ? "records, or another FetchDone"
		      : answer.has_reply ? "it was refused"
					 : answer.missing);
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
	gboolean is_done;

	fetch_future(check);
	if (kn_check_is_over(check))
		return;
	if (from_seq > to_seq) {
		kn_check_untried(check, 4, "records", "the log is empty: use the massager once");
		return;
	}
	is_done = fetch(check, from_seq, to_seq, &first);
	if (!kn_check_rule(check, is_done, 5, "Fetch ends with FetchDone", "%s",
			   first.has_reply ? "it was refused" : first.missing))
		return;
	kn_check_rule(check,
		      done->from_seq == from_seq && done->to_seq == to_seq &&
			      done->sent == first.history->len,
		      5, "FetchDone names the range and how many records were sent",
		      "%" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ", sent %u; and %u came",
		      done->from_seq, done->to_seq, done->sent, first.history->len);
	kn_check_rule(check, first.history->len == to_seq - from_seq + 1, 4,
		      "every record from oldest to newest is there", "%u of %" G_GUINT64_FORMAT,
		      first.history->len, to_seq - from_seq + 1);
	if (first.history->len == 0) {
		kn_check_untried(check, 4, "records", "none came");
		return;
	}
	judge_range(check, first.history, from_seq, to_seq);
	fetch(check, from_seq, to_seq, &second);
	kn_check_rule(check, are_same(first.history, second.history), 4,
		      "records that are fetched again have the same bytes", "%s",
		      second.has_reply ? "they differ" : second.missing);
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
	check->talk.is_live = TRUE;
	control.op.live.is_on = true;
	kn_check_tell(&check->talk, &control);
	live = kn_check_hear_live(&check->talk, LIVE_MS);
	control.op.live.is_on = false;
	kn_check_tell(&check->talk, &control);
	if (!kn_check_rule(check, live != NULL, 5, "in use and with Live on, records come live",
			   "none came within %d s", LIVE_MS / 1000))
		return;
	bytes = g_bytes_get_data(live, &n_bytes);
	if (!kn_decode_key(bytes, n_bytes, &key) || !fetch(check, key.seq, key.seq, &copy))
		key.seq = 0;
	kn_check_rule(check,
		      key.seq != 0 && copy.history->len == 1 &&
			      g_bytes_equal(live, copy.history->pdata[0]),
		      4, rule, key.seq != 0 ? "they differ" : "it cannot be fetched");
	/* what was on its way when Live went off came before the reply to Fetch */
	check->talk.is_live = FALSE;
}
