/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "example-hub.h"
#include "example-sessions.h"

typedef struct {
	gint64 device_id;
	gint64 person_id;
	gint64 from_us;
	gint64 to_us; /* G_MAXINT64: it is not over */
} Out;

void
example_begin_people(Example *example)
{
	example->people = kn_people_new();
	example->handouts = g_array_new(FALSE, FALSE, sizeof(Out));
	example->hands = g_hash_table_new(NULL, NULL);
}

void
example_end_people(Example *example)
{
	kn_people_free(example->people);
	g_array_unref(example->handouts);
	g_hash_table_unref(example->hands);
}

gint64
example_owner(const Example *example, const KnSession *session)
{
	gint64 end_us = session->start_utc_us + (gint64)session->metrics.duration_ms * 1000;
	gpointer by_hand = NULL;

	if (g_hash_table_lookup_extended(example->hands, GINT_TO_POINTER((gint)session->id), NULL,
					 &by_hand))
		return GPOINTER_TO_INT(by_hand);
	for (guint i = 0; i < example->handouts->len; i++) {
		const Out *out = &g_array_index(example->handouts, Out, i);

		if (out->device_id == session->device_id && out->from_us <= session->start_utc_us &&
		    end_us < out->to_us)
			return out->person_id;
	}
	return 0;
}

gboolean
example_may_be(const Example *example, const KnSession *session, gint64 person_id)
{
	const gint64 day_us = G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC;

	if (g_hash_table_contains(example->hands, GINT_TO_POINTER((gint)session->id)) ||
	    example_owner(example, session) != 0)
		return FALSE;
	for (guint i = 0; i < example->handouts->len; i++) {
		const Out *out = &g_array_index(example->handouts, Out, i);

		if (out->device_id == session->device_id && out->person_id == person_id &&
		    out->from_us - day_us <= session->start_utc_us &&
		    session->start_utc_us - day_us <= out->to_us)
			return TRUE;
	}
	return FALSE;
}

/* who has what now, for KnPeople */
static void
list_handouts(Example *example)
{
	g_array_set_size(example->people->handouts, 0);
	for (guint i = 0; i < example->handouts->len; i++) {
		const Out *out = &g_array_index(example->handouts, Out, i);
		const KnHandout handout = {out->device_id, out->person_id, out->from_us};

		if (out->to_us == G_MAXINT64)
			g_array_append_val(example->people->handouts, handout);
	}
}

static gint64
give_back(Example *example, const KnPeopleWish *wish)
{
	for (guint i = 0; i < example->handouts->len; i++) {
		Out *out = &g_array_index(example->handouts, Out, i);

		if (out->device_id != wish->device_id || out->to_us != G_MAXINT64)
			continue;
		out->to_us = wish->at_us;
		return out->person_id;
	}
	return 0;
}

static gint64
add_or_rename(Example *example, const KnPeopleWish *wish)
{
	KnPerson *person = (KnPerson *)kn_people_get(example->people, wish->person_id);
	const KnPerson added = {example->people->persons->len + 1, (gchar *)wish->label,
				(gchar *)(wish->external_id ? wish->external_id : ""),
				EXAMPLE_NOW_US};

	if (wish->what == KN_PEOPLE_ADD)
		kn_people_add(example->people, &added);
	if (person && wish->label) {
		g_free(person->label);
		person->label = g_strdup(wish->label);
	}
	if (person && wish->external_id) {
		g_free(person->external_id);
		person->external_id = g_strdup(wish->external_id);
	}
	kn_people_sort(example->people);
	return person ? person->id : added.id;
}

static void
give(Example *example, const KnPeopleWish *wish)
{
	for (guint i = 0; i < wish->n_sessions; i++)
		g_hash_table_insert(example->hands, GINT_TO_POINTER((gint)wish->sessions[i]),
				    GINT_TO_POINTER((gint)wish->person_id));
}

void
example_change_people(gpointer user, const KnPeopleWish *wish, KnHubPeopleFunc func,
		      gpointer request)
{
	Example *example = user;
	const Out out = {wish->device_id, wish->person_id, wish->at_us, G_MAXINT64};
	KnPeopleDone done = {wish->person_id, 0};
	g_autofree gint64 *owners = g_new0(gint64, example->sessions->len);
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i < example->sessions->len; i++)
		owners[i] = example_owner(example, example->sessions->pdata[i]);
	if (wish->what == KN_PEOPLE_ADD || wish->what == KN_PEOPLE_RENAME)
		done.person_id = add_or_rename(example, wish);
	if (wish->what == KN_PEOPLE_ASSIGN)
		give(example, wish);
	if (wish->what == KN_PEOPLE_CHECKOUT) {
		(void)give_back(example, wish);
		g_array_append_val(example->handouts, out);
	}
	if (wish->what == KN_PEOPLE_RETURN && (done.person_id = give_back(example, wish)) == 0)
		error = g_error_new_literal(KN_HUB_ERROR, KN_HUB_ERROR_CONFLICT, "nobody has it");
	list_handouts(example);
	for (guint i = 0; i < example->sessions->len; i++)
		done.n_moved +=
			owners[i] != example_owner(example, example->sessions->pdata[i]) ? 1 : 0;
	func(error ? NULL : &done, error, request);
}
