/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/command.h"
#include "ctl/format.h"
#include "ctl/people.h"
#include "ctl/print.h"

enum { LIMIT_DEFAULT = 20, FIXED_COLUMNS = 64, PAIN_COLUMNS = 7, NARROW = 72, NARROW_COLUMNS = 36 };

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

static void
append_session(const KnTerm *term, GString *out, JsonObject *session, const gchar *now,
	       gboolean has_pain)
{
	guint n_pain = has_pain ? PAIN_COLUMNS : 0;
	guint n_name = CLAMP(term->width - FIXED_COLUMNS - n_pain, 8, 30);
	g_autofree gchar *pain = kn_print_pain(term, session);
	g_autofree gchar *pain_fit = kn_term_fit(term, pain, n_pain);
	g_autofree gchar *when = kn_format_when(kn_doc_text(session, "start"), now);
	g_autofree gchar *when_fit = kn_term_fit(term, when, 17);
	g_autofree gchar *time =
		kn_format_duration((guint64)MAX(kn_doc_int(session, "duration_ms", 0), 0));
	g_autofree gchar *peak = kn_format_kpa(kn_doc_int(session, "peak_hpa", 0));
	g_autofree gchar *name = kn_print_device_name(term, kn_doc_object(session, "device"));
	g_autofree gchar *name_fit = kn_term_fit(term, name, n_name);
	g_autofree gchar *whose =
		kn_term_text(term, kn_doc_text(kn_doc_object(session, "person"), "label"));
	g_autofree gchar *trouble = remark_of(session);
	/* whose it is stands where there is room: --person lists one person's */
	g_autofree gchar *remark = g_strconcat(
		whose, whose[0] != '\0' && trouble[0] != '\0' ? "; " : "", trouble, NULL);
	/* one that runs may not have its number yet */
	gint64 number = kn_doc_int(session, "id", 0);
	g_autofree gchar *id =
		number > 0 ? g_strdup_printf("%" G_GINT64_FORMAT, number) : g_strdup("-");
	g_autofree gchar *fit = NULL;
	g_autofree gchar *line = g_strdup_printf("%5s  %s  %10s  %10s  %s%s  %s", id, when_fit,
						 time, peak, pain_fit, name_fit, remark);

	if (term->width < NARROW) {
		g_autofree gchar *short_name =
			kn_term_fit(term, name, term->width - NARROW_COLUMNS - n_pain);

		g_free(line);
		line = g_strdup_printf("%5s %s %9s %s%s%s", id, when_fit, time, pain_fit,
				       short_name, trouble[0] != '\0' ? " ?" : "");
	}
	fit = kn_term_fit(term, line, term->width);
	g_string_append_printf(out, "%s\n", g_strchomp(fit));
}

void
kn_print_sessions(const KnTerm *term, GString *out, JsonObject *sessions)
{
	JsonArray *array = kn_doc_array(sessions, "sessions");
	const gchar *now = kn_doc_text(sessions, "now");
	gboolean has_pain = FALSE;
	g_autofree gchar *title = NULL;
	g_autofree gchar *heads = NULL;

	if (kn_doc_length(array) == 0) {
		g_string_append(out, "No session yet.\n");
		return;
	}
	for (guint i = 0; i < kn_doc_length(array); i++) {
		g_autofree gchar *pain = kn_print_pain(term, kn_doc_at(array, i));

		has_pain |= pain[0] != '\0';
	}
	heads = g_strconcat(term->width < NARROW
				    ? "   No when                   time "
				    : "   No  when                     time     firmest  ",
			    has_pain ? "pain   " : "", "massager", NULL);
	title = kn_term_fit(term, heads, term->width);
	kn_term_paint(term, out, KN_STYLE_TITLE, g_strchomp(title));
	g_string_append_c(out, '\n');
	for (guint i = 0; i < kn_doc_length(array); i++)
		append_session(term, out, kn_doc_at(array, i), now, has_pain);
	if (kn_doc_has(sessions, "next_cursor"))
		kn_term_paint(term, out, KN_STYLE_DIM, "  older ones: add --limit 400 or --to\n");
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
	else
		kn_print_sessions(&call->term, call->out, kn_doc_root(node));
	return KN_EXIT_OK;
}
