/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/command.h"
#include "ctl/format.h"
#include "ctl/people.h"
#include "ctl/print.h"

/* of more massagers each has one line; of so many the screen is full */
enum { EACH_MAX = 5 };

static void
append_heard(const KnTerm *term, GString *out, JsonObject *device)
{
	g_autofree gchar *address = kn_term_text(term, kn_doc_text(device, "address"));
	g_autofree gchar *name = kn_term_text(term, kn_doc_text(device, "name"));
	gint64 signal = kn_doc_int(device, "signal_dbm", 0);
	g_autoptr(GString) line = g_string_new(address);

	g_string_append_printf(line, "%s%s", name[0] != '\0' ? "  " : "", name);
	if (signal != 0)
		g_string_append_printf(line, "  %s (%" G_GINT64_FORMAT " dBm)",
				       signal >= -75 ? "near" : "far", signal);
	kn_print_wrapped(term, out, "  ", line->str);
}

/* its name, and what it needs */
static void
append_name(const KnTerm *term, GString *out, JsonObject *device, const gchar *now)
{
	gboolean is_urgent = FALSE;
	g_autofree gchar *name = kn_print_device_name(term, device);
	g_autofree gchar *trouble = kn_print_device_trouble(device, now, &is_urgent);
	g_autofree gchar *number = g_strdup_printf("  (number %" G_GINT64_FORMAT ")",
						   kn_doc_int(device, "device_id", 0));
	g_autoptr(GString) below = g_string_new(NULL);
	guint n = 2 + kn_term_columns(name) + kn_term_columns(number);

	g_string_append(out, "  ");
	kn_term_paint(term, out, KN_STYLE_TITLE, name);
	g_string_append(out, number);
	kn_print_wrapped(term, below, "    ", trouble);
	if (is_urgent && n + 2 + kn_term_columns(trouble) <= term->width)
		g_string_printf(below, "  %s", trouble);
	else if (is_urgent)
		g_string_prepend_c(below, '\n');
	if (is_urgent)
		kn_term_paint(term, out, KN_STYLE_WARN, g_strchomp(below->str));
	g_string_append_c(out, '\n');
}

/* "with Mia since yesterday 12:00; battery 87 %; up to date today 08:55; 3 records still to fetch" */
static void
append_state(const KnTerm *term, GString *out, JsonObject *device, const gchar *now)
{
	JsonObject *person = kn_doc_object(device, "person");
	g_autofree gchar *who = kn_term_text(term, kn_doc_text(person, "label"));
	g_autofree gchar *since = kn_format_when(kn_doc_text(device, "person_since"), now);
	gboolean has_since = kn_doc_has(device, "person_since");
	g_autofree gchar *battery = kn_print_battery(device);
	g_autofree gchar *synced = kn_format_when(kn_doc_text(device, "synced"), now);
	gint64 n_unsynced = kn_doc_int(device, "n_unsynced", 0);
	g_autofree gchar *unsynced =
		kn_format_plural((guint64)MAX(n_unsynced, 0), "record", "records");
	g_autoptr(GString) line = g_string_new(NULL);

	if (person != NULL)
		g_string_append_printf(line, "with %s%s%s; ", who, has_since ? " since " : "",
				       has_since ? since : "");
	g_string_append(line, battery[0] != '\0' ? battery : "battery not known");
	if (kn_doc_has(device, "synced"))
		g_string_append_printf(line, "; up to date %s", synced);
	if (n_unsynced > 0)
		g_string_append_printf(line, "; %s still to fetch", unsynced);
	kn_print_wrapped(term, out, "    ", line->str);
}

