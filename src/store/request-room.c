/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/request-room.h"

/* pages in memory are not to be believed after an I/O error, which a late refusal for want of room is, too */
static gboolean
is_ready_again(KnDb *db, const GError *error, GError **ret_error)
{
	return !g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_IO) ||
	       kn_db_reopen(db, ret_error);
}

static void
explain(const KnRequest *request, const KnRoom *room, GError *reason, GError **error)
{
	if (!kn_store_request_is_write(request) ||
	    !g_error_matches(reason, KN_STORE_ERROR, KN_STORE_ERROR_FULL)) {
		g_propagate_error(error, reason);
		return;
	}
	g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_FULL,
		    "the disk is full, and nothing was changed: make room on the volume of %s, "
		    "then do it again",
		    room->directory);
	g_error_free(reason);
}

gboolean
kn_request_room_run(KnRequest *request, KnDb *db, KnRoom *room, GError **error)
{
	while (TRUE) {
		g_autoptr(GError) reason = NULL;
		if (kn_store_request_run(request, db, &reason))
			return TRUE;
		if (request->kind != KN_REQUEST_FORGET ||
		    !kn_room_make(room, reason, g_get_monotonic_time())) {
			explain(request, room, g_steal_pointer(&reason), error);
			return FALSE;
		}
		if (!is_ready_again(db, reason, error))
			return FALSE;
	}
}
