/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the lines of a plan, before anything is made of them */

#include "core/base/text.h"
#include "core/measure/plan-private.h"
#include <string.h>

/* FALSE: it was there before; owned_name is taken */
static gboolean
note_line(KnPlanReader *reader, gchar *owned_name)
{
	return g_hash_table_insert(reader->lines, owned_name, GUINT_TO_POINTER(reader->line));
}

/* one that shows nothing of what it says, or says it backwards, is read by nobody as it is meant */
static gboolean
can_be_shown(const gchar *line)
{
	g_auto(GStrv) parts = g_strsplit(line, "\t", -1);
	g_autofree gchar *without_tabs = g_strjoinv("", parts);
	g_autofree gchar *clean =
		kn_text_clean_up_to(without_tabs, -1, (guint)strlen(without_tabs) + 1);

	return g_str_equal(clean, without_tabs);
}

static void
look_at_group(KnPlanReader *reader, gchar **group, gchar *line)
{
	gsize n = strlen(line);

	if (line[n - 1] != ']' || n < 3 || strpbrk(line + 1, "[") ||
	    strchr(line, ']') != line + n - 1) {
		kn_plan_complain(reader, NULL, line, "a group is a name in brackets");
		g_free(*group);
		*group = g_strdup(line);
		return;
	}
	g_free(*group);
	*group = g_strndup(line + 1, n - 2);
	if (!note_line(reader, g_strdup(*group)))
		kn_plan_complain(reader, *group, NULL, "this group is there twice");
}

static void
look_at_line(KnPlanReader *reader, gchar **group, gchar *line)
{
	gchar *equal = strchr(line, '=');
	g_autofree gchar *key = equal ? g_strchomp(g_strndup(line, (gsize)(equal - line))) : NULL;

	/* names and values have words of their own for it */
	if (line[0] == '#' && !can_be_shown(line))
		kn_plan_complain(reader, NULL, NULL,
				 "there is something in this comment that cannot be shown");
	if (line[0] == '\0' || line[0] == '#')
		return;
	if (line[0] == '[')
		look_at_group(reader, group, line);
	else if (!key || key[0] == '\0')
		kn_plan_complain(reader, *group, line,
				 "this is neither [a group] nor key=value nor a comment after #");
	else if (!*group)
		kn_plan_complain(reader, NULL, key, "this stands before the first [group]");
	else if (!note_line(reader, g_strconcat(*group, "\n", key, NULL)))
		kn_plan_complain(reader, *group, key, "this key is there twice");
}

void
kn_plan_look_at_lines(KnPlanReader *reader, const gchar *text)
{
	g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
	g_autofree gchar *group = NULL;

	for (gsize i = 0; rows[i]; i++) {
		reader->line = (guint)i + 1;
		look_at_line(reader, &group, g_strstrip(rows[i]));
	}
	reader->line = 0;
}
