/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A disk of the test's own, between the kernel and all that writes here: SQLite, GLib and the
 * store's own calls, each unchanged. What this program does to the files of one directory is
 * written down call by call, can be made to fail, and from what was written down the directory is
 * made again as a power cut would have left it. One directory at a time, without folders in it; any
 * thread. Programs that link this never really sync: that would only take time.
 */

#include <glib.h>

enum {
	DISK_SECTOR_BYTES = 512, /* what a disk writes whole, but for the one under the cut */
};

/* kinds of calls: bits, so that a fault can choose some */
typedef enum {
	DISK_OPEN = 1 << 0, /* for writing; on the tape only when that made the file */
	DISK_READ = 1 << 1, /* never on the tape */
	DISK_WRITE = 1 << 2,
	DISK_RESIZE = 1 << 3,
	DISK_SYNC = 1 << 4,
	DISK_SYNC_DIRECTORY = 1 << 5,
	DISK_RENAME = 1 << 6,
	DISK_REMOVE = 1 << 7,
	DISK_SYNC_FAILED = 1 << 8, /* on the tape only */
	DISK_NOTE = 1 << 9,        /* on the tape only: of the test */
} DiskKind;
#define DISK_CHANGES (DISK_OPEN | DISK_WRITE | DISK_RESIZE | DISK_SYNC | DISK_RENAME | DISK_REMOVE)

typedef struct {
	DiskKind kind;
	guint file;     /* its number on the tape; a name may pass from one file to another */
	guint64 offset; /* of WRITE; of RESIZE the size; of NOTE its number */
	GBytes *bytes;  /* owned: of WRITE */
	gchar *name;    /* owned: of OPEN, REMOVE and RENAME */
	gchar *to;      /* owned: of RENAME */
} DiskCall;

typedef struct {
	GHashTable *names; /* owned: name to number + 1, at the start */
	GPtrArray *files;  /* owned: GBytes by number, at the start; NULL: made later */
	GPtrArray *calls;  /* owned: DiskCall */
} DiskTape;
void disk_tape_free(DiskTape *tape);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DiskTape, disk_tape_free)

/* From here on; what is there counts as durable. */
void disk_watch(const gchar *directory);
/* Ends that, and all faults; the caller owns the tape. */
DiskTape *disk_unwatch(void);
/* The tape so far, while it is watched: borrowed, and not to be kept. */
const DiskTape *disk_tape(void);
/* Something the test wants to find again on the tape. */
void disk_note(guint64 number);

typedef struct {
	guint kinds;         /* DiskKind */
	guint nth;           /* which of these calls fails, from 1 */
	gint number;         /* errno; 0: a write takes only the first half */
	gboolean is_lasting; /* and so do all after it */
} DiskFault;
/* Counts from now on. NULL: no call fails any more. */
void disk_fail(const DiskFault *fault);
guint disk_n_failed(void); /* since disk_fail */
/* The volume holds so many bytes, all files together; G_MAXUINT64: no limit. */
void disk_limit(guint64 n_bytes);
/* As if the volume held that many more bytes than there are now. */
void disk_leave(guint64 n_bytes);

typedef struct {
	gboolean
		keeps_some; /* FALSE: what was not synced is gone. TRUE: any sectors of it are there, the last torn */
	gboolean
		ignores_syncs; /* as if nothing had ever been synced: what the model must not miss */
	guint32 seed;          /* which sectors */
} DiskLoss;
/* Makes the files of directory (which is there) what a power cut before call n_calls leaves. */
void disk_lay_out(const DiskTape *tape, guint n_calls, const DiskLoss *loss,
		  const gchar *directory);
