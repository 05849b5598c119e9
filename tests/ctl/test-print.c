/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <string.h>

#define NOW "2026-11-21T09:00:00+01:00"

/* ---- screens ---- */

#define PLAN                                                                           \
	"{\"plan\":{},\"today\":{\"n_planned\":3,\"n_delivered\":2},\"n_met_days\":5," \
	"\"n_due_days\":7,\"streak_days\":12}"

static void
a_hub_without_a_massager_says_what_to_do(void)
{
	g_autoptr(JsonNode) empty = parse("{}");
	g_autoptr(JsonNode) heard =
		parse("{\"now\":\"" NOW "\",\"devices\":[{\"address\":\"C0:FF:EE:00:00:07\","
		      "\"name\":\"bed\",\"is_enrolled\":false}]}");
	g_autoptr(GString) out = g_string_new(NULL);
	JsonObject *nothing = json_node_get_object(empty);

	kn_print_glance(&ascii, out, nothing, nothing, nothing, nothing, nothing);
	assert_has(out->str, "No massager is recorded yet.");
	assert_has(out->str, "sudo knead scan");
	assert_has(out->str, "sudo knead pair ADDRESS");
	g_assert_cmpuint(assert_lines_fit(out->str, 80), <=, 24);
	g_string_truncate(out, 0);
	kn_print_glance(&ascii, out, nothing, nothing, nothing, nothing,
			json_node_get_object(heard));
	assert_has(out->str, "In range: C0:FF:EE:00:00:07  bed");
	assert_has(out->str, "sudo knead pair ADDRESS");
	/* and with no documents at all */
	g_string_truncate(out, 0);
	kn_print_glance(&ascii, out, NULL, NULL, NULL, NULL, NULL);
	assert_has(out->str, "No massager is recorded yet.");
}

static gchar *
many_devices(guint n)
{
	GString *text = g_string_new("{\"now\":\"" NOW "\",\"devices\":[");

	for (guint i = 0; i < n; i++)
		g_string_append_printf(
			text,
			"%s{\"address\":\"C0:FF:EE:00:00:%02X\",\"label\":\"the massager number %u "
			"of them\","
			"\"is_enrolled\":true,\"synced\":\"2026-11-%02uT08:00:00+01:00\","
			"\"battery\":{\"charge_permille\":%u}}",
			i > 0 ? "," : "", i, i, i == 7 ? 17 : 21, i == 6 ? 199 : 200);
	g_string_append(text, "]}");
	return g_string_free(text, FALSE);
}

static void
the_fullest_glance_is_24_lines_of_80_columns(void)
{
	g_autofree gchar *devices_text = many_devices(9);
	g_autoptr(JsonNode) devices = parse(devices_text);
	g_autoptr(JsonNode) sessions =
		parse("{\"sessions\":[{\"id\":3,\"duration_ms\":60000},{\"id\":2,\"start\":\"2026-"
		      "11-20T08:00:00+01:00\","
		      "\"duration_ms\":720000,\"device\":{\"label\":\"back bed\"}}]}");
	g_autoptr(JsonNode) today =
		parse("{\"last_day\":\"2026-11-21\",\"n_sessions\":2,\"duration_ms\":720000,"
		      "\"hold_count\":4,\"peak_hpa\":905,\"is_provisional\":true}");
	g_autoptr(GString) week_text =
		g_string_new("{\"n_sessions\":9,\"duration_ms\":5040000,\"stored\":9,"
			     "\"expected\":10,\"symmetry_permille\":40,\"days\":[");
	g_autoptr(JsonNode) week = NULL;
	g_autoptr(JsonNode) plan = parse(PLAN);
	g_autoptr(JsonNode) unset = parse("{\"clock\":\"unknown\"}");
	g_autoptr(GString) out = g_string_new(NULL);

	for (guint i = 0; i < 7; i++)
		g_string_append_printf(
			week_text,
			"%s{\"day\":\"2026-11-%u\",\"duration_ms\":%u,\"stored\":1,\"expected\":2}",
			i > 0 ? "," : "", 15 + i, 36000000 * i);
	g_string_append(week_text, "]}");
	week = parse(week_text->str);
	kn_print_glance(&utf8, out, json_node_get_object(today), json_node_get_object(plan),
			json_node_get_object(week), json_node_get_object(sessions),
			json_node_get_object(devices));
	g_assert_cmpuint(assert_lines_fit(out->str, 80), <=, 24);
	assert_has(out->str, "Today, Saturday 21 November\n  12 min in 2 sessions, 4 holds, "
			     "firmest 90.5 kPa (still going)\n");
	assert_has(out->str, "\n  Plan: 2 of 3 today, 5 of 7 days, streak 12\n");
	assert_has(out->str, "1 h 24 min in 9 sessions");
	assert_has(out->str, "left 52 %, right 48 %");
	assert_has(out->str, "1 of 10 records missing");
	/* the one with a known time, not the newest number */
	assert_has(out->str, "Last session: yesterday 08:00, 12 min, back bed");
	/* what needs a hand comes first, the rest is cut */
	assert_has(out->str, "battery 20 %; charge it");
	assert_has(out->str, "not synced for 4 days");
	/* the line of the plan takes the place of one of nine */
	assert_has(out->str, "and 5 more: knead devices");
	/* and so does the hint of the clock */
	g_string_truncate(out, 0);
	g_assert_true(kn_print_clock_hint(&utf8, out, json_node_get_object(unset)));
	kn_print_glance(&utf8, out, json_node_get_object(today), json_node_get_object(plan),
			json_node_get_object(week), json_node_get_object(sessions),
			json_node_get_object(devices));
	g_assert_cmpuint(assert_lines_fit(out->str, 80), <=, 24);
	assert_has(out->str, "and 6 more: knead devices");
}

