/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Another time zone for stored sessions: a transaction of its own, with a line in the books (zone_change) for each session. */

#include "core/measure/rezone.h"
#include "store/db.h"

/* A dry run only counts. */
gboolean kn_rezone_run(KnDb *db, const KnRezone *wish, gint64 now_us, KnRezoned *ret_done,
		       GError **error) G_GNUC_WARN_UNUSED_RESULT;
