/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What a person says of a session, and what they put right in the list of sessions: wishes and their answers. Both are tied to records
 * (log and seq), not to rows: sessions are derived, and a repair may fold two into one.
 */

#include <glib.h>

enum {
	KN_PAIN_MAX = 10,
	KN_PAIN_NOT_SAID = -1,
	KN_PAIN_TAKEN_BACK = -2, /* only in a wish and on the disk */
	/* longer than a name, short enough for a line or four */
	KN_NOTE_CODE_POINTS_MAX = 280,
};

/* in their own words; nothing is concluded from it */
typedef struct {
	gint pain_before; /* 0 to KN_PAIN_MAX, or as above */
	gint pain_after;
	gchar *region; /* owned: a word of kn_name_region, or another; NULL not said, "" taken back */
	gchar *note;   /* owned: the same */
} KnWord;
KnWord *kn_word_new(void); /* nothing is said */
KnWord *kn_word_copy(const KnWord *word);
void kn_word_free(KnWord *word);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnWord, kn_word_free)
gboolean kn_word_is_empty(const KnWord *word);

/* Stored by number. */
typedef enum {
	KN_EDIT_SPLIT = 1,  /* a session begins with first_seq */
	KN_EDIT_MERGE = 2,  /* from first_seq to last_seq there is one */
	KN_EDIT_DELETE = 3, /* first_seq to last_seq are in no list and no sum */
} KnEditKind;
const gchar *kn_edit_kind_name(KnEditKind kind); /* "split", "merge", "delete"; never NULL */

/* one line of the books */
typedef struct {
	gint64 id;
	KnEditKind kind;
	gint64 device_id;
	gint64 session_id; /* that has the first record now; 0: none has */
	guint64 first_seq;
	guint64 last_seq;
	gint64 at_us; /* UTC */
	guint32 uid;
	gint64 undone_us; /* UTC; 0: it holds */
} KnEdit;

typedef enum {
	KN_BY_HAND_SAY,
	KN_BY_HAND_SPLIT,
	KN_BY_HAND_MERGE,
	KN_BY_HAND_DELETE,
	KN_BY_HAND_UNDO,
} KnByHandKind;

typedef struct {
	KnByHandKind kind;
	gint64 id;          /* of the session; with UNDO of the edit, 0 the newest that holds */
	gint64 other_id;    /* MERGE: its neighbour */
	gboolean is_at;     /* SPLIT: at a time of day, else so long after its begin */
	gint64 at_us;       /* UTC */
	guint64 after_ms;   /* device time */
	const KnWord *word; /* SAY */
	guint32 uid;        /* who asks, for the books */
} KnByHand;

typedef struct {
	gint64 device_id;
	gint64 session_id; /* the one asked about, or what it is in now */
	gint64 other_id;   /* SPLIT, or UNDO of a merge: the second part; 0 none */
	gint64 edit_id;    /* 0: SAY */
	KnEditKind edit_kind;
} KnByHandDone;
