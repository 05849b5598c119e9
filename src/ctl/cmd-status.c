/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/command.h"
#include "ctl/format.h"
#include "ctl/print.h"

enum { LABEL_COLUMNS = 12 };

static void
append_line(const KnTerm *term, GString *out, const gchar *label, const gchar *text,
	    gboolean is_wrong)
{
	g_autofree gchar *start = kn_term_fit(term, label, LABEL_COLUMNS);
	g_autofree gchar *indent = g_strnfill(LABEL_COLUMNS, ' ');
	g_autoptr(GString) lines = g_string_new(NULL);

	kn_print_wrapped(term, lines, indent, text[0] != '\0' ? text : "not known");
	g_string_erase(lines, 0, LABEL_COLUMNS);
	g_string_append(out, start);
	g_string_truncate(lines, lines->len - 1);
	if (is_wrong)
		kn_term_paint(term, out, KN_STYLE_WARN, lines->str);
	else
		g_string_append(out, lines->str);
	g_string_append_c(out, '\n');
}

static guint64
count_of(JsonObject *object, const gchar *key)
{
	return (guint64)MAX(kn_doc_int(object, key, 0), 0);
}

static void
append_hub(const KnTerm *term, GString *out, JsonObject *status)
{
	g_autofree gchar *version = kn_term_text(term, kn_doc_text(status, "version"));
	g_autofree gchar *zone = kn_term_text(term, kn_doc_text(status, "tz"));
	g_autofree gchar *up = kn_format_duration(count_of(status, "uptime_ms"));
	gboolean is_synced = g_str_equal(kn_doc_text(status, "clock"), "synced");
	g_autofree gchar *words = g_strdup_printf(
		"knead %s, up %s, time zone %s%s", version, up, zone,
		is_synced ? "" : "; its clock is not set by the network: days may be wrong");

	append_line(term, out, "Hub", words, FALSE);
	/* what a machine that was just set up says */
	if (g_str_equal(zone, "UTC"))
		append_line(term, out, "",
			    "Not in UTC? Days begin at the wrong hour. Set it: sudo timedatectl "
			    "set-timezone Europe/Berlin, then sudo systemctl restart kneadd; "
			    "sudo knead rezone Europe/Berlin moves the sessions that are stored.",
			    TRUE);
}

/* what was tried because it does not work; nothing while it does */
static void
append_rescue(GString *words, JsonObject *rescue)
{
	g_autofree gchar *since = kn_format_duration(count_of(rescue, "trouble_ms"));

	if (!kn_doc_has(rescue, "trouble_ms"))
		return;
	g_string_append_printf(words, "; in trouble for %s", since);
	if (kn_doc_bool(rescue, "is_failed"))
		g_string_append(words, ", and nothing helped: switch this machine off and on");
}

static void
append_radio(const KnTerm *term, GString *out, JsonObject *radio)
{
	static const struct {
		const gchar *state;
		const gchar *words;
	} states[] = {
		{"ready", "on"},
		{"no-bus", "the message bus (D-Bus) does not answer: sudo systemctl start dbus"},
		{"no-bluetoothd", "Bluetooth is not running: sudo systemctl start bluetooth"},
		{"mute-bluetoothd", "Bluetooth does not answer: sudo systemctl restart bluetooth"},
		{"no-adapter", "no Bluetooth adapter: plug one in, or see bluetoothctl list"},
		{"adapter-off", "switched off: rfkill unblock bluetooth && bluetoothctl power on"},
	};
	const gchar *state = kn_doc_text(radio, "state");
	g_autofree gchar *words = kn_term_text(term, state);
	g_autofree gchar *n =
		kn_format_plural(count_of(radio, "n_packets"), "notification", "notifications");
	g_autoptr(GString) all = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(states); i++) {
		if (!g_str_equal(states[i].state, state))
			continue;
		g_free(words);
		words = g_strdup(states[i].words);
	}
	all = g_string_new(words);
	if (g_str_equal(state, "ready"))
		g_string_append_printf(all, ", %s since the hub started", n);
	append_rescue(all, kn_doc_object(radio, "rescue"));
	append_line(term, out, "Bluetooth", all->str, !g_str_equal(state, "ready"));
}

