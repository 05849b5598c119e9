/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/store-thread.h"

#include "store/request-room.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

enum {
	POINTER_BYTES = sizeof(gpointer) + sizeof(guint32),           /* in a ring */
	REQUESTS_BYTES = (KN_STORE_REQUESTS_MAX + 1) * POINTER_BYTES, /* and CLOSE */
	/* of each request the last word and at most one failure before it; and news of the disk, at most one each KN_STORE_RETRY_MS */
	ANSWERS_BYTES = (2 * (KN_STORE_REQUESTS_MAX + 1) + 16) * POINTER_BYTES,
};

static void
answer(KnStoreThread *thread, KnRequest *request, gboolean is_final, GError *error)
{
	KnAnswer *message = g_new(KnAnswer, 1);

	thread->stats.n_damaged = g_hash_table_size(thread->db->damaged);
	thread->stats.is_nearly_full = thread->room.is_nearly_full;
	*message = (KnAnswer){request, is_final, error, thread->stats,
			      kn_damage_news(&thread->damage, thread->db)};
	if (kn_handoff_push(thread->answers, &message, sizeof message, NULL, 0)) {
		kn_handoff_signal(thread->answers);
		return;
	}
	/* cannot be, but for old news: the ring holds two answers for each request that may wait */
	g_warning("an answer of the store was dropped");
	kn_answer_free(message);
}

/* ---- requests ---- */

static gboolean
is_open(KnStoreThread *thread, GError **error)
{
	return thread->db->handle || kn_db_reopen(thread->db, error);
}

/* read-only as it was opened when the volume was: questions are answered, and each try to store begins with another look */
static gboolean
is_writable(KnStoreThread *thread, GError **error)
{
	if (kn_db_is_writable(thread->db))
		return TRUE;
	if (!kn_db_reopen(thread->db, error))
		return FALSE;
	if (kn_db_is_writable(thread->db))
		return TRUE;
	g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_IO, "the disk is read-only");
	return FALSE;
}

/* the state of pages in memory is not known after an I/O error: only what is read from the disk
 * again counts */
static void
reopen_after(KnStoreThread *thread, const GError *error)
{
	g_autoptr(GError) reason = NULL;

	if (!g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_IO) &&
	    !g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED))
		return;
	/* as it was opened: each try to store looks whether it still is so */
	if (g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_IO) && thread->db->handle &&
	    !kn_db_is_writable(thread->db))
		return;
	if (!kn_db_reopen(thread->db, &reason))
		g_warning("the database cannot be opened again: %s", reason->message);
}

typedef gboolean (*WorkFunc)(KnStoreThread *thread, KnRequest *request, GError **error);

/* A page may have been read wrong once: only what a second look finds damaged, too, is. */
static gboolean
do_work(KnStoreThread *thread, KnRequest *request, WorkFunc work, GError **ret_error)
{
	if (thread->stats.is_malformed) {
		g_set_error(ret_error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED,
			    "the database is damaged");
		return FALSE;
	}
	for (guint i = 0; i < 2; i++) {
		g_autoptr(GError) error = NULL;
		if (is_open(thread, &error) && work(thread, request, &error))
			return TRUE;
		reopen_after(thread, error);
		if (g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED) && i == 0)
			continue;
		thread->stats.is_malformed |=
			g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED);
		g_propagate_error(ret_error, g_steal_pointer(&error));
		return FALSE;
	}
	return FALSE;
}

/* once more after each time that room could be made */
static gboolean
commit(KnStoreThread *thread, KnRequest *request, GError **error)
{
	g_autoptr(GError) reason = NULL;

	while (TRUE) {
		if (is_writable(thread, &reason))
			request->commit =
				kn_writer_commit(&thread->writer, request->batch, &reason);
		if (request->commit)
			return TRUE;
		if (!kn_room_make(&thread->room, reason, g_get_monotonic_time()))
			break;
		reopen_after(thread, reason);
		if (!is_open(thread, error))
			return FALSE;
		g_clear_error(&reason);
	}
	g_propagate_error(error, g_steal_pointer(&reason));
	return FALSE;
}

