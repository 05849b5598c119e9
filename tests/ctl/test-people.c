/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include "ctl/people.h"

#include <string.h>

#define NOW "2026-11-21T09:00:00+01:00"

/* n persons, each with a pad of the same number; the third has not been near for five days, the last has not used it; the first two
 * have a plan, of which the second's is not due in these days */
static JsonNode *
clinic(guint n, guint n_unassigned)
{
	g_autoptr(GString) all =
		g_string_new("{\"today\":{},\"persons\":{\"persons\":[{\"id\":1}]},"
			     "\"plans\":{\"1\":{\"plan\":{},\"n_met_days\":4,"
			     "\"n_due_days\":7},\"2\":{\"plan\":{},"
			     "\"n_due_days\":0},\"3\":{\"n_due_days\":0},\"5\":{\"plan\":{},"
			     "\"n_met_days\":2,\"n_due_days\":5,\"n_unknown_days\":1}},"
			     "\"week\":{\"by\":\"person\",\"parts\":[");

	for (guint i = 1; i <= n; i++)
		g_string_append_printf(all,
				       "%s{\"person\":{\"id\":%u,\"label\":\"Person %u\"},"
				       "\"n_sessions\":3,\"n_data_days\":2,\"duration_ms\":%u%s}",
				       i > 1 ? "," : "", i, i, i < n ? i * 600000 : 0,
				       i < n ? ",\"last_start\":\"2026-11-20T18:05:00+01:00\""
					     : "");
	g_string_append(all, "]},\"devices\":{\"now\":\"" NOW "\",\"devices\":[");
	for (guint i = 1; i <= n; i++)
		g_string_append_printf(
			all,
			"%s{\"device_id\":%u,\"label\":\"pad %u\",\"is_enrolled\":true,"
			"\"firmware\":\"1.4.%u\",\"battery\":{\"charge_permille\":%u},"
			"\"n_unsynced\":%u,\"synced\":\"2026-11-%sT08:00:00+01:00\","
			"\"person\":{\"id\":%u,\"label\":\"Person %u\"}}",
			i > 1 ? "," : "", i, i, 45 - i, 1000 - 10 * i, i % 7, i == 3 ? "16" : "21",
			i, i);
	g_string_append(all, "]},\"unassigned\":{\"sessions\":[");
	for (guint i = 1; i <= MIN(n_unassigned, 100); i++)
		g_string_append_printf(all, "%s{\"id\":%u}", i > 1 ? "," : "", i);
	g_string_append_printf(all, "]%s}}", n_unassigned > 100 ? ",\"next_cursor\":\"1\"" : "");
	return parse(all->str);
}

static gchar *
glance(guint n, guint n_unassigned, guint width)
{
	KnTerm term = {.width = width, .is_utf8 = TRUE};
	g_autoptr(JsonNode) all = clinic(n, n_unassigned);
	GString *out = g_string_new(NULL);

	kn_print_clinic(&term, out, kn_doc_root(all));
	return g_string_free(out, FALSE);
}

static void
a_glance_has_a_line_a_person_with_trouble_first_and_the_tray_behind(void)
{
	g_autofree gchar *out = glance(8, 2, 80);
	const gchar *late = strstr(out, "  Person 3");

	g_assert_cmpuint(assert_lines_fit(out, 80), <=, 24);
	for (guint i = 1; i <= 8; i++) {
		g_autofree gchar *name = g_strdup_printf("  Person %u", i);
		g_assert_nonnull(strstr(out, name));
	}
	g_assert_nonnull(late);
	g_assert_true(late < strstr(out, "  Person 1"));
	assert_has(out, "30 min  yesterday            pad 3: not synced for 5 days\n");
	assert_has(out, "  -  not in 14 d\n");
	assert_has(out, "  2 sessions belong to nobody yet: knead sessions --person unassigned\n");
}

