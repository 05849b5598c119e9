/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What is planned at the hub of the examples: that of knead-plan(5), since the end of October. As KnHub has them; user is not looked at. */

#include "serve/server.h"

void example_query_plans(gpointer user, gint64 person_id, KnHubPlansFunc func, gpointer request);
void example_set_plan(gpointer user, const KnPlanWish *wish, KnHubPlansFunc func, gpointer request);