/* FALSE: not while a backup is read; or no backup is. */
static gboolean
may_run(KnStoreThread *thread, const KnRequest *request, GError **error)
{
	gboolean is_paused = kn_pause_is_on(&thread->pause);
	gboolean is_write = kn_store_request_is_write(request);

	if (request->kind == KN_REQUEST_BACKUP_READ && !is_paused)
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_BUSY,
			    "the backup took too long: recording goes on without it");
	else if (is_paused && (is_write || request->kind == KN_REQUEST_BACKUP_BEGIN))
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_BUSY,
			    "a backup is being read: try again in a minute");
	else
		return TRUE;
	return FALSE;
}

static gboolean
run_request(KnStoreThread *thread, KnRequest *request, GError **error)
{
	if (!may_run(thread, request, error) ||
	    !kn_request_room_run(request, thread->db, &thread->room, error))
		return FALSE;
	if (request->kind == KN_REQUEST_BACKUP_BEGIN)
		kn_pause_begin(&thread->pause, g_get_monotonic_time());
	else if (request->kind == KN_REQUEST_BACKUP_READ)
		kn_pause_touch(&thread->pause, g_get_monotonic_time());
	return TRUE;
}

static void
note_failure(KnStoreThread *thread, KnRequest *request, GError *error)
{
	thread->stats.n_failures++;
	thread->stats.is_degraded = TRUE;
	g_strlcpy(thread->stats.last_error, error->message, sizeof thread->stats.last_error);
	thread->retry_us = g_get_monotonic_time() + KN_STORE_RETRY_MS * G_GINT64_CONSTANT(1000);
	if (atomic_exchange(&request->is_told, true))
		g_error_free(error);
	else
		answer(thread, request, FALSE, error);
}

static void
note_success(KnStoreThread *thread, KnRequest *request)
{
	thread->stats.n_commits++;
	thread->stats.is_degraded = FALSE;
	thread->stats.n_blocks = thread->writer.n_blocks;
	thread->stats.raw_bytes = thread->writer.raw_bytes;
	thread->stats.stored_bytes = thread->writer.stored_bytes;
	answer(thread, request, TRUE, NULL);
}

/* in order, up to the first that fails */
static void
run_commits(KnStoreThread *thread)
{
	while (!g_queue_is_empty(&thread->commits) && !kn_pause_is_on(&thread->pause)) {
		KnRequest *request = g_queue_peek_head(&thread->commits);
		GError *error = NULL;
		if (!do_work(thread, request, commit, &error)) {
			note_failure(thread, request, error);
			return;
		}
		g_queue_pop_head(&thread->commits);
		note_success(thread, request);
	}
}

static void
end_pause(KnStoreThread *thread)
{
	if (!kn_pause_is_on(&thread->pause))
		return;
	kn_pause_end(&thread->pause);
	run_commits(thread);
}

static void
run_other(KnStoreThread *thread, KnRequest *request)
{
	GError *error = NULL;

	(void)do_work(thread, request, run_request, &error);
	if (request->kind == KN_REQUEST_BACKUP_END)
		end_pause(thread);
	answer(thread, request, TRUE, error);
}

/* ---- what was stored long ago ---- */

static void
tell_news(KnStoreThread *thread)
{
	if (g_hash_table_size(thread->db->damaged) == thread->stats.n_damaged ||
	    atomic_exchange(&thread->is_news_told, true))
		return;
	answer(thread, NULL, TRUE, NULL);
}

static void
check_some(KnStoreThread *thread)
{
	if (!thread->db->handle || thread->stats.is_malformed || kn_check_is_done(&thread->check))
		return;
	kn_check_some(&thread->check, thread->db, KN_STORE_CHECK_BLOCKS);
	tell_news(thread);
}

/* FALSE: CLOSE */
static gboolean
take_requests(KnStoreThread *thread)
{
	KnRequest *request;
	gsize n_message;

	while (kn_handoff_pop(thread->requests, &request, sizeof request, &n_message)) {
		if (request->kind == KN_REQUEST_CLOSE) {
			kn_store_request_free(request);
			return FALSE;
		}
		if (request->kind == KN_REQUEST_COMMIT) {
			g_queue_push_tail(&thread->commits, request);
			run_commits(thread);
		} else {
			run_other(thread, request);
		}
	}
	return TRUE;
}

