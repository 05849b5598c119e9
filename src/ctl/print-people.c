/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/format.h"
#include "ctl/people.h"
#include "ctl/print.h"

#include <string.h>

enum {
	SHOWN_MAX = 12,
	LOOSE_MAX = 3,
	NARROW = 72,
	NAME_COLUMNS = 18,
	NARROW_NAME = 14,
	NARROW_FIXED = 29,
	WHEN_COLUMNS = 16
};

gchar *
kn_people_query(const KnCall *call)
{
	g_autofree gchar *person = call->people.person != NULL
					   ? g_uri_escape_string(call->people.person, NULL, FALSE)
					   : NULL;

	return person != NULL ? g_strconcat("&person=", person, NULL) : g_strdup("");
}

gboolean
kn_people_are_there(JsonObject *week)
{
	return g_str_equal(kn_doc_text(week, "by"), "person") &&
	       kn_doc_has(kn_doc_at(kn_doc_array(week, "parts"), 0), "person");
}

static guint64
number_of(JsonObject *object, const gchar *key)
{
	return (guint64)MAX(kn_doc_int(object, key, 0), 0);
}

/* what is wrong with a massager of that person; "" nothing. New. */
static gchar *
trouble_of(const KnTerm *term, JsonObject *devices, gint64 person_id)
{
	JsonArray *array = kn_doc_array(devices, "devices");

	for (guint i = 0; i < kn_doc_length(array); i++) {
		JsonObject *device = kn_doc_at(array, i);
		gboolean is_urgent = FALSE;
		g_autofree gchar *trouble =
			kn_print_device_trouble(device, kn_doc_text(devices, "now"), &is_urgent);
		g_autofree gchar *name = kn_print_device_name(term, device);

		if (is_urgent && kn_doc_bool(device, "is_enrolled") &&
		    kn_doc_int(kn_doc_object(device, "person"), "id", 0) == person_id)
			return g_strdup_printf("%s: %s", name, trouble);
	}
	return g_strdup("");
}

static void
append_trimmed(GString *out, const gchar *line)
{
	g_autofree gchar *trimmed = g_strchomp(g_strdup(line));

	g_string_append_printf(out, "%s\n", trimmed);
}

static void
append_person(const KnTerm *term, GString *out, JsonObject *part, const gchar *now,
	      const gchar *trouble)
{
	gboolean is_narrow = term->width < NARROW;
	g_autofree gchar *name =
		kn_term_fit(term, kn_doc_text(kn_doc_object(part, "person"), "label"),
			    is_narrow ? NARROW_NAME : NAME_COLUMNS);
	guint64 ms = number_of(part, "duration_ms");
	g_autofree gchar *time = ms > 0 ? kn_format_duration(ms) : g_strdup("-");
	g_autofree gchar *last = kn_doc_has(part, "last_start")
					 ? kn_format_when(kn_doc_text(part, "last_start"), now)
					 : g_strdup("none in 14 days");
	g_autoptr(GString) line = g_string_new("  ");
	g_autofree gchar *last_fit =
		kn_term_fit(term, last, is_narrow ? term->width - NARROW_FIXED : WHEN_COLUMNS);
	guint n_left = 0;

	g_string_append(line, name);
	kn_term_right(line, time, 11);
	g_string_append_printf(line, "  %s", last_fit);
	n_left = term->width > kn_term_columns(line->str) + 2
			 ? term->width - kn_term_columns(line->str) - 2
			 : 0;
	if (trouble[0] != '\0' && n_left > 0) {
		g_autofree gchar *fit = kn_term_fit(term, trouble, n_left);

		g_string_append(line, "  ");
		kn_term_paint(term, line, KN_STYLE_WARN, g_strchomp(fit));
	}
	append_trimmed(out, line->str);
}

