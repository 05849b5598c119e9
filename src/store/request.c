/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/request.h"

#include "store/edits.h"
#include "store/events.h"
#include "store/pages.h"
#include "store/people.h"
#include "store/plans.h"
#include "store/reader.h"
#include "store/rezone.h"
#include "store/sessions.h"
#include "store/words.h"

KnRequest *
kn_store_request_new(KnRequestKind kind, gpointer user)
{
	KnRequest *request = g_new0(KnRequest, 1);

	request->kind = kind;
	request->user = user;
	return request;
}

void
kn_store_request_free(KnRequest *request)
{
	if (!request)
		return;
	g_clear_pointer(&request->batch, kn_batch_free);
	g_clear_pointer(&request->commit, kn_commit_free);
	g_clear_pointer(&request->device, kn_device_free);
	g_clear_pointer(&request->sessions, g_ptr_array_unref);
	g_clear_pointer(&request->detail, kn_session_detail_free);
	g_clear_pointer(&request->loaded, g_ptr_array_unref);
	g_clear_pointer(&request->events, g_ptr_array_unref);
	g_clear_pointer(&request->edits, g_ptr_array_unref);
	g_clear_pointer(&request->pages, g_bytes_unref);
	g_clear_pointer(&request->people, kn_people_free);
	g_free(request->people_wish);
	g_clear_pointer(&request->plans, g_ptr_array_unref);
	g_free(request->text);
	g_clear_pointer(&request->word, kn_word_free);
	g_free(request->address);
	g_free(request->label);
	g_free(request);
}

gboolean
kn_store_request_run(KnRequest *request, KnDb *db, GError **error)
{
	switch (request->kind) {
	case KN_REQUEST_ALLOW:
		request->device = kn_writer_allow(db, &request->allow, request->now_us, error);
		return request->device != NULL;
	case KN_REQUEST_FORGET:
		request->device = kn_writer_forget(db, request->id, error);
		return request->device != NULL;
	case KN_REQUEST_REZONE:
		return kn_rezone_run(db, &request->rezone, request->now_us, &request->rezoned,
				     error);
	case KN_REQUEST_PLAN_SET:
		if (!kn_plans_add(db, &request->plan, request->now_us, error))
			return FALSE;
		request->plans = kn_plans_query(db, request->plan.person_id, error);
		return request->plans != NULL;
	case KN_REQUEST_PLANS:
		request->plans = kn_plans_query(db, request->plan.person_id, error);
		return request->plans != NULL;
	case KN_REQUEST_BY_HAND:
		return (request->by_hand.kind == KN_BY_HAND_SAY ? kn_words_say : kn_edits_do)(
			db, &request->by_hand, request->now_us, &request->by_hand_done, error);
	case KN_REQUEST_EDITS:
		request->edits = kn_edits_list(db, request->n_slices, error);
		return request->edits != NULL;
	case KN_REQUEST_SESSIONS:
		request->sessions = kn_sessions_query(db, &request->query, error);
		return request->sessions != NULL;
	case KN_REQUEST_DETAIL:
		request->detail = kn_reader_detail(db, request->id, request->n_slices, error);
		return request->detail != NULL;
	case KN_REQUEST_EVENTS:
		request->events = kn_events_query(db, &request->event_query,
						  &request->oldest_event_id, error);
		return request->events != NULL;
	case KN_REQUEST_LOAD:
		request->loaded = kn_reader_load(db, error);
		return request->loaded != NULL;
	case KN_REQUEST_PEOPLE:
		if (!kn_people_run(db, request->people_wish, request->now_us, &request->people_done,
				   error))
			return FALSE;
		G_GNUC_FALLTHROUGH;
	case KN_REQUEST_LOAD_PEOPLE:
		request->people = kn_people_load(db, error);
		return request->people != NULL;
	case KN_REQUEST_BACKUP_BEGIN:
		return kn_pages_size(db, &request->n_total, error);
	case KN_REQUEST_BACKUP_READ:
		request->pages = kn_pages_read(db, request->offset, error);
		return request->pages && kn_pages_size(db, &request->n_total, error);
	case KN_REQUEST_BACKUP_END:
	case KN_REQUEST_COMMIT:
	case KN_REQUEST_CLOSE:
		break;
	}
	return TRUE;
}

