/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/command.h"
#include "ctl/format.h"
#include "ctl/people.h"
#include "ctl/print.h"

enum {
	LIMIT_DEFAULT = 20,
	FIXED_COLUMNS = 50,
	REMARK_COLUMNS = 14, /* "  not all here" */
	PAIN_COLUMNS = 7,
	NARROW = 72,
	NARROW_COLUMNS = 36,
	NAME_MIN = 8,
	WHO_MIN = 7
};

/* what stands between the numbers and the remark; 0: there is no such column */
typedef struct {
	guint n_pain;
	guint n_name;
	guint n_who;
	gboolean is_brief; /* a remark is only a mark */
} Columns;

/* no more than fits: pain before whose it is, both after which massager */
static Columns
narrow_columns(const KnTerm *term, gboolean has_pain)
{
	guint n_room = term->width - NARROW_COLUMNS;
	Columns columns = {.is_brief = TRUE};

	columns.n_pain = has_pain && n_room >= PAIN_COLUMNS + NAME_MIN ? PAIN_COLUMNS : 0;
	columns.n_name = n_room - columns.n_pain;
	return columns;
}

static Columns
columns_of(const KnTerm *term, JsonArray *sessions)
{
	Columns columns = {0};
	gboolean has_who = FALSE;
	guint n_beside = 0;
	guint n_room = 0;

	for (guint i = 0; i < kn_doc_length(sessions); i++) {
		g_autofree gchar *pain = kn_print_pain(term, kn_doc_at(sessions, i));

		columns.n_pain = pain[0] != '\0' ? PAIN_COLUMNS : columns.n_pain;
		has_who |= kn_doc_has(kn_doc_at(sessions, i), "person");
	}
	if (term->width < NARROW)
		return narrow_columns(term, columns.n_pain > 0);
	columns.is_brief = has_who && columns.n_pain > 0 && term->width < NARROW + 16;
	n_beside = FIXED_COLUMNS + columns.n_pain + (columns.is_brief ? 3 : REMARK_COLUMNS);
	n_room = term->width > n_beside ? term->width - n_beside : 0;
	/* rather not whose it is than half of it */
	has_who &= n_room > NAME_MIN + WHO_MIN;
	columns.n_name = CLAMP(has_who ? n_room / 2 : n_room, NAME_MIN, 30);
	columns.n_who = has_who ? MIN(n_room - columns.n_name - 1, 20) : 0;
	return columns;
}

static gchar *
remark_of(JsonObject *session)
{
	if (kn_doc_bool(session, "is_provisional"))
		return g_strdup("still going");
	if (kn_doc_int(session, "stored", 0) < kn_doc_int(session, "expected", 0))
		return g_strdup("not all here");
	if (kn_doc_bool(session, "time_uncertain"))
		return g_strdup("time unsure");
	return g_strdup("");
}

/* one that runs may not have its number yet */
static gchar *
number_of(JsonObject *session)
{
	gint64 number = kn_doc_int(session, "id", 0);

	return number > 0 ? g_strdup_printf("%" G_GINT64_FORMAT, number) : g_strdup("-");
}

static void
append_session(const KnTerm *term, GString *out, JsonObject *session, const gchar *now,
	       const Columns *columns)
{
	g_autofree gchar *pain = kn_print_pain(term, session);
	g_autofree gchar *pain_fit = kn_term_fit(term, pain, columns->n_pain);
	g_autofree gchar *when = kn_format_when(kn_doc_text(session, "start"), now);
	g_autofree gchar *when_fit = kn_term_fit(term, when, 17);
	g_autofree gchar *time =
		kn_format_duration((guint64)MAX(kn_doc_int(session, "duration_ms", 0), 0));
	g_autofree gchar *peak = kn_format_kpa(kn_doc_int(session, "peak_hpa", 0));
	g_autofree gchar *name_fit =
		kn_print_device_name_fit(term, kn_doc_object(session, "device"), columns->n_name);
	g_autofree gchar *who = kn_term_fit(
		term, kn_doc_text(kn_doc_object(session, "person"), "label"), columns->n_who);
	g_autofree gchar *remark = remark_of(session);
	const gchar *mark = remark[0] != '\0' ? "?" : "";
	g_autofree gchar *id = number_of(session);
	g_autofree gchar *fit = NULL;
	g_autofree gchar *line = g_strdup_printf(
		"%5s  %s  %10s  %10s  %s%s%s%s  %s", id, when_fit, time, peak, pain_fit, name_fit,
		columns->n_who > 0 ? " " : "", who, columns->is_brief ? mark : remark);

	if (term->width < NARROW) {
		g_autofree gchar *brief = kn_term_fit(term, when, 16);

		g_free(line);
		line = g_strdup_printf("%5s %s %10s %s%s %s", id, brief, time, pain_fit, name_fit,
				       mark);
	}
	fit = kn_term_fit(term, line, term->width);
	g_string_append_printf(out, "%s\n", g_strchomp(fit));
}