/* how it is reached, and what it is */
static void
append_link(const KnTerm *term, GString *out, JsonObject *device, const gchar *now)
{
	g_autofree gchar *link = kn_term_text(term, kn_doc_text(device, "link"));
	g_autofree gchar *error = kn_term_text(term, kn_doc_text(device, "link_error"));
	g_autofree gchar *seen = kn_format_when(kn_doc_text(device, "seen"), now);
	g_autofree gchar *address = kn_term_text(term, kn_doc_text(device, "address"));
	g_autofree gchar *kind = kn_term_text(term, kn_doc_text(device, "kind"));
	g_autofree gchar *model = kn_term_text(term, kn_doc_text(device, "model"));
	g_autofree gchar *firmware = kn_term_text(term, kn_doc_text(device, "firmware"));
	g_autoptr(GString) line = g_string_new(NULL);

	if (g_str_equal(link, "ready"))
		g_string_append(line, "connected");
	else
		g_string_append(line, link[0] != '\0' ? link : "not connected");
	if (error[0] != '\0')
		g_string_append_printf(line, " (%s)", error);
	if (kn_doc_has(device, "seen") && !g_str_equal(link, "ready"))
		g_string_append_printf(line, "; last heard %s", seen);
	g_string_append_printf(line, "; %s", address);
	if (kind[0] != '\0')
		g_string_append_printf(line, ", %s", kind);
	if (model[0] != '\0')
		g_string_append_printf(line, " %s", model);
	if (firmware[0] != '\0')
		g_string_append_printf(line, ", firmware %s", firmware);
	kn_print_wrapped(term, out, "    ", line->str);
}

static void
append_enrolled(const KnTerm *term, GString *out, JsonObject *device, const gchar *now)
{
	append_name(term, out, device, now);
	append_state(term, out, device, now);
	append_link(term, out, device, now);
}

static guint
append_group(const KnTerm *term, GString *out, JsonObject *devices, gboolean is_enrolled,
	     const gchar *title)
{
	JsonArray *array = kn_doc_array(devices, "devices");
	const gchar *now = kn_doc_text(devices, "now");
	guint n = 0;

	for (guint i = 0; i < kn_doc_length(array); i++) {
		JsonObject *device = kn_doc_at(array, i);

		if (kn_doc_bool(device, "is_enrolled") != is_enrolled)
			continue;
		if (n++ == 0) {
			kn_term_paint(term, out, KN_STYLE_TITLE, title);
			g_string_append_c(out, '\n');
		}
		if (is_enrolled)
			append_enrolled(term, out, device, now);
		else
			append_heard(term, out, device);
	}
	return n;
}

void
kn_print_devices(const KnTerm *term, GString *out, JsonObject *devices)
{
	guint n_enrolled = append_group(term, out, devices, TRUE, "Recorded");
	guint n_heard = append_group(term, out, devices, FALSE, "Not recorded");

	if (n_heard > 0)
		kn_print_wrapped(term, out, "  ",
				 "Have one recorded: sudo knead pair ADDRESS --label "
				 "\"living room\"");
	if (n_enrolled + n_heard == 0) {
		kn_print_wrapped(term, out, "", "No massager is in range, and none is recorded.");
		kn_print_wrapped(
			term, out, "  ",
			"Switch it on, near this machine, and listen for it: sudo knead scan");
		kn_print_wrapped(
			term, out, "  ",
			"Still nothing? See whether the hub's Bluetooth works: knead status");
	}
}

static guint
count_enrolled(JsonObject *devices)
{
	JsonArray *array = kn_doc_array(devices, "devices");
	guint n = 0;

	for (guint i = 0; i < kn_doc_length(array); i++)
		n += kn_doc_bool(kn_doc_at(array, i), "is_enrolled") ? 1 : 0;
	return n;
}

gint
kn_cmd_devices(KnCall *call, const gchar *argument)
{
	g_autoptr(JsonNode) node = NULL;
	g_autofree gchar *query = NULL;
	g_autofree gchar *path = NULL;
	const gchar *sort = call->people.sort;
	gint failed = KN_EXIT_OK;

	if (sort != NULL && !kn_people_is_sort(sort))
		return kn_call_usage("devices",
				     "--sort takes name, firmware, battery, synced, unsynced or "
				     "person");
	if (sort != NULL && call->device != NULL)
		return kn_call_usage("devices", "--sort is of all, and --device of one");
	query = kn_call_device_query(call, "?");
	path = g_strconcat("/v1/devices", query, NULL);
	failed = kn_call_ask(call, path, NULL, &node);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, node);
	else if (sort != NULL || count_enrolled(kn_doc_root(node)) > EACH_MAX)
		kn_print_device_table(&call->term, call->out, kn_doc_root(node),
				      sort != NULL ? sort : "name");
	else
		kn_print_devices(&call->term, call->out, kn_doc_root(node));
	return KN_EXIT_OK;
}
