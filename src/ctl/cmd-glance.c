/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/command.h"
#include "ctl/format.h"
#include "ctl/people.h"
#include "ctl/print.h"

/* with 5 massagers and every line that may appear the screen is 24 lines high */
enum { DEVICES_SHOWN = 5, BAR_COLUMNS_MAX = 30, NARROW = 60 };

static void
append_line(const KnTerm *term, GString *out, KnStyle style, const gchar *text)
{
	kn_term_paint(term, out, style, text);
	g_string_append_c(out, '\n');
}

/* "12 min in 2 sessions, 4 holds, firmest 24.5 kPa" */
static gchar *
period_words(JsonObject *period)
{
	guint64 n_holds = (guint64)MAX(kn_doc_int(period, "hold_count", 0), 0);
	g_autofree gchar *time =
		kn_format_duration((guint64)MAX(kn_doc_int(period, "duration_ms", 0), 0));
	g_autofree gchar *sessions = kn_format_plural(
		(guint64)MAX(kn_doc_int(period, "n_sessions", 0), 0), "session", "sessions");
	g_autofree gchar *holds = kn_format_plural(n_holds, "hold", "holds");
	g_autofree gchar *peak = kn_format_kpa(kn_doc_int(period, "peak_hpa", 0));

	return g_strdup_printf("%s in %s%s%s, firmest %s%s", time, sessions,
			       n_holds > 0 ? ", " : "", n_holds > 0 ? holds : "", peak,
			       kn_doc_bool(period, "is_provisional") ? " (still going)" : "");
}

void
kn_print_today(const KnTerm *term, GString *out, JsonObject *today)
{
	g_autofree gchar *day = kn_format_long_day(kn_doc_text(today, "last_day"));
	g_autofree gchar *title = g_strconcat("Today, ", day, NULL);
	g_autofree gchar *words = period_words(today);

	append_line(term, out, KN_STYLE_TITLE, title);
	kn_print_wrapped(term, out, "  ",
			 kn_doc_int(today, "n_sessions", 0) > 0 ? words : "nothing yet");
}

static void
append_bars(const KnTerm *term, GString *out, JsonArray *days)
{
	guint n_columns = CLAMP(term->width - (term->width < NARROW ? 28 : 40), 8, BAR_COLUMNS_MAX);
	guint64 max = 0;

	for (guint i = 0; i < kn_doc_length(days); i++)
		max = MAX(max, (guint64)MAX(kn_doc_int(kn_doc_at(days, i), "duration_ms", 0), 0));
	for (guint i = 0; i < MIN(kn_doc_length(days), 7); i++) {
		JsonObject *day = kn_doc_at(days, i);
		guint64 ms = (guint64)MAX(kn_doc_int(day, "duration_ms", 0), 0);
		g_autofree gchar *name = kn_format_day(kn_doc_text(day, "day"));
		g_autofree gchar *bar = kn_term_bar(term, ms, max, n_columns);
		g_autofree gchar *time = kn_format_duration(ms);
		gboolean is_short = kn_doc_int(day, "stored", 0) < kn_doc_int(day, "expected", 0);

		g_string_append_printf(out, "  %s  %s  %s%s\n", name, bar, ms > 0 ? time : "-",
				       !is_short              ? ""
				       : term->width < NARROW ? " ?"
							      : ", not all here");
	}
}

/* what changed against the seven days before, when there is something to tell */
static void
append_week_title(const KnTerm *term, GString *out, JsonObject *week)
{
	JsonObject *change = kn_doc_object(week, "change_permille");
	gboolean has_time = kn_doc_has(change, "duration_ms");
	gboolean has_dose = kn_doc_has(change, "dose_hpa_ms");
	g_autofree gchar *time = kn_term_change(term, kn_doc_int(change, "duration_ms", 0));
	g_autofree gchar *dose = kn_term_change(term, kn_doc_int(change, "dose_hpa_ms", 0));
	g_autofree gchar *words =
		has_time || has_dose
			? g_strdup_printf("The last seven days (%s%s%s%s%s to the seven before)",
					  has_time ? "time " : "", has_time ? time : "",
					  has_time && has_dose ? ", " : "", has_dose ? "dose " : "",
					  has_dose ? dose : "")
			: g_strdup("The last seven days");
	gboolean is_fit = kn_term_columns(words) <= term->width;

	append_line(term, out, KN_STYLE_TITLE, is_fit ? words : "The last seven days");
}

void
kn_print_lacking(const KnTerm *term, GString *out, JsonObject *period)
{
	g_autofree gchar *words = kn_print_completeness(period);
	g_autofree gchar *line = g_strconcat(words, ": see knead summary", NULL);
	g_autoptr(GString) loss = g_string_new(NULL);

	if (kn_doc_length(kn_doc_array(period, "data_loss")) > 0) {
		kn_print_wrapped(
			term, loss, "  ",
			"some may be lost with a damaged database: knead summary says more");
		append_line(term, out, KN_STYLE_WARN, g_strchomp(loss->str));
	} else if (kn_doc_int(period, "stored", 0) < kn_doc_int(period, "expected", 0)) {
		kn_print_wrapped(term, out, "  ", line);
	}
}

