/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* From the API's documents to lines for people. Each appends whole lines, at most term->width columns wide. Objects are borrowed. */

#include "ctl/bodymap.h"
#include "ctl/doc.h"
#include "ctl/term.h"

/* today, week: summaries; plan: adherence; sessions, devices: lists. At most 24 lines, with the hint of the clock if that is in out already. */
void kn_print_glance(const KnTerm *term, GString *out, JsonObject *today, JsonObject *plan,
		     JsonObject *week, JsonObject *sessions, JsonObject *devices);
/* parts of it: today's title and numbers; what to do on a hub that records no massager, or nothing */
void kn_print_today(const KnTerm *term, GString *out, JsonObject *today);
/* what of a period is missing or may be lost, in short; nothing when all is here */
void kn_print_lacking(const KnTerm *term, GString *out, JsonObject *period);
void kn_print_first_steps(const KnTerm *term, GString *out, JsonObject *devices);
/* A summary with a map of its places, or with a table of its parts when it is taken apart by anything else. In 24 lines when it is of a
 * back bed, a day, a week or a month, and nothing is missing. */
void kn_print_summary(const KnTerm *term, GString *out, KnBodymapView view, JsonObject *summary);
/* at least one */
void kn_print_sessions(const KnTerm *term, GString *out, JsonObject *sessions);
/* curve may be NULL */
void kn_print_session(const KnTerm *term, GString *out, KnBodymapView view, JsonObject *session,
		      JsonObject *curve);
void kn_print_devices(const KnTerm *term, GString *out, JsonObject *devices);
/* What a person wants to know of the hub: its states, its massagers, and what went wrong, when something did. */
/* why a time of day is uncertain, and what mends it */
#define KN_PRINT_UNCERTAIN                                                               \
	"the hub did not know the time then. It puts that right by itself when it gets " \
	"the time from the network before it is switched off; else it stays a guess."
/* Whether the hub does not know the time; then a line that says so, and TRUE. status may be NULL: it is not known whether. */
gboolean kn_print_is_clock_unset(JsonObject *status);
gboolean kn_print_clock_hint(const KnTerm *term, GString *out, JsonObject *status);
/* What to do where nobody has said where the machine is; nothing where tz of the document is no UTC. */
void kn_print_zone_hint(const KnTerm *term, GString *out, JsonObject *document);
void kn_print_rezone(const KnTerm *term, GString *out, JsonObject *document);
void kn_print_status(const KnTerm *term, GString *out, JsonObject *status);
/* Every number of a document, whatever is in it. */
void kn_print_numbers(const KnTerm *term, GString *out, JsonObject *document);

/* One line of an event. */
void kn_print_event(const KnTerm *term, GString *out, JsonObject *event);
void kn_print_log(const KnTerm *term, GString *out, JsonObject *log);
/* Live pressures of one massager: a title and its map. */
void kn_print_live(const KnTerm *term, GString *out, JsonObject *live);
/* The same in one line, for those who read no pictures. */
void kn_print_live_line(const KnTerm *term, GString *out, JsonObject *live);
/* Nothing is in use; sessions: the newest one, or empty. */
void kn_print_idle(const KnTerm *term, GString *out, JsonObject *sessions);

/* ---- parts that several of them share ---- */

/* "back bed", "roller C0:FF:…" or "massager 3". New, fit to show. */
gchar *kn_print_device_name(const KnTerm *term, JsonObject *device);
/* The same in exactly n_columns: a name that was given is cut at its end, an address at its beginning, since they differ at the end. New. */
gchar *kn_print_device_name_fit(const KnTerm *term, JsonObject *device, guint n_columns);
/* What is not in order with a massager, in a few words; "" when all is. New. is_urgent: something to do. */
gchar *kn_print_device_trouble(JsonObject *device, const gchar *now, gboolean *ret_is_urgent);
/* "battery 87 %"; "" unknown. New. */
gchar *kn_print_battery(JsonObject *device);

/* Whether all records of a session or period are here, a line for each thing to say; new strings. In short: one, for a list. */
gchar *kn_print_completeness(JsonObject *document);
GPtrArray *kn_print_completeness_lines(JsonObject *document);

/* That some of a session or period may be lost with a damaged database, or with damaged records of the one in use; NULL when nothing is. New. */
gchar *kn_print_loss(JsonObject *document);
/* How many slices of a curve fit on a line. */
guint kn_print_curve_columns(const KnTerm *term);

/* "days" of a summary as bars: each on a line up to a week, as columns beyond, of days up to a month, else of weeks. */
void kn_print_days(const KnTerm *term, GString *out, JsonArray *days);
/* A plan with today and the last days; that in one line, or none without a plan; a plan that was set just now. who: whose, as it was asked;
 * NULL the home's. */
void kn_print_plan(const KnTerm *term, GString *out, JsonObject *adherence, const gchar *who);
void kn_print_plan_line(const KnTerm *term, GString *out, JsonObject *adherence);
void kn_print_plan_set(const KnTerm *term, GString *out, JsonObject *plans, const gchar *who);
/* "parts" of a summary as a table. */
void kn_print_parts(const KnTerm *term, GString *out, JsonObject *summary);

/* What a person said of a session, in a line; NULL: nothing. In a list: "6→3" of pain; "" nothing. New. */
gchar *kn_print_said(const KnTerm *term, JsonObject *session);
gchar *kn_print_pain(const KnTerm *term, JsonObject *session);
/* Of the sessions of a summary the newest three, each in a line of at most n_columns, and how many more there are; new strings. */
GPtrArray *kn_print_said_lines(const KnTerm *term, JsonObject *summary, guint n_columns);
/* "left 52 %, right 48 %"; NULL when not known. New. */
gchar *kn_print_sides(JsonObject *document);
/* Appends text as lines of at most term->width columns, each after indent. */
void kn_print_wrapped(const KnTerm *term, GString *out, const gchar *indent, const gchar *text);
