/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The log of what happened, and the numbers of its rows. */

#include "store/db.h"

/* At a start, inside a transaction: sets db->first_event_id and moves the reserve beyond what this run may give out. */
gboolean kn_events_reserve(KnDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Inside a transaction. events: KnEvent with rising ids. Also moves the reserve, and lets go of the oldest rows. */
gboolean kn_events_write(KnDb *db, const GPtrArray *events,
			 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* NULL with an error. */
GPtrArray *kn_events_query(KnDb *db, const KnEventQuery *query, gint64 *ret_oldest_id,
			   GError **error);
