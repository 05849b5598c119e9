/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/plan.h"
#include "core/wire/decode.h"
#include <string.h>

static const gchar whole[] = "# after the winter\n"
			     "[plan]\n"
			     "from = 2026-11-16\n"
			     "grace_days=1\n"
			     "\n"
			     "[lower back]\n"
			     "regions=erector-spinae-lumbar, quadratus-lumborum\n"
			     "side=left\n"
			     "min_kpa=20\n"
			     "max_kpa=60.5\n"
			     "minutes=10\n"
			     "times_per_day=2\n"
			     "days=mon,wed,fri\n"
			     "[shoulder holds]\r\n"
			     "nodes=3,10\r\n"
			     "device=2\n"
			     "holds=3\n"
			     "times_per_week=3";

static KnPlan *
parse(const gchar *text)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	KnPlan *plan = kn_plan_parse(text, strlen(text), problems);

	g_assert_cmpuint(problems->len, ==, 0);
	g_assert_nonnull(plan);
	return plan;
}

/* all problems, a line each */
static gchar *
refuse_bytes(const gchar *text, gsize n_text)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	GString *told = g_string_new(NULL);

	g_assert_null(kn_plan_parse(text, n_text, problems));
	g_assert_cmpuint(problems->len, >, 0);
	for (guint i = 0; i < problems->len; i++)
		g_string_append_printf(told, "%s%s", i > 0 ? "\n" : "",
				       ((const KnPlanProblem *)problems->pdata[i])->text);
	return g_string_free(told, FALSE);
}

static gchar *
refuse(const gchar *text)
{
	return refuse_bytes(text, strlen(text));
}

static void
all_that_a_plan_can_say_is_read(void)
{
	g_autoptr(KnPlan) plan = parse(whole);
	const KnPlanItem *back = &plan->items[0];
	const KnPlanItem *holds = &plan->items[1];
	KnDay monday = 0;

	g_assert_true(kn_zone_parse_day("2026-11-16", &monday));
	g_assert_true(plan->has_from);
	g_assert_cmpint(plan->from_day, ==, monday);
	g_assert_cmpuint(plan->grace_days, ==, 1);
	g_assert_cmpuint(plan->n_items, ==, 2);
	g_assert_cmpstr(back->name, ==, "lower back");
	g_assert_cmpuint(back->regions, ==,
			 1u << ktp_REGION_ERECTOR_SPINAE_LUMBAR |
				 1u << ktp_REGION_QUADRATUS_LUMBORUM);
	g_assert_true(back->has_side && back->side == ktp_SIDE_LEFT);
	g_assert_cmpuint(back->min_hpa, ==, 200);
	g_assert_cmpuint(back->max_hpa, ==, 605);
	g_assert_cmpuint(back->minutes, ==, 10);
	g_assert_cmpuint(back->times, ==, 2);
	g_assert_cmpuint(back->weekdays, ==, 1 | 4 | 16);
	g_assert_false(back->is_weekly);
	g_assert_cmpstr(holds->name, ==, "shoulder holds");
	g_assert_cmpuint(holds->nodes, ==, 1u << 3 | 1u << 10);
	g_assert_cmpint(holds->device_id, ==, 2);
	g_assert_cmpuint(holds->holds, ==, 3);
	g_assert_true(holds->is_weekly && !holds->has_side);
	g_assert_cmpuint(holds->times, ==, 3);
}

static void
what_is_not_said_is_once_a_day_wherever_however_hard(void)
{
	g_autoptr(KnPlan) plan = parse("[a]\nminutes=1\n");
	const KnPlanItem *item = &plan->items[0];

	g_assert_false(plan->has_from);
	g_assert_cmpuint(plan->grace_days, ==, 0);
	g_assert_cmpuint(item->times, ==, 1);
	g_assert_cmpuint(item->weekdays, ==, 127);
	g_assert_cmpuint(item->regions | item->nodes | item->min_hpa | item->max_hpa, ==, 0);
}

static void
every_problem_is_told_at_once_by_group_and_key(void)
{
	g_autofree gchar *told = refuse("[plan]\ngrace_days=7\nfrom=tomorrow\n"
					"[back]\nregions=spine\nminutes=ten\nminimum=3\n"
					"[arm]\nside=both\nholds=0\n"
					"[neck]\nminutes=5\nmin_kpa=30\nmax_kpa=20\n");
	g_auto(GStrv) lines = g_strsplit(told, "\n", -1);
	static const gchar *const wanted[] = {
		"[plan] grace_days: write a whole number from 0 to 6",
		"[plan] from: write a day like 2026-11-21",
		"[back] regions: \"spine\" is none",
		"[back] minutes: write a whole number from 1 to 240",
		"[back] minimum: there is no such key; known here: regions, nodes",
		"[arm] side: write left, right or centre",
		"[arm] holds: write a whole number from 1 to 100",
		"[neck] max_kpa: this is less than min_kpa",
	};

	g_assert_cmpuint(g_strv_length(lines), ==, G_N_ELEMENTS(wanted));
	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
		g_test_message("%s", lines[i]);
		g_assert_true(g_str_has_prefix(lines[i], wanted[i]));
	}
}