static gchar *
adapter_words(const KnTerm *term, JsonObject *adapter)
{
	g_autofree gchar *name = kn_term_text(term, kn_doc_text(adapter, "name"));
	g_autofree gchar *address = kn_term_text(term, kn_doc_text(adapter, "address"));
	g_autofree gchar *links = kn_format_plural(count_of(adapter, "n_links"), "link", "links");
	GString *words = g_string_new(NULL);

	g_string_append_printf(words, "%s %s: ", name, address);
	if (!kn_doc_bool(adapter, "is_powered"))
		g_string_append(words, "off");
	else
		g_string_append(words, links);
	if (kn_doc_has(adapter, "n_links_max"))
		g_string_append_printf(words, " of %u it carries",
				       (guint)count_of(adapter, "n_links_max"));
	if (count_of(adapter, "n_waiting") > 0)
		g_string_append_printf(words, ", %u waiting for a turn",
				       (guint)count_of(adapter, "n_waiting"));
	if (kn_doc_int(adapter, "listened_last_hour_ms", 0) > 0) {
		g_autofree gchar *time =
			kn_format_duration(count_of(adapter, "listened_last_hour_ms"));
		g_string_append_printf(words, "; listened %s of the last hour", time);
	}
	if (kn_doc_has(adapter, "listen_error")) {
		g_autofree gchar *error = kn_term_text(term, kn_doc_text(adapter, "listen_error"));
		g_string_append_printf(words, "; can not listen (%s)", error);
	}
	append_rescue(words, kn_doc_object(adapter, "rescue"));
	return g_string_free(words, FALSE);
}

static void
append_adapters(const KnTerm *term, GString *out, JsonArray *adapters)
{
	for (guint i = 0; i < kn_doc_length(adapters); i++) {
		g_autofree gchar *words = adapter_words(term, kn_doc_at(adapters, i));

		append_line(
			term, out, i == 0 ? "Adapters" : "", words,
			kn_doc_bool(kn_doc_object(kn_doc_at(adapters, i), "rescue"), "is_failed"));
	}
}

static void
append_storage(const KnTerm *term, GString *out, JsonObject *storage)
{
	gboolean is_slow = g_str_equal(kn_doc_text(storage, "state"), "slow");
	gboolean is_fine = g_str_equal(kn_doc_text(storage, "state"), "ok");
	g_autofree gchar *busy = kn_format_duration(count_of(storage, "busy_ms"));
	g_autofree gchar *error = kn_term_text(term, kn_doc_text(storage, "last_error"));
	g_autofree gchar *n = kn_format_plural(count_of(storage, "n_commits"), "commit", "commits");
	g_autofree gchar *size = kn_format_bytes(count_of(storage, "stored_bytes"));
	g_autofree gchar *words =
		is_fine ? g_strdup_printf("fine, %s (%s) since the hub started", n, size)
		: error[0] == '\0' && kn_doc_bool(storage, "is_nearly_full")
			? g_strdup("the disk is nearly full: free some, or soon nothing can be "
				   "stored")
			: g_strdup_printf(
				  "nothing can be stored: %s. The massagers keep theirs meanwhile.",
				  error[0] != '\0' ? error : "the disk does not answer");

	if (is_slow) {
		g_free(words);
		words = g_strdup_printf(
			"slow: the disk has been at one thing for %s. The massagers "
			"keep theirs meanwhile; is the card failing?",
			busy);
	}
	append_line(term, out, "Storage", words, !is_fine);
}

/* ---- what was dropped ---- */

/* Counters that stay 0 while all is well; the others only say how much there was to do. */
static const struct {
	const gchar *key;
	const gchar *words;
} drops[] = {
	{"n_live_missed", "lost on the way, and fetched"},
	{"n_bad_header", "with a wrong header"},
	{"n_bad_length", "with a wrong length"},
	{"n_bad_crc", "with a wrong checksum"},
	{"n_bad_key", "without a place"},
	{"n_bad_protobuf", "not readable, kept raw"},
	{"n_bad_version", "of another protocol, kept raw"},
	{"n_bad_range", "not plausible, kept raw"},
	{"n_quarantines", "times a massager was cut off for what it sent"},
	{"n_ignored", "notifications of one that was to be cut off"},
	{"n_bad_seq", "with a number that cannot be"},
	{"n_unsupported", "of a kind not known here, kept raw"},
	{"n_unplaced", "before the massager told its log"},
	{"n_refused_memory", "left to the massager while the disk was slow"},
	{"n_refused_holes", "left to the massager while too much before is missing"},
	{"n_put_off_gaps", "times a gap waited for its name: there were too many"},
	{"n_renewals", "links made anew, because nothing came over them"},
	{"n_untold_events", "events of massagers that made too many, not in the log"},
	{"n_conflicts", "that came twice and differed, both kept"},
	{"n_ring_full", "times the buffer between radio and hub was full"},
	{"n_truncated", "longer than any may be"},
	{"n_empty", "without anything in them"},
	{"n_unknown_errors", "errors of Bluetooth that knead does not know"},
	{"n_connect_errors", "connections that failed"},
	{"n_listen_errors", "times listening did not start"},
	{"n_failures", "commits that failed and were tried again"},
	{"n_damaged_blocks", "blocks of records that the disk has lost"},
	{"n_dropped_events", "lines of the log dropped"},
	{"n_refused_clients", "clients refused: too many"},
	{"n_denied", "requests denied"},
	{"n_dropped_readers", "followers dropped: too slow"},
};

