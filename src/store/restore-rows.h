/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What stands beside the blocks of a database that is brought back: whose they are, what they are read with, when they were, what never
 * came. Read once, at the begin; what cannot be read is missing, and is_whole says so. */

#include "store/db.h"

/* a log there, by the hub's own number of its massager */
typedef struct {
	gint64 device_id;
	guint64 log_id;
	guint64 first_seq;
	guint64 newest_seq;
	gboolean is_newest_known;
} KnRestoreLog;

typedef struct {
	GHashTable *devices; /* owned: id there to id here, gint64 both */
	GHashTable *logs;    /* owned: log_key there to KnRestoreLog */
	GHashTable *infos;   /* owned: info_id there to GBytes */
	GHashTable *zones;   /* owned: block_id there to an interned zone */
	GArray *anchors;     /* owned: KnAnchor */
	GArray *gaps;        /* owned: KnGapNote: with a reason */
	guint n_new_devices;
	gboolean is_whole;
} KnRestoreRows;
void kn_restore_rows_clear(KnRestoreRows *rows);

/* Also makes the massagers and descriptions known to db, where they are not: those it knows stay as they are. */
gboolean kn_restore_rows_load(KnRestoreRows *rows, KnDb *db, KnDb *from,
			      GError **error) G_GNUC_WARN_UNUSED_RESULT;
const KnRestoreLog *kn_restore_rows_log(const KnRestoreRows *rows, gint64 log_key);
GBytes *kn_restore_rows_info(const KnRestoreRows *rows, gint64 info_id); /* new reference or NULL */
const gchar *kn_restore_rows_zone(const KnRestoreRows *rows, gint64 block_id); /* NULL: not known */
void kn_restore_rows_add_clocks(const KnRestoreRows *rows, KnBatch *batch);
/* How far each log goes, and what of it is lost for good. */
void kn_restore_rows_add_bounds(const KnRestoreRows *rows, KnBatch *batch);
