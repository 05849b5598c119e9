/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Rows of persons, and sessions that a change of hand-outs makes somebody else's. Inside the caller's transaction. */

#include "store/people.h"

/* of a session s, in a statement, that includes store/edits.h and store/sessions.h: lists show it, for nobody deleted it, and it is not of before
 * the time from which its massager's are shown */
#define KN_PEOPLE_ROWS_IS_LISTED "(" KN_SESSIONS_IS_SHOWN ") AND NOT " KN_EDITS_IS_DELETED

/* The label is free, and the person there: the caller looked. */
gboolean kn_people_rows_add(KnDb *db, const KnPerson *person, gint64 *ret_person_id,
			    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean kn_people_rows_rename(KnDb *db, const KnPerson *person,
			       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* By session: of each of a massager that ends at that time or later its id, and whose it is now. */
GArray *kn_people_rows_owners(KnDb *db, gint64 device_id, gint64 from_us, GError **error);
/* before: as kn_people_rows_owners told before the change, with the same arguments. A new revision for each that is another one's now;
 * *ret_n_moved: those of them that are listed. */
gboolean kn_people_rows_revise(KnDb *db, gint64 device_id, gint64 from_us, const GArray *before,
			       guint *ret_n_moved, GError **error) G_GNUC_WARN_UNUSED_RESULT;
