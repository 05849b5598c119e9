/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/base/days.h"

#include <string.h>

enum { WORDS_MAX = 3, TEXT_MAX = 32, JULIAN_1970 = 719163, COUNT_MAX = 9999, FIRST_YEAR = 1 };

/* ---- calendar ---- */

static GDate *
date_of(KnDay day)
{
	return g_date_new_julian((guint32)(CLAMP(day, -719162, 2932895) + JULIAN_1970));
}

static KnDay
day_of(const GDate *date)
{
	return (KnDay)g_date_get_julian(date) - JULIAN_1970;
}

static KnDays
month(guint year, guint number)
{
	g_autoptr(GDate) date =
		g_date_new_dmy(1, (GDateMonth)CLAMP(number, 1, 12), (GDateYear)year);
	KnDay first = day_of(date);
	guint8 n_days = g_date_get_days_in_month((GDateMonth)CLAMP(number, 1, 12), (GDateYear)year);

	return (KnDays){first, first + n_days - 1};
}

static KnDays
year_of(guint year)
{
	return (KnDays){month(year, 1).first_day, month(year, 12).last_day};
}

KnDays
kn_days_month_of(KnDay day)
{
	g_autoptr(GDate) date = date_of(day);

	return month(g_date_get_year(date), (guint)g_date_get_month(date));
}

gboolean
kn_days_is_month(KnDays days)
{
	KnDays whole = kn_days_month_of(days.first_day);

	return whole.first_day == days.first_day && whole.last_day == days.last_day;
}

KnDays
kn_days_before(KnDays days, gboolean is_month)
{
	KnDay length = days.last_day - days.first_day + 1;
	KnDays before = kn_days_month_of(days.first_day - 1);

	if (kn_days_is_month(days))
		return before;
	if (is_month)
		return (KnDays){before.first_day,
				MIN(before.last_day, before.first_day + length - 1)};
	return (KnDays){days.first_day - length, days.first_day - 1};
}

/* ---- words ---- */

/* what is still to come is left out; all of it when none of it has come */
static KnDays
until_today(KnDays days, KnDay today)
{
	if (days.first_day <= today)
		days.last_day = MIN(days.last_day, today);
	return days;
}

static gboolean
read_number(const gchar *word, guint *ret_number)
{
	guint64 number = 0;

	if (!g_ascii_string_to_unsigned(word, 10, 0, COUNT_MAX, &number, NULL))
		return FALSE;
	*ret_number = (guint)number;
	return TRUE;
}

static gboolean
is_all_digits(const gchar *text, gsize n)
{
	for (gsize i = 0; i < n; i++)
		if (!g_ascii_isdigit(text[i]))
			return FALSE;
	return TRUE;
}

/* 2026-11-21, 2026-11 or 2026 */
static gboolean
parse_date(const gchar *text, KnDay today, KnDays *ret_days)
{
	gsize n = strlen(text);
	guint year = 0;
	guint number = 0;
	KnDay day = 0;

	if (kn_zone_parse_day(text, &day)) {
		*ret_days = (KnDays){day, day};
		return TRUE;
	}
	if ((n != 4 && n != 7) || !is_all_digits(text, 4))
		return FALSE;
	year = (guint)g_ascii_strtoull(text, NULL, 10);
	if (year < FIRST_YEAR)
		return FALSE;
	if (n == 4) {
		*ret_days = until_today(year_of(year), today);
		return TRUE;
	}
	number = (guint)g_ascii_strtoull(text + 5, NULL, 10);
	if (text[4] != '-' || !is_all_digits(text + 5, 2) || number < 1 || number > 12)
		return FALSE;
	*ret_days = until_today(month(year, number), today);
	return TRUE;
}

/* days back from today to the newest such weekday, 0 to 6; -1 when it is none */
static gint
weekday_back(const gchar *word, KnDay today)
{
	static const gchar *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
					     "friday", "saturday", "sunday"};
	gint now = today - kn_zone_week_start(today);

	for (gint i = 0; i < 7; i++)
		if (g_str_equal(word, names[i]) ||
		    (strlen(word) == 3 && g_str_has_prefix(names[i], word)))
			return (now - i + 7) % 7;
	return -1;
}

