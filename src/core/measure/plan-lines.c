/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the lines of a plan, before anything is made of them */

#include "core/measure/plan-private.h"
#include <string.h>

typedef struct {
	GHashTable *seen; /* owned: "group" and "group\nkey" */
	gchar *group;     /* owned; NULL before the first */
} Lines;

static void
lines_clear(Lines *lines)
{
	g_hash_table_unref(lines->seen);
	g_free(lines->group);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Lines, lines_clear)

static void
look_at_group(KnPlanReader *reader, Lines *lines, gchar *line)
{
	gsize n = strlen(line);

	if (line[n - 1] != ']' || n < 3 || strpbrk(line + 1, "[") ||
	    strchr(line, ']') != line + n - 1) {
		kn_plan_complain(reader, NULL, line, "a group is a name in brackets");
		g_free(lines->group);
		lines->group = g_strdup(line);
		return;
	}
	g_free(lines->group);
	lines->group = g_strndup(line + 1, n - 2);
	if (!g_hash_table_add(lines->seen, g_strdup(lines->group)))
		kn_plan_complain(reader, lines->group, NULL, "this group is there twice");
}

static void
look_at_line(KnPlanReader *reader, Lines *lines, gchar *line)
{
	gchar *equal = strchr(line, '=');
	g_autofree gchar *key = equal ? g_strchomp(g_strndup(line, (gsize)(equal - line))) : NULL;

	if (line[0] == '\0' || line[0] == '#')
		return;
	if (line[0] == '[')
		look_at_group(reader, lines, line);
	else if (!key || key[0] == '\0')
		kn_plan_complain(reader, lines->group, line,
				 "this is neither [a group] nor key=value nor a comment after #");
	else if (!lines->group)
		kn_plan_complain(reader, NULL, key, "this stands before the first [group]");
	else if (!g_hash_table_add(lines->seen, g_strconcat(lines->group, "\n", key, NULL)))
		kn_plan_complain(reader, lines->group, key, "this key is there twice");
}

void
kn_plan_look_at_lines(KnPlanReader *reader, const gchar *text)
{
	g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
	g_auto(Lines) lines = {g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), NULL};

	for (gsize i = 0; rows[i]; i++)
		look_at_line(reader, &lines, g_strstrip(rows[i]));
}
