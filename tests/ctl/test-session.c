/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/bodymap.h"
#include "lines.h"
#include <stdio.h>
#include <string.h>

/* ---- completeness in words ---- */

static void
assert_data(const gchar *document, const gchar *wanted)
{
	g_autoptr(JsonNode) node = parse(document);
	g_autoptr(GPtrArray) lines = kn_print_completeness_lines(json_node_get_object(node));
	g_autofree gchar *joined = NULL;

	g_ptr_array_add(lines, NULL);
	joined = g_strjoinv("|", (gchar **)lines->pdata);
	g_assert_cmpstr(joined, ==, wanted);
}

static void
says_what_is_missing_and_why(void)
{
	assert_data("{\"stored\":1204,\"expected\":1204,\"is_completeness_known\":true}",
		    "all that the massager recorded is here");
	assert_data("{\"stored\":10,\"expected\":10,\"is_completeness_known\":false}",
		    "not known yet whether all of it is here");
	assert_data("{\"stored\":1202,\"expected\":1204,\"gaps\":[{\"n_records\":2,\"reason\":"
		    "\"open\"}]}",
		    "2 of 1,204 records missing (0.2 %)|2 come when the massager is in range and "
		    "linked");
	assert_data("{\"stored\":11999,\"expected\":12000,\"gaps\":[{\"n_records\":1,"
		    "\"reason\":\"unreadable\"}]}",
		    "1 of 12,000 records missing (under 0.1 %)|1 is gone for good: the massager's "
		    "memory did not give it back whole");
	/* each reason, in the order of hope; one that is not known here is told all the same, cleaned */
	assert_data("{\"stored\":0,\"expected\":10,\"gaps\":["
		    "{\"n_records\":4,\"reason\":\"erased\"},"
		    "{\"n_records\":1,\"reason\":\"disk \\u001b[2Jlost\"},"
		    "{\"n_records\":2,\"reason\":\"overwritten\"},"
		    "{\"n_records\":3,\"reason\":\"open\"}]}",
		    "10 of 10 records missing (100.0 %)|"
		    "3 come when the massager is in range and linked|"
		    "2 are gone for good: the massager's memory ran over before the hub came|"
		    "4 were erased, as somebody asked|1 missing: disk [2Jlost");
	/* of a summary: where to look, each session once */
	assert_data("{\"stored\":0,\"expected\":10,\"gaps\":["
		    "{\"n_records\":1,\"session_id\":9,\"reason\":\"open\"},"
		    "{\"n_records\":1,\"session_id\":9,\"reason\":\"open\"},"
		    "{\"n_records\":1,\"session_id\":8,\"reason\":\"open\"},"
		    "{\"n_records\":1,\"session_id\":7,\"reason\":\"open\"},"
		    "{\"n_records\":5,\"session_id\":6,\"reason\":\"open\"},"
		    "{\"n_records\":1,\"session_id\":6,\"reason\":\"overwritten\"}]}",
		    "10 of 10 records missing (100.0 %)|"
		    "9 of sessions 9, 8, 7 and 1 more come when the massager is in range and "
		    "linked|1 of session 6 is gone for good: the massager's memory ran over "
		    "before the hub came");
	/* what no gap names */
	assert_data("{\"stored\":1203,\"expected\":1204}",
		    "1 of 1,204 records missing (under 0.1 %)|1 not named yet: the massager is "
		    "still to say whether it has it");
	assert_data("{\"stored\":1200,\"expected\":1204,\"is_gaps_cut\":true}",
		    "4 of 1,204 records missing (0.3 %)|more sessions lack some than are named "
		    "here: ask for fewer days");
	assert_data("{}", "not known yet whether all of it is here");
}

static void
sides_add_up_to_a_hundred(void)
{
	for (gint symmetry = -1000; symmetry <= 1000; symmetry++) {
		g_autofree gchar *text = g_strdup_printf("{\"symmetry_permille\":%d}", symmetry);
		g_autoptr(JsonNode) node = parse(text);
		g_autofree gchar *sides = kn_print_sides(json_node_get_object(node));
		gint left = -1;
		gint right = -1;

		g_assert_cmpint(sscanf(sides, "left %d %%, right %d %%", &left, &right), ==, 2);
		g_assert_cmpint(left + right, ==, 100);
		/* L is (1 + s) / 2 of both, within the rounding */
		g_assert_cmpint(ABS(20 * left - (1000 + symmetry)), <=, 10);
	}
	{
		g_autoptr(JsonNode) none = parse("{}");

		g_assert_null(kn_print_sides(json_node_get_object(none)));
	}
}