static void
the_glance_fits_narrow_and_plain_terminals(void)
{
	static const guint widths[] = {40, 60, 80, 200};
	g_autofree gchar *devices_text = many_devices(3);
	g_autoptr(JsonNode) devices = parse(devices_text);
	g_autoptr(JsonNode) nothing = parse("{\"last_day\":\"2026-11-21\"}");
	g_autoptr(JsonNode) plan = parse(PLAN);

	for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
		const KnTerm term = {.width = widths[i]};
		g_autoptr(GString) out = g_string_new(NULL);

		kn_print_glance(&term, out, json_node_get_object(nothing),
				json_node_get_object(plan), json_node_get_object(nothing), NULL,
				json_node_get_object(devices));
		assert_lines_fit(out->str, widths[i]);
		assert_ascii(out->str);
		assert_has(out->str, "nothing yet");
	}
}

static void
a_list_fits_and_marks_what_is_not_final(void)
{
	g_autofree gchar *out = print(
		kn_print_sessions, &ascii,
		"{\"now\":\"" NOW "\",\"next_cursor\":\"1\",\"sessions\":["
		"{\"id\":4,\"start\":\"2026-11-21T08:00:00+01:00\",\"duration_ms\":720000,\"peak_"
		"hpa\":905,"
		"\"is_provisional\":true,\"device\":{\"label\":\"a label that is much too long for "
		"its column\"}},"
		"{\"id\":3,\"start\":\"2026-11-20T08:00:00+01:00\",\"stored\":1,\"expected\":2},"
		"{\"id\":2,\"time_uncertain\":true},"
		"{\"id\":1,\"start\":\"2025-11-20T08:00:00+01:00\",\"duration_ms\":720000}]}");

	assert_lines_fit(out, 80);
	assert_has(out, "today 08:00");
	assert_has(out, "still going");
	assert_has(out, "not all here");
	assert_has(out, "time unsure");
	assert_has(out, "older ones: add --limit 400 or --to");
}

