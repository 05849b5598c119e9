/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/people.h"

#include <string.h>

static void
person_free(gpointer data)
{
	KnPerson *person = data;

	g_free(person->label);
	g_free(person->external_id);
	g_free(person);
}

KnPeople *
kn_people_new(void)
{
	KnPeople *people = g_new(KnPeople, 1);

	people->persons = g_ptr_array_new_with_free_func(person_free);
	people->handouts = g_array_new(FALSE, FALSE, sizeof(KnHandout));
	people->returned = g_array_new(FALSE, FALSE, sizeof(KnHandout));
	return people;
}

void
kn_people_free(KnPeople *people)
{
	if (!people)
		return;
	g_ptr_array_unref(people->persons);
	g_array_unref(people->handouts);
	g_array_unref(people->returned);
	g_free(people);
}

void
kn_people_add(KnPeople *people, const KnPerson *person)
{
	KnPerson *copy = g_memdup2(person, sizeof *person);

	copy->label = g_strdup(person->label);
	copy->external_id = g_strdup(person->external_id);
	g_ptr_array_add(people->persons, copy);
}

/* "bed 9" before "bed 10", and the same on every machine */
static gint
compare(gconstpointer a, gconstpointer b)
{
	const KnPerson *first = *(const KnPerson *const *)a;
	const KnPerson *second = *(const KnPerson *const *)b;
	g_autofree gchar *first_key = g_utf8_collate_key_for_filename(first->label, -1);
	g_autofree gchar *second_key = g_utf8_collate_key_for_filename(second->label, -1);
	gint order = strcmp(first_key, second_key);

	return order != 0 ? order : (first->id > second->id) - (first->id < second->id);
}

void
kn_people_sort(KnPeople *people)
{
	g_ptr_array_sort(people->persons, compare);
}

const KnPerson *
kn_people_get(const KnPeople *people, gint64 person_id)
{
	for (guint i = 0; i < people->persons->len; i++) {
		const KnPerson *person = people->persons->pdata[i];
		if (person->id == person_id)
			return person;
	}
	return NULL;
}

const KnPerson *
kn_people_find(const KnPeople *people, const gchar *text)
{
	const KnPerson *found = NULL;
	guint n_found = 0;
	gint64 id;

	for (guint i = 0; i < people->persons->len; i++) {
		const KnPerson *person = people->persons->pdata[i];
		if (g_str_equal(person->label, text))
			return person;
		if (text[0] == '\0' || !g_str_equal(person->external_id, text))
			continue;
		found = person;
		n_found++;
	}
	if (n_found > 0)
		return n_found == 1 ? found : NULL;
	return g_ascii_string_to_signed(text, 10, 1, G_MAXINT64, &id, NULL)
		       ? kn_people_get(people, id)
		       : NULL;
}

const KnHandout *
kn_people_holder(const KnPeople *people, gint64 device_id)
{
	for (guint i = 0; i < people->handouts->len; i++) {
		const KnHandout *handout = &g_array_index(people->handouts, KnHandout, i);
		if (handout->device_id == device_id)
			return handout;
	}
	return NULL;
}

gboolean
kn_people_is_reserved(const gchar *label)
{
	static const gchar *const words[] = {"nobody", "unassigned", "all", NULL};

	return g_strv_contains(words, label);
}

KnPeopleWish *
kn_people_wish_copy(const KnPeopleWish *wish)
{
	gsize n_ids = sizeof *wish->sessions * wish->n_sessions;
	gsize n_label = wish->label ? strlen(wish->label) + 1 : 0;
	gsize n_external = wish->external_id ? strlen(wish->external_id) + 1 : 0;
	gsize n_zone = wish->zone ? strlen(wish->zone) + 1 : 0;
	guint8 *memory = g_malloc(sizeof *wish + n_ids + n_label + n_external + n_zone);
	KnPeopleWish *copy = (KnPeopleWish *)(gpointer)memory;
	guint8 *ids = memory + sizeof *wish;
	guint8 *label = ids + n_ids;

	*copy = *wish;
	if (n_ids > 0)
		copy->sessions = memcpy(ids, wish->sessions, n_ids);
	if (wish->label)
		copy->label = memcpy(label, wish->label, n_label);
	if (wish->external_id)
		copy->external_id = memcpy(label + n_label, wish->external_id, n_external);
	if (wish->zone)
		copy->zone = memcpy(label + n_label + n_external, wish->zone, n_zone);
	return copy;
}
