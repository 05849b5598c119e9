/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* What a massager has to refuse: section 5 of proto/README.md. None of it may cost a record when it is not refused. */

#include "sim/check.h"

enum { RANGE_RECORDS = 64 };

/* a hub that nobody is */
#define STRANGER G_GUINT64_CONSTANT(0x6b6e656164636865)

static void
refuse(KnCheck *check, const ktp_Control *control, ktp_ErrorCode code, const gchar *rule)
{
	g_auto(KnCheckAnswer) answer = {0};
	const ktp_Error *error = &answer.reply.body.error;

	if (kn_check_is_over(check))
		return;
	kn_check_ask(&check->talk, control, &answer);
	if (!answer.has_reply || answer.reply.which_body != ktp_Reply_error_tag) {
		kn_check_rule(check, FALSE, 5, rule, "%s",
			      answer.has_reply ? "it was not refused" : answer.missing);
		return;
	}
	kn_check_rule(check, (guint)error->operation == control->which_op && error->code == code, 5,
		      rule, "operation %u, code %u instead of operation %u, code %u",
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
		refuse(check, &control, rows[i].code, rows[i].rule);
	}
}

static void
refuse_nonsense(KnCheck *check)
{
	static const guint8 nonsense[] = {0xff, 0xff, 0xff};
	g_auto(KnCheckAnswer) answer = {0};

	if (kn_check_is_over(check))
		return;
	kn_check_ask_bytes(&check->talk, nonsense, sizeof nonsense, &answer);
	kn_check_rule(check,
		      answer.has_reply && answer.reply.which_body == ktp_Reply_error_tag &&
			      answer.reply.body.error.operation == ktp_OPERATION_UNSPECIFIED &&
			      answer.reply.body.error.code == ktp_ERROR_UNSUPPORTED,
		      5, "bytes that are no operation are refused", "%s",
		      answer.has_reply ? "another Error came" : answer.missing);
}

/* The last record that is both trimmed and gone, 0 for none: a device that trims up to it by mistake loses nothing, even if it told one of
 * the two wrong. */
static guint64
harmless_seq(const ktp_State *state)
{
	return state->oldest_seq > 0 ? MIN(state->trimmed_to_seq, state->oldest_seq - 1) : 0;
}

static void
refuse_trims(KnCheck *check)
{
	const ktp_State *state = &check->state;
	guint64 to_seq = harmless_seq(state);
	ktp_Control control = {.which_op = ktp_Control_trim_tag};

	/* in the name of the owner, since a stranger may be refused for that alone */
	control.op.trim = (ktp_Trim){~state->log_id, to_seq,
				     state->owner_hub_id != 0 ? state->owner_hub_id : STRANGER};
	refuse(check, &control, ktp_ERROR_FOREIGN_LOG, "a Trim of another log is refused");
	control.op.trim = (ktp_Trim){state->log_id, to_seq, STRANGER};
	if (state->owner_hub_id != 0)
		refuse(check, &control, ktp_ERROR_NOT_OWNER,
		       "a Trim by another hub than the owner is refused");
}

/* A device that took hub 0 for its owner would be nobody's: it is tried on one that is nobody's already. */
static void
refuse_own(KnCheck *check)
{
	ktp_Control control = {.which_op = ktp_Control_own_tag};

	if (check->state.owner_hub_id == 0)
		refuse(check, &control, ktp_ERROR_RANGE, "hub 0 as an owner is refused");
}

void
kn_check_refusals(KnCheck *check)
{
	gboolean can_identify = (check->info.capabilities & ktp_CAPABILITY_IDENTIFY) != 0;
	ktp_Control control = {.which_op = ktp_Control_set_clock_tag};

	refuse_fetches(check);
	refuse_trims(check);
	/* the true time, should the device take it */
	control.op.set_clock =
		(ktp_SetClock){(guint64)g_get_real_time(), ktp_CLOCK_UNKNOWN, STRANGER};
	refuse(check, &control, ktp_ERROR_RANGE, "a clock of unknown quality is refused");
	refuse_own(check);
	control = (ktp_Control){.which_op = ktp_Control_identify_tag};
	refuse(check, &control, can_identify ? ktp_ERROR_RANGE : ktp_ERROR_UNSUPPORTED,
	       can_identify ? "Identify for 0 s is refused"
			    : "Identify, which it has not, is refused");
	refuse_nonsense(check);
	if (!kn_check_is_over(check))
		kn_check_state(check, "what was refused changed nothing");
}