static void
a_list_of_rated_sessions_of_persons_fits_and_cuts_nobodys_name_in_half(void)
{
	static const guint widths[] = {40, 47, 60, 71, 72, 75, 76, 80, 87, 88, 120, 200};

	for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
		const KnTerm term = {.width = widths[i]};
		g_autofree gchar *out = print(
			kn_print_sessions, &term,
			"{\"now\":\"" NOW
			"\",\"sessions\":[{\"id\":4,\"start\":\"2026-11-19T08:00:00+01:00\","
			"\"duration_ms\":4200000,\"peak_hpa\":905,\"device\":{\"label\":\"bed\"},"
			"\"person\":{\"label\":\"Jonas\"},\"words\":{\"pain_before\":10,\"pain_"
			"after\":10},"
			"\"stored\":1,\"expected\":2}]}");
		gboolean has_who = strstr(out, " who\n") != NULL;
		gboolean has_remark = strstr(out, "not all here") != NULL;

		g_assert_cmpuint(assert_lines_fit(out, widths[i]), ==, 2);
		g_assert_cmpint(has_who, ==, strstr(out, " Jonas") != NULL);
		g_assert_cmpint(has_who, ==, widths[i] >= 76);
		g_assert_cmpint(has_remark || strstr(out, " ?\n") != NULL, ==, TRUE);
		g_assert_cmpint(strstr(out, "10>10") != NULL, ==, strstr(out, " pain ") != NULL);
	}
}

static void
print_summary(const KnTerm *term, GString *out, JsonObject *summary)
{
	kn_print_summary(term, out, KN_BODYMAP_DOSE, summary);
}

static void
a_summary_is_told_in_words(void)
{
	g_autofree gchar *out = print(
		print_summary, &utf8,
		"{\"first_day\":\"2026-11-01\",\"last_day\":\"2026-11-30\","
		"\"now\":\"2026-12-01T09:00:00+01:00\",\"n_sessions\":9,\"duration_ms\":5040000,"
		"\"active_ms\":4500000,\"mean_hpa\":251,\"peak_hpa\":905,"
		"\"dose_hpa_ms\":504000000,\"hold_count\":0,"
		"\"stored\":8,\"expected\":10,\"gaps\":[{\"n_records\":2,"
		"\"reason\":\"open\"}],\"is_provisional\":true,"
		"\"n_time_uncertain\":1}");
	g_autofree gchar *empty = print(print_summary, &utf8,
					"{\"first_day\":\"2026-11-21\",\"last_day\":\"2026-11-21\","
					"\"now\":\"2026-11-21T09:00:00+01:00\"}");
	g_autofree gchar *rest =
		print(print_summary, &utf8,
		      "{\"first_day\":\"2026-11-15\",\"last_day\":\"2026-11-21\","
		      "\"now\":\"2026-11-21T09:00:00+01:00\",\"previous\":{\"first_day\":"
		      "\"2026-11-08\",\"last_day\":\"2026-11-14\",\"n_sessions\":8,"
		      "\"duration_ms\":3300000}}");
	g_autofree gchar *years = print(print_summary, &utf8,
					"{\"first_day\":\"2020-01-01\",\"last_day\":\"2026-11-19\","
					"\"now\":\"2026-12-01T09:00:00+01:00\"}");

	assert_has(years, "Wed  1 Jan 2020 to Thu 19 Nov 2026\n");
	assert_has(out, "Sunday 1 November to Monday 30 November\n");
	assert_has(out, "1 h 24 min in 9 sessions");
	assert_has(out, "none (30 s steady)");
	assert_has(out,
		   "2 of 10 records missing (20.0 %)\n             2 come when the massager is in "
		   "range and linked\n");
	assert_has(out, "a session is open: these numbers will grow");
	assert_has(out, "  Days       not certain for 1 of 9 sessions: the hub did not know");
	assert_has(out, "network");
	g_assert_null(strstr(years, "not certain"));
	g_assert_cmpstr(
		empty, ==,
		"Saturday 21 November\n  no session\n  The newest there are: knead sessions\n");
	g_assert_cmpstr(rest, ==,
			"Sunday 15 November to Saturday 21 November\n  no session\n"
			"  the 7 days before: 55 min in 8 sessions\n");
}

