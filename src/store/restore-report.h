/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What a person is told of a restore beside its numbers: what could not be brought back, and what is otherwise here than it was there. */

#include <glib.h>

/* One line, without its end. */
typedef void (*KnRestoreTellFunc)(const gchar *line, gpointer user);

typedef struct {
	KnRestoreTellFunc tell; /* may be NULL */
	gpointer user;
	gboolean is_whole; /* nothing of what is beside the records was lost */
} KnRestoreReport;

/* Of something that is otherwise here, and not lost. */
void kn_restore_report_say(const KnRestoreReport *report, const gchar *format, ...)
	G_GNUC_PRINTF(2, 3);
/* what: rows of a kind, in the plural. A reading of them ended early; reason: may be NULL. */
void kn_restore_report_unreadable(KnRestoreReport *report, const gchar *what, const GError *reason);
/* n rows of the kind belong to something that could not be read; none: nothing is told. */
void kn_restore_report_left_out(KnRestoreReport *report, const gchar *what, guint n);
/* An instant as a person reads it in a line, UTC. */
gchar *kn_restore_report_time(gint64 utc_us);
