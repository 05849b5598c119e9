/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/base/json-depth.h"

#include <string.h>

static gboolean
is_within(const gchar *text, guint max_depth)
{
	return kn_json_depth_is_within(text, strlen(text), max_depth);
}

static gchar *
nested(guint depth, gboolean is_objects)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < depth; i++)
		g_string_append(text, is_objects ? "{\"a\":" : "[");
	g_string_append(text, "1");
	for (guint i = 0; i < depth; i++)
		g_string_append_c(text, is_objects ? '}' : ']');
	return g_string_free(text, FALSE);
}

static void
takes_sixteen_levels_and_refuses_seventeen(void)
{
	for (guint is_objects = 0; is_objects < 2; is_objects++) {
		g_autofree gchar *at_limit = nested(KN_JSON_DEPTH_MAX, is_objects);
		g_autofree gchar *above = nested(KN_JSON_DEPTH_MAX + 1, is_objects);
		g_autofree gchar *far_above = nested(10 * KN_JSON_DEPTH_MAX, is_objects);

		g_assert_true(is_within(at_limit, KN_JSON_DEPTH_MAX));
		g_assert_false(is_within(above, KN_JSON_DEPTH_MAX));
		g_assert_false(is_within(far_above, KN_JSON_DEPTH_MAX));
	}
}

static void
counts_depth_and_not_brackets(void)
{
	g_assert_true(is_within("[[],[],[],[],[{},{}]]", 3));
	g_assert_false(is_within("[[],[],[],[],[{},{}]]", 2));
	g_assert_true(is_within("", 0));
	g_assert_true(is_within("1", 0));
	g_assert_false(is_within("[]", 0));
	/* closing more than was opened earns no credit, and is no JSON */
	g_assert_false(is_within("]]]][[", 1));
	g_assert_false(is_within("{}],[{}", 16));
}

static void
ignores_brackets_in_strings(void)
{
	g_assert_true(is_within("{\"a\":\"[[[[{{{{\"}", 1));
	g_assert_true(is_within("{\"a\":\"\\\"[[[[\"}", 1));
	g_assert_true(is_within("{\"a\":\"\\\\\"}", 1));
	g_assert_false(is_within("{\"a\\\\\":[[]]}", 2));
	g_assert_true(is_within("\"\\u005b[\"", 0));
}

/* a reader that is laxer than JSON would see strings elsewhere, and brackets that this scan took for text */
static void
refuses_what_could_hide_brackets(void)
{
	g_assert_false(is_within("/*\"*/[[[[", 16));
	g_assert_false(is_within("//\"\n[1]", 16));
	g_assert_false(is_within("#\"\n[1]", 16));
	g_assert_false(is_within("'\"'[1]", 16));
	g_assert_false(is_within("\"\\u\" \"[[[[", 16));
	g_assert_false(is_within("\"\\u12g4\"", 16));
	g_assert_false(is_within("\"\\x\"", 16));
	g_assert_false(is_within("\"a\nb\"", 16));
	g_assert_false(kn_json_depth_is_within("\"\\\0\"", 4, 16));
	g_assert_false(kn_json_depth_is_within("1\0[", 3, 16));
}

static void
refuses_what_parsers_read_in_several_ways(void)
{
	static const gchar *const bad[] = {
		"0x10", "010", "-01", "1x",          "1e999", "-1e999", "9223372036854775808",
		"--1",  "1-1", "-",   "\"a\\u0000\""};
	static const gchar *const good[] = {"0",   "-1",     "9223372036854775807",
					    "1e3", "1.5E-3", "\"a\\\\u0000\""};
	g_autofree gchar *zeros = g_strnfill(62, '0');
	g_autofree gchar *at_limit = g_strconcat("1.", zeros, NULL);
	g_autofree gchar *above = g_strconcat(at_limit, "0", NULL);

	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_test_message("%s", bad[i]);
		g_assert_false(is_within(bad[i], 16));
	}
	for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
		g_test_message("%s", good[i]);
		g_assert_true(is_within(good[i], 16));
	}
	/* more digits than anything has */
	g_assert_true(is_within(at_limit, 16));
	g_assert_false(is_within(above, 16));
}

/* the bytes may end anywhere: every prefix is looked at in a buffer of exactly its size, under ASan */
static void
never_reads_past_the_end(void)
{
	static const gchar text[] = "{\"a\\\"b\":[\"\\u00e9\",[{\"c\":\"\\\\\"}]]}";

	for (gsize n = 0; n < sizeof text; n++) {
		g_autofree gchar *exact = g_memdup2(text, n);
		gboolean is_ok = kn_json_depth_is_within(exact != NULL ? exact : "", n, 4);
		guint n_quotes = 0;

		/* outside of strings, every prefix of it is fine */
		for (gsize i = 0; i < n; i++) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				n_quotes++;
		}
		g_assert_cmpint(is_ok, ==, n_quotes % 2 == 0 && n < sizeof text);
	}
	g_assert_false(is_within("\"never ends", 16));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/json-depth/takes_sixteen_levels_and_refuses_seventeen",
			takes_sixteen_levels_and_refuses_seventeen);
	g_test_add_func("/core/json-depth/counts_depth_and_not_brackets",
			counts_depth_and_not_brackets);
	g_test_add_func("/core/json-depth/ignores_brackets_in_strings",
			ignores_brackets_in_strings);
	g_test_add_func("/core/json-depth/refuses_what_could_hide_brackets",
			refuses_what_could_hide_brackets);
	g_test_add_func("/core/json-depth/refuses_what_parsers_read_in_several_ways",
			refuses_what_parsers_read_in_several_ways);
	g_test_add_func("/core/json-depth/never_reads_past_the_end", never_reads_past_the_end);
	return g_test_run();
}
