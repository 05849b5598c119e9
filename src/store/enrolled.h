/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What a hub must still know when its database cannot be read any more, so that it goes on recording without anybody there: its own
 * id, which the massagers know as their owner, whom it records, and what of it is somebody else's. Kept a second time in a small file beside the database
 * (DATABASE.enrolled, with a CRC), because the database's first page is both the one without which nothing can be read and the one
 * that is written most.
 */

#include "store/db.h"

/* how far a log reaches that a massager brought along: the rest of it is shown (table brought) */
typedef struct {
	gint64 device_id;
	guint64 log_id;
	gint64 to_seq;
} KnBrought;

typedef struct {
	guint64 hub_id;       /* 0: not known */
	gint64 since_us;      /* nothing that is stored happened earlier, UTC; 0: not known */
	gint64 next_event_id; /* ids below may have been given out; 0: not known */
	GPtrArray *devices;   /* owned: KnDevice without what the device told */
	GArray *brought;      /* owned: KnBrought, in the order in which the logs came */
	gboolean is_whole;    /* devices are all there were */
	gboolean is_sound;    /* nothing of it could not be read, of a database of today's schema */
} KnEnrolled;

KnEnrolled *kn_enrolled_new(void);
void kn_enrolled_free(KnEnrolled *enrolled);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnEnrolled, kn_enrolled_free)

/* From a database, as far as it can be read: no error, what is missing is 0. */
KnEnrolled *kn_enrolled_load(sqlite3 *handle);
/* From the file beside it; NULL: there is none, or it is not whole. */
KnEnrolled *kn_enrolled_read(const gchar *database_path);
/* Writes the file beside it, whole or not at all; nothing when it is as it should be. A failure is told and costs nothing but a damaged
 * database's memory. */
void kn_enrolled_keep(KnDb *db);
/* Into a new database, inside the caller's transaction. */
gboolean kn_enrolled_fill(sqlite3 *handle, const KnEnrolled *enrolled,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;
