/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Session rows with their nodes: read, compared, written only when something in them differs. */

#include "store/db.h"

/* a session with the keys that only the store knows; freed with its nodes */
typedef struct {
	KnSession session;
	gint64 log_key;
	gint64 info_id;
} KnSessionRow;
void kn_session_row_free(KnSessionRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnSessionRow, kn_session_row_free)

/* start_utc_us of a session whose time is not known: sorts as the newest */
#define KN_SESSION_TIME_UNKNOWN G_MAXINT64

/* NULL with NOT_FOUND when there is none. */
KnSessionRow *kn_sessions_load(KnDb *db, gint64 session_id, GError **error);

/* KnSessionRow with nodes, of one log, whose records overlap the range, in seq order; boot -1:
 * any. */
GPtrArray *kn_sessions_find(KnDb *db, gint64 log_key, gint64 boot, KnRange range, GError **error);
/* Of a session s, in a statement: not of before the time from which its massager's are shown. The clock decides where there is one; else, and
 * beside a doubtful one, whether it was there when the person said so. What nobody can tell is shown. */
#define KN_SESSIONS_BROUGHT_TO "(SELECT b.to_seq FROM brought AS b WHERE b.log_key = s.log_key)"
#define KN_SESSIONS_IS_SHOWN                                                      \
	"iif(s.start_utc_us = 9223372036854775807, "                              \
	"coalesce(s.last_seq > " KN_SESSIONS_BROUGHT_TO                           \
	", 1), s.start_utc_us >= (SELECT d.shown_from_us FROM device AS d WHERE " \
	"d.device_id = s.device_id) OR (s.is_time_uncertain AND s.last_seq "      \
	"> " KN_SESSIONS_BROUGHT_TO ")) "
/* A page for readers, see KnSessionQuery: KnSession. */
GPtrArray *kn_sessions_query(KnDb *db, const KnSessionQuery *query, GError **error);

/* Inserts when session.id is 0 (and sets it), otherwise updates what differs from the stored
 * row, with revision + 1. *ret_is_changed: something was written. zone is stored with the first. */
gboolean kn_sessions_save(KnDb *db, KnSessionRow *row, gboolean *ret_is_changed,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean kn_sessions_delete(KnDb *db, gint64 session_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* block_ids: gint64; the blocks that hold records of the session. */
gboolean kn_sessions_set_blocks(KnDb *db, gint64 session_id, const GArray *block_ids,
				GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* gint64 block ids */
GArray *kn_sessions_get_blocks(KnDb *db, gint64 session_id, GError **error);
/* Ids of the sessions whose time may be another one after anchors of this boot changed from this tick on: its own, and those in boots
 * beside it that are placed by it. */
GArray *kn_sessions_find_dated(KnDb *db, gint64 log_key, guint32 boot, guint64 from_t_ms,
			       GError **error);