static gboolean
one(KnDay day, KnDays *ret_days)
{
	*ret_days = (KnDays){day, day};
	return TRUE;
}

static gboolean
parse_word(const gchar *word, KnDay today, KnDays *ret_days)
{
	gint back = weekday_back(word, today);

	if (g_str_equal(word, "today"))
		return one(today, ret_days);
	if (g_str_equal(word, "yesterday"))
		return one(today - 1, ret_days);
	return back >= 0 && one(today - back, ret_days);
}

/* "this week", "last month", "last monday" */
static gboolean
parse_pair(const gchar *which, const gchar *what, KnDay today, KnDays *ret_days)
{
	gboolean is_last = g_str_equal(which, "last");
	KnDay monday = kn_zone_week_start(today);
	KnDays whole = kn_days_month_of(today);
	gint back = weekday_back(what, today);
	g_autoptr(GDate) date = date_of(today);
	guint year = g_date_get_year(date);

	if (!is_last && !g_str_equal(which, "this"))
		return FALSE;
	if (g_str_equal(what, "week"))
		*ret_days = is_last ? (KnDays){monday - 7, monday - 1} : (KnDays){monday, today};
	else if (g_str_equal(what, "month"))
		*ret_days = is_last ? kn_days_month_of(whole.first_day - 1)
				    : (KnDays){whole.first_day, today};
	else if (g_str_equal(what, "year") && year > FIRST_YEAR)
		*ret_days = is_last ? year_of(year - 1) : (KnDays){year_of(year).first_day, today};
	else if (is_last && back >= 0)
		return one(today - (back == 0 ? 7 : back), ret_days);
	else
		return FALSE;
	return TRUE;
}

/* "3 days ago", "2 weeks ago", "last 30 days" */
static gboolean
parse_three(gchar **words, KnDay today, KnDays *ret_days)
{
	guint n = 0;
	gboolean is_days = FALSE;

	if (g_str_equal(words[0], "last")) {
		if (!read_number(words[1], &n) || n == 0 ||
		    (!g_str_equal(words[2], "days") && !g_str_equal(words[2], "day")))
			return FALSE;
		*ret_days = (KnDays){today - (KnDay)n + 1, today};
		return TRUE;
	}
	is_days = g_str_equal(words[1], "days") || g_str_equal(words[1], "day");
	if (!read_number(words[0], &n) || !g_str_equal(words[2], "ago") ||
	    (!is_days && !g_str_equal(words[1], "weeks") && !g_str_equal(words[1], "week")))
		return FALSE;
	return one(today - (KnDay)n * (is_days ? 1 : 7), ret_days);
}

gboolean
kn_days_parse(const gchar *text, KnDay today, KnDays *ret_days)
{
	g_autofree gchar *lower = NULL;
	g_auto(GStrv) parts = NULL;
	gchar *words[WORDS_MAX] = {NULL};
	guint n = 0;

	if (strlen(text) > TEXT_MAX)
		return FALSE;
	if (parse_date(text, today, ret_days))
		return TRUE;
	lower = g_ascii_strdown(text, -1);
	parts = g_strsplit_set(lower, " -_+", -1);
	for (guint i = 0; parts[i]; i++) {
		if (parts[i][0] == '\0')
			continue;
		if (n == WORDS_MAX)
			return FALSE;
		words[n++] = parts[i];
	}
	if (n == 1)
		return parse_word(words[0], today, ret_days);
	if (n == 2)
		return parse_pair(words[0], words[1], today, ret_days);
	return n == 3 && parse_three(words, today, ret_days);
}

gboolean
kn_days_parse_one(const gchar *text, KnDay today, KnDay *ret_day)
{
	KnDays days = {0};

	if (!kn_days_parse(text, today, &days) || days.first_day != days.last_day)
		return FALSE;
	*ret_day = days.first_day;
	return TRUE;
}
