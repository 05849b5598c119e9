/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What people call days, as days. Pure: today is an argument, for only the hub knows its clock and
 * zone. Letters of either case; between words blanks, "-", "_" or "+" (a shell wants no quotes then).
 *
 *   one day     today, yesterday, 2026-11-21
 *               monday … sunday, mon … sun   the newest that is not after today
 *               last monday                  the newest before today
 *               3 days ago, 2 weeks ago      0 to 9999
 *   many days   this week, last week         Monday to Sunday
 *               this month, last month, 2026-11
 *               this year, last year, 2026
 *               last 30 days                 up to today, 1 to 9999
 *
 * "this …" ends today: what has not come yet is no part of it. So does a month or year that is named
 * by its number and has today in it.
 */

#include "core/base/zone.h"

/* from the first to the last, both inside; never empty */
typedef struct {
	KnDay first_day;
	KnDay last_day;
} KnDays;

/* What a refusal tells people to write. */
#define KN_DAYS_ONE_WORDS \
	"today, yesterday, a weekday, a day like 2026-11-21, or for example 3 days ago"
#define KN_DAYS_MANY_WORDS \
	KN_DAYS_ONE_WORDS ", last week, this month, 2026-11, last year or last 30 days"

/* FALSE when it is none of these; *ret_days is untouched then. text may come from anybody. */
gboolean kn_days_parse(const gchar *text, KnDay today, KnDays *ret_days);
/* The same for exactly one day. */
gboolean kn_days_parse_one(const gchar *text, KnDay today, KnDay *ret_day);

/* The calendar month that the day is in, to its end. */
KnDays kn_days_month_of(KnDay day);
/* What lies before, to compare with: the same number of days directly before. Of a calendar month the
 * month before, whatever its length; of a month that has come as far as its day N (is_month) the month
 * before up to its day N, or its end. */
KnDays kn_days_before(KnDays days, gboolean is_month);
/* A calendar month from its first day to its last. */
gboolean kn_days_is_month(KnDays days);