/* those with something to do first: the list may be cut */
static guint
append_persons(const KnTerm *term, GString *out, JsonObject *week, JsonObject *devices,
	       guint *ret_n_left)
{
	JsonArray *parts = kn_doc_array(week, "parts");
	guint n = 0;

	for (gint wanted = TRUE; wanted >= FALSE; wanted--) {
		for (guint i = 0; i < kn_doc_length(parts); i++) {
			JsonObject *part = kn_doc_at(parts, i);
			gint64 id = kn_doc_int(kn_doc_object(part, "person"), "id", 0);
			g_autofree gchar *trouble = trouble_of(term, devices, id);

			if (id == 0 || (trouble[0] != '\0') != wanted)
				continue;
			if (n++ < SHOWN_MAX)
				append_person(term, out, part, kn_doc_text(devices, "now"),
					      trouble);
		}
	}
	*ret_n_left = n > SHOWN_MAX ? n - SHOWN_MAX : 0;
	return n;
}

static void
append_tray(const KnTerm *term, GString *out, JsonObject *week)
{
	JsonArray *parts = kn_doc_array(week, "parts");
	JsonObject *part = kn_doc_at(parts, kn_doc_length(parts) - 1);
	guint64 n = kn_doc_has(part, "person") ? 0 : number_of(part, "n_sessions");
	g_autofree gchar *sessions = kn_format_plural(n, "session belongs", "sessions belong");
	g_autofree gchar *line =
		g_strdup_printf("%s to nobody yet: knead sessions --person unassigned", sessions);

	if (n > 0)
		kn_print_wrapped(term, out, "  ", line);
}

/* those that nobody has */
static void
append_loose(const KnTerm *term, GString *out, JsonObject *devices)
{
	JsonArray *array = kn_doc_array(devices, "devices");
	guint n = 0;

	for (guint i = 0; i < kn_doc_length(array); i++) {
		JsonObject *device = kn_doc_at(array, i);
		gboolean is_urgent = FALSE;
		g_autofree gchar *trouble =
			kn_print_device_trouble(device, kn_doc_text(devices, "now"), &is_urgent);
		g_autofree gchar *name =
			kn_term_fit(term, kn_doc_text(device, "label"), NAME_COLUMNS);
		g_autofree gchar *line = g_strdup_printf("  %s  %s", name, trouble);
		g_autofree gchar *fit = kn_term_fit(term, line, term->width);

		if (!is_urgent || !kn_doc_bool(device, "is_enrolled") ||
		    kn_doc_has(device, "person") || n++ >= LOOSE_MAX)
			continue;
		if (n == 1)
			g_string_append(out, "Massagers that nobody has\n");
		append_trimmed(out, fit);
	}
	if (n > LOOSE_MAX)
		g_string_append_printf(out, "  and %u more: knead devices --sort synced\n",
				       n - LOOSE_MAX);
}

void
kn_print_people_glance(const KnTerm *term, GString *out, JsonObject *week, JsonObject *devices)
{
	guint n_left = 0;

	kn_term_paint(term, out, KN_STYLE_TITLE,
		      term->width < NARROW ? "The last seven days"
					   : "The last seven days, and the last session");
	g_string_append_c(out, '\n');
	append_persons(term, out, week, devices, &n_left);
	if (n_left > 0)
		g_string_append_printf(out, "  and %u more: knead summary --by person\n", n_left);
	append_tray(term, out, week);
	append_loose(term, out, devices);
}

/* ---- knead person ---- */

static gchar *
held_words(const KnTerm *term, JsonObject *person, const gchar *now)
{
	JsonArray *held = kn_doc_array(person, "devices");
	g_autoptr(GString) words = g_string_new(NULL);

	for (guint i = 0; i < kn_doc_length(held); i++) {
		g_autofree gchar *name = kn_print_device_name(term, kn_doc_at(held, i));
		g_autofree gchar *since =
			kn_format_when(kn_doc_text(kn_doc_at(held, i), "since"), now);

		g_string_append_printf(words, "%s%s since %s", i > 0 ? ", " : "", name, since);
	}
	return g_strdup(words->len > 0 ? words->str : "no massager");
}

