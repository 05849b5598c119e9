/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#pragma once

/* Delivered against planned. The days of each test begin on Monday, 16 November 2026, and are written as a row of letters: m met, x missed,
 * - nothing planned, ? unknown, o open, blank without a plan. */

#include "core/measure/adherence.h"

#define DAY_US (G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC)
#define ZONE   "Europe/Berlin"

typedef struct {
	GPtrArray *sessions; /* owned */
	GArray *plans;       /* owned */
	GArray *reaches;     /* owned */
	GPtrArray *parsed;   /* owned */
	GArray *days;        /* owned: of the last fold */
	KnDay monday;
} Case;

void case_init(Case *test);
void case_clear(Case *test);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)
/* NULL: nothing is planned from that day on */
void plan(Case *test, gint day, const gchar *text);
/* whole, at noon of that day; node 0: rhomboids left, node 1: rhomboids right, node 2: gluteus left; 30 kPa, holds at 60 kPa */
KnSession *press(Case *test, gint day, guint minutes, guint holds);
/* not whole: more of it may come */
void press_part(Case *test, gint day, guint minutes);
/* the days, borrowed */
const KnPlanDay *fold(Case *test, gint today);
/* the last letter is today's */
void assert_row(Case *test, const gchar *wanted);
/* of the last fold */
guint streak(Case *test);
