/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a massager does right now */

#include "ctl/bodymap.h"
#include "ctl/format.h"
#include "ctl/print.h"

void
kn_print_live(const KnTerm *term, GString *out, JsonObject *live)
{
	g_autofree gchar *name = kn_print_device_name(term, kn_doc_object(live, "device"));
	g_autoptr(GString) line = g_string_new("in use");

	kn_term_paint(term, out, KN_STYLE_TITLE, name);
	g_string_append_c(out, '\n');
	if (kn_doc_has(live, "duration_ms")) {
		gint64 n_holds = kn_doc_int(live, "hold_count", 0);
		g_autofree gchar *time =
			kn_format_duration((guint64)MAX(kn_doc_int(live, "duration_ms", 0), 0));
		g_autofree gchar *peak = kn_format_kpa(kn_doc_int(live, "peak_hpa", 0));
		g_autofree gchar *holds =
			kn_format_plural((guint64)MAX(n_holds, 0), "hold", "holds");

		g_string_append_printf(line, " for %s; firmest %s; %s", time, peak, holds);
	} else {
		g_string_append(line, "; its beginning is still to be fetched");
	}
	kn_print_wrapped(term, out, "  ", line->str);
	g_string_append_c(out, '\n');
	kn_bodymap_append(term, out, KN_BODYMAP_NOW, kn_doc_array(live, "nodes"));
}

void
kn_print_live_line(const KnTerm *term, GString *out, JsonObject *live)
{
	g_autofree gchar *name = kn_print_device_name(term, kn_doc_object(live, "device"));
	g_autofree gchar *time =
		kn_format_duration((guint64)MAX(kn_doc_int(live, "duration_ms", 0), 0));
	g_autofree gchar *clock = kn_format_clock(kn_doc_text(live, "at"));
	JsonArray *nodes = kn_doc_array(live, "nodes");
	const gchar *region = "";
	gint64 firmest = -1;
	g_autofree gchar *now = NULL;

	for (guint i = 0; i < kn_doc_length(nodes); i++) {
		JsonObject *node = kn_doc_at(nodes, i);

		if (kn_doc_int(node, "hpa", 0) <= firmest)
			continue;
		firmest = kn_doc_int(node, "hpa", 0);
		region = kn_doc_text(node, "region");
	}
	now = kn_format_kpa(MAX(firmest, 0));
	g_string_append_printf(out, "%s  %s: in use for %s, firmest now %s at %s\n",
			       clock[0] != '\0' ? clock : "--:--", name, time, now,
			       kn_bodymap_short_region(region));
}

void
kn_print_idle(const KnTerm *term, GString *out, JsonObject *sessions)
{
	JsonObject *last = kn_doc_at(kn_doc_array(sessions, "sessions"), 0);
	g_autofree gchar *when =
		kn_format_when(kn_doc_text(last, "start"), kn_doc_text(sessions, "now"));
	g_autofree gchar *time =
		kn_format_duration((guint64)MAX(kn_doc_int(last, "duration_ms", 0), 0));

	g_string_append(out, "No massager is in use.\n");
	if (last == NULL)
		g_string_append(out, "  There is no session yet.\n");
	else
		g_string_append_printf(out, "  Last session: %s, %s\n", when, time);
	g_string_append(out, "  Pressures appear here as soon as one is.\n");
}
