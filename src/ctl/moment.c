/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/moment.h"

#include "ctl/doc.h"
#include <stdio.h>

typedef struct {
	gint hour, minute, second;
} Clock;

static gboolean
read_clock(const gchar *word, Clock *ret_clock)
{
	if (!g_regex_match_simple("^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?\\z", word,
				  (GRegexCompileFlags)0, (GRegexMatchFlags)0))
		return FALSE;
	*ret_clock = (Clock){0};
	return sscanf(word, "%2d:%2d:%2d", &ret_clock->hour, &ret_clock->minute,
		      &ret_clock->second) >= 2;
}

/* that time so many days after the day of start, where clocks are as far from UTC as at the moment like */
static GDateTime *
make_time(GDateTime *start, GDateTime *like, gint days, const Clock *clock)
{
	g_autoptr(GTimeZone) zone =
		g_time_zone_new_offset((gint32)(g_date_time_get_utc_offset(like) / G_USEC_PER_SEC));
	g_autoptr(GDateTime) midnight =
		g_date_time_new(zone, g_date_time_get_year(start), g_date_time_get_month(start),
				g_date_time_get_day_of_month(start), 0, 0, 0);

	return g_date_time_add_full(midnight, 0, 0, days, clock->hour, clock->minute,
				    clock->second);
}

/* in the zone of the session: a change of the clock in it gives its end another offset */
static GDateTime *
end_of(JsonObject *session, GDateTime *start)
{
	const gchar *name = kn_doc_text(session, "tz");
	g_autoptr(GTimeZone) zone = name[0] != '\0' ? g_time_zone_new_identifier(name) : NULL;
	g_autoptr(GDateTime) end =
		g_date_time_add(start, kn_doc_int(session, "duration_ms", 0) * 1000);

	return zone != NULL ? g_date_time_to_timezone(end, zone) : g_steal_pointer(&end);
}

gchar *
kn_moment_within(JsonObject *session, const gchar *word)
{
	g_autoptr(GDateTime) start =
		g_date_time_new_from_iso8601(kn_doc_text(session, "start"), NULL);
	g_autoptr(GDateTime) end = start != NULL ? end_of(session, start) : NULL;
	g_autoptr(GDateTime) first = NULL;
	Clock clock;

	if (start == NULL || !read_clock(word, &clock))
		return NULL;
	first = make_time(start, start, 0, &clock);
	for (gint days = 0; days <= 1; days++) {
		GDateTime *const likes[] = {start, end};

		for (gsize i = 0; i < G_N_ELEMENTS(likes); i++) {
			g_autoptr(GDateTime) time = make_time(start, likes[i], days, &clock);

			if (g_date_time_compare(time, start) > 0 &&
			    g_date_time_compare(time, end) < 0)
				return g_date_time_format(time, "%FT%T%:z");
		}
	}
	return g_date_time_format(first, "%FT%T%:z");
}