static void
what_was_said_stands_in_a_summary_a_line_each_and_the_rest_is_counted(void)
{
#define BEGIN                                                                \
	"{\"first_day\":\"2026-11-15\",\"last_day\":\"2026-11-21\",\"now\":" \
	"\"2026-11-21T09:00:00+01:00\",\"n_sessions\":9,\"said\":["
#define ONE(day, words) \
	"{\"session_id\":1,\"start\":\"2026-11-" day "T08:00:00+01:00\",\"words\":" words "}"
#define PAIN "{\"pain_before\":6,\"pain_after\":3,\"region\":\"left shoulder\"}"
	g_autofree gchar *two =
		print(print_summary, &utf8,
		      BEGIN ONE("20", PAIN) "," ONE(
			      "19", "{\"note\":\"slept badly, and then the train was "
				    "late, so I stood for an hour and a half\"}") "]}");
	g_autofree gchar *four = print(print_summary, &ascii,
				       BEGIN ONE("20", PAIN) "," ONE("19", PAIN) "," ONE(
					       "18", PAIN) "," ONE("17", PAIN) "]}");
	g_autofree gchar *many =
		print(print_summary, &utf8,
		      BEGIN ONE("20", PAIN) "," ONE("19", PAIN) "," ONE("18", PAIN) "," ONE(
			      "17", PAIN) "," ONE("16", PAIN) "],\"is_said_cut\":true}");

	assert_lines_fit(two, 80);
	assert_has(two,
		   "  Said       Fri 20 Nov: pain 6 before, 3 after (0 to 10); left shoulder\n"
		   "             Thu 19 Nov: \"slept badly, and then the train was late, so I stood"
		   " …\n");
	/* four fit in the lines that three and a count would take */
	assert_has(four, "Tue 17 Nov: pain 6");
	g_assert_null(strstr(four, "more: knead sessions"));
	assert_has(many, "             and of at least 2 more: knead sessions\n");
	g_assert_null(strstr(many, "Tue 17 Nov: pain"));
}

/* as if the screen had no right edge */
static gchar *
unwrap(const gchar *out)
{
	g_auto(GStrv) lines = g_strsplit(out, "\n  ", -1);

	return g_strjoinv(" ", lines);
}

static void
a_loss_is_told_whether_there_is_a_session_or_not(void)
{
	static const gchar loss[] =
		"\"data_loss\":[{\"to\":\"2026-11-20T13:02:00+01:00\",\"file\":\"f\"}]}";
	const struct {
		void (*print)(const KnTerm *term, GString *out, JsonObject *document);
		const gchar *begin;
	} screens[] = {
		{print_summary, "{\"first_day\":\"2026-11-21\",\"last_day\":\"2026-11-21\","},
		{print_summary, "{\"n_sessions\":1,"},
	};
	static const gchar left[] =
		"{\"n_sessions\":1,\"data_loss\":[{\"to\":\"2026-11-18T09:00:00+01:00\"},"
		"{\"from\":\"2026-11-20T12:58:00+01:00\",\"to\":\"2026-11-20T13:02:00+01:00\"}]}";
	static const gchar in_use[] =
		"{\"n_sessions\":1,\"data_loss\":[{\"from\":\"2026-11-20T12:58:00+01:00\","
		"\"to\":\"2026-11-20T13:02:00+01:00\",\"is_in_use\":true}]}";
	g_autofree gchar *of_disk = print(print_summary, &ascii, in_use);
	g_autofree gchar *disk_line = unwrap(of_disk);
	g_autofree gchar *wrapped = print(print_summary, &ascii, left);
	g_autofree gchar *rest = unwrap(wrapped);

	g_autoptr(JsonNode) week = parse("{\"n_sessions\":1,\"stored\":1,\"expected\":2,"
					 "\"data_loss\":[{}]}");
	g_autoptr(JsonNode) sessions = parse("{\"sessions\":[{\"id\":3}]}");
	g_autoptr(GString) glance = g_string_new(NULL);

	assert_has(disk_line,
		   "records on the hub's disk are damaged, and of what was recorded from "
		   "Fri 20 Nov 2026 12:58 to Fri 20 Nov 2026 13:02 some cannot be read");
	kn_print_glance(&ascii, glance, NULL, NULL, json_node_get_object(week),
			json_node_get_object(sessions), NULL);
	assert_has(glance->str, "some may be lost with a damaged database");
	for (gsize i = 0; i < G_N_ELEMENTS(screens); i++) {
		g_autofree gchar *document = g_strconcat(screens[i].begin, loss, NULL);
		g_autofree gchar *out = print(screens[i].print, &ascii, document);
		g_autofree gchar *line = unwrap(out);
		assert_lines_fit(out, 80);
		assert_has(line, "recorded before Fri 20 Nov 2026 13:02 (since when is not known)");
		assert_has(out, "kneadd --restore");
	}
	/* what a restore could not bring back has a time of its own */
	assert_has(rest, "recorded from Fri 20 Nov 2026 12:58 to Fri 20 Nov 2026 13:02, and at 1 "
			 "other time");
}

