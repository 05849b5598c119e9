/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/format.h"

#include <stdio.h>
#include <string.h>

gchar *
kn_format_count(guint64 n)
{
	g_autofree gchar *digits = g_strdup_printf("%" G_GUINT64_FORMAT, n);
	GString *text = g_string_new(NULL);
	gsize n_digits = strlen(digits);

	for (gsize i = 0; i < n_digits; i++) {
		if (i > 0 && (n_digits - i) % 3 == 0)
			g_string_append_c(text, ',');
		g_string_append_c(text, digits[i]);
	}
	return g_string_free(text, FALSE);
}

/* one hectopascal is a tenth of a kilopascal: exact */
gchar *
kn_format_kpa(gint64 hpa)
{
	guint64 size = hpa < 0 ? (guint64)0 - (guint64)hpa : (guint64)hpa;

	return g_strdup_printf("%s%" G_GUINT64_FORMAT ".%u kPa", hpa < 0 ? "-" : "", size / 10,
			       (guint)(size % 10));
}

gchar *
kn_format_dose(const KnTerm *term, guint64 hpa_ms)
{
	/* 1 kPa·s is 10,000 hPa·ms; a little is shown as what it is */
	g_autofree gchar *count =
		kn_format_count(hpa_ms / 10000 + (hpa_ms % 10000 >= 5000 ? 1 : 0));
	const gchar *unit = kn_term_pick(term, "kPa·s", "kPa s");

	if (hpa_ms > 0 && hpa_ms < 5000)
		return g_strconcat("under 1 ", unit, NULL);
	return g_strconcat(count, " ", unit, NULL);
}

gchar *
kn_format_duration(guint64 ms)
{
	guint64 s = ms / 1000 + (ms % 1000 >= 500 ? 1 : 0);
	guint64 min = s / 60 + (s % 60 >= 30 ? 1 : 0);

	/* "65 s" says more than "1 min" */
	if (s < 120)
		return g_strdup_printf("%" G_GUINT64_FORMAT " s", s);
	if (min < 60)
		return g_strdup_printf("%" G_GUINT64_FORMAT " min", min);
	return g_strdup_printf("%" G_GUINT64_FORMAT " h %02u min", min / 60, (guint)(min % 60));
}

gchar *
kn_format_percent(gint64 permille)
{
	return g_strdup_printf("%" G_GINT64_FORMAT " %%", (permille + 5) / 10);
}

/* not g_format_size: its blanks are not ASCII, and its words follow the locale */
gchar *
kn_format_bytes(guint64 n)
{
	static const gchar *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	gdouble size = (gdouble)n / 1024;
	guint unit = 0;

	if (n < 1024)
		return g_strdup_printf("%u bytes", (guint)n);
	for (; size >= 1024 && unit + 1 < G_N_ELEMENTS(units); unit++)
		size /= 1024;
	return g_strdup_printf("%.1f %s", size, units[unit]);
}

gchar *
kn_format_plural(guint64 n, const gchar *one, const gchar *many)
{
	g_autofree gchar *count = kn_format_count(n);

	return g_strconcat(count, " ", n == 1 ? one : many, NULL);
}

/* ---- dates ---- */

static GDate *
read_date(const gchar *text)
{
	guint year = 0;
	guint month = 0;
	guint day = 0;

	if (sscanf(text, "%4u-%2u-%2u", &year, &month, &day) != 3 ||
	    !g_date_valid_dmy((GDateDay)MIN(day, 99), (GDateMonth)MIN(month, 99), (GDateYear)year))
		return NULL;
	return g_date_new_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

/* not by the locale: the rest of the sentence is English too */
static const gchar *
weekday_of(const GDate *date)
{
	static const gchar *const names[] = {"",         "Monday", "Tuesday",  "Wednesday",
					     "Thursday", "Friday", "Saturday", "Sunday"};

	return names[g_date_get_weekday(date)];
}

static const gchar *
month_of(const GDate *date)
{
	static const gchar *const names[] = {
		"",     "January", "February",  "March",   "April",    "May",     "June",
		"July", "August",  "September", "October", "November", "December"};

	return names[g_date_get_month(date)];
}

gchar *
kn_format_day(const gchar *text)
{
	g_autoptr(GDate) date = read_date(text);

	if (date == NULL)
		return g_strdup("");
	return g_strdup_printf("%.3s %2u %.3s", weekday_of(date), g_date_get_day(date),
			       month_of(date));
}

gchar *
kn_format_long_day(const gchar *text)
{
	g_autoptr(GDate) date = read_date(text);

	if (date == NULL)
		return g_strdup("");
	return g_strdup_printf("%s %u %s", weekday_of(date), g_date_get_day(date), month_of(date));
}

gchar *
kn_format_full_day(const gchar *text, const gchar *now)
{
	g_autofree gchar *day = kn_format_long_day(text);

	return day[0] == '\0' || strncmp(text, now, 4) == 0 ? g_steal_pointer(&day)
							    : g_strdup_printf("%s %.4s", day, text);
}

gchar *
kn_format_clock(const gchar *text)
{
	if (strlen(text) < 16 || text[10] != 'T' || text[13] != ':' || !g_ascii_isdigit(text[11]) ||
	    !g_ascii_isdigit(text[12]) || !g_ascii_isdigit(text[14]) || !g_ascii_isdigit(text[15]))
		return g_strdup("");
	return g_strndup(text + 11, 5);
}

gint
kn_format_days_ago(const gchar *text, const gchar *now)
{
	g_autoptr(GDate) then = read_date(text);
	g_autoptr(GDate) today = read_date(now);

	if (then == NULL || today == NULL)
		return -1;
	return MAX(g_date_days_between(then, today), 0);
}

gchar *
kn_format_when(const gchar *text, const gchar *now)
{
	g_autoptr(GDate) then = read_date(text);
	g_autoptr(GDate) today = read_date(now);
	g_autofree gchar *day = kn_format_day(text);
	g_autofree gchar *clock = kn_format_clock(text);
	gint days = 0;

	if (then == NULL)
		return g_strdup("at an unknown time");
	if (today == NULL)
		return g_strdup_printf("%s %u %s", day, g_date_get_year(then), clock);
	days = g_date_days_between(then, today);
	if (days == 0)
		return g_strconcat("today ", clock, NULL);
	if (days == 1)
		return g_strconcat("yesterday ", clock, NULL);
	if (g_date_get_year(then) != g_date_get_year(today))
		return g_strdup_printf("%s %u %s", day, g_date_get_year(then), clock);
	return g_strconcat(day, " ", clock, NULL);
}

gboolean
kn_format_is_month_end(const gchar *text)
{
	g_autoptr(GDate) date = read_date(text);

	return date != NULL && g_date_is_last_of_month(date);
}