void
kn_print_persons(const KnTerm *term, GString *out, JsonObject *persons)
{
	JsonArray *array = kn_doc_array(persons, "persons");

	for (guint i = 0; i < kn_doc_length(array); i++) {
		JsonObject *person = kn_doc_at(array, i);
		g_autofree gchar *name = kn_term_fit(term, kn_doc_text(person, "label"), 20);
		g_autofree gchar *id = kn_term_fit(term, kn_doc_text(person, "external_id"), 12);
		g_autofree gchar *held = held_words(term, person, kn_doc_text(persons, "now"));
		g_autofree gchar *line =
			term->width < NARROW
				? g_strdup_printf("%4" G_GINT64_FORMAT "  %s  %s",
						  kn_doc_int(person, "id", 0), name, held)
				: g_strdup_printf("%4" G_GINT64_FORMAT "  %s  %s  %s",
						  kn_doc_int(person, "id", 0), name, id, held);
		g_autofree gchar *fit = kn_term_fit(term, line, term->width);

		append_trimmed(out, fit);
	}
	if (kn_doc_length(array) == 0)
		g_string_append(out, "This hub knows no person; it needs none at home.\n"
				     "  The first one: sudo knead person add LABEL\n");
}

static void
append_numbers(const KnTerm *term, GString *out, const gchar *title, JsonObject *period)
{
	g_autofree gchar *time = kn_format_duration(number_of(period, "duration_ms"));
	g_autofree gchar *sessions =
		kn_format_plural(number_of(period, "n_sessions"), "session", "sessions");
	g_autofree gchar *peak = kn_format_kpa(kn_doc_int(period, "peak_hpa", 0));
	g_autofree gchar *holds =
		kn_format_plural(number_of(period, "hold_count"), "hold", "holds");
	g_autofree gchar *line = number_of(period, "n_sessions") > 0
					 ? g_strdup_printf("%s%s in %s, %s, firmest %s", title,
							   time, sessions, holds, peak)
					 : g_strdup_printf("%snothing", title);

	kn_print_wrapped(term, out, "  ", line);
}

void
kn_print_person(const KnTerm *term, GString *out, JsonObject *person, JsonObject *all)
{
	JsonObject *week = kn_doc_object(all, "week");
	JsonObject *sessions = kn_doc_object(all, "sessions");
	JsonObject *last = kn_doc_at(kn_doc_array(sessions, "sessions"), 0);
	JsonArray *tray = kn_doc_array(kn_doc_object(all, "unassigned"), "sessions");
	const gchar *now = kn_doc_text(week, "now");
	g_autofree gchar *name = kn_term_text(term, kn_doc_text(person, "label"));
	g_autofree gchar *id = kn_term_text(term, kn_doc_text(person, "external_id"));
	g_autofree gchar *held = held_words(term, person, now);
	g_autofree gchar *has = g_strconcat("has ", held, NULL);
	g_autofree gchar *title =
		g_strdup_printf("%s (person %" G_GINT64_FORMAT "%s%s)", name,
				kn_doc_int(person, "id", 0), id[0] != '\0' ? ", " : "", id);
	g_autofree gchar *when = kn_format_when(kn_doc_text(last, "start"), now);
	g_autofree gchar *time = kn_format_duration(number_of(last, "duration_ms"));

	kn_term_paint(term, out, KN_STYLE_TITLE, title);
	g_string_append_c(out, '\n');
	kn_print_wrapped(term, out, "  ", has);
	append_numbers(term, out, "these 7 days: ", week);
	append_numbers(term, out, "the 7 before: ", kn_doc_object(week, "previous"));
	if (last != NULL)
		g_string_append_printf(out,
				       "  last session: %s, %s (knead show %" G_GINT64_FORMAT ")\n",
				       when, time, kn_doc_int(last, "id", 0));
	if (kn_doc_length(tray) == 0)
		return;
	g_string_append(out, "  may be theirs, of the massager they have:\n");
	for (guint i = 0; i < kn_doc_length(tray); i++) {
		JsonObject *session = kn_doc_at(tray, i);
		g_autofree gchar *start = kn_format_when(kn_doc_text(session, "start"), now);
		g_autofree gchar *lasted = kn_format_duration(number_of(session, "duration_ms"));

		g_string_append_printf(out, "    %" G_GINT64_FORMAT "  %s, %s\n",
				       kn_doc_int(session, "id", 0), start, lasted);
	}
	kn_print_wrapped(term, out, "    ", "if so: sudo knead assign NUMBER --to PERSON");
}
