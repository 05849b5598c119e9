/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What persons said of sessions. Each saying is a row at a record of the session; of each column the newest at a record counts. A session
 * that was folded from two has the words of both: of numbers and places the one said last, all notes. What is said of it then
 * takes the place of both.
 */

#include "core/measure/by-hand.h"
#include "store/sessions.h"

/* Sets session->word, NULL when nothing is said. */
gboolean kn_words_load(KnDb *db, gint64 log_key, KnSession *session,
		       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A transaction of its own; the session's revision rises. NOT_FOUND. */
gboolean kn_words_say(KnDb *db, const KnByHand *wish, gint64 now_us, KnByHandDone *ret_done,
		      GError **error) G_GNUC_WARN_UNUSED_RESULT;
