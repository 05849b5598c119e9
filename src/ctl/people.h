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

/* " --person Mia" of option "--person", quoted where a shell wants it, of a hint; "" when who is NULL or "". New. */
gchar *kn_people_option(const KnTerm *term, const gchar *option, const gchar *who);

/* of a hub of persons at a glance */
enum { KN_PEOPLE_SHOWN = 12 };
/* The list of persons names at least one: the hub is one of persons, whoever of them has used a massager. */
gboolean kn_people_are_there(JsonObject *persons);
/* The parts of a summary by person, those whose massager needs somebody first; borrowed objects. The first KN_PEOPLE_SHOWN are shown. New. */
GPtrArray *kn_people_order(JsonObject *week, JsonObject *devices);
/* What a hub of persons tells at a glance: a line a person. At most 24 lines. all: what knead asks, by name: today, week (by person),
 * devices, unassigned (sessions), and plans: adherence by the number of a person. */
void kn_print_clinic(const KnTerm *term, GString *out, JsonObject *all);
void kn_print_persons(const KnTerm *term, GString *out, JsonObject *persons);
/* all: what knead person show asks, by name. */
void kn_print_person(const KnTerm *term, GString *out, JsonObject *person, JsonObject *all);
/* Many massagers, a line each. sort: name, firmware, battery, synced, unsynced or person. */
void kn_print_device_table(const KnTerm *term, GString *out, JsonObject *devices,
			   const gchar *sort);
/* FALSE: there is no such order. */
gboolean kn_people_is_sort(const gchar *sort);
