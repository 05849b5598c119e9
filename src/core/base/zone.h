/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Local days in an IANA zone. A day is [start(d), start(d + 1)), never 86,400 s: midnight may not
 * exist, days may be skipped. Every instant lies in exactly one day: where clocks are set back over
 * midnight, a day that has begun stays begun. A zone that is not known counts as UTC everywhere but
 * in kn_zone_is_known. Days and instants outside the years 1 to 9999 are moved to the nearest one
 * inside.
 */

#include <glib.h>

/* the number of days since 1970-01-01 of the proleptic Gregorian calendar */
typedef gint32 KnDay;

/* FALSE when the zone database does not know the name; "UTC" is always known. */
gboolean kn_zone_is_known(const gchar *zone);
/* Rules of the zone, for g_time_zone_unref; never NULL. Not needed for the calls below, but
 * while somebody holds them these do not read the zone file again: worth it around a loop. */
GTimeZone *kn_zone_hold(const gchar *zone);
KnDay kn_zone_day(gint64 utc_us, const gchar *zone);
/* First instant that belongs to the day (for a skipped day: that of the next one). */
gint64 kn_zone_day_start_us(KnDay day, const gchar *zone);
/* "2026-11-21" to a day and back. FALSE when it is not a date. */
gboolean kn_zone_parse_day(const gchar *text, KnDay *ret_day);
gchar *kn_zone_format_day(KnDay day);
/* RFC 3339 with the offset in force: 2026-11-21T08:15:00+01:00 */
gchar *kn_zone_format_time(gint64 utc_us, const gchar *zone);
/* Monday of the ISO week that holds the day. */
KnDay kn_zone_week_start(KnDay day);
