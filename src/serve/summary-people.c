/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* a summary person by person */

#include "serve/json.h"
#include "serve/server-private.h"
#include "serve/summary-work.h"

/* of one person, or with id 0 of nobody */
static void
sum(const GPtrArray *sessions, KnDays days, gint64 person_id, gint64 *last_us, KnPeriod *ret_period)
{
	g_autoptr(GPtrArray) own = g_ptr_array_new();

	for (guint i = 0; sessions != NULL && i < sessions->len; i++) {
		KnSession *session = g_ptr_array_index(sessions, i);

		if (session->person_id != person_id)
			continue;
		g_ptr_array_add(own, session);
		*last_us = MAX(*last_us, session->start_utc_us);
	}
	kn_summary_period(own, days.first_day, days.last_day, ret_period);
}

static gboolean
has_any(const KnPeople *people, gint64 person_id)
{
	for (guint i = 0; i < people->handouts->len; i++)
		if (g_array_index(people->handouts, KnHandout, i).person_id == person_id)
			return TRUE;
	return FALSE;
}

/* Also who has a massager and did not use it: that is what somebody wants to see. */
static void
add_part(JsonBuilder *builder, const KnSummaryWork *work, const KnPeople *people,
	 const KnPerson *person, const gchar *zone)
{
	gint64 person_id = person != NULL ? person->id : 0;
	gint64 last_us = 0;
	KnPeriod now = {0};
	KnPeriod before = {0};

	sum(work->sessions, work->days, person_id, &last_us, &now);
	sum(work->earlier, work->earlier_days, person_id, &last_us, &before);
	if (now.n_sessions + before.n_sessions == 0 &&
	    (person == NULL || !has_any(people, person_id)))
		return;
	json_builder_begin_object(builder);
	if (person != NULL)
		kn_json_add_person(builder, person->id, person->label);
	kn_json_add_time(builder, "last_start", last_us, zone);
	kn_json_add_period(builder, &now);
	if (work->earlier != NULL)
		kn_summary_add_previous(builder, work, &now, &before);
	json_builder_end_object(builder);
}

void
kn_summary_add_people(JsonBuilder *builder, const KnSummaryWork *work, const KnPeople *people,
		      const gchar *zone)
{
	for (guint i = 0; i < people->persons->len; i++) {
		const KnPerson *person = g_ptr_array_index(people->persons, i);

		if (work->person_id == 0 || work->person_id == person->id)
			add_part(builder, work, people, person, zone);
	}
	add_part(builder, work, people, NULL, zone);
}
