/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "wishes.h"

#include "store/sessions.h"

/* ---- the tape ---- */

/* a boot with one session of LONG that begins then */
static void
bank(Fixture *fixture)
{
	fixture->t_ms = 0;
	tape_start(fixture);
	tape_samples(fixture, 10, 300);
	tape_end(fixture, LONG / 1000);
	tape_reboot(fixture);
}

void
people_date(Fixture *fixture, guint32 boot, gint64 utc_us, gint quality)
{
	g_autoptr(KnBatch) batch = kn_batch_new(9);
	g_autoptr(KnCommit) commit = NULL;
	const KnAnchor anchor = {.device_id = fixture->device_id,
				 .log_id = LOG_ID,
				 .boot = boot,
				 .t_ms = quality == 0 ? 100 : 0, /* no two readings of one moment */
				 .utc_us = utc_us + (quality == 0 ? 100000 : 0),
				 .quality = quality};

	g_array_append_val(batch->anchors, anchor);
	commit = kn_writer_commit(&fixture->writer, batch, NULL);
	g_assert_nonnull(commit);
}

/* n sessions that begin at starts_us; 0: nobody knows when */
void
people_record(Fixture *fixture, const gint64 *starts_us, guint n)
{
	fixture_init(fixture);
	for (guint i = 0; i < n; i++) {
		guint32 boot = fixture->boot;
		bank(fixture);
		if (starts_us[i] != 0)
			people_date(fixture, boot, starts_us[i], 2);
	}
	fixture_store(fixture, 1, tape_newest(fixture));
}

/* ---- wishes ---- */

gboolean
people_try_wish(Fixture *fixture, const KnPeopleWish *wish, KnPeopleDone *ret_done, GError **error)
{
	/* no two persons are added at one instant, also on two hubs */
	static gint64 n_added = 0;

	n_added += wish->what == KN_PEOPLE_ADD;
	return kn_people_run(fixture->db, wish, wish->what == KN_PEOPLE_ADD ? NOW + n_added : NOW,
			     ret_done, error);
}

KnPeopleDone
people_wish(Fixture *fixture, const KnPeopleWish *what)
{
	KnPeopleDone done = {0};
	GError *error = NULL;

	g_assert_true(people_try_wish(fixture, what, &done, &error));
	g_assert_no_error(error);
	return done;
}

void
people_refused(Fixture *fixture, const KnPeopleWish *what, const gchar *words)
{
	g_autoptr(GError) error = NULL;
	gint64 n_before = fixture_count(fixture, "SELECT total(to_us) + count(*) FROM handout");
	KnPeopleDone done;

	g_assert_false(people_try_wish(fixture, what, &done, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_REFUSED);
	g_assert_nonnull(strstr(error->message, words));
	g_assert_cmpint(fixture_count(fixture, "SELECT total(to_us) + count(*) FROM handout"), ==,
			n_before);
}

gint64
people_person(Fixture *fixture, const gchar *label)
{
	return people_wish(fixture, &(KnPeopleWish){.what = KN_PEOPLE_ADD, .label = label})
		.person_id;
}

KnPeopleWish
people_checkout(const Fixture *fixture, gint64 person_id, gint64 at_us)
{
	return (KnPeopleWish){.what = KN_PEOPLE_CHECKOUT,
			      .person_id = person_id,
			      .device_id = fixture->device_id,
			      .at_us = at_us};
}

KnPeopleWish
people_giving_back(const Fixture *fixture, gint64 at_us)
{
	return (KnPeopleWish){
		.what = KN_PEOPLE_RETURN, .device_id = fixture->device_id, .at_us = at_us};
}

KnPeopleDone
people_hand_out(Fixture *fixture, gint64 person_id, gint64 at_us)
{
	KnPeopleWish what = people_checkout(fixture, person_id, at_us);

	return people_wish(fixture, &what);
}

KnPeopleDone
people_take_back(Fixture *fixture, gint64 at_us)
{
	KnPeopleWish what = people_giving_back(fixture, at_us);

	return people_wish(fixture, &what);
}

void
people_assign(Fixture *fixture, gint64 session_id, gint64 person_id)
{
	people_wish(fixture, &(KnPeopleWish){.what = KN_PEOPLE_ASSIGN,
					     .person_id = person_id,
					     .sessions = &session_id,
					     .n_sessions = 1,
					     .uid = 1000});
}

/* ---- what is then ---- */

gint64
people_owner_of(Fixture *fixture, guint i)
{
	g_autoptr(GPtrArray) sessions = fixture_sessions(fixture);

	g_assert_cmpuint(i, <, sessions->len);
	return ((const KnSession *)sessions->pdata[i])->person_id;
}

gint64
people_id_of(Fixture *fixture, guint i)
{
	g_autoptr(GPtrArray) sessions = fixture_sessions(fixture);

	return ((const KnSession *)sessions->pdata[i])->id;
}

gint
people_revision_of(Fixture *fixture, guint i)
{
	g_autoptr(GPtrArray) sessions = fixture_sessions(fixture);

	return ((const KnSession *)sessions->pdata[i])->revision;
}

guint
people_count_of(Fixture *fixture, gint64 person_id)
{
	const KnSessionQuery query = {
		.from_us = G_MININT64, .to_us = G_MAXINT64, .limit = 400, .person_id = person_id};
	g_autoptr(GPtrArray) found = kn_sessions_query(fixture->db, &query, NULL);

	g_assert_nonnull(found);
	for (guint i = 0; person_id != 0 && i < found->len; i++)
		g_assert_cmpint(((const KnSession *)found->pdata[i])->person_id, ==,
				MAX(person_id, 0));
	return found->len;
}
