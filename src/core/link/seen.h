/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The massagers that were heard lately, enrolled or not: bounded, the one that was not heard for longest makes room. Pure. */

#include <glib.h>

enum { KN_SEEN_MAX = 512 };

typedef struct {
	gchar *address;    /* owned */
	gchar *name;       /* owned: cleaned; "" none */
	gint16 signal_dbm; /* 0: not known */
	gboolean is_bonded;
	gint64 seen_us; /* UTC */
} KnSeen;

typedef struct KnSeenList KnSeenList;

KnSeenList *kn_seen_list_new(void);
void kn_seen_list_free(KnSeenList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnSeenList, kn_seen_list_free)

/* heard: copied. */
void kn_seen_list_note(KnSeenList *list, const KnSeen *heard);
/* NULL: not heard, or too long ago. Borrowed until the next note. */
const KnSeen *kn_seen_list_find(const KnSeenList *list, const gchar *address);
/* Borrowed, as its KnSeen: the longest unheard first. */
const GQueue *kn_seen_list_all(const KnSeenList *list);