/* ---- the body ---- */

static const gchar body[] =
	"[{\"region\":\"quadratus-lumborum\",\"side\":\"left\",\"dose_hpa_ms\":40000000,\"peak_"
	"hpa\":905},"
	"{\"region\":\"quadratus-lumborum\",\"side\":\"right\",\"dose_hpa_ms\":9999,\"peak_hpa\":"
	"50},"
	"{\"region\":\"upper-trapezius\",\"side\":\"right\",\"dose_hpa_ms\":20000000,\"peak_hpa\":"
	"300},"
	"{\"region\":\"upper-trapezius\",\"side\":\"left\",\"dose_hpa_ms\":0,\"peak_hpa\":0},"
	"{\"region\":\"gluteus\",\"side\":\"centre\",\"dose_hpa_ms\":30000000,\"peak_hpa\":123}]";

static gchar **
map_lines(const KnTerm *term, const gchar *nodes)
{
	g_autoptr(JsonNode) node = parse(nodes);
	g_autoptr(GString) out = g_string_new(NULL);

	kn_bodymap_append(term, out, KN_BODYMAP_DOSE, json_node_get_array(node));
	assert_lines_fit(out->str, 80);
	return g_strsplit(out->str, "\n", -1);
}

static void
the_body_is_drawn_from_the_neck_down(void)
{
	g_auto(GStrv) lines = map_lines(&utf8, body);

	/* head line, three places, end */
	g_assert_cmpuint(g_strv_length(lines), ==, 5);
	assert_has(lines[1], "shoulder (upper trapezius)");
	assert_has(lines[2], "waist (quadratus lumb.)");
	assert_has(lines[3], "seat (gluteus)");
	/* 20,000,000 of 40,000,000 is the third of four shades, nothing is dots */
	assert_has(lines[1], "0 ····· ┃ ▓▓▓▓▓ 2,000");
	assert_has(lines[2], "4,000 █████ ┃ ░░░░░ 1 ");
	assert_has(lines[2], "90.5    5.0");
	assert_has(lines[3], "3,000     █████");
	assert_has(lines[3], "12.3");
}

static void
the_body_needs_no_utf8(void)
{
	g_auto(GStrv) lines = map_lines(&ascii, body);
	g_autofree gchar *joined = g_strjoinv("\n", lines);

	assert_ascii(joined);
	assert_has(joined, "2,000");
	assert_has(joined, "4,000 ##### | ----- 1");
}

static void
strange_layouts_are_survived(void)
{
	g_auto(GStrv) none = map_lines(&utf8, "[]");
	g_auto(GStrv) odd = map_lines(
		&utf8, "[{}, 1, null, {\"region\": 7, \"side\": \"up\"}, {\"dose_hpa_ms\": -5},"
		       "{\"region\": \"\\u001b[2Jx\", \"side\": \"left\"},"
		       "{\"side\": \"left\", \"dose_hpa_ms\": 9223372036854775807}]");
	g_autofree gchar *joined = g_strjoinv("\n", odd);

	g_assert_cmpuint(g_strv_length(none), ==, 2);
	g_assert_null(strchr(joined, '\x1b'));
}

/* ---- all of it ---- */