static void
append_week(const KnTerm *term, GString *out, JsonObject *week)
{
	g_autofree gchar *words = period_words(week);
	g_autofree gchar *sides = kn_print_sides(week);

	append_week_title(term, out, week);
	kn_print_wrapped(term, out, "  ", words);
	append_bars(term, out, kn_doc_array(week, "days"));
	if (sides != NULL)
		g_string_append_printf(out, "  pressure: %s\n", sides);
	kn_print_lacking(term, out, week);
}

static void
append_last(const KnTerm *term, GString *out, JsonObject *session, const gchar *now)
{
	const gchar *start = kn_doc_text(session, "start");
	g_autofree gchar *when = kn_format_when(start, now);
	g_autofree gchar *time =
		kn_format_duration((guint64)MAX(kn_doc_int(session, "duration_ms", 0), 0));
	g_autofree gchar *device = kn_print_device_name(term, kn_doc_object(session, "device"));
	g_autofree gchar *line = g_strdup_printf("Last session: %s, %s, %s", when, time, device);
	g_autofree gchar *fit = kn_term_fit(term, line, term->width);

	append_line(term, out, KN_STYLE_TITLE, g_strchomp(fit));
	g_string_append(out, "  where and how hard: knead show last\n");
}

/* ---- massagers ---- */

static void
append_device(const KnTerm *term, GString *out, JsonObject *device, const gchar *now)
{
	guint n_name = CLAMP(term->width / 4, 12, 24);
	gboolean is_urgent = FALSE;
	g_autofree gchar *name_fit = kn_print_device_name_fit(term, device, n_name);
	g_autofree gchar *battery = kn_print_battery(device);
	g_autofree gchar *trouble = kn_print_device_trouble(device, now, &is_urgent);
	g_autofree gchar *synced = kn_format_when(kn_doc_text(device, "synced"), now);
	g_autofree gchar *fine = g_strconcat("up to date, ", synced, NULL);
	g_autofree gchar *both = g_strconcat(battery, battery[0] != '\0' ? "; " : "",
					     is_urgent ? trouble : fine, NULL);
	/* what there is to do is never cut for a battery that is well */
	const gchar *words = is_urgent && kn_term_columns(both) > term->width - n_name - 4 &&
					     !g_str_has_prefix(trouble, "charge")
				     ? trouble
				     : both;
	g_autofree gchar *fit = kn_term_fit(term, words, term->width - n_name - 4);

	g_string_append_printf(out, "  %s  ", name_fit);
	g_strchomp(fit);
	if (is_urgent)
		kn_term_paint(term, out, KN_STYLE_WARN, fit);
	else
		g_string_append(out, fit);
	g_string_append_c(out, '\n');
}

/* those with something to do first: the list may be cut */
static void
append_devices(const KnTerm *term, GString *out, JsonObject *devices, guint n_max)
{
	JsonArray *array = kn_doc_array(devices, "devices");
	const gchar *now = kn_doc_text(devices, "now");
	guint n_shown = 0;
	guint n_left = 0;

	for (gint wanted = TRUE; wanted >= FALSE; wanted--) {
		for (guint i = 0; i < kn_doc_length(array); i++) {
			JsonObject *device = kn_doc_at(array, i);
			gboolean is_urgent = FALSE;
			g_free(kn_print_device_trouble(device, now, &is_urgent));
			if (!kn_doc_bool(device, "is_enrolled") || is_urgent != wanted)
				continue;
			if (n_shown < n_max)
				append_device(term, out, device, now);
			n_left += n_shown < n_max ? 0 : 1;
			n_shown++;
		}
	}
	if (n_left > 0)
		g_string_append_printf(out, "  and %u more: knead devices\n", n_left);
}

static guint
count_devices(JsonArray *devices, gboolean is_enrolled)
{
	guint n = 0;

	for (guint i = 0; i < kn_doc_length(devices); i++)
		n += kn_doc_bool(kn_doc_at(devices, i), "is_enrolled") == is_enrolled ? 1 : 0;
	return n;
}

void
kn_print_first_steps(const KnTerm *term, GString *out, JsonObject *devices)
{
	JsonArray *array = kn_doc_array(devices, "devices");

	if (count_devices(array, TRUE) > 0)
		return;
	append_line(term, out, KN_STYLE_TITLE, "No massager is recorded yet.");
	for (guint i = 0; i < kn_doc_length(array); i++) {
		JsonObject *device = kn_doc_at(array, i);
		g_autofree gchar *address = kn_term_text(term, kn_doc_text(device, "address"));
		g_autofree gchar *name = kn_term_fit(term, kn_doc_text(device, "name"), 20);

		if (i >= DEVICES_SHOWN)
			break;
		g_string_append_printf(out, "  In range: %s  %s\n", address, g_strchomp(name));
	}
	g_string_append(out, "  1. Switch it on, near this machine.\n"
			     "  2. See its address:   sudo knead scan\n");
	kn_print_wrapped(term, out, "  ",
			 "3. Have it recorded:  sudo knead pair ADDRESS --label \"living room\"");
	kn_print_wrapped(term, out, "  ",
			 "Nothing is heard? See whether the hub's Bluetooth works: knead status");
	kn_print_zone_hint(term, out, devices);
}

