/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/store.h"

#include "store/aside.h"
#include "store/store-private.h"
#include "store/store-thread.h"
#include <glib-unix.h>
#include <poll.h>

struct KnStore {
	KnStoreThread *thread; /* owned */
	GSource *source;       /* owned: answers */
	guint64 hub_id;
	gint64 first_event_id;
	GArray *losses; /* owned: those of databases that were set aside, then those of the one in use */
	guint n_aside; /* of losses */
	void (*on_damage)(gpointer user);
	gpointer user;
	guint n_requests; /* in the thread's hands */
	guint n_pending;  /* of those, batches */
	gint64 busy_us;   /* monotonic: the last sign of life while something is under way */
	GQueue waiting;   /* owned: KnAnswer of refused requests */
	KnStoreStats stats;
};

/* TRUE: the owner is to be told */
static gboolean
take_stats(KnStore *store, const KnStoreStats *stats)
{
	gboolean is_news = stats->n_damaged != store->stats.n_damaged ||
			   stats->is_malformed != store->stats.is_malformed ||
			   stats->is_nearly_full != store->stats.is_nearly_full;

	store->stats = *stats;
	return is_news && store->on_damage;
}

static void
deliver(KnStore *store, KnAnswer *message)
{
	KnRequest *request = message->request;

	if (message->losses) {
		g_array_set_size(store->losses, store->n_aside);
		g_array_append_vals(store->losses, message->losses->data, message->losses->len);
	}
	if (take_stats(store, &message->stats))
		store->on_damage(store->user);
	if (!request) {
		atomic_store(&store->thread->is_news_told, false);
		kn_answer_free(message);
		return;
	}
	store->busy_us = g_get_monotonic_time();
	if (message->is_final) {
		store->n_requests--;
		store->n_pending -= request->kind == KN_REQUEST_COMMIT;
	} else {
		atomic_store(&request->is_told, false);
	}
	kn_store_request_tell(request, message->error);
	kn_answer_free(message);
}

static KnAnswer *
next_answer(KnStore *store)
{
	KnAnswer *message = g_queue_pop_head(&store->waiting);

	return message ? message : kn_store_thread_pop(store->thread);
}

static gboolean
on_answers(gint fd, GIOCondition condition, gpointer user)
{
	KnStore *store = user;
	KnAnswer *message;

	while ((message = next_answer(store)))
		deliver(store, message);
	return G_SOURCE_CONTINUE;
}

KnStore *
kn_store_open(const KnStoreConfig *config, GError **error)
{
	KnDb *db = config->is_damaged ? kn_db_open_anew(config->directory, error)
				      : kn_db_open(config->directory, error);
	g_autoptr(GArray) losses = db ? kn_aside_losses(db, error) : NULL;
	KnStoreThread *thread;
	KnStore *store;
	guint64 hub_id;
	gint64 first_event_id;
	KnStoreStats stats;

	if (!losses) {
		kn_db_close(db);
		return NULL;
	}
	hub_id = db->hub_id;
	first_event_id = db->first_event_id;
	thread = kn_store_thread_start(db, config->zone, &stats, error);
	if (!thread)
		return NULL;
	store = g_new0(KnStore, 1);
	store->thread = thread;
	store->hub_id = hub_id;
	store->first_event_id = first_event_id;
	store->stats = stats;
	store->n_aside = losses->len;
	store->losses = g_steal_pointer(&losses);
	store->on_damage = config->on_damage;
	store->user = config->user;
	g_queue_init(&store->waiting);
	store->source = g_unix_fd_source_new(kn_handoff_fd(thread->answers), G_IO_IN);
	g_source_set_callback(store->source, G_SOURCE_FUNC(on_answers), store, NULL);
	g_source_attach(store->source, NULL);
	return store;
}

void
kn_store_close(KnStore *store)
{
	if (!store)
		return;
	g_source_destroy(store->source);
	g_source_unref(store->source);
	kn_store_thread_stop(store->thread);
	g_queue_clear_full(&store->waiting, (GDestroyNotify)kn_answer_free);
	g_array_unref(store->losses);
	g_free(store);
}

const GArray *
kn_store_losses(const KnStore *store)
{
	return store->losses;
}

gint64
kn_store_first_event_id(const KnStore *store)
{
	return store->first_event_id;
}

guint64
kn_store_hub_id(const KnStore *store)
{
	return store->hub_id;
}

/* the answer comes from the main loop, as any other */
static void
refuse(KnStore *store, KnRequest *request)
{
	KnAnswer *message = g_new(KnAnswer, 1);

	*message = (KnAnswer){request, TRUE, NULL, store->stats, NULL};
	g_set_error(&message->error, KN_STORE_ERROR, KN_STORE_ERROR_BUSY,
		    "the store is behind: too many requests wait");
	g_queue_push_tail(&store->waiting, message);
	kn_handoff_signal(store->thread->answers);
}

void
kn_store_submit(KnStore *store, KnRequest *request)
{
	gboolean is_commit = request->kind == KN_REQUEST_COMMIT;
	guint n_max = KN_STORE_REQUESTS_MAX - (is_commit ? 0 : KN_STORE_COMMITS_RESERVED);

	if (store->n_requests++ == 0)
		store->busy_us = g_get_monotonic_time();
	store->n_pending += is_commit;
	if (store->n_requests > n_max || !kn_store_thread_push(store->thread, request))
		refuse(store, request);
}

/* Takes the request; its answer is there, or *error is set. */
static void
wait_for(KnStore *store, KnRequest *request, void (*take)(KnRequest *request, gpointer ret),
	 gpointer ret, GError **error)
{
	kn_store_submit(store, request);
	while (TRUE) {
		struct pollfd pollfd = {kn_handoff_fd(store->thread->answers), POLLIN, 0};
		KnAnswer *message = next_answer(store);
		gboolean is_it = message && message->request == request;
		if (!message) {
			(void)poll(&pollfd, 1, -1);
			continue;
		}
		if (is_it)
			take(request, ret);
		if (is_it && message->error)
			g_propagate_error(error, g_steal_pointer(&message->error));
		deliver(store, message);
		if (is_it)
			return;
	}
}

static void
take_loaded(KnRequest *request, gpointer ret)
{
	*(GPtrArray **)ret = g_steal_pointer(&request->loaded);
}

GPtrArray *
kn_store_load(KnStore *store, GError **error)
{
	GPtrArray *loaded = NULL;

	wait_for(store, kn_store_request_new(KN_REQUEST_LOAD, NULL), take_loaded, &loaded, error);
	return loaded;
}

static void
take_people(KnRequest *request, gpointer ret)
{
	*(KnPeople **)ret = g_steal_pointer(&request->people);
}

KnPeople *
kn_store_load_people(KnStore *store, GError **error)
{
	KnPeople *people = NULL;

	wait_for(store, kn_store_request_new(KN_REQUEST_LOAD_PEOPLE, NULL), take_people, &people,
		 error);
	return people;
}

void
kn_store_commit(KnStore *store, KnBatch *batch, KnStoreCommitFunc func, gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_COMMIT, user);

	request->func.commit = func;
	request->batch = batch;
	kn_store_submit(store, request);
}

guint
kn_store_n_pending(const KnStore *store)
{
	return store->n_pending;
}

guint64
kn_store_busy_ms(const KnStore *store)
{
	return store->n_requests > 0 ? (guint64)(g_get_monotonic_time() - store->busy_us) / 1000
				     : 0;
}

void
kn_store_get_stats(const KnStore *store, KnStoreStats *ret_stats)
{
	*ret_stats = store->stats;
}
