/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* events in plain words */

#include "ctl/print.h"

#include "ctl/format.h"

/* what stands before the words: when, name, blanks */
enum { WHEN_COLUMNS = 18, NAME_COLUMNS = 18, BEFORE_COLUMNS = WHEN_COLUMNS + NAME_COLUMNS + 4 };

/* %s: the event's detail. Without it the detail is not for people. */
static const struct {
	const gchar *kind;
	const gchar *words;
} sentences[] = {
	{"started", "the hub started, version %s"},
	{"radio_state", "Bluetooth: %s"},
	{"radio_rescue", "Bluetooth: %s"},
	{"radio_failed", "Bluetooth: %s; see: knead status"},
	{"allowed", "is recorded from now on"},
	{"forgotten", "is not recorded any more"},
	{"link_up", "connected"},
	{"link_down", "disconnected (%s)"},
	{"link_refused", "can not be served: %s"},
	{"caught_up", "everything it had is here"},
	{"device_stuck", "does not send what it has (%s); asked again later"},
	{"nothing_banked", "has recorded no use for %s"},
	{"gap_named", "lost for good: %s"},
	{"new_log", "began a new memory"},
	{"foreign_owner", "belongs to another hub: read, never emptied (%s)"},
	{"conflict", "sent the same record twice, differently (%s)"},
	{"device_error", "answered strangely: %s"},
	{"quarantined", "is left alone for a while: it %s"},
	{"serial_conflict", "is not recorded: it %s"},
	{"session_ended", "session ended"},
	{"storage_degraded", "nothing can be stored: %s"},
	{"storage_damaged", "the disk has lost some of what was stored: %s of records"},
	{"storage_full", "the disk is nearly full: free some, or soon nothing can be stored"},
	{"data_loss", "what was stored may be lost: the database was damaged (%s)"},
	{"storage_recovered", "storing works again"},
	{"clock_set", "the hub's clock was set: %s"},
	{"rezoned", "by hand, another time zone: %s"},
	{"handed_out", "was handed out (%s)"},
	{"returned", "came back (%s)"},
	{"assigned", "by hand: %s"},
	{"rated", "somebody said how it was: %s"},
	{"session_edited", "by hand: %s"},
	{"storage_room", "there is room on the disk again"},
	{"events_lost", "older events are not kept any more"},
	{"dropped", "this reader was too slow and was cut off"},
};

static gchar *
words_of(const KnTerm *term, JsonObject *event)
{
	const gchar *kind = kn_doc_text(event, "kind");
	g_autofree gchar *detail = kn_term_text(term, kn_doc_text(event, "detail"));

	if (kind[0] == '\0')
		kind = kn_doc_text(event, "class");
	if (g_str_equal(kind, "session_stored"))
		return g_strdup_printf("session %" G_GINT64_FORMAT " is stored",
				       kn_doc_int(event, "session_id", 0));
	for (guint i = 0; i < G_N_ELEMENTS(sentences); i++) {
		g_auto(GStrv) parts = NULL;

		if (!g_str_equal(sentences[i].kind, kind))
			continue;
		parts = g_strsplit(sentences[i].words, "%s", 2);
		return g_strconcat(parts[0], parts[1] != NULL ? detail : "",
				   parts[1] != NULL ? parts[1] : "", NULL);
	}
	/* of a newer hub */
	return g_strdup_printf("%s %s", kind, detail);
}

void
kn_print_event(const KnTerm *term, GString *out, JsonObject *event)
{
	const gchar *at = kn_doc_text(event, "at");
	g_autofree gchar *day = kn_format_day(at);
	g_autofree gchar *clock = kn_format_clock(at);
	g_autofree gchar *when = g_strconcat(day, " ", clock, NULL);
	g_autofree gchar *when_fit = kn_term_fit(term, when, WHEN_COLUMNS);
	JsonObject *device = kn_doc_object(event, "device");
	g_autofree gchar *name = device != NULL ? kn_print_device_name(term, device) : g_strdup("");
	g_autofree gchar *name_fit = kn_term_fit(term, name, NAME_COLUMNS);
	g_autofree gchar *words = words_of(term, event);
	gboolean is_alarm = g_str_equal(kn_doc_text(event, "class"), "alarm");
	g_autofree gchar *indent = g_strnfill(BEFORE_COLUMNS, ' ');
	g_autoptr(GString) wrapped = g_string_new(NULL);

	/* in a window that is too narrow for columns the words stand below */
	if (term->width < 2 * BEFORE_COLUMNS) {
		g_string_append_printf(out, "%s  %s\n", when_fit, name);
		kn_print_wrapped(term, wrapped, "    ", words);
	} else {
		g_string_append_printf(out, "%s  %s  ", when_fit, name_fit);
		kn_print_wrapped(term, wrapped, indent, words);
		g_string_erase(wrapped, 0, BEFORE_COLUMNS);
	}
	if (is_alarm)
		kn_term_paint(term, out, KN_STYLE_WARN, wrapped->str);
	else
		g_string_append(out, wrapped->str);
}

void
kn_print_log(const KnTerm *term, GString *out, JsonObject *log)
{
	JsonArray *events = kn_doc_array(log, "events");

	if (kn_doc_length(events) == 0)
		g_string_append(out, "Nothing has happened yet.\n");
	else if (kn_doc_has(log, "next_cursor"))
		kn_term_paint(term, out, KN_STYLE_DIM, "(there is more: knead log --limit 400)\n");
	for (guint i = 0; i < kn_doc_length(events); i++)
		kn_print_event(term, out, kn_doc_at(events, i));
}
