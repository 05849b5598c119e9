/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include "ctl/people.h"

#include <string.h>

#define NOW "2026-11-21T09:00:00+01:00"

/* n persons, each with a pad of the same number; the third has not been near for five days, the last has not used it */
static JsonObject *
clinic(guint n, guint n_unassigned, JsonNode **week, JsonNode **devices)
{
	g_autoptr(GString) parts = g_string_new("{\"by\":\"person\",\"parts\":[");
	g_autoptr(GString) pads = g_string_new("{\"now\":\"" NOW "\",\"devices\":[");

	for (guint i = 1; i <= n; i++) {
		g_string_append_printf(parts,
				       "%s{\"person\":{\"id\":%u,\"label\":\"Person %u\"},"
				       "\"n_sessions\":3,\"n_data_days\":2,\"duration_ms\":%u%s}",
				       i > 1 ? "," : "", i, i, i < n ? i * 600000 : 0,
				       i < n ? ",\"last_start\":\"2026-11-20T18:05:00+01:00\""
					     : "");
		g_string_append_printf(
			pads,
			"%s{\"device_id\":%u,\"label\":\"pad %u\",\"is_enrolled\":true,"
			"\"firmware\":\"1.4.%u\",\"battery\":{\"charge_permille\":%u},"
			"\"n_unsynced\":%u,\"synced\":\"2026-11-%sT08:00:00+01:00\","
			"\"person\":{\"id\":%u,\"label\":\"Person %u\"}}",
			i > 1 ? "," : "", i, i, i, 1000 - 10 * i, i % 7, i == 3 ? "16" : "21", i,
			i);
	}
	if (n_unassigned > 0)
		g_string_append_printf(parts, ",{\"n_sessions\":%u,\"duration_ms\":60000}",
				       n_unassigned);
	g_string_append(parts, "]}");
	g_string_append(pads, "]}");
	*week = parse(parts->str);
	*devices = parse(pads->str);
	return kn_doc_root(*week);
}

static gchar *
glance(guint n, guint n_unassigned, guint width)
{
	KnTerm term = {.width = width, .is_utf8 = TRUE};
	g_autoptr(JsonNode) week = NULL;
	g_autoptr(JsonNode) devices = NULL;
	g_autoptr(JsonNode) nothing = parse("{}");
	GString *out = g_string_new(NULL);

	clinic(n, n_unassigned, &week, &devices);
	kn_print_glance(&term, out, kn_doc_root(nothing), NULL, kn_doc_root(week),
			kn_doc_root(nothing), kn_doc_root(devices));
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
	assert_has(out, "30 min  yesterday 18:05   pad 3: not synced for 5 days");
	assert_has(out, "  -  none in 14 days\n");
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
a_home_has_no_line_of_persons_and_no_tray(void)
{
	g_autoptr(JsonNode) home =
		parse("{\"by\":\"person\",\"parts\":[{\"n_sessions\":3,\"duration_ms\":60000}]}");
	g_autoptr(JsonNode) old = parse("{\"by\":\"place\",\"parts\":[]}");

	g_assert_false(kn_people_are_there(kn_doc_root(home)));
	g_assert_false(kn_people_are_there(kn_doc_root(old)));
}

static gchar *
table(const gchar *sort, guint width)
{
	KnTerm term = {.width = width, .is_utf8 = TRUE};
	g_autoptr(JsonNode) week = NULL;
	g_autoptr(JsonNode) devices = NULL;
	GString *out = g_string_new(NULL);

	clinic(40, 0, &week, &devices);
	kn_print_device_table(&term, out, kn_doc_root(devices), sort);
	return g_string_free(out, FALSE);
}

static void
forty_pads_are_a_line_each_in_the_order_that_was_asked_for(void)
{
	/* pad 9 before pad 10; the lowest battery is pad 40's; pad 3 was synced longest ago; 6, 13, 20 … have six records to come */
	static const struct {
		const gchar *sort;
		const gchar *first;
		const gchar *second;
	} cases[] = {{"name", "pad 1 ", "pad 2 "},
		     {"battery", "pad 40 ", "pad 39 "},
		     {"synced", "pad 3 ", "pad 1 "},
		     {"unsynced", "pad 6 ", "pad 13 "},
		     {"person", "pad 1 ", "pad 2 "}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree gchar *out = table(cases[i].sort, 80);
		g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
		g_autofree gchar *narrow = table(cases[i].sort, 40);

		g_assert_true(kn_people_is_sort(cases[i].sort));
		g_assert_cmpuint(assert_lines_fit(out, 80), ==, 41);
		g_assert_cmpuint(assert_lines_fit(narrow, 40), ==, 41);
		g_assert_true(g_str_has_prefix(lines[1], cases[i].first));
		g_assert_true(g_str_has_prefix(lines[2], cases[i].second));
	}
	g_assert_false(kn_people_is_sort("colour"));
}

static void
a_pad_tells_firmware_battery_last_sync_what_is_to_come_and_who_has_it(void)
{
	g_autofree gchar *out = table("name", 80);

	assert_has(out,
		   "massager           firmware  battery  up to date       unsynced  who has it\n");
	assert_has(out,
		   "pad 13             1.4.13       87 %  today 08:00             6  Person 13\n");
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
		",\"unassigned\":{\"sessions\":[{\"id\":12,\"duration_ms\":60000}]}}");
	g_autoptr(GString) out = g_string_new(NULL);

	kn_print_person(&utf8, out, kn_doc_root(person), kn_doc_root(all));
	assert_lines_fit(out->str, 80);
	assert_has(out->str, "Mia (person 4, A-7)\n  has pad 7 since Wed 18 Nov 10:00\n");
	assert_has(out->str, "these 7 days: 20 min in 2 sessions, 0 holds, firmest 24.5 kPa\n");
	assert_has(out->str, "the 7 before: nothing\n");
	assert_has(out->str, "last session: today 08:00, 10 min (knead show 17)\n");
	assert_has(out->str, "    12  at an unknown time, 60 s\n");
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
	ADD(a_home_has_no_line_of_persons_and_no_tray);
	ADD(forty_pads_are_a_line_each_in_the_order_that_was_asked_for);
	ADD(a_pad_tells_firmware_battery_last_sync_what_is_to_come_and_who_has_it);
	ADD(a_person_is_shown_with_what_may_be_theirs);
	ADD(a_name_that_is_none_reaches_no_terminal);
	return g_test_run();
}
