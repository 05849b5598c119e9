/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#pragma once

/* What the files plan*.c share; nobody else includes it. */

#include "core/measure/plan.h"

/* a text while it is read */
typedef struct {
	GKeyFile *file;      /* borrowed */
	GPtrArray *problems; /* borrowed */
	GHashTable *lines;   /* borrowed: "group" and "group\nkey" to the line it is in */
	guint line;          /* that is looked at; 0: all lines have been */
	guint n_problems;    /* also those that are not told */
} KnPlanReader;

/* group and key may be NULL. */
void kn_plan_complain(KnPlanReader *reader, const gchar *group, const gchar *key,
		      const gchar *format, ...) G_GNUC_PRINTF(4, 5);

/* plan-lines.c: what GKeyFile would pass over in silence, or stop at */
void kn_plan_look_at_lines(KnPlanReader *reader, const gchar *text);

/* plan-keys.c: one key. item: NULL in [plan]. What is wrong with it was complained of. */
void kn_plan_take_key(KnPlanReader *reader, const gchar *group, const gchar *key, KnPlan *plan,
		      KnPlanItem *item);
