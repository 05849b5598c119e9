/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/format.h"
#include "ctl/people.h"
#include "ctl/print.h"

/* with more items each has one line, and 16 of them fit on a screen */
enum {
	MINUTE_MS = 60000,
	NAME_COLUMNS = 22,
	WEEK_TIMES = 7,
	ITEMS_IN_WORDS = 4,
	NARROW = 60,
	NARROW_NAME = 18
};

static guint64
count_of(JsonObject *object, const gchar *key)
{
	return (guint64)MAX(kn_doc_int(object, key, 0), 0);
}

/* ---- days as marks ---- */

/* "·" also for today, as long as it does not count: nobody knows yet */
static const gchar *
mark_of(const KnTerm *term, const gchar *state)
{
	if (g_str_equal(state, "met"))
		return kn_term_pick(term, "✓", "+");
	if (g_str_equal(state, "missed"))
		return kn_term_pick(term, "✗", "x");
	if (g_str_equal(state, "rest"))
		return kn_term_pick(term, "–", "-");
	return g_str_equal(state, "unplanned") ? " " : kn_term_pick(term, "·", ".");
}

/* "Mon ✓  Tue ✗ …": a week of days, the last is today; "Mo ✓ Tu ✗ …" where there is little room */
static void
append_days(const KnTerm *term, GString *out, JsonArray *days)
{
	gboolean is_narrow = term->width < NARROW;

	g_string_append(out, "  ");
	for (guint i = 0; i < kn_doc_length(days); i++) {
		JsonObject *day = kn_doc_at(days, i);
		g_autofree gchar *name = kn_format_day(kn_doc_text(day, "day"));

		/* three letters of "Sat 21 Nov" */
		g_string_append_printf(out, "%.*s %s%s", is_narrow ? 2 : 3, name,
				       mark_of(term, kn_doc_text(day, "state")),
				       is_narrow ? " " : "  ");
	}
	while (out->len > 0 && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	g_string_append_printf(out,
			       "\n  %s done   %s missed%s%s nothing planned   %s not known yet\n",
			       kn_term_pick(term, "✓", "+"), kn_term_pick(term, "✗", "x"),
			       is_narrow ? "\n  " : "   ", kn_term_pick(term, "–", "-"),
			       kn_term_pick(term, "·", "."));
}

/* ---- items in words ---- */

static gchar *
join(JsonArray *array, const gchar *between)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < kn_doc_length(array); i++) {
		JsonNode *node = json_array_get_element(array, i);

		g_string_append(text, i > 0 ? between : "");
		if (json_node_get_value_type(node) == G_TYPE_STRING)
			g_string_append(text, json_node_get_string(node));
		else
			g_string_append_printf(text, "%" G_GINT64_FORMAT, json_node_get_int(node));
	}
	return g_string_free(text, FALSE);
}

/* "10 min of contact" or "3 holds" */
static gchar *
amount_of(JsonObject *item)
{
	if (kn_doc_has(item, "hold_count"))
		return kn_format_plural(count_of(item, "hold_count"), "hold", "holds");
	return g_strdup_printf("%" G_GUINT64_FORMAT " min",
			       count_of(item, "contact_ms") / MINUTE_MS);
}

/* "twice a day on mon, wed, fri" */
static gchar *
rhythm_of(JsonObject *item)
{
	gboolean is_weekly = kn_doc_has(item, "times_per_week");
	guint64 n = count_of(item, is_weekly ? "times_per_week" : "times_per_day");
	JsonArray *weekdays = kn_doc_array(item, "weekdays");
	g_autofree gchar *names = join(weekdays, ", ");
	g_autofree gchar *times = n == 1   ? g_strdup("once")
				  : n == 2 ? g_strdup("twice")
					   : g_strdup_printf("%" G_GUINT64_FORMAT " times", n);

	return g_strdup_printf("%s a %s%s%s", times, is_weekly ? "week" : "day",
			       is_weekly || kn_doc_length(weekdays) == WEEK_TIMES ? "" : " on ",
			       is_weekly || kn_doc_length(weekdays) == WEEK_TIMES ? "" : names);
}

/* "rhomboids, left, 20.0 kPa to 60.0 kPa"; "" wherever, however hard */
static gchar *
place_of(JsonObject *item)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
	g_autofree gchar *min = kn_format_kpa(kn_doc_int(item, "min_hpa", 0));
	g_autofree gchar *max = kn_format_kpa(kn_doc_int(item, "max_hpa", 0));
	g_autofree gchar *nodes = join(kn_doc_array(item, "nodes"), ", ");

	if (kn_doc_has(item, "regions"))
		g_ptr_array_add(parts, join(kn_doc_array(item, "regions"), ", "));
	if (nodes[0] != '\0')
		g_ptr_array_add(parts, g_strconcat("node ", nodes, NULL));
	if (kn_doc_has(item, "side"))
		g_ptr_array_add(parts, g_strdup(kn_doc_text(item, "side")));
	if (kn_doc_has(item, "device_id"))
		g_ptr_array_add(parts, g_strdup_printf("massager %" G_GINT64_FORMAT,
						       kn_doc_int(item, "device_id", 0)));
	if (kn_doc_has(item, "min_hpa") && kn_doc_has(item, "max_hpa"))
		g_ptr_array_add(parts, g_strdup_printf("%s to %s", min, max));
	else if (kn_doc_has(item, "min_hpa"))
		g_ptr_array_add(parts, g_strconcat("from ", min, NULL));
	else if (kn_doc_has(item, "max_hpa"))
		g_ptr_array_add(parts, g_strconcat("up to ", max, NULL));
	g_ptr_array_add(parts, NULL);
	return g_strjoinv(", ", (gchar **)parts->pdata);
}

