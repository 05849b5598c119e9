/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A damaged database is never repaired in place and never deleted: it keeps its bytes under another name (DATABASE.damaged-N, with
 * its journal), and a new one takes its place that knows whom to record and that something was lost. Killed in between, the next
 * start goes on with it.
 */

#include "store/db.h"

enum { KN_ASIDE_MAX = 16 }; /* more of them mean that the disk damages what is written */

/* before the name of a file that a database knew of which was brought back from another place */
#define KN_ASIDE_ELSEWHERE "restored/"

/* A database of our own kind that cannot be used lies at path: a set-aside was begun and not ended. */
gboolean kn_aside_is_begun(const gchar *path);
/* Of a set-aside on a file system without second names, which ended while there was no database: the new one gets its place. Before anything
 * else is done with path. Errors: IO. */
gboolean kn_aside_go_on(const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* path is closed. making: a new and empty database of the newest schema under another name, closed; it is filled and put at path.
 * now_us: UTC. reason: for the log. Errors: MALFORMED when there are KN_ASIDE_MAX already, IO, FULL; then path is as it was, or the
 * next start goes on. */
gboolean kn_aside_replace(const gchar *path, const gchar *making, gint64 now_us,
			  const gchar *reason, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* KnLoss that are not mended, oldest first. */
GArray *kn_aside_losses(KnDb *db, GError **error);
