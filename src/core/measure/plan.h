/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What was planned for a person: a text of groups and keys, as knead-plan(5) describes it, and what it means. Pure; nothing is taken from
 * a text with a single problem in it.
 */

#include "core/base/zone.h"
#include "telemetry.pb.h"

enum {
	KN_PLAN_BYTES_MAX = 16 * 1024,
	KN_PLAN_ITEMS_MAX = 16,
	KN_PLAN_PROBLEMS_MAX = 32, /* told at once; more are told by a last one */
	KN_PLAN_GRACE_MAX = 6,
};

typedef struct {
	gchar *name;       /* owned: of its group, clean */
	guint32 regions;   /* mask of 1 << ktp_Region; 0: wherever, or by nodes */
	guint32 nodes;     /* mask of 1 << node; 0: wherever, or by regions */
	gint64 device_id;  /* 0 any massager */
	gboolean has_side; /* FALSE: any */
	ktp_Side side;
	guint32 min_hpa;    /* 0: no lower bound */
	guint32 max_hpa;    /* 0: no upper bound */
	guint32 minutes;    /* one time of it: so many minutes of contact, or … */
	guint32 holds;      /* … so many holds; one of the two is 0 */
	guint32 times;      /* a day or, is_weekly, a week */
	gboolean is_weekly; /* Monday to Sunday, once a day at most */
	guint32 weekdays; /* mask of 1 << days since Monday: on which it is due; all when is_weekly */
} KnPlanItem;

typedef struct {
	gboolean has_from;
	KnDay from_day;
	guint32 grace_days; /* missed days of seven that do not break the streak */
	guint n_items;      /* 1 … KN_PLAN_ITEMS_MAX */
	KnPlanItem items[KN_PLAN_ITEMS_MAX];
} KnPlan;

/* what is wrong with a text; one piece of memory: g_free */
typedef struct {
	guint line;   /* 1 …; 0: of no line, or of all */
	gchar text[]; /* "[group] key: what to write instead" */
} KnPlanProblem;
/* New: the problem behind its place: "FILE:7: …" or, where is "line ", "line 7: …"; of no line behind elsewhere. */
gchar *kn_plan_problem_at(const KnPlanProblem *problem, const gchar *where, const gchar *elsewhere);

/* text may come from anybody. NULL: something is wrong, and problems (owned KnPlanProblem) has gained each thing. */
KnPlan *kn_plan_parse(const gchar *text, gsize n_text, GPtrArray *problems);
void kn_plan_free(KnPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnPlan, kn_plan_free)

/* "mon" … "sun" */
const gchar *kn_plan_weekday(guint days_since_monday);

/* ---- plans as they are stored, newest first; each holds from its day on, until one that is newer does ---- */

typedef struct {
	gint64 plan_id;
	gchar *text;    /* owned: as it was written; "" nothing is planned any more */
	KnDay from_day; /* first local day it holds for */
	gint64 at_us;   /* when it was stored, UTC */
	guint32 uid;    /* by which user of the machine */
} KnPlanRow;
void kn_plan_row_free(KnPlanRow *row);

/* A new one. Borrowed. */
typedef struct {
	gint64 person_id;  /* 0: the home itself */
	const gchar *text; /* valid, or "" */
	KnDay from_day;
	guint32 uid;
} KnPlanWish;