static JsonObject *
find_last(JsonArray *sessions)
{
	for (guint i = 0; i < kn_doc_length(sessions); i++) {
		if (kn_doc_has(kn_doc_at(sessions, i), "start"))
			return kn_doc_at(sessions, i);
	}
	return kn_doc_at(sessions, 0);
}

void
kn_print_glance(const KnTerm *term, GString *out, JsonObject *today, JsonObject *plan,
		JsonObject *week, JsonObject *sessions, JsonObject *devices)
{
	JsonArray *array = kn_doc_array(devices, "devices");
	JsonObject *last = find_last(kn_doc_array(sessions, "sessions"));
	guint n_enrolled = count_devices(array, TRUE);
	/* a hint on top and the line of a plan take the places of massagers */
	guint n_others = (out->len > 0) + (kn_doc_object(plan, "plan") != NULL);

	if (last == NULL && n_enrolled == 0) {
		kn_print_first_steps(term, out, devices);
		return;
	}
	kn_print_today(term, out, today);
	kn_print_plan_line(term, out, plan);
	g_string_append_c(out, '\n');
	append_week(term, out, week);
	g_string_append_c(out, '\n');
	if (last != NULL)
		append_last(term, out, last, kn_doc_text(devices, "now"));
	if (n_enrolled > 0)
		append_line(term, out, KN_STYLE_TITLE, n_enrolled == 1 ? "Massager" : "Massagers");
	append_devices(term, out, devices, DEVICES_SHOWN - n_others);
}

/* ---- what is asked ---- */

typedef struct {
	const gchar *name;
	const gchar *path;
} Question;

static gint
ask(KnCall *call, JsonObject *all, const Question *questions, gsize n)
{
	gint failed = KN_EXIT_OK;

	for (gsize i = 0; i < n && failed == KN_EXIT_OK; i++) {
		JsonNode *node = NULL;

		failed = kn_call_ask(call, questions[i].path, NULL, &node);
		if (failed == KN_EXIT_OK)
			json_object_set_member(all, questions[i].name, node);
	}
	return failed;
}

/* of those who are shown: each costs the hub a look at more than a year */
static gint
ask_plans(KnCall *call, JsonObject *all)
{
	g_autoptr(GPtrArray) order =
		kn_people_order(kn_doc_object(all, "week"), kn_doc_object(all, "devices"));
	JsonObject *plans = json_object_new();
	gint failed = KN_EXIT_OK;

	json_object_set_object_member(all, "plans", plans);
	for (guint i = 0; i < MIN(order->len, (guint)KN_PEOPLE_SHOWN) && failed == KN_EXIT_OK;
	     i++) {
		JsonObject *person = kn_doc_object(order->pdata[i], "person");
		g_autofree gchar *label =
			g_uri_escape_string(kn_doc_text(person, "label"), NULL, FALSE);
		g_autofree gchar *path = g_strconcat("/v1/adherence?person=", label, NULL);
		g_autofree gchar *key =
			g_strdup_printf("%" G_GINT64_FORMAT, kn_doc_int(person, "id", 0));
		const Question question = {key, path};

		failed = ask(call, plans, &question, 1);
	}
	return failed;
}

gint
kn_cmd_glance(KnCall *call, const gchar *argument)
{
	static const Question first[] = {{"status", "/v1/status"},
					 {"persons", "/v1/persons"},
					 {"today", "/v1/summary?period=day"},
					 {"week", "/v1/summary?period=week&by=person"},
					 {"devices", "/v1/devices"}};
	static const Question of_home[] = {{"plan", "/v1/adherence"},
					   {"sessions", "/v1/sessions?limit=10"}};
	static const Question of_clinic[] = {
		{"unassigned", "/v1/sessions?person=unassigned&limit=100"}};
	g_autoptr(JsonNode) all = json_node_init_object(json_node_alloc(), NULL);
	JsonObject *object = json_object_new();
	gint failed = ask(call, object, first, G_N_ELEMENTS(first));
	gboolean is_clinic = kn_people_are_there(kn_doc_object(object, "persons"));

	json_node_take_object(all, object);
	if (failed == KN_EXIT_OK)
		failed = is_clinic ? ask(call, object, of_clinic, G_N_ELEMENTS(of_clinic))
				   : ask(call, object, of_home, G_N_ELEMENTS(of_home));
	if (failed == KN_EXIT_OK && is_clinic)
		failed = ask_plans(call, object);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json) {
		kn_call_print_json(call, all);
		return KN_EXIT_OK;
	}
	(void)kn_print_clock_hint(&call->term, call->out, kn_doc_object(object, "status"));
	if (is_clinic)
		kn_print_clinic(&call->term, call->out, object);
	else
		kn_print_glance(&call->term, call->out, kn_doc_object(object, "today"),
				kn_doc_object(object, "plan"), kn_doc_object(object, "week"),
				kn_doc_object(object, "sessions"),
				kn_doc_object(object, "devices"));
	return KN_EXIT_OK;
}
