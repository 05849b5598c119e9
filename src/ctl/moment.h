/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A time of day as a moment of one session. */

#include <json-glib/json-glib.h>

/* "07:40" or "07:40:30", of the session's day and zone, as RFC 3339: the one that lies within the session, also behind midnight or a change
 * of the clock; if none does, that of the day it began, which the hub refuses in words. New; NULL: that is no time of day. */
gchar *kn_moment_within(JsonObject *session, const gchar *word);
