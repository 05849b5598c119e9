/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What clients write for persons and moments. As query.h: whatever is wrong is answered, and these return FALSE. */

#include "serve/request.h"

/* A label, an external id or a number. */
gboolean kn_query_find_person(KnRequest *request, const gchar *text, gint64 *ret_person_id);
/* The same of a key of the query, where "unassigned" is nobody: -1. Absent: *ret_person_id stays. */
gboolean kn_query_person(KnRequest *request, const gchar *key, gint64 *ret_person_id);

/* A person alone; absent: *ret_person_id stays. */
gboolean kn_query_one_person(KnRequest *request, const gchar *key, gint64 *ret_person_id);

/* A moment in the words of people, by the hub's clock and zone: now, 14:30 (today), yesterday 14:30, a day (its first instant), or RFC 3339. */
gboolean kn_query_moment(KnRequest *request, const gchar *text, gint64 *ret_utc_us);

/* A member of a body that is a text; NULL when it is absent. */
gboolean kn_query_text(KnRequest *request, JsonObject *body, const gchar *key,
		       const gchar **ret_text);
/* The same, at most 64 plain characters. */
gboolean kn_query_clean_text(KnRequest *request, JsonObject *body, const gchar *key,
			     const gchar **ret_text);
