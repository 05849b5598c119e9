/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Persons on the screen. As print.h: whole lines, objects are borrowed. */

#include "ctl/command.h"

/* A body with one or two texts; NULL ones are left out. New. */
gchar *kn_people_body(const gchar *first_key, const gchar *first, const gchar *second_key,
		      const gchar *second);
/* &person=… for a path that has a query; "" without --person. New. */
gchar *kn_people_query(const KnCall *call);

/* A summary by person names at least one: the hub is one of persons. */
gboolean kn_people_are_there(JsonObject *week);
/* What a hub of persons tells at a glance: a line a person. At most 24 lines. week is taken apart by person. */
void kn_print_people_glance(const KnTerm *term, GString *out, JsonObject *week,
			    JsonObject *devices);
void kn_print_persons(const KnTerm *term, GString *out, JsonObject *persons);
/* all: what knead person show asks, by name. */
void kn_print_person(const KnTerm *term, GString *out, JsonObject *person, JsonObject *all);
/* Many massagers, a line each. sort: battery, synced, name, unsynced or person. */
void kn_print_device_table(const KnTerm *term, GString *out, JsonObject *devices,
			   const gchar *sort);
/* FALSE: there is no such order. */
gboolean kn_people_is_sort(const gchar *sort);