static void
append_drops(const KnTerm *term, GString *out, JsonObject *status)
{
	JsonArray *devices = kn_doc_array(status, "devices");
	gboolean is_first = TRUE;

	for (guint i = 0; i < G_N_ELEMENTS(drops); i++) {
		guint64 n = count_of(kn_doc_object(status, "radio"), drops[i].key) +
			    count_of(kn_doc_object(status, "storage"), drops[i].key) +
			    count_of(kn_doc_object(status, "clients"), drops[i].key);
		g_autofree gchar *words = NULL;
		g_autofree gchar *count = NULL;
		for (guint k = 0; k < kn_doc_length(devices); k++)
			n += count_of(kn_doc_object(kn_doc_at(devices, k), "counters"),
				      drops[i].key);
		if (n == 0)
			continue;
		count = kn_format_count(n);
		words = g_strdup_printf("%s %s", count, drops[i].words);
		append_line(term, out, is_first ? "Mishaps" : "", words, FALSE);
		is_first = FALSE;
	}
	if (is_first)
		append_line(term, out, "Mishaps", "none", FALSE);
}

/* ---- massagers ---- */

static gchar *
device_words(const KnTerm *term, JsonObject *device)
{
	g_autofree gchar *link = kn_term_text(term, kn_doc_text(device, "link"));
	g_autofree gchar *missing = kn_format_count(count_of(device, "n_missing"));
	GString *words = g_string_new(kn_doc_bool(device, "is_allowed") ? link : "not allowed");

	for (gchar *at = words->str; *at; at++)
		*at = *at == '-' ? ' ' : *at;
	if (words->len == 0)
		g_string_append(words, "not in range");
	if (g_str_equal(link, "ready"))
		g_string_assign(words, "connected");
	if (kn_doc_has(device, "link_up_ms")) {
		g_autofree gchar *age = kn_format_duration(count_of(device, "link_up_ms"));
		g_string_append_printf(words, " for %s", age);
	}
	if (kn_doc_has(device, "signal_dbm"))
		g_string_append_printf(words, ", %d dBm",
				       (gint)kn_doc_int(device, "signal_dbm", 0));
	if (kn_doc_bool(device, "is_newest_known"))
		g_string_append_printf(words, ", %s missing",
				       g_str_equal(missing, "0") ? "nothing" : missing);
	if (kn_doc_int(device, "n_gaps", 0) > 0) {
		g_autofree gchar *gaps =
			kn_format_plural(count_of(device, "n_gaps"), "gap", "gaps");
		g_string_append_printf(words, ", %s for good", gaps);
	}
	if (kn_doc_bool(device, "is_foreign_owned"))
		g_string_append(words, ", owned by another hub");
	return g_string_free(words, FALSE);
}

static void
append_devices(const KnTerm *term, GString *out, JsonArray *devices)
{
	for (guint i = 0; i < kn_doc_length(devices); i++) {
		JsonObject *device = kn_doc_at(devices, i);
		g_autofree gchar *name = kn_print_device_name(term, device);
		g_autofree gchar *words = device_words(term, device);
		g_autofree gchar *line = g_strdup_printf("%s: %s", name, words);

		append_line(term, out, i == 0 ? "Massagers" : "", line, FALSE);
	}
	if (kn_doc_length(devices) == 0)
		append_line(term, out, "Massagers", "none is allowed yet: knead devices", FALSE);
}

void
kn_print_status(const KnTerm *term, GString *out, JsonObject *status)
{
	g_autofree gchar *now =
		kn_format_plural(count_of(kn_doc_object(status, "clients"), "n_clients"),
				 "connection now", "connections now");
	g_autofree gchar *asked = kn_format_plural(
		count_of(kn_doc_object(status, "clients"), "n_requests"), "question", "questions");
	g_autofree gchar *clients = g_strdup_printf("%s, %s since the hub started", now, asked);

	append_hub(term, out, status);
	append_radio(term, out, kn_doc_object(status, "radio"));
	append_adapters(term, out, kn_doc_array(kn_doc_object(status, "radio"), "adapters"));
	append_storage(term, out, kn_doc_object(status, "storage"));
	append_line(term, out, "Clients", clients, FALSE);
	append_devices(term, out, kn_doc_array(status, "devices"));
	append_drops(term, out, status);
	kn_print_wrapped(term, out, "  ",
			 "Every number: knead status --all. What happened when: knead log");
}

gint
kn_cmd_status(KnCall *call, const gchar *argument)
{
	g_autoptr(JsonNode) node = NULL;
	gint failed = kn_call_ask(call, "/v1/status", NULL, &node);

	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, node);
	else if (call->is_all)
		kn_print_numbers(&call->term, call->out, kn_doc_root(node));
	else
		kn_print_status(&call->term, call->out, kn_doc_root(node));
	return KN_EXIT_OK;
}
