/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Persons, hand-outs and assignments, and whose a session is:
 *
 * 1. Of the assignments to one of its records the newest counts, also when it says: nobody's. They are tied to a record (log_key, seq), and
 *    so outlive a repair that folds the session into another, and a restore.
 * 2. Else it is theirs to whom its massager was handed out all the while: from <= start, and start + duration < to, where a hand-out that is
 *    not over has no to.
 * 3. Else it is nobody's: it overlaps a hand-over, was made while nobody had the massager, or its time is not known or uncertain. Nothing
 *    is guessed.
 *
 * This is found at each reading, not stored. A revision rises with a stored column, as ever, and when a hand-out or an assignment that is
 * changed by hand makes the session another one's: who keeps sessions by revision need not know of hand-outs. A repair or a better clock
 * that moves a session from one hand-out to another has changed its columns.
 */

#include "core/log/people.h"
#include "store/db.h"

/* of a session s, for statements */
/* the person of the row that has the largest number, which SQLite says of a lone max(); sorted, each session would open a table of its own */
#define KN_PEOPLE_ASSIGNED_TO                                                                      \
	"(SELECT iif(max(a.assignment_id) IS NULL, NULL, ifnull(a.person_id, 0)) FROM assignment " \
	"AS a INDEXED BY assignment_by_seq WHERE a.log_key = s.log_key AND a.seq BETWEEN "         \
	"s.first_seq AND s.last_seq)"
/* hand-outs of a massager do not overlap: only the last that began before it can hold all of it */
#define KN_PEOPLE_HANDED_TO                                                        \
	"iif(s.start_utc_us = 9223372036854775807 OR s.is_time_uncertain, 0, "     \
	"(SELECT iif(h.to_us IS NULL OR s.start_utc_us + s.duration_ms * 1000 < "  \
	"h.to_us, h.person_id, 0) FROM handout AS h INDEXED BY handout_by_device " \
	"WHERE h.device_id = s.device_id AND h.from_us <= s.start_utc_us "         \
	"ORDER BY h.from_us DESC LIMIT 1))"
/* 0 nobody's */
#define KN_PEOPLE_OWNER "coalesce(" KN_PEOPLE_ASSIGNED_TO ", " KN_PEOPLE_HANDED_TO ", 0)"

/* A session s of which nobody has said whose it is, and which began less than a day before its massager was handed to person ?7 or after it
 * came back; between ?1 and ?2. */
#define KN_PEOPLE_MAY_BE                                                                        \
	"s.session_id IN (SELECT x.session_id FROM handout AS h CROSS JOIN session AS x "       \
	"INDEXED BY session_by_device ON x.device_id = h.device_id AND x.start_utc_us BETWEEN " \
	"max(h.from_us - 86400000000, ?1) AND "                                                 \
	"min(ifnull(h.to_us + 86400000000, 9223372036854775807), ?2) WHERE h.person_id = ?7) "  \
	"AND p.person_id IS NULL AND " KN_PEOPLE_ASSIGNED_TO " IS NULL "

/* All of them, sorted. */
KnPeople *kn_people_load(KnDb *db, GError **error);
/* One change, a transaction of its own, or none. Errors: NOT_FOUND (no such person, massager or session), REFUSED (it does not go with what is there;
 * the message says what to do). */
gboolean kn_people_run(KnDb *db, const KnPeopleWish *wish, gint64 now_us, KnPeopleDone *ret_done,
		       GError **error) G_GNUC_WARN_UNUSED_RESULT;
