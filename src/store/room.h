/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Room on the disk: a reserve is kept while there is some, given back when a commit found none, and kept again as soon as there is. Of one
 * thread; times are monotonic us. */

#include <glib.h>

typedef struct {
	gchar *directory;        /* owned by whoever has the structure: of the database */
	gboolean is_nearly_full; /* what is kept for that could not be made, or is in use */
	gint64 look_us;          /* when to look again; while is_nearly_full */
} KnRoom;

void kn_room_keep(KnRoom *room, gint64 now_us);
/* When it is time. TRUE: there is room again. */
gboolean kn_room_look(KnRoom *room, gint64 now_us);
/* After a commit that failed with error. TRUE: it was for want of room, and there is some now. */
gboolean kn_room_make(KnRoom *room, const GError *error, gint64 now_us);
