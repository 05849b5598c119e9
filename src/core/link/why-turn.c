/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what is said of a massager that waits for a link of its adapter */

#include "core/link/why-private.h"

enum { MINUTE_MS = 60 * 1000, TURNS_MS = 5 * MINUTE_MS };

/* Heard within some turns, or not listened for since: who stands in a long line is not looked for. */
static gboolean
may_be_there(const KnWhyFacts *facts)
{
	if (facts->unseen_ms < 0)
		return FALSE;
	return facts->unseen_ms < TURNS_MS ||
	       (facts->unlistened_ms >= 0 && facts->unseen_ms - facts->unlistened_ms < MINUTE_MS);
}

gboolean
kn_why_is_in_line(const KnWhyFacts *facts)
{
	gboolean is_waiting = facts->link == KN_WHY_LINK_WAITING;

	if (!facts->is_allowed)
		return FALSE;
	/* until all that can be tried was in vain: then there is more to be said of it */
	if (facts->is_adapter_refusing)
		return is_waiting && !facts->is_adapter_failed;
	return facts->is_taking_turns && may_be_there(facts) &&
	       (is_waiting || facts->link == KN_WHY_LINK_SEARCHING);
}

void
kn_why_append_turn(GString *text, const KnWhyFacts *facts)
{
	if (facts->is_adapter_refusing) {
		g_string_append(text, ": its adapter refuses to connect, though the hub has no "
				      "link on it.");
		return;
	}
	g_string_append(text, " for its turn");
	if (facts->n_links_max > 0)
		g_string_append_printf(text, ": its adapter carries %u link%s at once",
				       facts->n_links_max, facts->n_links_max == 1 ? "" : "s");
	if (facts->place_in_line > 0)
		g_string_append_printf(text, "; %u in line", facts->place_in_line);
	g_string_append_c(text, '.');
}