static void
a_session_is_told_in_words(void)
{
	static const gchar text[] =
		"{\"id\":12,\"start\":\"2026-11-21T08:12:00+01:00\",\"tz\":"
		"\"Europe/Berlin\",\"duration_ms\":720000,"
		"\"active_ms\":660000,\"device\":{\"label\":\"back "
		"bed\"},\"mean_hpa\":251,\"peak_hpa\":905,"
		"\"dose_hpa_ms\":504000000,\"symmetry_permille\":111,\"hold_"
		"count\":3,\"hold_longest_ms\":45000,"
		"\"hold_mean_hpa\":612,\"saturation_permille\":12,\"rocking_"
		"centi_per_min\":2400,\"strokes\":0,"
		"\"stored\":1204,\"expected\":1204,\"is_completeness_known\":"
		"true,\"is_provisional\":true,"
		"\"time_uncertain\":true,\"is_duration_disputed\":true,"
		"\"device_duration_ms\":600000,"
		"\"nodes\":[{\"region\":\"rhomboids\",\"side\":\"left\",\"dose_"
		"hpa_ms\":10,\"buildup_hpa\":-32,\"n_samples\":100,\"mean_hpa\":300},"
		"{\"region\":\"rhomboids\",\"side\":\"right\",\"dose_hpa_ms\":"
		"20,\"buildup_hpa\":48,\"n_samples\":300,\"mean_hpa\":400}]}";
	static const gchar curve_text[] =
		"{\"n_slices\":4,\"slice_ms\":180000,\"nodes\":["
		"{\"region\":\"rhomboids\",\"mean_hpa\":[0,100,null,700]},"
		"{\"region\":\"rhomboids\",\"mean_hpa\":[0,300,null,null]}]}";
	g_autoptr(JsonNode) session = parse(text);
	g_autoptr(JsonNode) curve = parse(curve_text);
	g_autoptr(GString) out = g_string_new(NULL);

	kn_print_session(&utf8, out, KN_BODYMAP_DOSE, json_node_get_object(session),
			 json_node_get_object(curve));
	assert_lines_fit(out->str, 80);
	assert_has(out->str, "Session 12, back bed, Sat 21 Nov 2026 08:12 (Europe/Berlin time)\n");
	assert_has(out->str, "12 min, pressed 11 min: 25.1 kPa average, 90.5 kPa firmest\n");
	assert_has(out->str, "50,400 kPa·s (pressure times time), left 56 %, right 44 %");
	assert_has(out->str, "3 holds (30 s steady or more), the longest 45 s, around 61.2 kPa");
	assert_has(out->str, "Rhythm: 24.0 half swings/min; pressure rose 4.8 kPa");
	assert_has(out->str, "For 1.2 % of the time a sensor was at its limit");
	assert_has(out->str, "Still going");
	assert_has(out->str, "not certain: the hub did not know the time then");
	assert_has(out->str, "network");
	assert_has(out->str, "The massager itself counted 10 min.");
	/* slices of 0 and 0, 100 and 300, nothing, 700 alone: 0, 2/7, hole, 1. Beside them the mean of all samples, whatever the
	 * slices are: (100 * 30.0 + 300 * 40.0) / 400 = 37.5 */
	assert_has(out->str, "▁▃ █ 37.5 kPa");
	g_assert_null(strstr(out->str, "stroke"));
	/* an empty document and a missing curve are survived */
	g_string_truncate(out, 0);
	kn_print_session(&ascii, out, KN_BODYMAP_DOSE, NULL, NULL);
	assert_ascii(out->str);
}

static void
whose_it_is_and_that_it_was_deleted_is_told(void)
{
	g_autoptr(JsonNode) session =
		parse("{\"id\":41,\"person\":{\"id\":1,\"label\":\"Mia\"},\"is_deleted\":true}");
	g_autoptr(GString) out = g_string_new(NULL);

	kn_print_session(&ascii, out, KN_BODYMAP_DOSE, json_node_get_object(session), NULL);
	assert_has(out->str, "  of Mia\n");
	assert_has(out->str, "Deleted by hand");
	assert_lines_fit(out->str, 80);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ctl/print/says_what_is_missing_and_why", says_what_is_missing_and_why);
	g_test_add_func("/ctl/print/sides_add_up_to_a_hundred", sides_add_up_to_a_hundred);
	g_test_add_func("/ctl/print/the_body_is_drawn_from_the_neck_down",
			the_body_is_drawn_from_the_neck_down);
	g_test_add_func("/ctl/print/the_body_needs_no_utf8", the_body_needs_no_utf8);
	g_test_add_func("/ctl/print/strange_layouts_are_survived", strange_layouts_are_survived);
	g_test_add_func("/ctl/print/a_session_is_told_in_words", a_session_is_told_in_words);
	g_test_add_func("/ctl/print/whose_it_is_and_that_it_was_deleted_is_told",
			whose_it_is_and_that_it_was_deleted_is_told);
	return g_test_run();
}
