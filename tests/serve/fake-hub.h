/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* An owner of the server with two devices and canned sessions, and a client that speaks bytes. Everything runs in one thread: the
 * client turns the main loop while it waits. */

#include "serve/server-private.h"

/* 2026-11-21 08:00:00 UTC, a Saturday; the hub's zone is Europe/Berlin (+01:00) */
#define HUB_NOW_US (G_GINT64_CONSTANT(1795248000) * G_USEC_PER_SEC)
#define HUB_DAY_US (G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC)

typedef enum {
	FAKE_CALL_SESSIONS,
	FAKE_CALL_SESSION,
	FAKE_CALL_ALLOW,
	FAKE_CALL_EVENTS
} FakeCallKind;

typedef struct {
	FakeCallKind kind;
	gpointer func;
	gpointer request;
	KnHubQuery query;
	KnEventQuery event_query;
	gint64 id;
	guint n_slices;
} FakeCall;

typedef struct {
	GPtrArray *sessions;       /* owned: KnSession, newest first */
	GArray *losses;            /* owned: KnLoss */
	KnPeople *people;          /* owned */
	KnPeopleWish *people_wish; /* owned: the last one; NULL none */
	GQueue calls;              /* FakeCall not answered yet */
	gboolean is_deferred;      /* calls wait for fake_hub_answer */
	gint error_code;           /* of KN_HUB_ERROR; 0 none */
	gboolean is_clock_unset;
	gboolean is_tray_theirs; /* what is nobody's may be whoever's who is asked for */
	guint n_calls;
	guint n_device_queries;
	gint64 n_events; /* kept: ids 1 to this, of device 1, and every tenth an alarm */
	gint64 oldest_event_id;
	KnHubQuery last_query;
	KnHubCapture last_capture; /* without its text */
	KnHubCaptureSink capture_sink;
	gpointer capture_to;
	guint capture_source;
	guint n_stopped_captures;
	GBytes *backup; /* owned; NULL: there is nothing to back up */
	gsize backup_step;
	KnHubPagesFunc begin_func; /* while is_deferred: the last one that waits for its begin */
	gpointer begin_request;
	guint n_begun_backups;
	guint n_ended_backups;
	gchar *allowed_address; /* owned */
	gchar *allowed_label;   /* owned; NULL: none sent */
	KnAllow allowed;        /* without its strings */
	guint n_allowed;
	gint64 forgotten_id;
	KnRezone rezone; /* of the last one; its zone is below */
	gchar rezone_zone[72];
	guint n_rezones;
	gboolean is_rezone_slow; /* it is over with fake_end_rezone */
	guint rezone_permille;
	gint64 since_listened_ms;
	KnHubRezonedFunc rezone_func;
	gpointer rezone_request;
	GPtrArray *plans;    /* owned: KnPlanRow, newest first */
	KnDay plan_from_day; /* of the last one that was set */
	guint n_plans_set;
	gint64 plan_person_id; /* of the last question */
	guint n_plan_queries;
	KnByHand by_hand; /* of the last one; its word is below */
	KnWord *said;     /* owned */
	guint n_by_hand;
	gint64 identified_id;
	guint duration_s;       /* of the last scan or identify */
	gchar *pairing_address; /* owned; NULL: there was no pairing */
	gchar *pairing_label;   /* owned; NULL: none sent */
	KnPairingView pairing;  /* the test moves it on, and tells the server */
	KnPairingAnswer pairing_answer;
	guint n_pairing_answers;
	guint n_pairing_cancels;
	KnServer *server; /* borrowed: told of changes, when set */
} FakeHub;

void fake_hub_init(FakeHub *hub);
void fake_hub_clear(FakeHub *hub);
const KnHub *fake_hub_vtable(void);
KnEvent *fake_event(gint64 id);
void fake_hub_answer(FakeHub *hub); /* all that wait */
/* complete, 10 minutes long, of device 1; more can be set on what is returned */
KnSession *fake_hub_add_session(FakeHub *hub, gint64 id, gint64 start_us);

