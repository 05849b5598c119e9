/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/base/text.h"
#include "core/measure/plan-private.h"
#include <string.h>

enum { WEEK = 7, ALL_WEEKDAYS = (1 << WEEK) - 1 };

/* of the key, else of the group; 0: of none */
static guint
find_line(const KnPlanReader *reader, const gchar *group, const gchar *key)
{
	g_autofree gchar *name = group && key ? g_strconcat(group, "\n", key, NULL) : NULL;
	gpointer line = name ? g_hash_table_lookup(reader->lines, name) : NULL;

	if (reader->line != 0)
		return reader->line;
	return GPOINTER_TO_UINT(line || !group ? line : g_hash_table_lookup(reader->lines, group));
}

static void
add_problem(KnPlanReader *reader, guint line, const gchar *text)
{
	gsize n_text = strlen(text) + 1;
	KnPlanProblem *problem = g_malloc(sizeof *problem + n_text);

	problem->line = line;
	memcpy(problem->text, text, n_text);
	g_ptr_array_add(reader->problems, problem);
}

gchar *
kn_plan_problem_at(const KnPlanProblem *problem, const gchar *where, const gchar *elsewhere)
{
	return problem->line != 0 ? g_strdup_printf("%s%u: %s", where, problem->line, problem->text)
				  : g_strconcat(elsewhere, problem->text, NULL);
}

void
kn_plan_complain(KnPlanReader *reader, const gchar *group, const gchar *key, const gchar *format,
		 ...)
{
	g_autofree gchar *clean_group = group ? kn_text_clean(group, -1) : NULL;
	g_autofree gchar *clean_key = key ? kn_text_clean(key, -1) : NULL;
	g_autofree gchar *why = NULL;
	g_autofree gchar *text = NULL;
	va_list arguments;

	if (reader->n_problems++ > KN_PLAN_PROBLEMS_MAX)
		return;
	if (reader->n_problems > KN_PLAN_PROBLEMS_MAX) {
		add_problem(reader, 0, "there is more; mend these first");
		return;
	}
	va_start(arguments, format);
	why = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	text = g_strdup_printf("%s%s%s%s%s%s%s", group ? "[" : "", group ? clean_group : "",
			       group ? "]" : "", group && key ? " " : "", key ? clean_key : "",
			       group || key ? ": " : "", why);
	add_problem(reader, find_line(reader, group, key), text);
}

static gboolean
has(KnPlanReader *reader, const gchar *group, const gchar *key)
{
	return g_key_file_has_key(reader->file, group, key, NULL);
}

/* keys that are fine alone */
static void
check_together(KnPlanReader *reader, const gchar *group, const KnPlanItem *item)
{
	gboolean is_daily = has(reader, group, "times_per_day") || has(reader, group, "days");

	if (has(reader, group, "minutes") == has(reader, group, "holds"))
		kn_plan_complain(reader, group, "minutes", "write either minutes or holds%s",
				 has(reader, group, "minutes") ? ", not both" : "");
	if (has(reader, group, "regions") && has(reader, group, "nodes"))
		kn_plan_complain(reader, group, "nodes", "write either regions or nodes, not both");
	if (has(reader, group, "times_per_week") && is_daily)
		kn_plan_complain(reader, group, "times_per_week",
				 "this does not go with times_per_day or days");
	if (item->max_hpa > 0 && item->max_hpa < item->min_hpa)
		kn_plan_complain(reader, group, "max_kpa", "this is less than min_kpa");
}

static void
take_group(KnPlanReader *reader, const gchar *group, KnPlan *plan)
{
	g_auto(GStrv) found = g_key_file_get_keys(reader->file, group, NULL, NULL);
	g_autofree gchar *clean = kn_text_clean(group, -1);
	KnPlanItem item = {.times = 1, .weekdays = ALL_WEEKDAYS};
	gboolean is_of_plan = g_str_equal(group, "plan");

	if (!g_str_equal(group, clean))
		kn_plan_complain(reader, group, NULL,
				 "a name has at most 64 characters, and none that cannot be shown");
	for (gsize i = 0; found && found[i]; i++)
		kn_plan_take_key(reader, group, found[i], plan, is_of_plan ? NULL : &item);
	if (is_of_plan)
		return;
	check_together(reader, group, &item);
	if (plan->n_items == KN_PLAN_ITEMS_MAX) {
		kn_plan_complain(reader, group, NULL, "a plan has at most %d items",
				 KN_PLAN_ITEMS_MAX);
		return;
	}
	item.name = g_steal_pointer(&clean);
	plan->items[plan->n_items++] = item;
}

static void
take_all(KnPlanReader *reader, const gchar *text, gsize n_text, KnPlan *plan)
{
	g_autoptr(GError) wrong = NULL;
	g_auto(GStrv) groups = NULL;

	kn_plan_look_at_lines(reader, text);
	if (!g_key_file_load_from_data(reader->file, text, n_text, G_KEY_FILE_KEEP_TRANSLATIONS,
				       &wrong)) {
		/* what the lines did not show */
		if (reader->n_problems == 0)
			kn_plan_complain(reader, NULL, NULL, "%s", wrong->message);
		return;
	}
	groups = g_key_file_get_groups(reader->file, NULL);
	for (gsize i = 0; groups[i]; i++)
		take_group(reader, groups[i], plan);
	if (plan->n_items == 0)
		kn_plan_complain(
			reader, NULL, NULL,
			"there is no item; begin one with a name in brackets, like [lower back]");
}

KnPlan *
kn_plan_parse(const gchar *text, gsize n_text, GPtrArray *problems)
{
	g_autoptr(KnPlan) plan = g_new0(KnPlan, 1);
	g_autoptr(GKeyFile) file = g_key_file_new();
	/* GKeyFile and the lines want an end */
	g_autofree gchar *ended = n_text <= KN_PLAN_BYTES_MAX ? g_strndup(text, n_text) : NULL;
	g_autoptr(GHashTable) lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	KnPlanReader reader = {.file = file, .problems = problems, .lines = lines};

	if (!ended)
		kn_plan_complain(&reader, NULL, NULL, "a plan has at most %d KiB",
				 KN_PLAN_BYTES_MAX / 1024);
	else if (strlen(ended) != n_text || !g_utf8_validate(ended, (gssize)n_text, NULL))
		kn_plan_complain(&reader, NULL, NULL, "this is not UTF-8 text");
	else
		take_all(&reader, ended, n_text, plan);
	return reader.n_problems == 0 ? g_steal_pointer(&plan) : NULL;
}

void
kn_plan_free(KnPlan *plan)
{
	if (!plan)
		return;
	for (guint i = 0; i < plan->n_items; i++)
		g_free(plan->items[i].name);
	g_free(plan);
}

void
kn_plan_row_free(KnPlanRow *row)
{
	if (!row)
		return;
	g_free(row->text);
	g_free(row);
}

const gchar *
kn_plan_weekday(guint days_since_monday)
{
	static const gchar *const words[WEEK] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

	return words[days_since_monday % WEEK];
}
