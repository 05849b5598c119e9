/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* adherence-json FILE: what core/ makes of plans and sessions that adherence.py invented, as JSON. The file has lines of words:
 *   days FIRST TODAY ZONE                 first, as days since 1970; FIRST is a Monday
 *   plan FROM_DAY PATH|-                  by rising day
 *   reach FROM_US TO_US
 *   loss FROM_US TO_US
 *   session DEVICE START_US ZONE IS_KNOWN STATE IS_PROVISIONAL IS_NEWEST_KNOWN STORED EXPECTED UNREPAIRABLE
 *   node REGION SIDE CONTACT_MS MEAN_HPA HOLDS HOLD_MEAN_HPA      of the session before */

#include "core/measure/adherence.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct {
	KnAdherenceInput input;
	GPtrArray *sessions;
	GArray *plans;
	GArray *reaches;
	GArray *losses;
} Case;

static gint64
number(gchar **words, guint at)
{
	return g_ascii_strtoll(words[at], NULL, 10);
}

static gboolean
add_plan(Case *read, gchar **words)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	g_autofree gchar *text = NULL;
	gsize n_text = 0;
	KnPlanSpan span = {NULL, (KnDay)number(words, 1)};

	if (!g_str_equal(words[2], "-")) {
		if (!g_file_get_contents(words[2], &text, &n_text, NULL))
			return FALSE;
		span.plan = kn_plan_parse(text, n_text, problems);
		for (guint i = 0; i < problems->len; i++)
			fprintf(stderr, "%s\n", (gchar *)problems->pdata[i]);
		if (!span.plan)
			return FALSE;
	}
	g_array_append_val(read->plans, span);
	return TRUE;
}

static void
add_session(Case *read, gchar **words)
{
	KnSession *session = g_new0(KnSession, 1);

	session->device_id = number(words, 1);
	session->start_utc_us = number(words, 2);
	session->zone = g_strdup(words[3]);
	session->is_time_known = number(words, 4) != 0;
	session->span.state = (KnSessionState)number(words, 5);
	session->is_provisional = number(words, 6) != 0;
	session->is_completeness_known = number(words, 7) != 0;
	session->coverage.stored = (guint64)number(words, 8);
	session->coverage.expected = (guint64)number(words, 9);
	session->coverage.unrepairable = (guint64)number(words, 10);
	g_ptr_array_add(read->sessions, session);
}

static void
add_node(Case *read, gchar **words)
{
	KnSessionMetrics *metrics =
		&((KnSession *)read->sessions->pdata[read->sessions->len - 1])->metrics;

	metrics->node[metrics->n_nodes++] = (KnNodeMetrics){
		.region = (ktp_Region)number(words, 1),
		.side = (ktp_Side)number(words, 2),
		.contact_ms = (guint64)number(words, 3),
		.mean_hpa = (guint32)number(words, 4),
		.hold_count = (guint32)number(words, 5),
		.hold_mean_hpa = (guint32)number(words, 6),
	};
}

static gboolean
add_line(Case *read, gchar **words)
{
	if (g_strcmp0(words[0], "plan") == 0)
		return add_plan(read, words);
	if (g_strcmp0(words[0], "session") == 0) {
		add_session(read, words);
	} else if (g_strcmp0(words[0], "node") == 0) {
		add_node(read, words);
	} else if (g_strcmp0(words[0], "reach") == 0) {
		KnReach reach = {number(words, 1), number(words, 2)};
		g_array_append_val(read->reaches, reach);
	} else if (g_strcmp0(words[0], "loss") == 0) {
		KnLoss loss = {.from_us = number(words, 1), .to_us = number(words, 2)};
		g_array_append_val(read->losses, loss);
	} else if (g_strcmp0(words[0], "days") == 0) {
		read->input.first_day = (KnDay)number(words, 1);
		read->input.today = (KnDay)number(words, 2);
		read->input.zone = g_strdup(words[3]);
	}
	return TRUE;
}

static void
print_days(const GArray *days, KnDay first_day)
{
	gboolean is_cut = FALSE;
	guint streak = kn_adherence_streak(days, &is_cut);
	KnAdherence sum;

	kn_adherence_sum(days, first_day, G_MAXINT32, &sum);
	printf("{\"streak\": %u, \"is_cut\": %s, \"sum\": [%u, %u, %u, %u, %u, %u], \"days\": [",
	       streak, is_cut ? "true" : "false", sum.n_met, sum.n_missed, sum.n_unknown,
	       sum.n_open, sum.n_planned, sum.n_delivered);
	for (guint i = 0; i < days->len; i++) {
		const KnPlanDay *day = &g_array_index(days, KnPlanDay, i);

		printf("%s\n[\"%s\", %u, %u, [", i > 0 ? "," : "", kn_adherence_state(day->state),
		       day->n_planned, day->n_delivered);
		for (guint k = 0; day->plan && k < day->plan->n_items; k++) {
			const KnItemDay *item = &day->items[k];

			printf("%s[%u, %u, %" G_GUINT64_FORMAT ", %u, %u, %u]", k > 0 ? ", " : "",
			       item->n_planned, item->n_delivered, item->done_ms, item->done_holds,
			       item->n_week_planned, item->n_week_delivered);
		}
		printf("]]");
	}
	printf("]}\n");
}

int
main(int argc, char **argv)
{
	Case read = {
		.sessions = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free),
		.plans = g_array_new(FALSE, FALSE, sizeof(KnPlanSpan)),
		.reaches = g_array_new(FALSE, FALSE, sizeof(KnReach)),
		.losses = g_array_new(FALSE, FALSE, sizeof(KnLoss)),
	};
	g_autofree gchar *text = NULL;
	g_auto(GStrv) lines = NULL;
	g_autoptr(GArray) days = NULL;

	if (argc != 2 || !g_file_get_contents(argv[1], &text, NULL, NULL))
		return EXIT_FAILURE;
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++) {
		g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);
		if (!add_line(&read, words))
			return EXIT_FAILURE;
	}
	read.input.sessions = read.sessions;
	read.input.plans = read.plans;
	read.input.reaches = read.reaches;
	read.input.losses = read.losses;
	days = kn_adherence_fold(&read.input);
	print_days(days, read.input.first_day);
	for (guint i = 0; i < read.plans->len; i++)
		kn_plan_free((KnPlan *)g_array_index(read.plans, KnPlanSpan, i).plan);
	g_ptr_array_unref(read.sessions);
	g_array_unref(read.plans);
	g_array_unref(read.reaches);
	g_array_unref(read.losses);
	g_free((gchar *)read.input.zone);
	return EXIT_SUCCESS;
}