/* "1 of 2 today", "2 of 3 this week", "nothing planned today" */
static gchar *
progress_of(JsonObject *day)
{
	if (kn_doc_has(day, "n_week_planned"))
		return g_strdup_printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " this week",
				       count_of(day, "n_week_delivered"),
				       count_of(day, "n_week_planned"));
	if (kn_doc_int(day, "n_planned", 0) == 0)
		return g_strdup("not today");
	return g_strdup_printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " today",
			       count_of(day, "n_delivered"), count_of(day, "n_planned"));
}

static void
append_item(const KnTerm *term, GString *out, JsonObject *item, JsonObject *day,
	    gboolean is_in_words)
{
	g_autofree gchar *name = kn_term_fit(term, kn_doc_text(item, "name"),
					     term->width < NARROW ? NARROW_NAME : NAME_COLUMNS);
	g_autofree gchar *amount = amount_of(item);
	g_autofree gchar *rhythm = rhythm_of(item);
	g_autofree gchar *place = place_of(item);
	g_autofree gchar *progress = progress_of(day);
	g_autofree gchar *text =
		g_strdup_printf("%s %s%s%s", amount, rhythm, place[0] != '\0' ? ": " : "", place);
	g_autofree gchar *clean = kn_term_text(term, text);

	g_string_append_printf(out, "  %s%s%s\n", name, term->width < NARROW ? " " : "  ",
			       progress);
	if (is_in_words)
		kn_print_wrapped(term, out, "    ", clean);
}

static void
append_items(const KnTerm *term, GString *out, JsonObject *plan, JsonObject *today)
{
	JsonArray *items = kn_doc_array(plan, "items");
	JsonArray *done = kn_doc_array(today, "items");

	for (guint i = 0; i < kn_doc_length(items); i++)
		append_item(term, out, kn_doc_at(items, i), kn_doc_at(done, i),
			    kn_doc_length(items) <= ITEMS_IN_WORDS);
}

/* ---- the whole ---- */

static gchar *
streak_of(JsonObject *document)
{
	return g_strdup_printf("streak %" G_GUINT64_FORMAT "%s", count_of(document, "streak_days"),
			       kn_doc_bool(document, "is_streak_cut") ? " or more" : "");
}

static void
append_sums(const KnTerm *term, GString *out, JsonObject *document)
{
	g_autofree gchar *streak = streak_of(document);
	g_autofree gchar *data = kn_format_plural(count_of(document, "n_data_days"), "day", "days");
	g_autofree gchar *percent =
		kn_format_percent(kn_doc_int(document, "delivered_permille", 0));
	g_autofree gchar *text = g_strdup_printf(
		"%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
		" days done, %s%s%s, complete sessions on %s.",
		count_of(document, "n_met_days"), count_of(document, "n_due_days"),
		kn_doc_has(document, "delivered_permille") ? percent : "",
		kn_doc_has(document, "delivered_permille") ? " delivered, " : "", streak, data);

	kn_print_wrapped(term, out, "  ", text);
}

/* what keeps days from being known, and what mends it */
static void
append_unread(const KnTerm *term, GString *out, JsonObject *document, const gchar *who)
{
	JsonArray *unread = kn_doc_array(document, "unread");
	guint64 n_maybe = count_of(document, "n_maybe_sessions");
	g_autofree gchar *show = kn_people_option(term, "show", who);
	g_autofree gchar *option = kn_people_option(term, "--person", who);
	g_autofree gchar *sessions = kn_format_plural(n_maybe, "session is", "sessions are");
	g_autofree gchar *maybe = g_strdup_printf(
		"%s nobody's yet and may be theirs: knead person%s", sessions, show);
	g_autofree gchar *lacking =
		g_strconcat("Some sessions are not all here yet: knead sessions", option, NULL);

	if (kn_doc_int(document, "n_unknown_days", 0) == 0)
		return;
	for (guint i = 0; i < kn_doc_length(unread); i++) {
		JsonObject *device = kn_doc_at(unread, i);
		g_autofree gchar *name = kn_print_device_name(term, device);
		g_autofree gchar *when =
			kn_format_when(kn_doc_text(device, "synced"), kn_doc_text(document, "now"));
		g_autofree gchar *text =
			kn_doc_has(device, "synced")
				? g_strdup_printf("%s was last read %s: it may have more.", name,
						  when)
				: g_strdup_printf("%s was never read: it may have more.", name);

		kn_print_wrapped(term, out, "  ", text);
	}
	if (kn_doc_length(unread) > 0)
		kn_print_wrapped(term, out, "  ",
				 "Switch it on near the hub; what is not used any more: sudo knead "
				 "forget DEVICE");
	if (n_maybe > 0)
		kn_print_wrapped(term, out, "  ", maybe);
	else if (kn_doc_length(unread) == 0)
		kn_print_wrapped(term, out, "  ", lacking);
}