static void
forty_persons_fit_on_a_screen_and_the_rest_is_counted(void)
{
	for (guint width = 40; width <= 120; width += 20) {
		g_autofree gchar *out = glance(40, 1, width);
		g_assert_cmpuint(assert_lines_fit(out, width), <=, 24);
		assert_has(out, "and 28 more: knead summary --by person");
		assert_has(out, "1 session belongs to nobody yet");
	}
}

static void
the_line_of_a_person_has_the_days_of_their_plan_and_no_word_on_it(void)
{
	g_autofree gchar *out = glance(8, 0, 80);
	g_autofree gchar *narrow = glance(8, 0, 40);

	assert_has(out, "Person 1            10 min  yesterday    4 of 7\n");
	/* a plan of which nothing is due, and no plan */
	assert_has(out, "Person 2            20 min  yesterday    -\n");
	assert_has(out, "Person 4            40 min  yesterday\n");
	assert_has(out, "Person 5            50 min  yesterday    2 of 5?\n");
	assert_has(narrow, "  Person 5       50 min 2/5? yesterday\n");
	assert_has(narrow, "  Person 1       10 min 4/7  yesterday\n");
	assert_has(narrow, "! Person 3       30 min      yesterday\n");
}

static void
a_long_name_leaves_what_is_to_do_readable(void)
{
	static const guint widths[] = {72, 80, 100};
	static const gchar *const wanted[] = {"not synced: hand rol…\n",
					      "not synced: hand roller of r…\n",
					      "hand roller of room 17: not synced for 5 days\n"};

	for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
		KnTerm term = {.width = widths[i], .is_utf8 = TRUE};
		g_autoptr(JsonNode) all = clinic(3, 0);
		g_autoptr(GString) out = g_string_new(NULL);
		JsonObject *devices = kn_doc_object(kn_doc_root(all), "devices");

		json_object_set_string_member(kn_doc_at(kn_doc_array(devices, "devices"), 2),
					      "label", "hand roller of room 17");
		kn_print_clinic(&term, out, kn_doc_root(all));
		assert_has(out->str, wanted[i]);
		assert_lines_fit(out->str, widths[i]);
	}
}

static void
the_tray_counts_what_the_list_of_the_unassigned_shows(void)
{
	g_autofree gchar *none = glance(2, 0, 80);
	g_autofree gchar *some = glance(2, 100, 80);
	g_autofree gchar *more = glance(2, 101, 80);

	g_assert_null(strstr(none, "nobody yet"));
	assert_has(some, "\n  100 sessions belong to nobody yet: ");
	assert_has(more, "\n  more than 100 sessions belong to nobody yet: ");
}

static void
a_glance_tells_what_of_the_week_is_missing_or_lost(void)
{
	for (guint width = 40; width <= 80; width += 40) {
		KnTerm term = {.width = width, .is_utf8 = TRUE};
		g_autoptr(JsonNode) all = clinic(40, 101);
		JsonObject *week = kn_doc_object(kn_doc_root(all), "week");
		g_autoptr(GString) lacking = g_string_new(NULL);
		g_autoptr(GString) lost = g_string_new(NULL);
		JsonArray *losses = json_array_new();

		json_object_set_int_member(week, "stored", 9);
		json_object_set_int_member(week, "expected", 10);
		kn_print_clinic(&term, lacking, kn_doc_root(all));
		assert_has(lacking->str, "\n  1 of 10 records missing (10.0 %)");
		json_array_add_object_element(losses, json_object_new());
		json_object_set_array_member(week, "data_loss", losses);
		kn_print_clinic(&term, lost, kn_doc_root(all));
		assert_has(lost->str, "\n  some may be lost with a damaged");
		assert_lines_fit(lacking->str, width);
		g_assert_cmpuint(assert_lines_fit(lost->str, width), <=, 24);
	}
}

static void
persons_of_whom_nobody_has_a_massager_are_a_clinic_too(void)
{
	g_autofree gchar *out = glance(0, 0, 80);

	assert_has(out, "Nobody has a massager now");
	assert_has(out, "sudo knead checkout DEVICE --to PERSON");
	assert_has(out, "No massager is recorded yet.\n");
}