static void
append_head(const KnTerm *term, GString *out, const Columns *columns)
{
	g_autofree gchar *massager = kn_term_fit(term, "massager", columns->n_name);
	g_autofree gchar *heads = g_strconcat(
		term->width < NARROW ? "   No when                   time "
				     : "   No  when                     time     firmest  ",
		columns->n_pain > 0 ? "pain   " : "", massager,
		columns->n_who > 0 && term->width >= NARROW ? " who" : "", NULL);
	g_autofree gchar *title = kn_term_fit(term, heads, term->width);

	kn_term_paint(term, out, KN_STYLE_TITLE, g_strchomp(title));
	g_string_append_c(out, '\n');
}

void
kn_print_sessions(const KnTerm *term, GString *out, JsonObject *sessions)
{
	JsonArray *array = kn_doc_array(sessions, "sessions");
	Columns columns = columns_of(term, array);

	append_head(term, out, &columns);
	for (guint i = 0; i < kn_doc_length(array); i++)
		append_session(term, out, kn_doc_at(array, i), kn_doc_text(sessions, "now"),
			       &columns);
	if (kn_doc_has(sessions, "next_cursor"))
		kn_term_paint(term, out, KN_STYLE_DIM, "  older ones: add --limit 400 or --to\n");
}

/* ---- none ---- */

/* " since monday", " from 2026-11-01 to today", " until monday" or "" */
static gchar *
days_words(const KnCall *call)
{
	if (call->from != NULL && call->to != NULL)
		return g_strdup_printf(" from %s to %s", call->from, call->to);
	if (call->from != NULL)
		return g_strdup_printf(" since %s", call->from);
	return call->to != NULL ? g_strdup_printf(" until %s", call->to) : g_strdup("");
}

/* what was asked for, and where there may be more */
static void
append_none(KnCall *call)
{
	const KnTerm *term = &call->term;
	const gchar *person = call->people.person;
	gboolean is_nobodys = g_strcmp0(person, "unassigned") == 0;
	gboolean is_of = person != NULL && !is_nobodys;
	gboolean is_any = person == NULL && call->device == NULL && call->from == NULL &&
			  call->to == NULL && !call->is_deleted;
	g_autofree gchar *days = days_words(call);
	g_autofree gchar *words =
		g_strdup_printf("No %ssession%s%s%s%s%s%s.", call->is_deleted ? "deleted " : "",
				is_nobodys ? " that is nobody's" : "", is_of ? " of " : "",
				is_of ? person : "", call->device != NULL ? " with massager " : "",
				call->device != NULL ? call->device : "", days);
	g_autofree gchar *clean = NULL;
	g_autofree gchar *whose = kn_people_option(term, "show", is_of ? person : NULL);
	g_autofree gchar *theirs =
		g_strconcat("Which massager they have: knead person", whose, NULL);

	clean = kn_term_text(term, words);
	kn_print_wrapped(term, call->out, "", is_any ? "No session yet." : clean);
	if (is_any)
		kn_print_wrapped(
			term, call->out, "  ",
			"The first comes when a massager was used and is near: knead devices");
	if (is_of)
		kn_print_wrapped(term, call->out, "  ", theirs);
	if (is_of)
		kn_print_wrapped(term, call->out, "  ",
				 "What is nobody's yet: knead sessions --person unassigned");
	if (call->is_deleted)
		kn_print_wrapped(term, call->out, "  ", "What was put right by hand: knead edits");
	if (!is_any && !is_of)
		kn_print_wrapped(term, call->out, "  ", "All there are: knead sessions");
}

gint
kn_cmd_sessions(KnCall *call, const gchar *argument)
{
	g_autofree gchar *device = kn_call_device_query(call, "&");
	g_autofree gchar *person = kn_people_query(call);
	g_autofree gchar *from =
		call->from != NULL ? g_uri_escape_string(call->from, NULL, FALSE) : NULL;
	g_autofree gchar *to = call->to != NULL ? g_uri_escape_string(call->to, NULL, FALSE) : NULL;
	g_autofree gchar *path = g_strdup_printf(
		"/v1/sessions?limit=%d%s%s%s%s%s%s%s",
		call->limit > 0 ? call->limit : LIMIT_DEFAULT, call->is_deleted ? "&deleted=1" : "",
		device, person, from != NULL ? "&from=" : "", from != NULL ? from : "",
		to != NULL ? "&to=" : "", to != NULL ? to : "");
	g_autoptr(JsonNode) node = NULL;
	gint failed = kn_call_ask(call, path, NULL, &node);

	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, node);
	else if (kn_doc_length(kn_doc_array(kn_doc_root(node), "sessions")) == 0)
		append_none(call);
	else
		kn_print_sessions(&call->term, call->out, kn_doc_root(node));
	return KN_EXIT_OK;
}
