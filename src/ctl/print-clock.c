/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a machine that was just set up does not know: the time, and where it is */

#include "ctl/print.h"

gboolean
kn_print_is_clock_unset(JsonObject *status)
{
	return g_str_equal(kn_doc_text(status, "clock"), "unknown");
}

gboolean
kn_print_clock_hint(const KnTerm *term, GString *out, JsonObject *status)
{
	g_autoptr(GString) lines = g_string_new(NULL);

	if (!kn_print_is_clock_unset(status))
		return FALSE;
	kn_print_wrapped(term, lines, "",
			 "The hub does not know what time it is: sudo timedatectl set-ntp true");
	kn_term_paint(term, out, KN_STYLE_WARN, g_strchomp(lines->str));
	g_string_append_c(out, '\n');
	return TRUE;
}

void
kn_print_zone_hint(const KnTerm *term, GString *out, JsonObject *document)
{
	const gchar *zone = kn_doc_text(document, "tz");

	if (!g_str_equal(zone, "UTC") && !g_str_equal(zone, "Etc/UTC"))
		return;
	kn_print_wrapped(
		term, out, "  ",
		"This machine counts in UTC. Elsewhere days begin at the wrong hour until:");
	kn_print_wrapped(term, out, "  ", "  sudo timedatectl set-timezone Europe/Berlin");
	kn_print_wrapped(term, out, "  ", "  sudo systemctl restart kneadd");
}
