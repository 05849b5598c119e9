/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Work that takes longer than an answer: begun by one request, asked for by others. Kept until KN_JOBS_MAX newer ones have begun. */

#include "serve/request.h"

enum {
	KN_JOBS_MAX = 16,
	KN_JOB_WAIT_MAX_S = 25, /* below the deadline of an answer */
	KN_JOB_WAITERS_MAX =
		32, /* of one job: as many as there may be clients; one more is answered at once */
};

typedef struct KnJob KnJob;
/* What there is to show when it is done. New. */
typedef JsonNode *(*KnJobFunc)(KnServer *server, const KnJob *job);
/* What it is at, a word, and more of it into the document: what this right may see; borrowed. */
typedef const gchar *(*KnJobStepFunc)(KnServer *server, JsonBuilder *builder, KnRight right);

typedef guint (*KnJobProgressFunc)(KnServer *server);

GPtrArray *kn_jobs_new(void);
/* Whether one more can begin: asked before its work is. */
gboolean kn_jobs_have_room(KnServer *server);
/* A job that is done after so long. NULL when all that are kept still run. */
KnJob *kn_job_begin(KnServer *server, const gchar *kind, guint duration_s, KnJobFunc finish);
/* A job whose end no clock knows: over with kn_job_end_with; progress tells 0 … 1000. NULL as above. */
KnJob *kn_job_begin_open(KnServer *server, const gchar *kind, KnJobProgressFunc progress);
/* Done with this result or, with an error, failed. Does nothing when the server has gone meanwhile. */
void kn_job_end_with(KnJob *job, JsonNode *result /* owned */, const GError *error);
/* For who ends it later than this call: the server may go before. */
KnJob *kn_job_ref(KnJob *job);
void kn_job_unref(KnJob *job);
gint64 kn_job_begun_us(const KnJob *job);  /* UTC */
gint64 kn_job_passed_ms(const KnJob *job); /* since then, by a clock that nobody sets */
/* For work that goes in steps, which those who wait hear of, and that may be done before its time: it is, when nobody has asked for it for
 * long (KN_PATIENCE_MS). */
void kn_job_set_steps(KnJob *job, KnJobStepFunc step);
/* Somebody has just dealt with it. */
void kn_job_touch(KnJob *job);
/* FALSE: whoever began it may have left. */
gboolean kn_job_is_waited_for(const KnJob *job);
void kn_job_changed(KnJob *job);
void kn_job_end(KnJob *job);
gboolean kn_job_is_done(const KnJob *job);
guint64 kn_job_id(const KnJob *job);
/* Its document: id, kind, state, progress_permille, step if it has steps, and result when it is done, problem when it failed. */
JsonNode *kn_job_describe(const KnJob *job, KnRight right);
KnJob *kn_jobs_find(KnServer *server, guint64 id);
/* Answers the request when the job is done, is at another step than the one that is known (NULL: any), or after wait_s, whichever is first. */
void kn_job_wait(KnJob *job, KnRequest *request, guint wait_s, const gchar *known_step);
