/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* persons, hand-outs and assignments: held as the store has them, changed there */

#include "daemon/app-private.h"

const KnPeople *
kn_app_get_people(gpointer user)
{
	return ((const KnApp *)user)->people;
}

/* labels are words from outside: the log names persons by number */
static void
tell(KnApp *app, const KnAsk *ask, const KnPeopleDone *done)
{
	g_autofree gchar *who =
		done->person_id != 0 ? g_strdup_printf("person %" G_GINT64_FORMAT, done->person_id)
				     : g_strdup("nobody");
	g_autofree gchar *detail = NULL;

	switch (ask->people_what) {
	case KN_PEOPLE_CHECKOUT:
		detail = g_strdup_printf("to %s, by user %u", who, ask->uid);
		kn_app_emit(app, KN_EVENT_HANDED_OUT, ask->query.device_id, detail);
		return;
	case KN_PEOPLE_RETURN:
		detail = g_strdup_printf("by %s, told by user %u", who, ask->uid);
		kn_app_emit(app, KN_EVENT_RETURNED, ask->query.device_id, detail);
		return;
	case KN_PEOPLE_ASSIGN:
		detail = g_strdup_printf("%u sessions to %s, by user %u", done->n_moved, who,
					 ask->uid);
		kn_app_emit(app, KN_EVENT_ASSIGNED, 0, detail);
		return;
	case KN_PEOPLE_ADD:
	case KN_PEOPLE_RENAME:
		return;
	}
}

static void
on_changed(KnPeople *people, const KnPeopleDone *done, const GError *error, gpointer user)
{
	g_autofree KnAsk *ask = kn_app_take_ask(user);
	g_autoptr(GError) translated = NULL;
	KnApp *app = ask->app;

	if (error) {
		translated = kn_app_translate(error);
		ask->on_people(NULL, translated, ask->request);
		return;
	}
	kn_people_free(app->people);
	app->people = people;
	tell(app, ask, done);
	ask->on_people(done, NULL, ask->request);
}

void
kn_app_change_people(gpointer user, const KnPeopleWish *wish, KnHubPeopleFunc func,
		     gpointer request)
{
	KnApp *app = user;
	g_autoptr(GError) error = NULL;
	KnAsk *ask;
	KnNow now;

	if (!kn_app_has_room(app, &error)) {
		func(NULL, error, request);
		return;
	}
	kn_hub_clock_read(&app->clock, &now);
	ask = kn_app_ask_new(&(KnAsk){.app = app,
				      .query.device_id = wish->device_id,
				      .on_people = func,
				      .people_what = wish->what,
				      .uid = wish->uid,
				      .request = request});
	kn_store_change_people(app->store, wish, now.utc_us, on_changed, ask);
}

void
kn_app_show_holder(const KnApp *app, KnDeviceView *view)
{
	const KnHandout *handout = kn_people_holder(app->people, view->device->id);

	if (!handout)
		return;
	view->person = kn_people_get(app->people, handout->person_id);
	view->person_from_us = handout->from_us;
}

void
kn_app_own_live(const KnApp *app, KnSession *live)
{
	const KnHandout *handout = kn_people_holder(app->people, live->device_id);
	const KnPerson *person;

	if (!handout || live->is_time_uncertain || live->start_utc_us < handout->from_us)
		return;
	person = kn_people_get(app->people, handout->person_id);
	live->person_id = handout->person_id;
	live->person_label = person ? g_strdup(person->label) : NULL;
}
