/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the parts of a restore share that bring back rows of what people decided and what the hub noted. Inside the caller's transaction. */

#include "core/log/people.h"
#include "store/restore-rows.h"

typedef struct {
	KnRestoreRows *rows;
	KnDb *db;
	KnDb *from;
	GHashTable *persons; /* owned: id there to id here, gint64 both */
	KnPeople *people;    /* borrowed, while persons are read */
	guint n_left; /* of the rows that are walked now: what they belong to cannot be read */
	guint n_full; /* records that came twice: for which there is no room */
	gboolean is_silent; /* the same rows come a second time, and are told then */
} KnRestoreWork;

/* 0: nobody there, or nobody here */
static inline gint64
kn_restore_work_person(const KnRestoreWork *work, gint64 person_there)
{
	const gint64 *id = g_hash_table_lookup(work->persons, &person_there);

	return id ? *id : 0;
}

/* FALSE with an error: this database does not take it. What it cannot place it counts in n_left. */
typedef gboolean (*KnRestoreTakeFunc)(KnRestoreWork *work, KnStatement *row, GError **error);
/* Calls take with each row of sql that can be read; the others are told by what they are, a plural. */
gboolean kn_restore_work_each(KnRestoreWork *work, const gchar *what, const gchar *sql,
			      KnRestoreTakeFunc take, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Persons, and work->persons. The same are those who were added at the same instant, and else those of one external id or one label; of
 * a label that somebody else has here they get another one, and it is told. */
gboolean kn_restore_persons(KnRestoreWork *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Hand-outs, where no other is here: what this hub says of a time holds. One that is not over, here or there, ends when the other database says so
 * or begins the next. */
gboolean kn_restore_handouts(KnRestoreWork *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The zones of sessions, those that were moved to another one, records that came twice and differed, and what was lost there. */
gboolean kn_restore_books(KnRestoreWork *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;
