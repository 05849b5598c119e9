/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/command.h"
#include "ctl/print.h"

/* keys of the question with their values; NULL: not asked */
typedef struct {
	const gchar *period;
	const gchar *day;
	const gchar *from;
	const gchar *to;
	const gchar *by;
} Question;

static void
append_key(GString *path, const gchar *key, const gchar *value)
{
	g_autofree gchar *escaped = value != NULL ? g_uri_escape_string(value, NULL, FALSE) : NULL;

	if (escaped != NULL)
		g_string_append_printf(path, "&%s=%s", key, escaped);
}

/* the words of the days themselves are the hub's to read; here only which of them go together. FALSE: do not */
static gboolean
read_days(const KnCall *call, const gchar *days, Question *ret_question)
{
	gboolean is_range = call->from != NULL || call->to != NULL;
	gboolean is_day = call->day != NULL && !call->is_week && !call->is_month;
	guint n = (days != NULL) + is_range + call->is_week + call->is_month + is_day;
	Question question = {.period = "week", .day = call->day};

	if (n > 1 || (call->day != NULL && (n == 0 || days != NULL)) ||
	    (is_range && (call->from == NULL || call->day != NULL)))
		return FALSE;
	if (days != NULL)
		question = (Question){.period = "range", .from = days, .to = days};
	else if (is_range)
		question = (Question){.period = "range", .from = call->from, .to = call->to};
	else if (call->is_month)
		question = (Question){
			.period = "month",
			.day = call->month != NULL ? call->month : call->day,
		};
	else if (is_day)
		question.period = "day";
	*ret_question = question;
	return TRUE;
}

gboolean
kn_call_read_view(const KnCall *call, KnBodymapView *ret_view)
{
	if (g_strcmp0(call->by, "peak") == 0)
		*ret_view = KN_BODYMAP_PEAK;
	else if (call->by == NULL || g_str_equal(call->by, "dose"))
		*ret_view = KN_BODYMAP_DOSE;
	else
		return FALSE;
	return TRUE;
}

static gboolean
read_by(const KnCall *call, KnBodymapView *ret_view, Question *question)
{
	static const gchar *const bys[] = {"region", "side", "node", "device", "person", NULL};

	*ret_view = KN_BODYMAP_DOSE;
	if (kn_call_read_view(call, ret_view))
		return TRUE;
	question->by = call->by;
	return g_strv_contains(bys, call->by);
}

gint
kn_cmd_summary(KnCall *call, const gchar *argument)
{
	g_autoptr(GString) path = g_string_new("/v1/summary?period=");
	g_autoptr(JsonNode) node = NULL;
	KnBodymapView view = KN_BODYMAP_DOSE;
	Question question = {0};
	gint failed = KN_EXIT_OK;

	if (!read_days(call, argument, &question))
		return kn_call_usage("summary", "say the days in one way: DAYS, --since (or "
						"--from) with or without --to, --day, --week or "
						"--month");
	if (!read_by(call, &view, &question))
		return kn_call_usage("summary",
				     "--by takes dose, peak, region, side, node, device or person");
	g_string_append(path, question.period);
	append_key(path, "day", question.day);
	append_key(path, "from", question.from);
	append_key(path, "to", question.to);
	append_key(path, "device", call->device);
	append_key(path, "person", call->people.person);
	append_key(path, "by", question.by);
	failed = kn_call_ask(call, path->str, NULL, &node);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, node);
	else
		kn_print_summary(&call->term, call->out, view, kn_doc_root(node));
	return KN_EXIT_OK;
}
