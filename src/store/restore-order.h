/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * In which order people said and did what several databases tell: of two that are about one thing the later counts, and their numbers
 * are that order. Each database keeps its own order, which no clock can turn round, and between two of them the clocks decide. So it is
 * no matter which of them was brought back first.
 */

#include "store/sql.h"

typedef enum {
	/* numbers below 1 say what was brought back: what is said here counts more */
	KN_RESTORE_ASSIGNMENTS,
	KN_RESTORE_PLANS,
	KN_RESTORE_WORDS,
	/* taken back by their number, which is none below 1: those from here and from there are one order */
	KN_RESTORE_EDITS,
} KnRestoreTable;

/* Before rows are added, with numbers below all that are there: the smallest that counts as here. */
gboolean kn_restore_order_begin(KnDb *db, KnRestoreTable table, gint64 *ret_first,
				GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After it: each of those below first goes to its place. In a transaction. */
gboolean kn_restore_order_end(KnDb *db, KnRestoreTable table, gint64 first,
			      GError **error) G_GNUC_WARN_UNUSED_RESULT;
