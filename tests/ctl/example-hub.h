/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the hub of the examples keeps while it runs, and what people do with it; all is gone when it ends. As KnHub has them: user is an
 * Example. */

#include "serve/server.h"

typedef struct {
	GPtrArray *sessions; /* owned: KnSession, newest first, also deleted ones */
	KnPeople *people;    /* owned */
	GArray *handouts;    /* owned: all there ever were, in example-people.c's own shape */
	GHashTable *hands;   /* owned: session id to the id of the person it was given to by hand */
	GPtrArray *plans;    /* owned: in example-plan.c's own shape, newest first */
	GArray *edits;       /* owned: in example-edits.c's own shape, oldest first */
	gint64 newest_id;    /* of a session */
	GMainLoop *loop;     /* owned */
} Example;

KnSession *example_find_session(const Example *example, gint64 id); /* borrowed; NULL */

/* ---- persons: whose a session is, is found as store/people.h has it ---- */

void example_begin_people(Example *example);
void example_end_people(Example *example);
void example_change_people(gpointer user, const KnPeopleWish *wish, KnHubPeopleFunc func,
			   gpointer request);
/* 0: nobody's */
gint64 example_owner(const Example *example, const KnSession *session);
gboolean example_may_be(const Example *example, const KnSession *session, gint64 person_id);

/* ---- the list put right by hand. There are no samples: each part of a session has its share of everything. ---- */

void example_begin_edits(Example *example);
void example_end_edits(Example *example);
void example_by_hand(gpointer user, const KnByHand *wish, KnHubByHandFunc func, gpointer request);
void example_query_edits(gpointer user, guint limit, KnHubEditsFunc func, gpointer request);

/* ---- plans: the home's is that of knead-plan(5), since the end of October; persons have those that are set ---- */

void example_begin_plans(Example *example);
void example_end_plans(Example *example);
void example_query_plans(gpointer user, gint64 person_id, KnHubPlansFunc func, gpointer request);
void example_set_plan(gpointer user, const KnPlanWish *wish, KnHubPlansFunc func, gpointer request);
