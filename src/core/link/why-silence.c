/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what is said of a massager that is not heard */

#include "core/link/why-private.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

gboolean
kn_why_is_unheard(const KnWhyFacts *facts)
{
	if (!facts->is_listening_refused || (facts->unseen_ms >= 0 && facts->unseen_ms < MINUTE_MS))
		return FALSE;
	/* also while it is tried without having been heard */
	return facts->link == KN_WHY_LINK_SEARCHING || facts->link == KN_WHY_LINK_WAITING ||
	       facts->link == KN_WHY_LINK_CONNECTING;
}

void
kn_why_append_refusal(GString *text, const KnWhyFacts *facts)
{
	if (facts->listen_error[0] != '\0')
		g_string_append_printf(text, " (%s)", facts->listen_error);
	g_string_append_c(text, '.');
}

gchar *
kn_why_ago(gint64 ms)
{
	if (ms < 2 * MINUTE_MS)
		return g_strdup_printf("%" G_GINT64_FORMAT " s", ms / 1000);
	if (ms < 2 * HOUR_MS)
		return g_strdup_printf("%" G_GINT64_FORMAT " min", ms / MINUTE_MS);
	if (ms < 48 * (gint64)HOUR_MS)
		return g_strdup_printf("%" G_GINT64_FORMAT " h", ms / HOUR_MS);
	return g_strdup_printf("%" G_GINT64_FORMAT " days", ms / (24 * (gint64)HOUR_MS));
}

static void
append_listening(GString *text, gint64 unlistened_ms)
{
	g_autofree gchar *since = kn_why_ago(MAX(unlistened_ms, 0));

	if (unlistened_ms < 0)
		g_string_append(text, "; the hub has not listened yet.");
	else if (unlistened_ms >= 1000)
		g_string_append_printf(text, "; the hub listened %s ago.", since);
	else
		g_string_append_c(text, '.');
}

void
kn_why_append_silence(GString *text, const KnWhyFacts *facts)
{
	g_autofree gchar *since = kn_why_ago(MAX(facts->unseen_ms, 0));
	g_autofree gchar *deaf = kn_why_ago(facts->deaf_ms);

	if (facts->unseen_ms < 0)
		g_string_append(text, " since the hub started");
	else
		g_string_append_printf(text, " for %s", since);
	append_listening(text, facts->unlistened_ms);
	if (facts->deaf_ms > 0)
		g_string_append_printf(text, " Nobody else was heard either for %s.", deaf);
}
