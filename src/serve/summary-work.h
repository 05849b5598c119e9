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
	KN_SUMMARY_BY_PERSON,
} KnSummaryBy;

typedef struct {
	const gchar *period; /* static word */
	KnDays days;
	KnSummaryBy by;
	GTimeZone *held;  /* owned: the zone's rules are read once, not at each day that is named */
	gint64 device_id; /* 0 all */
	gint64 person_id; /* 0 all; -1 nobody's */
	KnSessionPlace after; /* the last that was read */
	GPtrArray *sessions;  /* owned: KnSession of the days, all pages */
	KnDays earlier_days;
	gboolean
		is_lost; /* records of the days, or of those before, went with a damaged database */
	GPtrArray *earlier; /* owned: KnSession of earlier_days; NULL: they are not told */
	GArray *incomplete; /* owned: gint64 ids of sessions to ask for gaps */
	guint n_gaps_asked;
	gboolean is_gaps_cut;
	JsonBuilder *gaps; /* owned: an array being built */
} KnSummaryWork;

/* FALSE when it is no such word. */
gboolean kn_summary_by_parse(const gchar *text, KnSummaryBy *ret_by);
/* What was before, as member "previous" of the object that is open, and what changed. */
void kn_summary_add_previous(JsonBuilder *builder, const KnSummaryWork *work, const KnPeriod *now,
			     const KnPeriod *before);
/* A part for each person, and for what is nobody's: elements of the array that is open. */
void kn_summary_add_people(JsonBuilder *builder, const KnSummaryWork *work, const KnPeople *people,
			   const gchar *zone);
/* What was said of at most 32 of its sessions, newest first, as members said and is_said_cut of the object that is open; nothing when
 * nothing was said. */
void kn_summary_add_said(JsonBuilder *builder, const KnSummaryWork *work);
/* All is gathered: answers the request. */
void kn_summary_answer(KnRequest *request, KnSummaryWork *work);
