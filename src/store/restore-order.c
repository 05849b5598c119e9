/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-order.h"

/* by way of numbers that nobody has, for no two may have one meanwhile */
#define FAR "1000000000000"

/* A word that a clock of 1970 dates comes no sooner than the one that was said before it: the latest time until then counts. */
#define PLACE(table, which, before_first)                                                 \
	"UPDATE " table " SET " table "_id = o.place - " FAR                              \
	" FROM (SELECT id, row_number() OVER (ORDER BY said_us, id) " before_first        \
	" AS place FROM (SELECT " table "_id AS id, max(at_us) OVER (PARTITION BY " table \
	"_id < ?1 ORDER BY " table "_id) AS said_us FROM " table " WHERE " which          \
	")) AS o WHERE " table "." table "_id = o.id"
#define SAYING(table)                                                                             \
	{                                                                                         \
		"SELECT min(1, coalesce(min(" table "_id), 1)) FROM " table,                      \
			"SELECT count(*) FROM " table " WHERE " table "_id < ?1",                 \
			PLACE(table, table "_id < 1", "- count(*) OVER ()"),                      \
			"UPDATE " table " SET " table "_id = " table "_id + " FAR " WHERE " table \
			"_id <= -" FAR " / 2"                                                     \
	}

static const struct {
	const gchar *first;
	const gchar *count_new;
	const gchar *place;
	const gchar *come_back;
} statements[] = {
	[KN_RESTORE_ASSIGNMENTS] = SAYING("assignment"),
	[KN_RESTORE_PLANS] = SAYING("plan"),
	[KN_RESTORE_WORDS] = SAYING("word"),
	[KN_RESTORE_EDITS] = {"SELECT 1", "SELECT count(*) FROM edit WHERE edit_id < ?1",
			      PLACE("edit", "TRUE", ""),
			      "UPDATE edit SET edit_id = edit_id + " FAR " WHERE edit_id <= -" FAR
			      " / 2"},
};

gboolean
kn_restore_order_begin(KnDb *db, KnRestoreTable table, gint64 *ret_first, GError **error)
{
	return kn_sql_get(db, statements[table].first, KN_SQL_NONE, ret_first, 1, NULL, error);
}

gboolean
kn_restore_order_end(KnDb *db, KnRestoreTable table, gint64 first, GError **error)
{
	gint64 n_new = 0;

	if (!kn_sql_get(db, statements[table].count_new, KN_SQL_INTS(first), &n_new, 1, NULL,
			error))
		return FALSE;
	/* twice is once */
	return n_new == 0 || (kn_sql_run(db, statements[table].place, KN_SQL_INTS(first), error) &&
			      kn_sql_run(db, statements[table].come_back, KN_SQL_NONE, error));
}
