/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Refuses deeply nested JSON before a recursive parser sees it (json-glib before 1.10 has no limit of its own). */

#include <glib.h>

enum { KN_JSON_DEPTH_MAX = 16 };

/* TRUE when no bracket outside of a string nests deeper than max_depth. Does not check that the text is JSON, but refuses whatever
 * could make a lenient parser see other strings than this scan does (broken escapes, unterminated strings, comments, a NUL in a
 * string, numbers that are not finite or beyond 64 bits), and a bracket that closes nothing. */
gboolean kn_json_depth_is_within(const gchar *text, gsize n_bytes, guint max_depth);