static void
a_hub_is_a_clinic_with_its_first_person(void)
{
	g_autoptr(JsonNode) home = parse("{\"persons\":[]}");
	g_autoptr(JsonNode) first = parse("{\"persons\":[{\"id\":1,\"label\":\"Mia\"}]}");

	g_assert_false(kn_people_are_there(kn_doc_root(home)));
	g_assert_true(kn_people_are_there(kn_doc_root(first)));
}

static gchar *
table(const gchar *sort, guint width)
{
	KnTerm term = {.width = width, .is_utf8 = TRUE};
	g_autoptr(JsonNode) all = clinic(40, 0);
	GString *out = g_string_new(NULL);

	kn_print_device_table(&term, out, kn_doc_object(kn_doc_root(all), "devices"), sort);
	return g_string_free(out, FALSE);
}

static void
forty_pads_are_a_line_each_in_the_order_that_was_asked_for(void)
{
	/* pad 9 before pad 10; firmware 1.4.5, pad 40's, before 1.4.10; the lowest battery is pad 40's; pad 3 was synced longest ago; 6, 13, 20 … have six records to come */
	static const struct {
		const gchar *sort;
		const gchar *first;
		const gchar *second;
	} cases[] = {{"name", "  1 pad 1 ", "  2 pad 2 "},
		     {"battery", " 40 pad 40 ", " 39 pad 39 "},
		     {"firmware", " 40 pad 40 ", " 39 pad 39 "},
		     {"synced", "  3 pad 3 ", "  1 pad 1 "},
		     {"unsynced", "  6 pad 6 ", " 13 pad 13 "},
		     {"person", "  1 pad 1 ", "  2 pad 2 "}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree gchar *out = table(cases[i].sort, 80);
		g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
		g_autofree gchar *narrow = table(cases[i].sort, 40);

		g_assert_true(kn_people_is_sort(cases[i].sort));
		g_assert_cmpuint(assert_lines_fit(out, 80), ==, 42);
		g_assert_cmpuint(assert_lines_fit(narrow, 40), ==, 43);
		g_assert_true(g_str_has_prefix(lines[1], cases[i].first));
		g_assert_true(g_str_has_prefix(lines[2], cases[i].second));
	}
	g_assert_false(kn_people_is_sort("colour"));
}

/* Forty without a name, whose addresses differ in the last of six numbers only. */
static void
pads_without_a_name_are_told_apart_and_can_be_typed(void)
{
	static const guint widths[] = {40, 72, 80, 120};
	static const gchar *const lines[] = {"\n17 …00:00:11 ", "\n 17 …EE:00:00:11 ",
					     "\n 17 C0:FF:EE:00:00:11 ",
					     "\n 17 back14 C0:FF:EE:00:00:11 "};

	for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
		KnTerm term = {.width = widths[i], .is_utf8 = TRUE};
		g_autoptr(JsonNode) all = clinic(40, 0);
		JsonObject *devices = kn_doc_object(kn_doc_root(all), "devices");
		g_autoptr(GString) out = g_string_new(NULL);

		for (guint n = 1; n <= 40; n++) {
			JsonObject *device = kn_doc_at(kn_doc_array(devices, "devices"), n - 1);
			g_autofree gchar *address = g_strdup_printf("C0:FF:EE:00:00:%02X", n);

			json_object_remove_member(device, "label");
			json_object_set_string_member(device, "address", address);
			json_object_set_string_member(device, "kind", "back14");
		}
		kn_print_device_table(&term, out, devices, "name");
		assert_has(out->str, lines[i]);
		assert_has(out->str, "knead devices --device");
		assert_lines_fit(out->str, widths[i]);
	}
}

