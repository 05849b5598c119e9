/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Problem documents, RFC 9457: what happened, and what to do. kind is the machine's word and never changes once published. */

#include <json-glib/json-glib.h>

#define KN_PROBLEM_TYPE      "application/problem+json"
#define KN_PROBLEM_HTTP_HINT "Try: curl --unix-socket PATH http://knead/v1/status"

/* hint may be NULL */
JsonNode *kn_problem_new(guint status, const gchar *kind, const gchar *detail, const gchar *hint);
gchar *kn_problem_new_text(guint status, const gchar *kind, const gchar *detail, const gchar *hint);
