/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The database file: locked, recognised, set up, migrated, checked after an unclean stop. One
 * connection; after open it belongs to one thread at a time.
 */

#include "store/store.h"
#include <sqlite3.h>

enum {
	KN_DB_APPLICATION_ID = 0x4B4E4541, /* "KNEA" */
	KN_DB_CHECKED_BLOCKS = 16,         /* after an unclean stop, before the hub is ready */
	KN_DB_FREE_BYTES_MIN =
		1024 * 1024, /* less is no room for one commit and its journal: a guess */
};

/* behind the database's name: the copy that a restore reads, of no use once it has ended */
#define KN_DB_RESTORING ".restoring"

typedef struct {
	sqlite3 *handle;        /* owned; NULL after a failed reopen */
	GHashTable *statements; /* owned: literal to sqlite3_stmt */
	GHashTable *infos;      /* owned: info_id to parsed description, see infos.h */
	/* owned: gint64 ids of blocks that were found damaged: told once, and passed over */
	GHashTable *damaged;
	/* owned: gint64 log_key to gint64, the newest boot with an anchor of restored quality or better; -1 none. See anchors.c */
	GHashTable *trusted_boots;
	GHashTable *running;     /* owned: KnRunning by log and boot, see running.h */
	guint64 n_running_turns; /* how often one was to be kept */
	gchar *path;             /* owned: the database file */
	/* owned: keeps the directory ours while handle is closed, too; -1: it is not the hub's own */
	gint lock_fd;
	guint64 hub_id;
	gint64 first_event_id;   /* of this run: KN_EVENTS_RESERVED from here on are ours */
	gboolean is_brought_new; /* what is kept beside the database (enrolled.h) lacks something */
	gboolean was_clean;      /* the last daemon closed it */
} KnDb;

/* The schema's migrations; the built-in ones but in tests. Errors as kn_db_open. */
KnDb *kn_db_open_with(const gchar *directory, const GArray *migrations, GError **error);
/* Makes the directory and the database where there is none, and where there is a damaged one (which is kept, see aside.h). Errors:
 * BUSY, FOREIGN, TOO_NEW, IO, FULL, MALFORMED (it happened too often); the database file is as it was after FOREIGN and TOO_NEW. */
KnDb *kn_db_open(const gchar *directory, GError **error);
/* The same, with the database that is there known to be damaged. */
KnDb *kn_db_open_anew(const gchar *directory, GError **error);
/* A connection that is not the hub's own database: a copy, a backup. Takes handle; no lock, and no mark is left in it. */
KnDb *kn_db_wrap(sqlite3 *handle, const gchar *path);
/* Marks it clean when it can. */
void kn_db_close(KnDb *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnDb, kn_db_close)

/* After an I/O error: pages that could not be written are not to be trusted in memory, neither
 * SQLite's nor the kernel's; the disk says what is stored. The lock stays. On a volume that became
 * read-only the database is, too. */
gboolean kn_db_reopen(KnDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean kn_db_is_writable(const KnDb *db);

/* One write transaction. rollback is right after any failure. */
gboolean kn_db_begin(KnDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean kn_db_commit(KnDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void kn_db_rollback(KnDb *db);
