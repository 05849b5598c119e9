/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
/* what knead plan shows */
#include "ctl/print.h"
#include "lines.h"

#define NOW "2026-11-21T09:00:00+01:00"

static const gchar *const states[] = {"unplanned", "rest", "met", "missed",
				      "unknown",   "met",  "open"};

/* a week up to Saturday with a day of each state, so many items, and three massagers that were not read */
static JsonNode *
document(guint n_items)
{
	g_autoptr(GString) text = g_string_new("{\"now\":\"" NOW "\",\"plan\":{\"from_day\":"
					       "\"2026-11-16\",\"items\":[");

	for (guint i = 0; i < n_items; i++)
		g_string_append_printf(text,
				       "%s{\"name\":\"item %u with a name that is long\","
				       "\"regions\":[\"erector-spinae-thoracic\","
				       "\"erector-spinae-lumbar\"],\"side\":\"left\",\"min_hpa\":"
				       "200,\"hold_count\":3,\"times_per_day\":2,\"weekdays\":"
				       "[\"mon\",\"fri\"]}",
				       i > 0 ? "," : "", i);
	g_string_append(text, "]},\"today\":{\"items\":[");
	for (guint i = 0; i < n_items; i++)
		g_string_append_printf(text, "%s{\"n_planned\":2,\"n_delivered\":1}",
				       i > 0 ? "," : "");
	g_string_append(text, "]},\"days\":[");
	for (guint i = 0; i < 7; i++)
		g_string_append_printf(text, "%s{\"day\":\"2026-11-%u\",\"state\":\"%s\"}",
				       i > 0 ? "," : "", 15 + i, states[i]);
	g_string_append(text, "],\"n_met_days\":2,\"n_due_days\":5,\"n_unknown_days\":1,"
			      "\"n_data_days\":3,\"delivered_permille\":667,\"streak_days\":400,"
			      "\"is_streak_cut\":true,\"unread\":[{\"device_id\":2,\"label\":"
			      "\"roller\",\"synced\":\"2026-11-17T08:00:00+01:00\"}]}");
	return parse(text->str);
}

static void
each_day_has_a_mark_and_each_mark_a_word(void)
{
	g_autoptr(JsonNode) node = document(1);
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(JsonNode) never = parse("{\"plan\":{},\"n_unknown_days\":1,\"unread\":[{"
					  "\"label\":\"pad\"}]}");

	kn_print_plan(&utf8, out, kn_doc_root(never), NULL);
	kn_print_plan(&utf8, out, json_node_get_object(node), NULL);
	assert_has(out->str, "\n  Sun    Mon –  Tue ✓  Wed ✗  Thu ·  Fri ✓  Sat ·\n");
	assert_has(out->str, "roller was last read Tue 17 Nov 08:00: it may have more.\n");
	assert_has(out->str, "pad was never read: it may have more.\n");
	assert_has(out->str, "✓ done   ✗ missed   – nothing planned   · not known yet");
	assert_has(out->str, "2 of 5 days done, 67 % delivered, streak 400 or more, complete");
	assert_has(out->str, "3 holds twice a day on mon, fri: erector-spinae-thoracic,\n");
	assert_has(out->str, "roller was last read");
	g_string_truncate(out, 0);
	kn_print_plan(&ascii, out, json_node_get_object(node), NULL);
	assert_has(out->str, "\n  Sun    Mon -  Tue +  Wed x  Thu .  Fri +  Sat .\n");
}

static void
a_plan_of_another_year_tells_it(void)
{
	g_autoptr(JsonNode) old = document(1);
	g_autoptr(JsonNode) set =
		parse("{\"now\":\"" NOW "\",\"plans\":[{\"from_day\":\"2027-01-04\","
		      "\"items\":[{}]}]}");
	const KnTerm narrow = {.width = 40};
	g_autoptr(GString) out = g_string_new(NULL);

	json_object_set_string_member(kn_doc_object(kn_doc_root(old), "plan"), "from_day",
				      "2025-09-17");
	kn_print_plan(&utf8, out, kn_doc_root(old), NULL);
	kn_print_plan_set(&utf8, out, kn_doc_root(set), NULL);
	assert_has(out->str, "Planned since Wednesday 17 September 2025\n");
	assert_has(out->str, "Planned from Monday 4 January 2027 on: 1 item.\n");
	g_string_truncate(out, 0);
	kn_print_plan(&narrow, out, kn_doc_root(old), NULL);
	assert_lines_fit(out->str, 40);
}

static void
four_items_in_words_and_sixteen_in_short_fit_on_a_screen(void)
{
	static const guint counts[] = {1, 4, 5, 16};

	for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
		g_autoptr(JsonNode) node = document(counts[i]);
		g_autoptr(GString) out = g_string_new(NULL);

		kn_print_plan(&utf8, out, json_node_get_object(node), NULL);
		g_assert_cmpuint(assert_lines_fit(out->str, 80), <=, 24);
	}
}

static void
without_a_plan_there_is_what_to_do_and_no_line_on_the_glance(void)
{
	g_autoptr(JsonNode) node = parse("{\"days\":[]}");
	g_autoptr(GString) out = g_string_new(NULL);

	kn_print_plan_line(&utf8, out, json_node_get_object(node));
	g_assert_cmpstr(out->str, ==, "");
	kn_print_plan(&utf8, out, json_node_get_object(node), NULL);
	assert_has(out->str, "Nothing is planned.\n");
	assert_has(out->str, "sudo knead plan set FILE");
}

