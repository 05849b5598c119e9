/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/jobs.h"

#include "serve/json.h"

struct KnJob {
	KnServer *server; /* borrowed; NULL: it has gone */
	guint64 id;
	const gchar *kind; /* static */
	KnJobFunc finish;
	KnJobProgressFunc progress; /* NULL: by the time */
	KnJobStepFunc step;         /* NULL: it has none */
	gint64 begun_us;            /* UTC, for people */
	gint64 begun_monotonic_us;
	guint duration_s;
	JsonNode *result;      /* owned; NULL while it runs */
	gboolean is_failed;    /* result is a problem */
	GPtrArray *waiting;    /* owned: Waiter */
	guint source;          /* 0: done */
	gboolean is_finishing; /* its result is being made: what that changes is no news */
	guint patience;        /* source id; 0: it has none, or is done */
};

/* a request that wants to hear of the end */
typedef struct {
	KnJob *job;         /* borrowed */
	KnRequest *request; /* owned reference */
	guint source;       /* 0: it is being answered */
} Waiter;

static void
waiter_free(gpointer data)
{
	Waiter *waiter = data;

	g_clear_handle_id(&waiter->source, g_source_remove);
	kn_request_unref(waiter->request);
	g_free(waiter);
}

static void
job_clear(gpointer data)
{
	KnJob *job = data;

	g_clear_handle_id(&job->source, g_source_remove);
	g_clear_handle_id(&job->patience, g_source_remove);
	g_clear_pointer(&job->waiting, g_ptr_array_unref);
	g_clear_pointer(&job->result, json_node_unref);
	job->server = NULL;
}

KnJob *
kn_job_ref(KnJob *job)
{
	return g_rc_box_acquire(job);
}

void
kn_job_unref(KnJob *job)
{
	g_rc_box_release(job);
}

static void
job_free(gpointer data)
{
	job_clear(data);
	kn_job_unref(data);
}

GPtrArray *
kn_jobs_new(void)
{
	return g_ptr_array_new_with_free_func(job_free);
}

gint64
kn_job_begun_us(const KnJob *job)
{
	return job->begun_us;
}

gint64
kn_job_passed_ms(const KnJob *job)
{
	return (g_get_monotonic_time() - job->begun_monotonic_us) / 1000;
}

static gint64
progress_permille(const KnJob *job)
{
	if (job->result != NULL)
		return job->is_failed ? 0 : 1000;
	if (job->progress != NULL)
		return MIN(job->progress(job->server), 999);
	return CLAMP(kn_job_passed_ms(job) / job->duration_s, 0, 999);
}

JsonNode *
kn_job_describe(const KnJob *job, KnRight right)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autofree gchar *id = g_strdup_printf("%" G_GUINT64_FORMAT, job->id);

	json_builder_begin_object(builder);
	kn_json_add_text(builder, "id", id);
	kn_json_add_text(builder, "kind", job->kind);
	kn_json_add_text(builder, "state",
			 job->is_failed        ? "failed"
			 : job->result != NULL ? "done"
					       : "running");
	kn_json_add_int(builder, "progress_permille", progress_permille(job));
	/* of what is over only the result counts: the owner may be at another one */
	if (job->step != NULL && job->result == NULL)
		kn_json_add_text(builder, "step", job->step(job->server, builder, right));
	if (job->result != NULL) {
		json_builder_set_member_name(builder, job->is_failed ? "problem" : "result");
		json_builder_add_value(builder, json_node_copy(job->result));
	}
	json_builder_end_object(builder);
	return json_builder_get_root(builder);
}

static JsonNode *
describe_to(const KnJob *job, const KnRequest *request)
{
	return kn_job_describe(job, request->client->right);
}

gboolean
kn_job_is_waited_for(const KnJob *job)
{
	for (guint i = 0; i < job->waiting->len; i++) {
		const Waiter *waiter = g_ptr_array_index(job->waiting, i);

		if (kn_request_is_open(waiter->request))
			return TRUE;
	}
	return FALSE;
}

static gboolean
on_left_alone(gpointer data)
{
	KnJob *job = data;

	job->patience = 0;
	if (kn_job_is_waited_for(job))
		kn_job_touch(job);
	else
		kn_job_end(job);
	return G_SOURCE_REMOVE;
}

void
kn_job_touch(KnJob *job)
{
	g_clear_handle_id(&job->patience, g_source_remove);
	if (job->step != NULL && job->result == NULL)
		job->patience =
			g_timeout_add(job->server->timeouts.patience_ms, on_left_alone, job);
}

void
kn_job_changed(KnJob *job)
{
	for (guint i = 0; i < job->waiting->len; i++) {
		Waiter *waiter = g_ptr_array_index(job->waiting, i);

		kn_request_answer(waiter->request, describe_to(job, waiter->request));
	}
	g_ptr_array_set_size(job->waiting, 0);
	kn_job_touch(job);
}

