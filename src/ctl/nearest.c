/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/nearest.h"

#include "ctl/term.h"

static const GOptionEntry *
find_entry(const GOptionEntry *entries, const gchar *name)
{
	for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++) {
		if (g_str_equal(entry->long_name, name))
			return entry;
	}
	return NULL;
}

gchar *
kn_nearest_meant(const gchar *word, const gchar *const *words)
{
	g_autofree gchar *lower = g_ascii_strdown(word, -1);
	KnNearest nearest;

	if (!kn_nearest_begin(&nearest, lower))
		return g_strdup("");
	for (guint i = 0; words[i] != NULL; i++)
		kn_nearest_try(&nearest, words[i]);
	return nearest.nearest != NULL ? g_strdup_printf("did you mean \"%s\"? ", nearest.nearest)
				       : g_strdup("");
}

gchar *
kn_nearest_explain(const GOptionEntry *entries, gchar **argv)
{
	KnTerm plain = {.width = 80};

	for (guint i = 1; argv[0] != NULL && argv[i] != NULL && !g_str_equal(argv[i], "--"); i++) {
		g_auto(GStrv) parts = g_strsplit(argv[i], "=", 2);
		const gchar *name = g_str_has_prefix(argv[i], "--") ? parts[0] + 2 : NULL;
		const GOptionEntry *entry = name != NULL ? find_entry(entries, name) : NULL;
		g_autofree gchar *lower = name != NULL ? g_ascii_strdown(name, -1) : NULL;
		g_autofree gchar *clean = NULL;
		KnNearest nearest;

		/* the word behind may look like anything */
		if (entry != NULL && entry->arg != G_OPTION_ARG_NONE && parts[1] == NULL)
			i += argv[i + 1] != NULL;
		if (name == NULL || entry != NULL)
			continue;
		if (kn_nearest_begin(&nearest, lower)) {
			for (entry = entries; entry->long_name != NULL; entry++)
				kn_nearest_try(&nearest, entry->long_name);
		}
		clean = kn_term_text(&plain, parts[0]);
		return nearest.nearest == NULL
			       ? g_strdup_printf("there is no option \"%s\"", clean)
			       : g_strdup_printf(
					 "there is no option \"%s\"; did you mean \"--%s\"?", clean,
					 nearest.nearest);
	}
	return NULL;
}
