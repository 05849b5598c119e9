/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Brings back what another database holds (one that was set aside, a backup) into the hub's own: every block whose CRC is right, as if
 * its massager had just sent it, so that what is here already is left out and sessions are derived by the one fold there is. What a
 * person decided here wins: labels, who is recorded, what is shown, what was erased. Done twice it changes nothing.
 */

#include "store/restore-report.h"
#include "store/salvage.h"

typedef struct {
	guint64 n_blocks;      /* there were, as far as can be told */
	guint64 n_damaged;     /* of these: cannot be read, or nobody knows whose they are */
	guint64 n_records;     /* in the others */
	guint64 n_new_records; /* of these: were not here before */
	guint n_devices;       /* massagers that this hub did not know */
	guint n_sessions;      /* here, afterwards */
	gboolean is_whole;     /* nothing of it was lost */
} KnRestored;

/* Every now and then: n of n_blocks are done. */
typedef void (*KnRestoreFunc)(guint64 n, guint64 n_blocks, gpointer user);

typedef struct {
	const gchar *directory; /* of the hub; locked meanwhile */
	const gchar *path;      /* what is brought back; only read */
	KnSalvageSource source; /* the same; borrowed */
	const gchar *zone;      /* of sessions whose zone cannot be read there */
	gint64 now_us;          /* UTC */
	KnRestoreFunc progress; /* may be NULL */
	KnRestoreTellFunc
		tell; /* may be NULL: what could not be brought back, or is otherwise here */
	gpointer user;
} KnRestore;

/* Errors: as kn_db_open of the directory (BUSY: a hub is running), as kn_salvage_open of the file. What was brought back before an error
 * stays. */
gboolean kn_restore_run(const KnRestore *restore, KnRestored *ret_restored,
			GError **error) G_GNUC_WARN_UNUSED_RESULT;
