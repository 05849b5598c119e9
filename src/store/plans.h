/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Plans as rows. A new one never changes an old one: of those that begin on or before a day the newest holds. */

#include "core/measure/plan.h"
#include "store/db.h"

enum { KN_PLANS_MAX = 64 };

/* Those that hold on some day, newest first, the newest KN_PLANS_MAX: KnPlanRow. person_id 0: the home's own. NULL with
 * NOT_FOUND: there is no such person. */
GPtrArray *kn_plans_query(KnDb *db, gint64 person_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Stores one, in a transaction of its own. */
gboolean kn_plans_add(KnDb *db, const KnPlanWish *wish, gint64 now_us,
		      GError **error) G_GNUC_WARN_UNUSED_RESULT;
