/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What stands beside the blocks of a database that is brought back: whose they are, what they are read with, when they were, what never
 * came. Read once, at the begin; what cannot be read is missing, and the report says so. */

#include "store/restore-report.h"
#include "store/sql.h"

/* a log there, by the hub's own number of its massager */
typedef struct {
	gint64 device_id;
	guint64 log_id;
	guint64 first_seq;
	guint64 newest_seq;
	gboolean is_newest_known;
} KnRestoreLog;

typedef struct {
	GHashTable *devices;   /* owned: id there to id here, gint64 both */
	GHashTable *logs;      /* owned: log_key there to KnRestoreLog */
	GArray *log_keys;      /* owned: gint64, of these, in the order in which they came */
	GHashTable *infos;     /* owned: info_id there to GBytes */
	GHashTable *zones;     /* owned: block_id there to an interned zone */
	GHashTable *hub_boots; /* owned: hub_boot_key there to hub_boot_id, 64 bits both */
	GArray *hub_anchors; /* owned: KnHubAnchor: better ones than are here, of boots that are here */
	GArray *anchors;     /* owned: KnAnchor */
	GArray *gaps;        /* owned: KnGapNote: with a reason */
	guint n_new_devices;
	gint64 newest_session_id; /* here, when it began: those above are new */
	gboolean is_ledger_whole; /* devices and logs are all there were */
	gboolean is_beside;       /* the file lies in the hub's own directory */
	gchar *file;              /* owned: its name there */
	gboolean is_zone_told;    /* that one is not known here */
	KnRestoreReport report;
} KnRestoreRows;
void kn_restore_rows_clear(KnRestoreRows *rows);

/* Also makes the massagers, logs, descriptions and boots of the hub known to db, where they are not: those it knows stay as they are. The report is
 * filled in before, its is_whole apart. */
gboolean kn_restore_rows_load(KnRestoreRows *rows, KnDb *db, KnDb *from,
			      GError **error) G_GNUC_WARN_UNUSED_RESULT;
const KnRestoreLog *kn_restore_rows_log(const KnRestoreRows *rows, gint64 log_key);
GBytes *kn_restore_rows_info(const KnRestoreRows *rows, gint64 info_id); /* new reference or NULL */
const gchar *kn_restore_rows_zone(const KnRestoreRows *rows, gint64 block_id); /* NULL: not known */

/* FALSE: what the row belongs to is not known */
typedef gboolean (*KnRestoreRowFunc)(KnRestoreRows *rows, KnStatement *row);
/* Calls func with each row of sql that can be read; the others are told by what they are, a plural. */
void kn_restore_rows_each(KnRestoreRows *rows, KnDb *from, const gchar *what, const gchar *sql,
			  KnRestoreRowFunc func);

/* How far each log goes, and what of it is lost for good. */
void kn_restore_rows_add_bounds(const KnRestoreRows *rows, KnBatch *batch);
