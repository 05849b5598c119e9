/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Plans and their days, as members of the object that is open. */

#include "core/log/people.h"
#include "core/measure/adherence.h"
#include "serve/json.h"

/* person; nothing of the home itself (0), or of one who is gone meanwhile. */
void kn_json_add_planned_for(JsonBuilder *builder, const KnPeople *people, gint64 person_id);
/* from_day, to_day, set; of one that parses grace_days and items, of one that ends all is_end. newer: the row that takes over, or NULL. */
void kn_json_add_plan(JsonBuilder *builder, const KnPlanRow *row, const KnPlanRow *newer,
		      const gchar *zone);
/* day, state, n_planned, n_delivered */
void kn_json_add_plan_day(JsonBuilder *builder, const KnPlanDay *day);
/* items: what is planned of each on that day, and what was done */
void kn_json_add_plan_items(JsonBuilder *builder, const KnPlanDay *day);