/* " for Mia": as the hub calls who was asked for; "" the home's. New. */
static gchar *
for_whom(const KnTerm *term, JsonObject *document, const gchar *who)
{
	const gchar *label = kn_doc_text(kn_doc_object(document, "person"), "label");
	g_autofree gchar *name = kn_term_text(term, label[0] != '\0' || who == NULL ? label : who);
	g_autofree gchar *cut = kn_term_fit(term, name, NAME_COLUMNS);

	if (name[0] == '\0')
		return g_strdup("");
	return g_strconcat(" for ", kn_term_columns(name) > NAME_COLUMNS ? cut : name, NULL);
}

static void
append_no_plan(const KnTerm *term, GString *out, JsonObject *document, const gchar *who)
{
	g_autofree gchar *whose = for_whom(term, document, who);
	g_autofree gchar *option = kn_people_option(term, "--person", who);
	g_autofree gchar *what = g_strdup_printf("Planned%s: nothing.", whose);
	g_autofree gchar *set = g_strconcat("sudo knead plan set FILE", option, NULL);

	kn_print_wrapped(term, out, "", whose[0] != '\0' ? what : "Nothing is planned.");
	kn_print_wrapped(term, out, "  ", "Write a plan (man knead-plan has one), then:");
	kn_print_wrapped(term, out, "  ", set);
	if (who == NULL)
		g_string_append(out, "  For somebody: with --person LABEL\n");
}

void
kn_print_plan(const KnTerm *term, GString *out, JsonObject *document, const gchar *who)
{
	JsonObject *plan = kn_doc_object(document, "plan");
	g_autofree gchar *whose = for_whom(term, document, who);
	g_autofree gchar *since =
		kn_format_full_day(kn_doc_text(plan, "from_day"), kn_doc_text(document, "now"));
	g_autofree gchar *words = g_strdup_printf("Planned%s since %s", whose, since);
	g_autoptr(GString) title = g_string_new(NULL);

	if (plan == NULL) {
		append_no_plan(term, out, document, who);
		return;
	}
	kn_print_wrapped(term, title, "", words);
	kn_term_paint(term, out, KN_STYLE_TITLE, g_strchomp(title->str));
	g_string_append_c(out, '\n');
	append_items(term, out, plan, kn_doc_object(document, "today"));
	kn_term_paint(term, out, KN_STYLE_TITLE, "The last seven days");
	g_string_append_c(out, '\n');
	append_days(term, out, kn_doc_array(document, "days"));
	append_sums(term, out, document);
	append_unread(term, out, document, who);
}

void
kn_print_plan_line(const KnTerm *term, GString *out, JsonObject *document)
{
	JsonObject *today = kn_doc_object(document, "today");
	g_autofree gchar *streak = streak_of(document);
	g_autofree gchar *of_today =
		kn_doc_int(today, "n_planned", 0) > 0
			? g_strdup_printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " today",
					  count_of(today, "n_delivered"),
					  count_of(today, "n_planned"))
			: g_strdup("nothing due today");
	guint64 n_unknown = count_of(document, "n_unknown_days");
	/* who reads "4 of 7" must not take the rest for missed */
	g_autofree gchar *unknown =
		n_unknown > 0 ? g_strdup_printf(" (%" G_GUINT64_FORMAT " not known yet)", n_unknown)
			      : g_strdup("");
	g_autofree gchar *line = g_strdup_printf("Plan: %s, %" G_GUINT64_FORMAT
						 " of %" G_GUINT64_FORMAT " days%s, %s",
						 of_today, count_of(document, "n_met_days"),
						 count_of(document, "n_due_days"), unknown, streak);

	if (kn_doc_object(document, "plan") != NULL)
		kn_print_wrapped(term, out, "  ", line);
}

void
kn_print_plan_set(const KnTerm *term, GString *out, JsonObject *document, const gchar *who)
{
	JsonObject *plan = kn_doc_at(kn_doc_array(document, "plans"), 0);
	g_autofree gchar *from =
		kn_format_full_day(kn_doc_text(plan, "from_day"), kn_doc_text(document, "now"));
	guint n_items = kn_doc_length(kn_doc_array(plan, "items"));
	g_autofree gchar *items = kn_format_plural(n_items, "item", "items");
	g_autofree gchar *whose = for_whom(term, document, who);
	g_autofree gchar *option = kn_people_option(term, "--person", who);
	gboolean is_end = kn_doc_bool(plan, "is_end");
	g_autofree gchar *line = g_strdup_printf("Planned%s from %s on: %s.", whose, from,
						 is_end ? "nothing" : items);
	g_autofree gchar *see = g_strconcat("See: knead plan show", option, NULL);

	kn_print_wrapped(term, out, "", line);
	if (!is_end)
		kn_print_wrapped(term, out, "  ", see);
}
