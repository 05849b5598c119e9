/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What a person asks for on a volume that is full. The room that is kept for that day belongs to what massagers still have to be freed of;
 * but to forget one must always work: a hub that cannot be told to leave somebody's massager alone is in the way of its owner. All else
 * is refused, with what to do.
 */

#include "store/request.h"
#include "store/room.h"

/* As kn_store_request_run. */
gboolean kn_request_room_run(KnRequest *request, KnDb *db, KnRoom *room,
			     GError **error) G_GNUC_WARN_UNUSED_RESULT;
