/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what the owner of a store asks of it, as requests */

#include "store/store-private.h"

void
kn_store_allow(KnStore *store, const KnAllow *allow, gint64 now_us, KnStoreDeviceFunc func,
	       gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_ALLOW, user);

	request->func.device = func;
	request->address = g_strdup(allow->address);
	request->label = g_strdup(allow->label);
	request->allow = *allow;
	request->allow.address = request->address;
	request->allow.label = request->label;
	request->now_us = now_us;
	kn_store_submit(store, request);
}

void
kn_store_forget(KnStore *store, gint64 device_id, KnStoreDeviceFunc func, gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_FORGET, user);

	request->func.device = func;
	request->id = device_id;
	kn_store_submit(store, request);
}

void
kn_store_rezone(KnStore *store, const KnRezone *wish, gint64 now_us, KnStoreRezoneFunc func,
		gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_REZONE, user);

	request->func.rezone = func;
	request->label = g_strdup(wish->zone);
	request->rezone = *wish;
	request->rezone.zone = request->label;
	request->now_us = now_us;
	kn_store_submit(store, request);
}

void
kn_store_change_people(KnStore *store, const KnPeopleWish *wish, gint64 now_us,
		       KnStorePeopleFunc func, gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_PEOPLE, user);

	request->func.people = func;
	request->people_wish = kn_people_wish_copy(wish);
	request->now_us = now_us;
	kn_store_submit(store, request);
}

void
kn_store_set_plan(KnStore *store, const KnPlanWish *wish, gint64 now_us, KnStorePlansFunc func,
		  gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_PLAN_SET, user);

	request->func.plans = func;
	request->text = g_strdup(wish->text);
	request->plan = *wish;
	request->plan.text = request->text;
	request->now_us = now_us;
	kn_store_submit(store, request);
}

void
kn_store_query_plans(KnStore *store, gint64 person_id, KnStorePlansFunc func, gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_PLANS, user);

	request->func.plans = func;
	request->plan.person_id = person_id;
	kn_store_submit(store, request);
}

void
kn_store_by_hand(KnStore *store, const KnByHand *wish, gint64 now_us, KnStoreByHandFunc func,
		 gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_BY_HAND, user);

	request->func.by_hand = func;
	request->by_hand = *wish;
	request->word = wish->word ? kn_word_copy(wish->word) : NULL;
	request->by_hand.word = request->word;
	request->now_us = now_us;
	kn_store_submit(store, request);
}

void
kn_store_query_edits(KnStore *store, guint limit, KnStoreEditsFunc func, gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_EDITS, user);

	request->func.edits = func;
	request->n_slices = limit;
	kn_store_submit(store, request);
}

void
kn_store_query_sessions(KnStore *store, const KnSessionQuery *query, KnStoreSessionsFunc func,
			gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_SESSIONS, user);

	request->func.sessions = func;
	request->query = *query;
	kn_store_submit(store, request);
}

void
kn_store_query_session(KnStore *store, gint64 session_id, guint n_slices, KnStoreDetailFunc func,
		       gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_DETAIL, user);

	request->func.detail = func;
	request->id = session_id;
	request->n_slices = n_slices;
	kn_store_submit(store, request);
}

void
kn_store_query_events(KnStore *store, const KnEventQuery *query, KnStoreEventsFunc func,
		      gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_EVENTS, user);

	request->func.events = func;
	request->event_query = *query;
	kn_store_submit(store, request);
}

void
kn_store_backup_begin(KnStore *store, KnStorePagesFunc func, gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_BACKUP_BEGIN, user);

	request->func.pages = func;
	kn_store_submit(store, request);
}

void
kn_store_backup_read(KnStore *store, guint64 offset, KnStorePagesFunc func, gpointer user)
{
	KnRequest *request = kn_store_request_new(KN_REQUEST_BACKUP_READ, user);

	request->func.pages = func;
	request->offset = offset;
	kn_store_submit(store, request);
}

void
kn_store_backup_end(KnStore *store)
{
	kn_store_submit(store, kn_store_request_new(KN_REQUEST_BACKUP_END, NULL));
}
