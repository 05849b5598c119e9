/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Sessions of LONG at known times, persons, and what is wished about both. */

#include "fixture.h"

#include "store/people.h"

#define S    G_GINT64_CONSTANT(1000000)
#define NOON (G_GINT64_CONSTANT(1795262400) * S)
/* ten records of eight samples every 40 ms */
#define LONG (10 * 8 * 40 * G_GINT64_CONSTANT(1000))
#define NOW  (NOON + 86400 * S)

enum { NOBODY = 0 };

/* n sessions, each in a boot of its own, that begin at starts_us; 0: nobody knows when */
void people_record(Fixture *fixture, const gint64 *starts_us, guint n);
/* An anchor of that boot; quality 0: by a clock that nobody had set. */
void people_date(Fixture *fixture, guint32 boot, gint64 utc_us, gint quality);

/* wishes: they must succeed, but for try; refused: with REFUSED, these words in its message, and nothing changed */
gboolean people_try_wish(Fixture *fixture, const KnPeopleWish *wish, KnPeopleDone *ret_done,
			 GError **error);
KnPeopleDone people_wish(Fixture *fixture, const KnPeopleWish *what);
void people_refused(Fixture *fixture, const KnPeopleWish *what, const gchar *words);
gint64 people_person(Fixture *fixture, const gchar *label);
KnPeopleWish people_checkout(const Fixture *fixture, gint64 person_id, gint64 at_us);
KnPeopleWish people_giving_back(const Fixture *fixture, gint64 at_us);
KnPeopleDone people_hand_out(Fixture *fixture, gint64 person_id, gint64 at_us);
KnPeopleDone people_take_back(Fixture *fixture, gint64 at_us);
void people_assign(Fixture *fixture, gint64 session_id, gint64 person_id);

/* of the session at that place, the oldest first */
gint64 people_owner_of(Fixture *fixture, guint i);
gint64 people_id_of(Fixture *fixture, guint i);
gint people_revision_of(Fixture *fixture, guint i);
/* How many a query finds, all of them that person's; 0 of all, -1 nobody's. */
guint people_count_of(Fixture *fixture, gint64 person_id);