static gint
wait_ms(const KnStoreThread *thread)
{
	gint64 due_us = G_MAXINT64,
	       left_us = kn_pause_left_us(&thread->pause, g_get_monotonic_time());

	if (left_us >= 0)
		return (gint)(left_us / 1000 + 1);
	if (thread->commits.length > 0)
		due_us = thread->retry_us;
	if (thread->room.is_nearly_full)
		due_us = MIN(due_us, thread->room.look_us);
	if (thread->commits.length == 0 && !kn_check_is_done(&thread->check))
		due_us = MIN(due_us, g_get_monotonic_time() + KN_STORE_CHECK_MS * 1000);
	if (due_us == G_MAXINT64)
		return -1;
	left_us = due_us - g_get_monotonic_time();
	return (gint)CLAMP(left_us / 1000 + 1, 0, KN_STORE_RETRY_MS);
}

static void *
run(void *data)
{
	KnStoreThread *thread = data;

	if (!kn_check_begin(&thread->check, thread->db, NULL))
		thread->check = (KnCheck){1, 0};
	while (take_requests(thread)) {
		struct pollfd pollfd = {kn_handoff_fd(thread->requests), POLLIN, 0};
		gint n_ready;

		if (kn_room_look(&thread->room, g_get_monotonic_time()))
			answer(thread, NULL, TRUE, NULL);
		n_ready = poll(&pollfd, 1, wait_ms(thread));
		if (kn_pause_left_us(&thread->pause, g_get_monotonic_time()) == 0)
			end_pause(thread);
		else if (n_ready == 0 && thread->commits.length > 0 &&
			 g_get_monotonic_time() >= thread->retry_us)
			run_commits(thread);
		else if (n_ready == 0)
			check_some(thread);
	}
	kn_pause_end(&thread->pause);
	run_commits(thread);
	/* the devices still have what could not be stored */
	g_queue_clear_full(&thread->commits, (GDestroyNotify)kn_store_request_free);
	kn_db_close(g_steal_pointer(&thread->db));
	return NULL;
}

static void
thread_free(KnStoreThread *thread)
{
	if (thread->db)
		kn_db_close(thread->db);
	kn_handoff_free(thread->requests);
	kn_handoff_free(thread->answers);
	kn_damage_clear(&thread->damage);
	g_free(thread->room.directory);
	g_free(thread->zone);
	g_free(thread);
}

/* signals are for the main loop */
static gint
create(KnStoreThread *thread)
{
	sigset_t all, old;
	gint code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	code = pthread_create(&thread->id, NULL, run, thread);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (code == 0)
		pthread_setname_np(thread->id, "store");
	return code;
}

KnStoreThread *
kn_store_thread_start(KnDb *db, const gchar *zone, KnStoreStats *ret_stats, GError **error)
{
	KnStoreThread *thread = g_new0(KnStoreThread, 1);
	gint code;

	thread->db = db;
	thread->zone = g_strdup(zone);
	thread->room.directory = g_path_get_dirname(db->path);
	thread->writer = (KnWriter){.db = db, .zone = thread->zone};
	kn_room_keep(&thread->room, g_get_monotonic_time());
	thread->stats.is_nearly_full = thread->room.is_nearly_full;
	*ret_stats = thread->stats;
	g_queue_init(&thread->commits);
	kn_damage_init(&thread->damage);
	thread->requests = kn_handoff_new(REQUESTS_BYTES);
	thread->answers = kn_handoff_new(ANSWERS_BYTES);
	code = thread->requests && thread->answers ? create(thread) : ENOMEM;
	if (code == 0)
		return thread;
	g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_IO, "cannot start the store: %s",
		    g_strerror(code));
	thread_free(thread);
	return NULL;
}

gboolean
kn_store_thread_push(KnStoreThread *thread, KnRequest *request)
{
	if (!kn_handoff_push(thread->requests, &request, sizeof request, NULL, 0))
		return FALSE;
	kn_handoff_signal(thread->requests);
	return TRUE;
}

KnAnswer *
kn_store_thread_pop(KnStoreThread *thread)
{
	KnAnswer *message;
	gsize n_message;

	if (!kn_handoff_pop(thread->answers, &message, sizeof message, &n_message))
		return NULL;
	return message;
}

void
kn_store_thread_stop(KnStoreThread *thread)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_CLOSE, NULL);
	KnAnswer *message;

	/* there is room (callers leave a place for it); if there were not, the thread would be
	 * making some */
	while (!kn_store_thread_push(thread, request))
		(void)poll(NULL, 0, 10);
	pthread_join(thread->id, NULL);
	while ((message = kn_store_thread_pop(thread)))
		kn_answer_free(message);
	thread_free(thread);
}
