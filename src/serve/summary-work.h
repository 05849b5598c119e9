/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A summary while it is made: handle-summary.c gathers, summary-answer.c tells. */

#include "core/base/days.h"
#include "core/measure/parts.h"
#include "serve/request.h"

typedef enum {
	KN_SUMMARY_BY_PLACE,
	KN_SUMMARY_BY_REGION,
	KN_SUMMARY_BY_SIDE,
	KN_SUMMARY_BY_NODE,
	KN_SUMMARY_BY_DEVICE,
} KnSummaryBy;

typedef struct {
	const gchar *period; /* static word */
	KnDays days;
	KnSummaryBy by;
	GTimeZone *held;  /* owned: the zone's rules are read once, not at each day that is named */
	gint64 device_id; /* 0 all */
	KnSessionPlace after; /* the last that was read */
	GPtrArray *sessions;  /* owned: KnSession of the days, all pages */
	KnDays earlier_days;
	GPtrArray *earlier; /* owned: KnSession of earlier_days; NULL: they are not told */
	GArray *incomplete; /* owned: gint64 ids of sessions to ask for gaps */
	guint n_gaps_asked;
	gboolean is_gaps_cut;
	JsonBuilder *gaps; /* owned: an array being built */
} KnSummaryWork;

/* FALSE when it is no such word. */
gboolean kn_summary_by_parse(const gchar *text, KnSummaryBy *ret_by);
/* All is gathered: answers the request. */
void kn_summary_answer(KnRequest *request, KnSummaryWork *work);