/* of the vtable, in fake-control.c */
JsonNode *fake_get_status(gpointer user);
gpointer fake_start_capture(gpointer user, const KnHubCapture *what, const KnHubCaptureSink *sink,
			    gpointer to, GError **error);
void fake_stop_capture(gpointer user, gpointer capture);
/* answers at once, backup_step bytes at a time */
void fake_begin_backup(gpointer user, KnHubPagesFunc func, gpointer request);
void fake_read_backup(gpointer user, guint64 offset, KnHubPagesFunc func, gpointer request);
void fake_end_backup(gpointer user);
gboolean fake_identify(gpointer user, gint64 device_id, guint duration_s, GError **error);
gboolean fake_scan(gpointer user, guint duration_s, GError **error);
gint64 fake_since_listened_ms(gpointer user);
void fake_rezone(gpointer user, const KnRezone *wish, KnHubRezonedFunc func, gpointer request);
void fake_end_rezone(FakeHub *hub, const GError *error);
guint fake_get_rezone_permille(gpointer user);
void fake_change_people(gpointer user, const KnPeopleWish *wish, KnHubPeopleFunc func,
			gpointer request);
void fake_by_hand(gpointer user, const KnByHand *wish, KnHubByHandFunc func, gpointer request);
void fake_query_edits(gpointer user, guint limit, KnHubEditsFunc func, gpointer request);
void fake_explain(gpointer user, const gchar *address, KnWhy *ret_why);

/* of the vtable, in fake-plans.c: each person has the same as the home */
void fake_query_plans(gpointer user, gint64 person_id, KnHubPlansFunc func, gpointer request);
void fake_set_plan(gpointer user, const KnPlanWish *wish, KnHubPlansFunc func, gpointer request);
void fake_hub_add_plan(FakeHub *hub, const gchar *text, KnDay from_day);

/* of the vtable, in fake-pairing.c */
gboolean fake_pair(gpointer user, const KnAllow *allow, GError **error);
void fake_answer_pairing(gpointer user, const KnPairingAnswer *answer);
void fake_cancel_pairing(gpointer user);
gboolean fake_get_pairing(gpointer user, KnPairingView *ret_view);

/* ---- a server in a scratch directory ---- */

typedef struct {
	FakeHub hub;
	KnServer *server;
	gchar *directory;
	gchar *path;
} Fixture;
void fixture_set_up(Fixture *fixture, gconstpointer data);
void fixture_tear_down(Fixture *fixture, gconstpointer data);

/* who the next connections are, when set as the server's peer function: uid, and groups */
extern uid_t fake_peer_uid;
extern gid_t fake_peer_group;
void fake_peer_read(gint fd, KnPeer *ret_peer);

/* ---- the client ---- */

gint client_connect(const gchar *path);
/* FALSE when the server closed before all was taken. */
gboolean client_send(gint fd, const gchar *bytes, gsize n_bytes);
/* Turns the loop until the server closes; the whole answer. */
gchar *client_read_all(gint fd);
/* Turns the loop until is_done says so; fails the test after ten seconds. */
typedef gboolean (*DoneFunc)(gpointer user);
void turn_until(DoneFunc is_done, gpointer user);

/* Whoever asks from now on is this user, of that group: 4000 reads, 4001 changes. */
void become(Fixture *fixture, uid_t uid, gid_t group);
/* Asks, and has a document for an answer unless it is a stream. */
void assert_status(Fixture *fixture, const gchar *method, const gchar *target, const gchar *body,
		   guint wanted);
/* One request and its answer; body may be NULL. ret_status and the returned document (NULL when it is not JSON). */
JsonNode *ask(Fixture *fixture, const gchar *method, const gchar *target, const gchar *body,
	      guint *ret_status);
/* GET, which has to go well. */
JsonNode *get(Fixture *fixture, const gchar *target);
/* Asks, and the status and kind of the problem must be these. */
void assert_problem(Fixture *fixture, const gchar *method, const gchar *target, const gchar *body,
		    guint status, const gchar *kind);
/* Answer bytes to status and document; a stream has none. */
JsonNode *parse_answer(const gchar *answer, guint *ret_status);