static void
a_pad_tells_firmware_battery_last_sync_what_is_to_come_and_who_has_it(void)
{
	static const guint widths[] = {72, 80, 200};
	g_autofree gchar *narrow = table("name", 40);

	for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
		g_autofree gchar *out = table("name", widths[i]);
		g_autofree gchar *squeezed = g_strdelimit(g_strdup(out), " ", '|');

		assert_lines_fit(out, widths[i]);
		assert_has(out, "firmware battery  up to date       unsynced  who has it\n");
		g_assert_true(
			g_regex_match_simple("\n\\|13\\|pad\\|13\\|+1\\.4\\.32\\|+87\\|%\\|\\|"
					     "today\\|08:00\\|+6\\|\\|Person\\|13\n",
					     squeezed, (GRegexCompileFlags)0, (GRegexMatchFlags)0));
	}
	assert_has(narrow, "pad 13          87 % today      Person …\n");
}

static void
few_pads_tell_who_has_them_and_all_on_one_screen(void)
{
	KnTerm term = {.width = 80, .is_utf8 = TRUE};
	g_autoptr(JsonNode) all = clinic(5, 0);
	JsonObject *devices = kn_doc_object(kn_doc_root(all), "devices");
	JsonObject *third = kn_doc_at(kn_doc_array(devices, "devices"), 2);
	g_autoptr(GString) out = g_string_new(NULL);

	json_object_set_string_member(third, "person_since", "2026-11-18T10:00:00+01:00");
	kn_print_devices(&term, out, devices);
	g_assert_cmpuint(assert_lines_fit(out->str, 80), <=, 24);
	assert_has(out->str,
		   "  pad 3  (number 3)  not synced for 5 days: bring it near the hub\n"
		   "    with Person 3 since Wed 18 Nov 10:00; battery 97 %; up to date Mon 16 "
		   "Nov\n    08:00; 3 records still to fetch\n");
	assert_has(out->str, "    with Person 5; battery 95 %; up to date today 08:00; 5 records");
}

static void
pads_that_are_only_heard_are_counted_below_a_table(void)
{
	g_autofree gchar *out = NULL;
	KnTerm term = {.width = 80, .is_utf8 = TRUE};
	g_autoptr(JsonNode) devices = parse("{\"devices\":[{\"address\":\"C0:FF:EE:00:00:07\"}]}");
	g_autoptr(GString) table_out = g_string_new(NULL);

	kn_print_device_table(&term, table_out, kn_doc_root(devices), "name");
	out = g_strdup(table_out->str);
	assert_has(out, "and 1 in range that is not recorded: sudo knead scan\n");
}

static void
a_person_is_shown_with_what_may_be_theirs(void)
{
	g_autoptr(JsonNode) person = parse(
		"{\"id\":4,\"label\":\"Mia\",\"external_id\":\"A-7\",\"devices\":[{\"label\":\"pad "
		"7\",\"since\":\"2026-11-18T10:00:00+01:00\"}]}");
	g_autoptr(JsonNode) all = parse(
		"{\"week\":{\"now\":\"" NOW "\",\"n_sessions\":2,\"duration_ms\":1200000,"
		"\"peak_hpa\":245,\"previous\":{\"n_sessions\":0}},\"sessions\":{\"sessions\":"
		"[{\"id\":17,\"start\":\"2026-11-21T08:00:00+01:00\",\"duration_ms\":600000}]}"
		",\"plan\":{\"plan\":{},\"today\":{\"n_planned\":2,\"n_delivered\":1},"
		"\"n_met_days\":3,\"n_due_days\":6,\"streak_days\":2}"
		",\"unassigned\":{\"sessions\":[{\"id\":12,\"duration_ms\":60000}]}}");
	g_autoptr(GString) out = g_string_new(NULL);

	kn_print_person(&utf8, out, kn_doc_root(person), kn_doc_root(all));
	assert_lines_fit(out->str, 80);
	assert_has(out->str, "Mia (person 4, A-7)\n  has pad 7 since Wed 18 Nov 10:00\n");
	assert_has(out->str, "these 7 days: 20 min in 2 sessions, 0 holds, firmest 24.5 kPa\n");
	assert_has(out->str, "the 7 before: nothing\n");
	assert_has(out->str, "last session: today 08:00, 10 min (knead show 17)\n");
	assert_has(out->str, "  Plan: 1 of 2 today, 3 of 6 days, streak 2\n");
	assert_has(out->str, "    12  at an unknown time, 60 s\n");
	assert_has(out->str, "if so: sudo knead assign 12 --to Mia\n");
}

