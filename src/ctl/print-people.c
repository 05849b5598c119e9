/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/format.h"
#include "ctl/people.h"
#include "ctl/print.h"

#include <string.h>

enum { NARROW = 72 };

gchar *
kn_people_query(const KnCall *call)
{
	g_autofree gchar *person = call->people.person != NULL
					   ? g_uri_escape_string(call->people.person, NULL, FALSE)
					   : NULL;

	return person != NULL ? g_strconcat("&person=", person, NULL) : g_strdup("");
}

gchar *
kn_people_option(const KnTerm *term, const gchar *option, const gchar *who)
{
	g_autofree gchar *clean = kn_term_text(term, who != NULL ? who : "");
	gboolean is_plain = TRUE;
	g_autofree gchar *quoted = NULL;

	for (const gchar *at = clean; *at != '\0'; at++)
		is_plain &= g_ascii_isalnum(*at) || strchr("-_.+", *at) != NULL || (*at & 0x80);
	quoted = is_plain ? g_strdup(clean) : g_shell_quote(clean);
	return clean[0] != '\0' ? g_strconcat(" ", option, " ", quoted, NULL) : g_strdup("");
}

static guint64
number_of(JsonObject *object, const gchar *key)
{
	return (guint64)MAX(kn_doc_int(object, key, 0), 0);
}

static void
append_trimmed(GString *out, const gchar *line)
{
	g_autofree gchar *trimmed = g_strchomp(g_strdup(line));

	g_string_append_printf(out, "%s\n", trimmed);
}

/* ---- knead person ---- */

/* in a list without the time of day */
static gchar *
held_words(const KnTerm *term, JsonObject *person, const gchar *now, gboolean is_brief)
{
	JsonArray *held = kn_doc_array(person, "devices");
	g_autoptr(GString) words = g_string_new(NULL);

	for (guint i = 0; i < kn_doc_length(held); i++) {
		g_autofree gchar *name = kn_print_device_name(term, kn_doc_at(held, i));
		g_autofree gchar *since =
			kn_format_when(kn_doc_text(kn_doc_at(held, i), "since"), now);
		gchar *clock = is_brief ? strrchr(since, ' ') : NULL;

		if (clock != NULL && strchr(clock, ':') != NULL)
			*clock = '\0';
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
		g_autofree gchar *held =
			held_words(term, person, kn_doc_text(persons, "now"), TRUE);
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

static void
append_last(const KnTerm *term, GString *out, JsonObject *last, const gchar *now)
{
	gint64 id = kn_doc_int(last, "id", 0);
	g_autofree gchar *when = kn_format_when(kn_doc_text(last, "start"), now);
	g_autofree gchar *time = kn_format_duration(number_of(last, "duration_ms"));
	/* one that runs may not have its number yet */
	g_autofree gchar *see = id > 0 ? g_strdup_printf("knead show %" G_GINT64_FORMAT, id)
				       : g_strdup("still going");
	g_autofree gchar *line = g_strdup_printf("last session: %s, %s (%s)", when, time, see);

	kn_print_wrapped(term, out, "  ", line);
}

static void
append_tray(const KnTerm *term, GString *out, JsonObject *person, JsonArray *tray, const gchar *now)
{
	g_autofree gchar *to = kn_people_option(term, "--to", kn_doc_text(person, "label"));
	g_autofree gchar *hint = NULL;
	gint64 first = 0;

	for (guint i = 0; i < kn_doc_length(tray); i++) {
		JsonObject *session = kn_doc_at(tray, i);
		gint64 id = kn_doc_int(session, "id", 0);
		g_autofree gchar *start = kn_format_when(kn_doc_text(session, "start"), now);
		g_autofree gchar *lasted = kn_format_duration(number_of(session, "duration_ms"));

		if (id == 0)
			continue;
		if (first == 0)
			g_string_append(out, "  may be theirs, of a massager they had:\n");
		first = first == 0 ? id : first;
		g_string_append_printf(out, "    %" G_GINT64_FORMAT "  %s, %s\n", id, start,
				       lasted);
	}
	if (first == 0)
		return;
	hint = g_strdup_printf("if so: sudo knead assign %" G_GINT64_FORMAT "%s", first, to);
	kn_print_wrapped(term, out, "    ", hint);
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
	g_autofree gchar *held = held_words(term, person, now, FALSE);
	g_autofree gchar *has = g_strconcat("has ", held, NULL);
	g_autofree gchar *title =
		g_strdup_printf("%s (person %" G_GINT64_FORMAT "%s%s)", name,
				kn_doc_int(person, "id", 0), id[0] != '\0' ? ", " : "", id);

	kn_term_paint(term, out, KN_STYLE_TITLE, title);
	g_string_append_c(out, '\n');
	kn_print_wrapped(term, out, "  ", has);
	append_numbers(term, out, "these 7 days: ", week);
	append_numbers(term, out, "the 7 before: ", kn_doc_object(week, "previous"));
	kn_print_plan_line(term, out, kn_doc_object(all, "plan"));
	if (last != NULL)
		append_last(term, out, last, now);
	append_tray(term, out, person, tray, now);
}
