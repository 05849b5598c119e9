/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The one table of what the socket offers: method, path, right, keys, handler. Everything else is derived from it. */

#include "serve/request.h"

typedef struct {
	const gchar *method;
	const gchar *path; /* "{…}" stands for one segment, at most one a path */
	KnRight right;
	const gchar *keys; /* query keys, separated by blanks; all others are refused */
	void (*handle)(KnRequest *request);
} KnRoute;

/* The whole table; it is constant. */
const KnRoute *kn_routes_get(gsize *ret_n_routes);

/* Finds the route, checks right and query, and calls the handler; whatever is wrong is answered. */
void kn_routes_dispatch(KnRequest *request, const gchar *method, const gchar *path,
			const gchar *query);

/* handlers, one file a subject */
void kn_handle_status(KnRequest *request);
void kn_handle_devices(KnRequest *request);
void kn_handle_allow(KnRequest *request);
void kn_handle_sessions(KnRequest *request);
void kn_handle_session(KnRequest *request);
void kn_handle_curve(KnRequest *request);
void kn_handle_note(KnRequest *request);
void kn_handle_split(KnRequest *request);
void kn_handle_merge(KnRequest *request);
void kn_handle_delete(KnRequest *request);
void kn_handle_undo(KnRequest *request);
void kn_handle_edits(KnRequest *request);
void kn_handle_summary(KnRequest *request);
void kn_handle_backup(KnRequest *request);
void kn_handle_capture(KnRequest *request);
void kn_handle_export(KnRequest *request);
void kn_handle_persons(KnRequest *request);
void kn_handle_person_add(KnRequest *request);
void kn_handle_person_rename(KnRequest *request);
void kn_handle_assignment(KnRequest *request);
void kn_handle_why(KnRequest *request);
void kn_handle_zone(KnRequest *request);
void kn_handle_plans(KnRequest *request);
void kn_handle_plan_set(KnRequest *request);
void kn_handle_adherence(KnRequest *request);
void kn_handle_forget(KnRequest *request);
void kn_handle_identify(KnRequest *request);
void kn_handle_scan(KnRequest *request);
void kn_handle_job(KnRequest *request);
void kn_handle_pair(KnRequest *request);
void kn_handle_pairing_answer(KnRequest *request);
void kn_handle_log(KnRequest *request);
void kn_handle_events(KnRequest *request);
void kn_handle_openapi(KnRequest *request);