/* the first and the last have no row yet: there is no number to type */
static void
a_session_without_a_number_is_in_no_hint(void)
{
	g_autoptr(JsonNode) person = parse("{\"id\":4,\"label\":\"Mia\"}");
	g_autoptr(JsonNode) all =
		parse("{\"week\":{\"now\":\"" NOW "\"},\"sessions\":{\"sessions\":[{\"start\":"
		      "\"2026-11-21T08:50:00+01:00\",\"duration_ms\":600000}]},\"unassigned\":{"
		      "\"sessions\":[{\"duration_ms\":60000},{\"id\":12,\"duration_ms\":60000}]}}");
	g_autoptr(JsonNode) one = parse("{\"unassigned\":{\"sessions\":[{\"duration_ms\":1}]}}");
	g_autoptr(GString) out = g_string_new(NULL);

	kn_print_person(&utf8, out, kn_doc_root(person), kn_doc_root(all));
	assert_has(out->str, "last session: today 08:50, 10 min (still going)\n");
	assert_has(out->str,
		   "had:\n    12  at an unknown time, 60 s\n    if so: sudo knead assign 12 ");
	g_string_truncate(out, 0);
	kn_print_person(&utf8, out, kn_doc_root(person), kn_doc_root(one));
	g_assert_null(strstr(out->str, "may be theirs"));
}

static void
a_list_of_persons_tells_the_day_they_have_it_since(void)
{
	g_autofree gchar *out = print(
		kn_print_persons, &utf8,
		"{\"now\":\"" NOW "\",\"persons\":[{\"label\":\"Mia\",\"devices\":[{\"label\":"
		"\"pad 7\",\"since\":\"2026-11-18T10:00:00+01:00\"}]},{\"label\":\"Ben\","
		"\"devices\":[{\"label\":\"pad 8\",\"since\":\"2026-11-21T08:00:00+01:00\"}]}]}");

	assert_has(out, "  pad 7 since Wed 18 Nov\n");
	assert_has(out, "  pad 8 since today\n");
}

static void
a_name_that_is_none_reaches_no_terminal(void)
{
	g_autofree gchar *out =
		print(kn_print_persons, &ascii,
		      "{\"now\":\"" NOW "\",\"persons\":[{\"id\":1,\"label\":\"a\\u001b[2Jb\","
		      "\"external_id\":\"\\u202e\",\"devices\":[]}]}");

	assert_ascii(out);
	g_assert_null(strchr(out, 0x1b));
	assert_has(out, "no massager\n");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/ctl/people/" #name, name)
	ADD(a_glance_has_a_line_a_person_with_trouble_first_and_the_tray_behind);
	ADD(forty_persons_fit_on_a_screen_and_the_rest_is_counted);
	ADD(the_line_of_a_person_has_the_days_of_their_plan_and_no_word_on_it);
	ADD(a_long_name_leaves_what_is_to_do_readable);
	ADD(the_tray_counts_what_the_list_of_the_unassigned_shows);
	ADD(a_glance_tells_what_of_the_week_is_missing_or_lost);
	ADD(persons_of_whom_nobody_has_a_massager_are_a_clinic_too);
	ADD(a_hub_is_a_clinic_with_its_first_person);
	ADD(forty_pads_are_a_line_each_in_the_order_that_was_asked_for);
	ADD(a_pad_tells_firmware_battery_last_sync_what_is_to_come_and_who_has_it);
	ADD(few_pads_tell_who_has_them_and_all_on_one_screen);
	ADD(pads_without_a_name_are_told_apart_and_can_be_typed);
	ADD(pads_that_are_only_heard_are_counted_below_a_table);
	ADD(a_person_is_shown_with_what_may_be_theirs);
	ADD(a_session_without_a_number_is_in_no_hint);
	ADD(a_list_of_persons_tells_the_day_they_have_it_since);
	ADD(a_name_that_is_none_reaches_no_terminal);
	return g_test_run();
}
