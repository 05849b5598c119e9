/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-report.h"

void
kn_restore_report_say(const KnRestoreReport *report, const gchar *format, ...)
{
	g_autofree gchar *line = NULL;
	va_list arguments;

	if (!report->tell)
		return;
	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	report->tell(line, report->user);
}

void
kn_restore_report_unreadable(KnRestoreReport *report, const gchar *what, const GError *reason)
{
	report->is_whole = FALSE;
	kn_restore_report_say(report, "%s: not all of them can be read%s%s", what,
			      reason ? ": " : "", reason ? reason->message : "");
}

void
kn_restore_report_left_out(KnRestoreReport *report, const gchar *what, guint n)
{
	if (n == 0)
		return;
	report->is_whole = FALSE;
	kn_restore_report_say(report, "%s: %u left out, for what they belong to cannot be read",
			      what, n);
}

gchar *
kn_restore_report_time(gint64 utc_us)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(utc_us / G_USEC_PER_SEC);

	return time ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S UTC") : g_strdup("?");
}