static void
what_gkeyfile_would_pass_over_is_a_problem(void)
{
	static const struct {
		const gchar *text;
		const gchar *wanted;
	} rows[] = {
		{"[a]\nminutes=5\n[a]\nside=left\n", "[a]: this group is there twice"},
		{"[a]\nminutes=5\nminutes=6\n", "[a] minutes: this key is there twice"},
		{"minutes=5\n[a]\nminutes=5\n", "minutes: this stands before the first [group]"},
		{"[a]\nminutes=5\nten minutes\n", "[a] ten minutes: this is neither"},
		{"[a]\nminutes=5\n[b\nminutes=5\n", "[b: a group is a name in brackets"},
		{"[a]\nminutes=5\n[]\n", "[]: a group is a name in brackets"},
		{"[a]\nminutes=\n", "[a] minutes: there is no value"},
		{"[a]\nminutes[de]=5\nminutes=5\n", "[a] minutes[de]: there is no such key"},
		{"", "there is no item"},
		{"[plan]\ngrace_days=1\n", "there is no item"},
		{"[a]\nside=left\n", "[a] minutes: write either minutes or holds"},
		{"[a]\nminutes=5\nholds=1\n", "[a] minutes: write either minutes or holds, not"},
		{"[a]\nminutes=5\nregions=free\nnodes=1\n", "[a] nodes: write either regions"},
		{"[a]\nminutes=5\ntimes_per_week=2\ndays=mon\n", "[a] times_per_week: this does"},
		{"[a]\nminutes=5\ndays=mon,mon\n", "[a] days: \"mon\" is none, or is there twice"},
		{"[a]\nminutes=5\nnodes=32\n", "[a] nodes: \"32\" is none"},
		{"[a]\nminutes=5\nmin_kpa=20.25\n", "[a] min_kpa: write a pressure"},
		{"[a]\nminutes=5\nmin_kpa=400.1\n", "[a] min_kpa: write a pressure"},
		{"[a]\nminutes=5\nmin_kpa=0\n", "[a] min_kpa: write a pressure"},
		{"[a]\nminutes=5\nmin_kpa=1,5\n", "[a] min_kpa: write a pressure"},
		{"[a\xe2\x80\xae]\nminutes=5\n", "[a]: a name has at most 64 characters"},
		{"[a]\nminutes=5\nside=\xff\n", "this is not UTF-8 text"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree gchar *told = refuse(rows[i].text);

		g_test_message("%s", told);
		g_assert_true(g_str_has_prefix(told, rows[i].wanted));
		g_assert_null(strchr(told, '\n'));
	}
}

static void
limits_hold_and_one_more_is_refused(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree gchar *many = NULL;
	g_autofree gchar *long_text = g_strnfill(KN_PLAN_BYTES_MAX, '#');
	g_autofree gchar *too_long = g_strnfill(KN_PLAN_BYTES_MAX + 1, '#');
	g_autofree gchar *far_too_long = g_strnfill(10 * KN_PLAN_BYTES_MAX, '#');
	g_autofree gchar *far_more = NULL;
	g_autofree gchar *told = NULL;
	g_autofree gchar *with_nul = refuse_bytes("[a]\nminutes=5\n\0", 15);

	for (guint i = 0; i < KN_PLAN_ITEMS_MAX; i++)
		g_string_append_printf(text, "[%u]\nminutes=5\n", i);
	kn_plan_free(parse(text->str));
	g_string_append(text, "[more]\nminutes=5\n");
	many = refuse(text->str);
	g_assert_cmpstr(many, ==, "[more]: a plan has at most 16 items");
	for (guint i = KN_PLAN_ITEMS_MAX + 1; i < 10 * KN_PLAN_ITEMS_MAX; i++)
		g_string_append_printf(text, "[%u]\nminutes=5\n", i);
	far_more = refuse(text->str);
	g_assert_true(g_str_has_prefix(far_more, "[more]: a plan has at most 16 items\n[17]: "));

	memcpy(long_text, "[a]\nminutes=5\n", 14);
	kn_plan_free(parse(long_text));
	memcpy(too_long, "[a]\nminutes=5\n", 14);
	told = refuse(too_long);
	g_assert_cmpstr(told, ==, "a plan has at most 16 KiB");
	memcpy(far_too_long, "[a]\nminutes=5\n", 14);
	g_free(told);
	told = refuse(far_too_long);
	g_assert_cmpstr(told, ==, "a plan has at most 16 KiB");
	g_assert_cmpstr(with_nul, ==, "this is not UTF-8 text");
}

static void
each_problem_has_its_line_and_the_word_that_was_meant(void)
{
	static const struct {
		const gchar *text;
		const gchar *wanted;
	} rows[] = {
		{"# a\n\n[back]\nminutes=5\nsid=left\n", "a.plan:5: [back] sid: "},
		{"[back]\nminutes=5\nsid=left\n", "; did you mean side?"},
		{"[back]\nminute=5\n", "; did you mean minutes?"},
		{"[back]\nminutes=5\nregions=gluteus,romboids\n", "; did you mean rhomboids?"},
		{"[back]\nminutes=5\nregions=gluteus,romboids\n", "a.plan:3: [back] regions: "},
		{"[back]\nminutes=5\nside=center\n", "; did you mean centre?"},
		{"[back]\nminutes=5\ndays=Mon\n", "; did you mean mon?"},
		{"[back]\nminutes=5\ngrace_days=1\n",
		 "a.plan:3: [back] grace_days: this key belongs into [plan]"},
		{"[plan]\nminutes=5\n[a]\nminutes=5\n",
		 "a.plan:2: [plan] minutes: this key belongs to an item"},
		{"[a]\nminutes=5\n\n[a]\n", "a.plan:4: [a]: this group is there twice"},
		{"[a]\nminutes=5\r\nminutes=6\r\n", "a.plan:3: [a] minutes: this key is there"},
		{"[a]\nminutes=5\nten\n", "a.plan:3: [a] ten: this is neither"},
		/* of what is not there the line of its group is told, and of nothing none */
		{"[b]\nminutes=5\n[a]\nside=left\n", "a.plan:3: [a] minutes: write either"},
		{"", "a.plan: there is no item"},
		{"[a]\n# \033[31m\nminutes=5\n", "a.plan:2: there is something in this comment"},
		{"[a]\n# \xe2\x80\xae\nminutes=5\n", "a.plan:2: there is something in this"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
		g_autofree gchar *told = NULL;

		g_assert_null(kn_plan_parse(rows[i].text, strlen(rows[i].text), problems));
		told = kn_plan_problem_at(problems->pdata[0], "a.plan:", "a.plan: ");
		g_test_message("%s", told);
		g_assert_nonnull(strstr(told, rows[i].wanted));
	}
	/* a comment may have tabs, and be as long as it likes */
	kn_plan_free(parse("[a]\n#\t\tfor the shoulder, which was stiff after so many hours of "
			   "sitting at a desk that is too high\nminutes=5\n"));
}

static void
of_a_flood_of_problems_the_first_ones_are_told(void)
{
	g_autoptr(GString) text = g_string_new("[a]\nminutes=5\n");
	g_autofree gchar *told = NULL;
	g_auto(GStrv) lines = NULL;

	for (guint i = 0; i < 500; i++)
		g_string_append_printf(text, "key%u=1\n", i);
	told = refuse(text->str);
	lines = g_strsplit(told, "\n", -1);
	g_assert_cmpuint(g_strv_length(lines), ==, KN_PLAN_PROBLEMS_MAX + 1);
	g_assert_cmpstr(lines[KN_PLAN_PROBLEMS_MAX], ==, "there is more; mend these first");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/plan/all-that-a-plan-can-say-is-read",
			all_that_a_plan_can_say_is_read);
	g_test_add_func("/core/plan/what-is-not-said-is-once-a-day-wherever-however-hard",
			what_is_not_said_is_once_a_day_wherever_however_hard);
	g_test_add_func("/core/plan/every-problem-is-told-at-once-by-group-and-key",
			every_problem_is_told_at_once_by_group_and_key);
	g_test_add_func("/core/plan/what-gkeyfile-would-pass-over-is-a-problem",
			what_gkeyfile_would_pass_over_is_a_problem);
	g_test_add_func("/core/plan/limits-hold-and-one-more-is-refused",
			limits_hold_and_one_more_is_refused);
	g_test_add_func("/core/plan/each-problem-has-its-line-and-the-word-that-was-meant",
			each_problem_has_its_line_and_the_word_that_was_meant);
	g_test_add_func("/core/plan/of-a-flood-of-problems-the-first-ones-are-told",
			of_a_flood_of_problems_the_first_ones_are_told);
	return g_test_run();
}
