/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a person said of a session, as they said it */

#include "core/base/text.h"
#include "ctl/format.h"
#include "ctl/print.h"

/* of a summary; the rest is counted */
enum { SAID_SHOWN = 3 };

static gchar *
clean(const KnTerm *term, const gchar *text)
{
	g_autofree gchar *safe = kn_text_clean_up_to(text, -1, 4000);

	return term->is_utf8 ? g_steal_pointer(&safe) : g_str_to_ascii(safe, "C");
}

static void
append_pain(GString *line, JsonObject *words)
{
	if (kn_doc_has(words, "pain_before"))
		g_string_append_printf(line, "pain %" G_GINT64_FORMAT " before",
				       kn_doc_int(words, "pain_before", 0));
	if (kn_doc_has(words, "pain_after"))
		g_string_append_printf(line, "%s%" G_GINT64_FORMAT " after",
				       line->len > 0 ? ", " : "pain ",
				       kn_doc_int(words, "pain_after", 0));
	if (line->len > 0)
		g_string_append(line, " (0 to 10)");
}

gchar *
kn_print_said(const KnTerm *term, JsonObject *session)
{
	JsonObject *words = kn_doc_object(session, "words");
	GString *line = NULL;

	if (words == NULL)
		return NULL;
	line = g_string_new(NULL);
	append_pain(line, words);
	if (kn_doc_has(words, "region")) {
		g_autofree gchar *region = clean(term, kn_doc_text(words, "region"));

		g_string_append_printf(line, "%s%s", line->len > 0 ? "; " : "", region);
	}
	if (kn_doc_has(words, "note")) {
		g_autofree gchar *note = clean(term, kn_doc_text(words, "note"));

		g_string_append_printf(line, "%s\"%s\"", line->len > 0 ? "; " : "", note);
	}
	return g_string_free(line, FALSE);
}

gchar *
kn_print_pain(const KnTerm *term, JsonObject *session)
{
	JsonObject *words = kn_doc_object(session, "words");
	gint64 before = kn_doc_int(words, "pain_before", -1);
	gint64 after = kn_doc_int(words, "pain_after", -1);
	g_autofree gchar *left =
		before >= 0 ? g_strdup_printf("%" G_GINT64_FORMAT, before) : g_strdup("");
	g_autofree gchar *right =
		after >= 0 ? g_strdup_printf("%" G_GINT64_FORMAT, after) : g_strdup("");

	if (before < 0 && after < 0)
		return g_strdup("");
	return g_strconcat(left, term->is_utf8 ? "→" : ">", right, NULL);
}

GPtrArray *
kn_print_said_lines(const KnTerm *term, JsonObject *summary, guint n_columns)
{
	JsonArray *said = kn_doc_array(summary, "said");
	guint n = kn_doc_length(said);
	/* a last line for the rest would be no shorter than the one it stands for */
	guint n_shown = n > SAID_SHOWN + 1 ? SAID_SHOWN : n;
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < n_shown; i++) {
		JsonObject *one = kn_doc_at(said, i);
		g_autofree gchar *words = kn_print_said(term, one);
		g_autofree gchar *day = kn_format_day(kn_doc_text(one, "start"));
		/* of a summary of one person the title says who */
		g_autofree gchar *who = kn_term_text(
			term, kn_doc_has(summary, "person")
				      ? ""
				      : kn_doc_text(kn_doc_object(one, "person"), "label"));
		g_autofree gchar *line =
			g_strdup_printf("%s%s%s: %s", day, who[0] != '\0' ? ", " : "", who,
					words != NULL ? words : "");

		g_ptr_array_add(lines, kn_term_columns(line) > n_columns
					       ? kn_term_fit(term, line, n_columns)
					       : g_steal_pointer(&line));
	}
	if (n > n_shown)
		g_ptr_array_add(
			lines,
			g_strdup_printf("and of %s%u more: knead sessions",
					kn_doc_bool(summary, "is_said_cut") ? "at least " : "",
					n - n_shown));
	return lines;
}