static void
tell_commit(KnRequest *request, const GError *error)
{
	/* a failure may be told when the retry has succeeded already: that answer is still on its way */
	KnCommit *commit = error ? NULL : g_steal_pointer(&request->commit);

	if (request->func.commit)
		request->func.commit(commit, error, request->user);
	else
		kn_commit_free(commit);
}

static void
tell_sessions(KnRequest *request, const GError *error)
{
	if (request->func.sessions)
		request->func.sessions(g_steal_pointer(&request->sessions), error, request->user);
}

static void
tell_events(KnRequest *request, const GError *error)
{
	if (request->func.events)
		request->func.events(g_steal_pointer(&request->events), request->oldest_event_id,
				     error, request->user);
}

static void
tell_detail(KnRequest *request, const GError *error)
{
	if (request->func.detail)
		request->func.detail(g_steal_pointer(&request->detail), error, request->user);
}

void
kn_store_request_tell(KnRequest *request, const GError *error)
{
	switch (request->kind) {
	case KN_REQUEST_COMMIT:
		tell_commit(request, error);
		return;
	case KN_REQUEST_ALLOW:
	case KN_REQUEST_FORGET:
		if (request->func.device)
			request->func.device(request->device, error, request->user);
		return;
	case KN_REQUEST_REZONE:
		if (request->func.rezone)
			request->func.rezone(error ? NULL : &request->rezoned, error,
					     request->user);
		return;
	case KN_REQUEST_PLAN_SET:
	case KN_REQUEST_PLANS:
		if (request->func.plans)
			request->func.plans(error ? NULL : g_steal_pointer(&request->plans), error,
					    request->user);
		return;
	case KN_REQUEST_BY_HAND:
		if (request->func.by_hand)
			request->func.by_hand(error ? NULL : &request->by_hand_done, error,
					      request->user);
		return;
	case KN_REQUEST_EDITS:
		if (request->func.edits)
			request->func.edits(g_steal_pointer(&request->edits), error, request->user);
		return;
	case KN_REQUEST_SESSIONS:
		tell_sessions(request, error);
		return;
	case KN_REQUEST_DETAIL:
		tell_detail(request, error);
		return;
	case KN_REQUEST_EVENTS:
		tell_events(request, error);
		return;
	case KN_REQUEST_PEOPLE:
		if (request->func.people)
			request->func.people(g_steal_pointer(&request->people),
					     error ? NULL : &request->people_done, error,
					     request->user);
		return;
	case KN_REQUEST_BACKUP_BEGIN:
	case KN_REQUEST_BACKUP_READ:
		if (request->func.pages)
			request->func.pages(error ? NULL : g_steal_pointer(&request->pages),
					    request->n_total, error, request->user);
		return;
	case KN_REQUEST_LOAD:
	case KN_REQUEST_LOAD_PEOPLE:
	case KN_REQUEST_BACKUP_END:
	case KN_REQUEST_CLOSE:
		return;
	}
}

void
kn_answer_free(KnAnswer *answer)
{
	if (!answer)
		return;
	if (answer->is_final)
		kn_store_request_free(answer->request);
	g_clear_error(&answer->error);
	g_clear_pointer(&answer->losses, g_array_unref);
	g_free(answer);
}

gboolean
kn_store_request_is_write(const KnRequest *request)
{
	switch (request->kind) {
	case KN_REQUEST_ALLOW:
	case KN_REQUEST_FORGET:
	case KN_REQUEST_REZONE:
	case KN_REQUEST_PEOPLE:
	case KN_REQUEST_PLAN_SET:
	case KN_REQUEST_BY_HAND:
		return TRUE;
	default:
		return FALSE;
	}
}
