/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/room.h"

#include "store/db.h"
#include "store/file.h"
#include "store/reserve.h"

static void
look_later(KnRoom *room, gint64 now_us)
{
	room->is_nearly_full = TRUE;
	room->look_us = now_us + KN_STORE_RETRY_MS * G_GINT64_CONSTANT(1000);
}

void
kn_room_keep(KnRoom *room, gint64 now_us)
{
	g_autoptr(GError) reason = NULL;

	if (kn_reserve_make(room->directory, &reason))
		room->is_nearly_full = FALSE;
	else
		look_later(room, now_us);
}

gboolean
kn_room_look(KnRoom *room, gint64 now_us)
{
	if (!room->is_nearly_full || now_us < room->look_us)
		return FALSE;
	kn_room_keep(room, now_us);
	return !room->is_nearly_full;
}

/* a delayed allocation is refused as late as at the sync, which is called another error then */
static gboolean
is_for_want_of_room(const KnRoom *room, const GError *error)
{
	return g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_FULL) ||
	       (g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_IO) &&
		!kn_file_has_space(room->directory, KN_DB_FREE_BYTES_MIN, NULL));
}

gboolean
kn_room_make(KnRoom *room, const GError *error, gint64 now_us)
{
	if (!is_for_want_of_room(room, error) || !kn_reserve_release(room->directory))
		return FALSE;
	g_warning("the disk is full; what was kept for that is used up now");
	look_later(room, now_us);
	return TRUE;
}
