/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/base/zone.h"

#include <stdio.h>
#include <string.h>

#define SECOND_US     ((gint64)1000000)
#define DAY_S         ((gint64)86400)
#define JULIAN_1970   719163      /* GDate's number of 1970-01-01 */
#define DAY_MIN       (-719162)   /* 0001-01-01 */
#define DAY_MAX       2932895     /* 9999-12-30: the last whose end is a date, too */
#define OFFSET_MAX_S  (2 * DAY_S) /* no zone was ever further from UTC than 16 h: with room */
#define ZONE_NAME_MAX 64

static gint64
floor_div(gint64 value, gint64 divisor)
{
	return value / divisor - (value % divisor < 0 ? 1 : 0);
}

/* the name is part of a path to the zone database, and GLib also reads offsets and rules
 * ("+01:00", "EST5EDT,M3…"): names only */
static gboolean
is_name(const gchar *zone)
{
	if (!zone || !g_ascii_isalpha(zone[0]) || strlen(zone) > ZONE_NAME_MAX ||
	    strstr(zone, ".."))
		return FALSE;
	for (const gchar *c = zone; *c; c++)
		if (!g_ascii_isalnum(*c) && !strchr("/_+-", *c))
			return FALSE;
	return TRUE;
}

static GTimeZone *
load(const gchar *zone)
{
	GTimeZone *tz = NULL;

	if (is_name(zone) && strcmp(zone, "UTC") != 0)
		tz = g_time_zone_new_identifier(zone);
	return tz;
}

GTimeZone *
kn_zone_hold(const gchar *zone)
{
	GTimeZone *tz = load(zone);

	return tz ? tz : g_time_zone_new_utc();
}

gboolean
kn_zone_is_known(const gchar *zone)
{
	g_autoptr(GTimeZone) tz = load(zone);

	return tz != NULL || g_strcmp0(zone, "UTC") == 0;
}

/* the stretch in which one offset is in force. GLib walks through all of them since 1901 for it: what asks for each session asks seldom */
static gint
interval_of(GTimeZone *tz, gint64 utc_s)
{
	return g_time_zone_find_interval(tz, G_TIME_TYPE_UNIVERSAL, utc_s);
}

/* the first second after from_s in which another interval than from_s's is in force; to_s is in
 * another one */
static gint64
next_change(GTimeZone *tz, gint64 from_s, gint64 to_s)
{
	gint interval = interval_of(tz, from_s);

	while (to_s - from_s > 1) {
		gint64 middle_s = from_s + (to_s - from_s) / 2;
		if (interval_of(tz, middle_s) == interval)
			from_s = middle_s;
		else
			to_s = middle_s;
	}
	return to_s;
}

/*
 * The first second at which the local date is the day or a later one. Local time is piecewise
 * linear, so each piece around the day is asked in turn. Where clocks are set back over midnight
 * the day has then begun for good, though the clock says the day before again.
 */
static gint64
day_start_s(GTimeZone *tz, KnDay day)
{
	gint64 midnight_s = (gint64)CLAMP(day, DAY_MIN, DAY_MAX + 1) * DAY_S;
	gint64 from_s = midnight_s - OFFSET_MAX_S;
	gint64 last_s = midnight_s + OFFSET_MAX_S;
	gint last_interval = interval_of(tz, last_s);
	gint interval = interval_of(tz, from_s);

	while (interval != last_interval) {
		gint64 until_s = next_change(tz, from_s, last_s);
		gint64 start_s = MAX(from_s, midnight_s - g_time_zone_get_offset(tz, interval));
		if (start_s < until_s)
			return start_s;
		from_s = until_s;
		interval = interval_of(tz, from_s);
	}
	return MAX(from_s, midnight_s - g_time_zone_get_offset(tz, interval));
}

KnDay
kn_zone_day(gint64 utc_us, const gchar *zone)
{
	g_autoptr(GTimeZone) tz = kn_zone_hold(zone);
	gint64 utc_s = floor_div(utc_us, SECOND_US);
	gint interval;
	gint64 day;

	utc_s = CLAMP(utc_s, (gint64)DAY_MIN * DAY_S, (gint64)DAY_MAX * DAY_S);
	interval = interval_of(tz, utc_s);
	day = CLAMP(floor_div(utc_s + g_time_zone_get_offset(tz, interval), DAY_S), DAY_MIN,
		    DAY_MAX);
	/* clocks set back over midnight, not long ago: the next day has begun already */
	if (day < DAY_MAX && interval_of(tz, utc_s - 2 * OFFSET_MAX_S) != interval &&
	    day_start_s(tz, (KnDay)day + 1) <= utc_s)
		day++;
	return (KnDay)day;
}

gint64
kn_zone_day_start_us(KnDay day, const gchar *zone)
{
	g_autoptr(GTimeZone) tz = kn_zone_hold(zone);

	return day_start_s(tz, day) * SECOND_US;
}

gboolean
kn_zone_parse_day(const gchar *text, KnDay *ret_day)
{
	guint year;
	guint month;
	guint day;
	g_autoptr(GDate) date = NULL;

	if (!text || strlen(text) != 10)
		return FALSE;
	for (guint i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? text[i] != '-' : !g_ascii_isdigit(text[i]))
			return FALSE;
	if (sscanf(text, "%4u-%2u-%2u", &year, &month, &day) != 3 ||
	    !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
		return FALSE;
	date = g_date_new_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
	*ret_day = (KnDay)g_date_get_julian(date) - JULIAN_1970;
	return *ret_day <= DAY_MAX;
}

gchar *
kn_zone_format_day(KnDay day)
{
	g_autoptr(GDate) date =
		g_date_new_julian((guint32)(CLAMP(day, DAY_MIN, DAY_MAX) + JULIAN_1970));

	return g_strdup_printf("%04u-%02u-%02u", (guint)g_date_get_year(date),
			       (guint)g_date_get_month(date), (guint)g_date_get_day(date));
}

gchar *
kn_zone_format_time(gint64 utc_us, const gchar *zone)
{
	g_autoptr(GTimeZone) tz = kn_zone_hold(zone);
	gint64 utc_s = floor_div(utc_us, SECOND_US);
	gint64 shift_s;
	gint64 local_s;
	gint64 second;
	g_autofree gchar *date = NULL;

	utc_s = CLAMP(utc_s, (gint64)(DAY_MIN + 1) * DAY_S, (gint64)(DAY_MAX - 1) * DAY_S);
	/* RFC 3339 has no seconds in an offset: a local mean time is shown with the whole minute
	 * below, so that the instant stays right */
	shift_s = floor_div(g_time_zone_get_offset(tz, interval_of(tz, utc_s)), 60) * 60;
	local_s = utc_s + shift_s;
	second = local_s - floor_div(local_s, DAY_S) * DAY_S;
	date = kn_zone_format_day((KnDay)floor_div(local_s, DAY_S));
	return g_strdup_printf("%sT%02d:%02d:%02d%c%02d:%02d", date, (gint)(second / 3600),
			       (gint)(second / 60 % 60), (gint)(second % 60),
			       shift_s < 0 ? '-' : '+', (gint)(ABS(shift_s) / 3600),
			       (gint)(ABS(shift_s) / 60 % 60));
}

KnDay
kn_zone_week_start(KnDay day)
{
	gint64 monday = -3; /* 1969-12-29 */

	return (KnDay)(floor_div((gint64)day - monday, 7) * 7 + monday);
}
