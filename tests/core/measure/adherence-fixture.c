/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "adherence-fixture.h"
#include <string.h>

void
case_init(Case *test)
{
	test->sessions = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
	test->plans = g_array_new(FALSE, FALSE, sizeof(KnPlanSpan));
	test->reaches = g_array_new(FALSE, FALSE, sizeof(KnReach));
	test->parsed = g_ptr_array_new_with_free_func((GDestroyNotify)kn_plan_free);
	test->days = NULL;
	g_assert_true(kn_zone_parse_day("2026-11-16", &test->monday));
}

void
case_clear(Case *test)
{
	g_ptr_array_unref(test->sessions);
	g_array_unref(test->plans);
	g_array_unref(test->reaches);
	g_ptr_array_unref(test->parsed);
	g_clear_pointer(&test->days, g_array_unref);
}

void
plan(Case *test, gint day, const gchar *text)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	KnPlanSpan span = {NULL, test->monday + day};

	if (text) {
		g_ptr_array_add(test->parsed, kn_plan_parse(text, strlen(text), problems));
		g_assert_cmpuint(problems->len, ==, 0);
		span.plan = test->parsed->pdata[test->parsed->len - 1];
	}
	g_array_append_val(test->plans, span);
}

KnSession *
press(Case *test, gint day, guint minutes, guint holds)
{
	static const ktp_Region regions[] = {ktp_REGION_RHOMBOIDS, ktp_REGION_RHOMBOIDS,
					     ktp_REGION_GLUTEUS};
	KnSession *session = g_new0(KnSession, 1);

	session->id = 1;
	session->device_id = 1;
	session->zone = g_strdup(ZONE);
	session->is_time_known = TRUE;
	session->start_utc_us = kn_zone_day_start_us(test->monday + day, ZONE) + DAY_US / 2;
	session->span.state = KN_SESSION_ENDED;
	session->is_completeness_known = TRUE;
	session->coverage = (KnCoverage){.stored = 1000, .expected = 1000};
	session->metrics.n_nodes = 3;
	for (guint i = 0; i < 3; i++)
		session->metrics.node[i] =
			(KnNodeMetrics){.contact_ms = (guint64)minutes * 60000,
					.mean_hpa = 300,
					.hold_count = i == 0 ? holds : 0,
					.hold_mean_hpa = holds > 0 ? 600 : 0,
					.region = regions[i],
					.side = i == 1 ? ktp_SIDE_RIGHT : ktp_SIDE_LEFT};
	g_ptr_array_add(test->sessions, session);
	return session;
}

void
press_part(Case *test, gint day, guint minutes)
{
	press(test, day, minutes, 0)->coverage.stored = 900;
}

const KnPlanDay *
fold(Case *test, gint today)
{
	KnAdherenceInput input = {test->sessions, test->plans,  test->reaches,
				  ZONE,           test->monday, test->monday + today};

	g_clear_pointer(&test->days, g_array_unref);
	test->days = kn_adherence_fold(&input);
	g_assert_cmpuint(test->days->len, ==, (guint)today + 1);
	return &g_array_index(test->days, KnPlanDay, 0);
}

void
assert_row(Case *test, const gchar *wanted)
{
	static const gchar letters[] = {
		[KN_DAY_UNPLANNED] = ' ', [KN_DAY_REST] = '-',    [KN_DAY_MET] = 'm',
		[KN_DAY_MISSED] = 'x',    [KN_DAY_UNKNOWN] = '?', [KN_DAY_OPEN] = 'o'};
	const KnPlanDay *days = fold(test, (gint)strlen(wanted) - 1);
	g_autofree gchar *row = g_strdup(wanted);

	for (gsize i = 0; i < strlen(wanted); i++)
		row[i] = letters[days[i].state];
	g_assert_cmpstr(row, ==, wanted);
}

guint
streak(Case *test)
{
	gboolean is_cut = FALSE;

	return kn_adherence_streak(test->days, &is_cut);
}
