/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What a client wrote after "?" and in a body, strictly: whatever is unknown, doubled or out of range is answered as a problem that
 * says so, and these return FALSE. A key that is absent leaves *ret_… as it was. */

#include "core/base/days.h"
#include "serve/request.h"

gboolean kn_query_parse(KnRequest *request, const gchar *query, const gchar *keys);
const gchar *kn_query_get(const KnRequest *request, const gchar *key); /* NULL: absent */
gboolean kn_query_number(KnRequest *request, const gchar *key, guint64 min, guint64 max,
			 guint64 *ret_number);
/* Days in the words of core/base/days.h, by the hub's clock and zone; and the same of any text, without an answer. */
gboolean kn_query_parse_day(const KnRequest *request, const gchar *text, KnDay *ret_day);
gboolean kn_query_day(KnRequest *request, const gchar *key, KnDay *ret_day);
gboolean kn_query_days(KnRequest *request, const gchar *key, KnDays *ret_days);
KnDay kn_query_today(const KnRequest *request);
/* RFC 3339 with an offset, or local days: their first instant, or with KN_QUERY_TO the first one after them. */
typedef enum { KN_QUERY_FROM, KN_QUERY_TO } KnQueryEdge;
gboolean kn_query_time(KnRequest *request, const gchar *key, KnQueryEdge edge, gint64 *ret_utc_us);
/* RFC 3339 with an offset alone; nothing is answered. */
gboolean kn_query_parse_time(const gchar *text, gint64 *ret_utc_us);
/* A place in a list, as kn_query_format_place wrote it. */
gboolean kn_query_place(KnRequest *request, const gchar *key, KnSessionPlace *ret_place);
gchar *kn_query_format_place(const KnSessionPlace *place);
/* An id, an address or a label, to a device id. */
gboolean kn_query_device(KnRequest *request, const gchar *key, gint64 *ret_device_id);

/* "label" and "sessions_from" of a body; the strings are borrowed from it, the address is not touched. */
gboolean kn_query_allow(KnRequest *request, JsonObject *body, KnAllow *ret_allow);

/* The same for any text; whatever is wrong is answered. */
gboolean kn_query_find_device(KnRequest *request, const gchar *text, gint64 *ret_device_id);

/* The body as a JSON object; an empty body is an empty object. The caller owns the node. Only known keys (separated by blanks). */
gboolean kn_query_body(KnRequest *request, const gchar *keys, JsonNode **ret_node);
/* For a POST that takes none: nobody should believe that what was said there counts. */
gboolean kn_query_no_body(KnRequest *request);

/* Key class: a mask of 1 << KnEventClass. */
gboolean kn_query_classes(KnRequest *request, guint *ret_mask);

void kn_query_refuse(KnRequest *request, const gchar *detail, const gchar *hint); /* 400 */