/* in the order of the hub: what is damaged in the database in use comes last */
static void
a_damaged_block_does_not_hide_what_can_be_restored(void)
{
	g_autofree gchar *out = print(
		print_summary, &ascii,
		"{\"n_sessions\":1,\"data_loss\":["
		"{\"to\":\"2026-11-17T09:00:00+01:00\",\"is_in_use\":false},"
		"{\"to\":\"2026-11-18T09:00:00+01:00\",\"is_in_use\":false},"
		"{\"from\":\"2026-11-20T12:58:00+01:00\",\"to\":\"2026-11-20T13:02:00+01:00\","
		"\"is_in_use\":true}]}");
	g_autofree gchar *line = unwrap(out);

	assert_lines_fit(out, 80);
	assert_has(line,
		   "Lost: the hub's database was damaged, and of what was recorded before "
		   "Wed 18 Nov 2026 09:00 (since when is not known), and at 1 other time some "
		   "is not here. kneadd --restore ");
	assert_has(line, "Also lost: records on the hub's disk are damaged, and of what was "
			 "recorded from Fri 20 Nov 2026 12:58 to Fri 20 Nov 2026 13:02 some "
			 "cannot be read any more. A backup ");
}

static void
devices_are_told_with_what_to_do(void)
{
	g_autofree gchar *text = many_devices(8);
	g_autofree gchar *out = print(kn_print_devices, &utf8, text);
	g_autofree gchar *none = print(kn_print_devices, &utf8, "{\"devices\":[]}");
	g_autofree gchar *heard = print(
		kn_print_devices, &utf8,
		"{\"devices\":[{\"address\":\"C0:FF:EE:00:00:07\",\"name\":\"\\u001b[31mbed\","
		"\"signal_dbm\":-91}]}");

	assert_lines_fit(out, 80);
	assert_has(out, "charge it");
	assert_has(out, "not synced for 4 days: bring it near the hub");
	assert_has(none, "No massager is in range");
	assert_has(heard, "C0:FF:EE:00:00:07  [31mbed");
	assert_has(heard, "far (-91 dBm)");
	g_assert_null(strchr(heard, '\x1b'));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ctl/print/a_hub_without_a_massager_says_what_to_do",
			a_hub_without_a_massager_says_what_to_do);
	g_test_add_func("/ctl/print/a_loss_is_told_whether_there_is_a_session_or_not",
			a_loss_is_told_whether_there_is_a_session_or_not);
	g_test_add_func("/ctl/print/a_damaged_block_does_not_hide_what_can_be_restored",
			a_damaged_block_does_not_hide_what_can_be_restored);
	g_test_add_func("/ctl/print/the_fullest_glance_is_24_lines_of_80_columns",
			the_fullest_glance_is_24_lines_of_80_columns);
	g_test_add_func("/ctl/print/the_glance_fits_narrow_and_plain_terminals",
			the_glance_fits_narrow_and_plain_terminals);
	g_test_add_func("/ctl/print/a_list_fits_and_marks_what_is_not_final",
			a_list_fits_and_marks_what_is_not_final);
	g_test_add_func("/ctl/print/"
			"a_list_of_rated_sessions_of_persons_fits_and_cuts_nobodys_name_in_"
			"half",
			a_list_of_rated_sessions_of_persons_fits_and_cuts_nobodys_name_in_half);
	g_test_add_func("/ctl/print/a_summary_is_told_in_words", a_summary_is_told_in_words);
	g_test_add_func("/ctl/print/"
			"what_was_said_stands_in_a_summary_a_line_each_and_the_rest_is_"
			"counted",
			what_was_said_stands_in_a_summary_a_line_each_and_the_rest_is_counted);
	g_test_add_func("/ctl/print/devices_are_told_with_what_to_do",
			devices_are_told_with_what_to_do);
	return g_test_run();
}