static gboolean
on_over(gpointer data)
{
	KnJob *job = data;

	job->source = 0;
	g_clear_handle_id(&job->patience, g_source_remove);
	job->is_finishing = TRUE;
	job->result = job->finish(job->server, job);
	kn_job_changed(job);
	return G_SOURCE_REMOVE;
}

void
kn_job_end(KnJob *job)
{
	if (kn_job_is_done(job))
		return;
	g_clear_handle_id(&job->source, g_source_remove);
	on_over(job);
}

void
kn_job_set_steps(KnJob *job, KnJobStepFunc step)
{
	job->step = step;
	kn_job_touch(job);
}

gboolean
kn_job_is_done(const KnJob *job)
{
	return job->result != NULL || job->is_finishing;
}

guint64
kn_job_id(const KnJob *job)
{
	return job->id;
}

static gboolean
is_at_another_step(const KnJob *job, const gchar *known_step)
{
	g_autoptr(JsonBuilder) unused = json_builder_new();

	if (job->step == NULL || known_step == NULL)
		return FALSE;
	json_builder_begin_object(unused);
	return !g_str_equal(job->step(job->server, unused, KN_RIGHT_READ), known_step);
}

gboolean
kn_jobs_have_room(KnServer *server)
{
	for (guint i = 0; i < server->jobs->len && server->jobs->len >= KN_JOBS_MAX; i++) {
		const KnJob *job = g_ptr_array_index(server->jobs, i);

		if (job->result != NULL)
			g_ptr_array_remove_index(server->jobs, i--);
	}
	return server->jobs->len < KN_JOBS_MAX;
}

static KnJob *
job_new(KnServer *server, const gchar *kind)
{
	KnJob *job = NULL;
	KnNow now = {0};

	if (!kn_jobs_have_room(server))
		return NULL;
	server->hub.get_now(server->user, &now);
	job = g_rc_box_new0(KnJob);
	job->server = server;
	job->id = ++server->last_job_id;
	job->kind = kind;
	job->begun_us = now.utc_us;
	job->begun_monotonic_us = g_get_monotonic_time();
	job->waiting = g_ptr_array_new_with_free_func(waiter_free);
	g_ptr_array_add(server->jobs, job);
	return job;
}

KnJob *
kn_job_begin(KnServer *server, const gchar *kind, guint duration_s, KnJobFunc finish)
{
	KnJob *job = job_new(server, kind);

	if (job == NULL)
		return NULL;
	job->finish = finish;
	job->duration_s = duration_s;
	job->source = g_timeout_add(duration_s * 1000, on_over, job);
	return job;
}

KnJob *
kn_job_begin_open(KnServer *server, const gchar *kind, KnJobProgressFunc progress)
{
	KnJob *job = job_new(server, kind);

	if (job != NULL)
		job->progress = progress;
	return job;
}

void
kn_job_end_with(KnJob *job, JsonNode *result, const GError *error)
{
	g_autoptr(JsonNode) owned = result;

	if (job->server == NULL)
		return;
	job->is_failed = error != NULL;
	job->result = error != NULL ? kn_request_problem_of(error) : g_steal_pointer(&owned);
	kn_job_changed(job);
}

KnJob *
kn_jobs_find(KnServer *server, guint64 id)
{
	for (guint i = 0; i < server->jobs->len; i++) {
		KnJob *job = g_ptr_array_index(server->jobs, i);

		if (job->id == id)
			return job;
	}
	return NULL;
}

static gboolean
on_waited(gpointer data)
{
	Waiter *waiter = data;

	KnJob *job = waiter->job;

	waiter->source = 0;
	kn_request_answer(waiter->request, describe_to(job, waiter->request));
	g_ptr_array_remove_fast(job->waiting, waiter);
	kn_job_touch(job);
	return G_SOURCE_REMOVE;
}

void
kn_job_wait(KnJob *job, KnRequest *request, guint wait_s, const gchar *known_step)
{
	Waiter *waiter = NULL;

	kn_job_touch(job);
	if (job->result != NULL || wait_s == 0 || is_at_another_step(job, known_step)) {
		kn_request_answer(request, describe_to(job, request));
		return;
	}
	/* who has left waits no longer, and keeps nothing in memory */
	for (guint i = job->waiting->len; i > 0; i--) {
		const Waiter *old = g_ptr_array_index(job->waiting, i - 1);

		if (!kn_request_is_open(old->request))
			g_ptr_array_remove_index_fast(job->waiting, i - 1);
	}
	if (job->waiting->len >= KN_JOB_WAITERS_MAX) {
		kn_request_answer(request, describe_to(job, request));
		return;
	}
	waiter = g_new0(Waiter, 1);
	waiter->job = job;
	waiter->request = kn_request_ref(request);
	waiter->source = g_timeout_add(wait_s * 1000, on_waited, waiter);
	g_ptr_array_add(job->waiting, waiter);
}
