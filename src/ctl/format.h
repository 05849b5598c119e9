/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Numbers for people's eyes. All return new strings; JSON keeps the integers. */

#include "ctl/term.h"

gchar *kn_format_count(guint64 n);                         /* 1,204 */
gchar *kn_format_kpa(gint64 hpa);                          /* "24.5 kPa" */
gchar *kn_format_dose(const KnTerm *term, guint64 hpa_ms); /* "1,204 kPa·s": rounded */
gchar *kn_format_duration(guint64 ms);     /* "65 s", "12 min", "1 h 05 min": rounded */
gchar *kn_format_percent(gint64 permille); /* "87 %": rounded half up */
gchar *kn_format_bytes(guint64 n);         /* "512 bytes", "1.0 MiB" */
/* "1 session", "3 sessions" */
gchar *kn_format_plural(guint64 n, const gchar *one, const gchar *many);

/* Dates as the document has them: its own offset is the person's local time. text is RFC 3339 or a day; anything else gives "". */
gchar *kn_format_day(const gchar *text);      /* "Sat 21 Nov" */
gchar *kn_format_long_day(const gchar *text); /* "Saturday 21 November" */
/* The same, and its year unless that is now's. */
gchar *kn_format_full_day(const gchar *text, const gchar *now);
gchar *kn_format_clock(const gchar *text); /* "08:15" */
gchar *kn_format_when(
	const gchar *text,
	const gchar *now); /* "today 08:15", "yesterday 08:15", "Sat 14 Nov 08:15", with year when
                                                                * it is another */
/* The last day of its month. */
gboolean kn_format_is_month_end(const gchar *text);
/* Whole local days from text to now; -1 when either is no time. */
gint kn_format_days_ago(const gchar *text, const gchar *now);
