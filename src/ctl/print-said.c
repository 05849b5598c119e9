/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a person said of a session, as they said it */

#include "core/base/text.h"
#include "ctl/print.h"

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