static void
a_plan_of_a_person_names_them_and_so_do_its_hints(void)
{
	g_autoptr(JsonNode) node = document(1);
	g_autoptr(JsonNode) none = parse("{\"person\":{\"id\":4,\"label\":\"Mia K.\"}}");
	g_autoptr(JsonNode) set = parse(
		"{\"now\":\"" NOW "\",\"plans\":[{\"from_day\":\"2026-11-21\",\"items\":[{}]}]}");
	g_autoptr(JsonNode) end = parse(
		"{\"now\":\"" NOW "\",\"plans\":[{\"from_day\":\"2026-11-21\",\"is_end\":true}]}");
	g_autoptr(GString) out = g_string_new(NULL);

	kn_print_plan(&utf8, out, kn_doc_root(node), "Mia K.");
	kn_print_plan(&utf8, out, kn_doc_root(none), "4");
	kn_print_plan_set(&utf8, out, kn_doc_root(set), "Mia K.");
	kn_print_plan_set(&utf8, out, kn_doc_root(end), "Mia");
	assert_lines_fit(out->str, 80);
	assert_has(out->str, "Planned for Mia K. since Monday 16 November\n");
	/* asked by number, and still told by name */
	assert_has(out->str, "Planned for Mia K.: nothing.\n");
	assert_has(out->str, "  sudo knead plan set FILE --person 4\n");
	assert_has(out->str, "Planned for Mia K. from Saturday 21 November on: 1 item.\n"
			     "  See: knead plan show --person 'Mia K.'\n");
	assert_has(out->str, "Planned for Mia from Saturday 21 November on: nothing.\n");
}

static void
what_keeps_days_from_being_known_is_told_with_what_to_type(void)
{
	g_autoptr(JsonNode) maybe = parse("{\"plan\":{},\"n_unknown_days\":1,"
					  "\"n_maybe_sessions\":2,\"unread\":[]}");
	g_autoptr(JsonNode) lacking = parse("{\"plan\":{},\"n_unknown_days\":1,\"unread\":[]}");
	g_autoptr(JsonNode) unread = document(1);
	g_autoptr(GString) out = g_string_new(NULL);

	kn_print_plan(&utf8, out, kn_doc_root(maybe), "Mia K.");
	kn_print_plan(&utf8, out, kn_doc_root(lacking), "Mia K.");
	kn_print_plan(&utf8, out, kn_doc_root(unread), NULL);
	assert_lines_fit(out->str, 80);
	assert_has(out->str, "\n  2 sessions are nobody's yet and may be theirs: knead person show "
			     "'Mia K.'\n");
	assert_has(out->str, "not all here yet: knead sessions --person 'Mia K.'\n");
	assert_has(out->str, "not used any more: sudo knead forget DEVICE\n");
	g_string_truncate(out, 0);
	kn_print_plan_line(&utf8, out, kn_doc_root(unread));
	assert_has(out->str, ", 2 of 5 days (1 not known yet), streak");
}

/* of whom a screen tells is on it, and a name of 64 characters breaks no line */
static void
whose_plan_it_is_stands_in_its_first_line(void)
{
	const gchar *const long_label =
		"0123456789012345678901234567890123456789012345678901234567890123";
	const gchar *const labels[] = {"Mia", long_label};

	for (gsize i = 0; i < G_N_ELEMENTS(labels); i++) {
		g_autoptr(JsonNode) planned = document(1);
		g_autoptr(JsonNode) none = parse("{\"days\":[]}");
		g_autoptr(JsonNode) set =
			parse("{\"now\":\"" NOW "\",\"plans\":[{\"from_day\":\"2026-11-16\","
			      "\"items\":[{}]}]}");
		g_autoptr(JsonNode) ended =
			parse("{\"now\":\"" NOW
			      "\",\"plans\":[{\"from_day\":\"2026-11-16\",\"is_end\":true}]}");
		JsonNode *const nodes[] = {planned, none, set, ended};
		g_autofree gchar *named = g_strdup_printf(" for %.21s", labels[i]);

		for (gsize k = 0; k < G_N_ELEMENTS(nodes); k++) {
			g_autoptr(GString) out = g_string_new(NULL);
			g_auto(GStrv) lines = NULL;
			JsonObject *person = json_object_new();

			json_object_set_string_member(person, "label", labels[i]);
			json_object_set_object_member(json_node_get_object(nodes[k]), "person",
						      person);
			if (k < 2)
				kn_print_plan(&utf8, out, json_node_get_object(nodes[k]), NULL);
			else
				kn_print_plan_set(&utf8, out, json_node_get_object(nodes[k]), NULL);
			assert_lines_fit(out->str, 80);
			lines = g_strsplit(out->str, "\n", 2);
			assert_has(lines[0], named);
		}
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ctl/plan/each-day-has-a-mark-and-each-mark-a-word",
			each_day_has_a_mark_and_each_mark_a_word);
	g_test_add_func("/ctl/plan/a-plan-of-another-year-tells-it",
			a_plan_of_another_year_tells_it);
	g_test_add_func("/ctl/plan/four-items-in-words-and-sixteen-in-short-fit-on-a-screen",
			four_items_in_words_and_sixteen_in_short_fit_on_a_screen);
	g_test_add_func("/ctl/plan/without-a-plan-there-is-what-to-do-and-no-line-on-the-glance",
			without_a_plan_there_is_what_to_do_and_no_line_on_the_glance);
	g_test_add_func("/ctl/plan/a-plan-of-a-person-names-them-and-so-do-its-hints",
			a_plan_of_a_person_names_them_and_so_do_its_hints);
	g_test_add_func("/ctl/plan/what-keeps-days-from-being-known-is-told-with-what-to-type",
			what_keeps_days_from_being_known_is_told_with_what_to_type);
	g_test_add_func("/ctl/plan/whose-plan-it-is-stands-in-its-first-line",
			whose_plan_it_is_stands_in_its_first_line);
	return g_test_run();
}
