/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a person said of the sessions of a summary, beside its numbers and in none of them */

#include "serve/json.h"
#include "serve/summary-work.h"

enum { SAID_MAX = 32 };

static void
add_one(JsonBuilder *builder, const KnSession *session)
{
	json_builder_begin_object(builder);
	kn_json_add_int(builder, "session_id", session->id);
	kn_json_add_time(builder, "start", session->start_utc_us, session->zone);
	if (session->person_id != 0 && session->person_label != NULL)
		kn_json_add_person(builder, session->person_id, session->person_label);
	kn_json_add_words(builder, session->word);
	json_builder_end_object(builder);
}

void
kn_summary_add_said(JsonBuilder *builder, const KnSummaryWork *work)
{
	g_autoptr(GPtrArray) own =
		kn_summary_select(work->sessions, work->days.first_day, work->days.last_day);
	guint n = 0;

	for (guint i = 0; i < own->len; i++) {
		const KnSession *session = own->pdata[i];

		if (session->word == NULL || n++ >= SAID_MAX)
			continue;
		if (n == 1) {
			json_builder_set_member_name(builder, "said");
			json_builder_begin_array(builder);
		}
		add_one(builder, session);
	}
	if (n > 0)
		json_builder_end_array(builder);
	if (n > 0)
		kn_json_add_bool(builder, "is_said_cut", n > SAID_MAX);
}
