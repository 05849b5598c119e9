/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The Unix socket: HTTP/1.1 + JSON for clients on this machine. Knows rights and limits, routes and shapes; asks its owner for
 * everything else through KnHub. Nothing a client sends can block the main loop or open a path.
 */

#include "core/link/why.h"
#include "core/log/clock.h"
#include "core/log/device.h"
#include "core/log/event.h"
#include "core/log/loss.h"
#include "core/log/people.h"
#include "core/measure/by-hand.h"
#include "core/measure/plan.h"
#include "core/measure/rezone.h"
#include "core/measure/summary.h"
#include <gio/gio.h>
#include <json-glib/json-glib.h>

/* one enrolled or heard device as the owner knows it now */
typedef struct {
	KnDevice *device; /* owned; NULL: heard, not enrolled */
	gchar *address;   /* owned */
	gchar *name;      /* owned: cleaned text from the air; "" none */
	gboolean is_bonded;
	const gchar *link; /* static: phase word of the link */
	gchar *link_error; /* owned: last error in words; "" none */
	gboolean has_signal;
	gint signal_dbm;
	gint64 seen_us; /* UTC; 0 never */
	gboolean is_newest_known;
	guint64 n_unsynced;     /* records known to exist and not stored, nor named */
	guint64 n_gaps;         /* named gaps of all its logs */
	const KnPerson *person; /* borrowed until the main loop runs: who has it; NULL nobody */
	gint64 person_from_us;  /* UTC */
} KnDeviceView;
void kn_device_view_free(KnDeviceView *view);

/* A session as clients see it: stored, with its gaps and curve when asked for. */
typedef struct {
	KnSession *session; /* owned */
	KnDevice *device;   /* owned; NULL when unknown */
	GBytes *info;       /* owned or NULL */
	GArray *gaps;       /* owned or NULL: KnGap */
	guint n_slices;
	guint n_nodes;
	guint64 slice_ms;
	gint32 *curve_hpa; /* owned or NULL: as KnSessionDetail */
} KnSessionView;
void kn_session_view_free(KnSessionView *view);

typedef struct {
	gint64 from_us;       /* UTC, inclusive */
	gint64 to_us;         /* exclusive */
	gint64 device_id;     /* 0 all */
	KnSessionPlace after; /* paging; id 0 from the newest */
	guint limit;          /* 1 … 400, not counting sessions that have no row yet */
	gint64 person_id;     /* 0 all; -1 nobody's */
	gboolean is_deleted;  /* those that a person deleted, instead of all others */
	gint64 may_be_of; /* not 0, instead of person_id: nobody's that may be this person's, as KnSessionQuery has it */
} KnHubQuery;

/* Newest first. Those that run and have no row yet (id 0) come besides n_stored that have: fewer than the limit means that there are no
 * more. */
typedef void (*KnHubSessionsFunc)(GPtrArray *sessions /* owned: KnSession with nodes */,
				  guint n_stored, const GError *error, gpointer request);
typedef void (*KnHubSessionFunc)(KnSessionView *view /* owned */, const GError *error,
				 gpointer request);
typedef void (*KnHubDeviceFunc)(const KnDevice *device, const GError *error, gpointer request);

typedef void (*KnHubPeopleFunc)(const KnPeopleDone *done, const GError *error, gpointer request);
typedef void (*KnHubRezonedFunc)(const KnRezoned *done, const GError *error, gpointer request);

/* plans: KnPlanRow, owned by the callee: those that hold on some day, newest first; NULL with an error */
typedef void (*KnHubPlansFunc)(GPtrArray *plans, const GError *error, gpointer request);
/* done: NULL with an error */
typedef void (*KnHubByHandFunc)(const KnByHandDone *done, const GError *error, gpointer request);

/* edits: KnEdit, newest first, owned by the callee; NULL with an error */
typedef void (*KnHubEditsFunc)(GPtrArray *edits, const GError *error, gpointer request);

/* events: KnEvent, owned by the callee. oldest_id: of all that are kept; 0 none. is_all: whatever else the query may mean has not
 * happened yet, so that who listens from inside this call on misses nothing. */
typedef void (*KnHubEventsFunc)(GPtrArray *events, gint64 oldest_id, gboolean is_all,
				const GError *error, gpointer request);

/* a capture of one device, as text, as it comes */
typedef struct {
	gint64 device_id;
	guint duration_s;      /* 1 … KN_CAPTURE_SECONDS_MAX */
	gboolean is_raw;       /* FALSE: redacted */
	const gchar *scenario; /* cleaned */
} KnHubCapture;
enum { KN_CAPTURE_SECONDS_MAX = 24 * 3600 };
/* The owner's side of it: write is called any number of times, FALSE means that nobody listens any more; end at most once. Neither is
 * called after stop. */
typedef struct {
	gboolean (*write)(gpointer to, const gchar *text, gsize n_bytes);
	void (*end)(gpointer to);
} KnHubCaptureSink;

/* a pairing that runs, or ran last; strings are borrowed until the main loop runs again */
typedef struct {
	const gchar *address;
	const gchar *
		state; /* a word: "searching", "pairing", "wants-passkey", "wants-confirmation", "shows-passkey", "enrolling" … */
	gboolean has_number;
	guint32 number; /* 0 … 999999: to be confirmed, or typed on the massager */
	gboolean is_over;
	gboolean is_paired; /* and recorded from now on */
	gboolean is_just_works;
	gboolean is_bonded;          /* with this machine */
	gboolean was_recorded;       /* before: allowed, and read at least once */
	gboolean was_paired_already; /* with this machine: nothing was done but to record it */
	const gchar *error;          /* in words; "" none */
} KnPairingView;
typedef struct {
	gboolean has_passkey;
	guint32 passkey;
	gboolean is_yes;
} KnPairingAnswer;

/* n_total: of the whole file; bytes: owned by the callee, NULL from begin and with an error */
typedef void (*KnHubPagesFunc)(GBytes *bytes, guint64 n_total, const GError *error,
			       gpointer request);

/* errors an owner may answer with; the server turns them into problem documents */
#define KN_HUB_ERROR (kn_hub_error_quark())
typedef enum {
	KN_HUB_ERROR_NOT_FOUND = 1,
	KN_HUB_ERROR_BUSY,      /* 409 */
	KN_HUB_ERROR_DEGRADED,  /* 503 */
	KN_HUB_ERROR_FAILED,    /* 500 */
	KN_HUB_ERROR_NOT_READY, /* 409: it can be done, but not now; the message says why */
	KN_HUB_ERROR_CONFLICT,  /* 409: it does not go with what is there; the message says why */
} KnHubError;
GQuark kn_hub_error_quark(void);

/* What the server needs of its owner. All on the main thread; a Func is called exactly once, at once or later. */
typedef struct {
	void (*get_now)(gpointer user, KnNow *ret_now);
	const gchar *(*get_zone)(gpointer user);
	JsonNode *(*get_status)(gpointer user);     /* new: the status document */
	GPtrArray *(*get_devices)(gpointer user);   /* new: KnDeviceView, enrolled ones first */
	const GArray *(*get_losses)(gpointer user); /* borrowed: KnLoss */
	void (*query_sessions)(gpointer user, const KnHubQuery *query, KnHubSessionsFunc func,
			       gpointer request);
	void (*query_session)(gpointer user, gint64 id, guint n_slices, KnHubSessionFunc func,
			      gpointer request);
	void (*query_events)(gpointer user, const KnEventQuery *query, KnHubEventsFunc func,
			     gpointer request);
	/* New, or NULL with an error. The header is written before it returns. */
	gpointer (*start_capture)(gpointer user, const KnHubCapture *what,
				  const KnHubCaptureSink *sink, gpointer to, GError **error);
	void (*stop_capture)(gpointer user, gpointer capture);
	/* The database file, which stays as it is until end_backup; one at a time. */
	void (*begin_backup)(gpointer user, KnHubPagesFunc func, gpointer request);
	void (*read_backup)(gpointer user, guint64 offset, KnHubPagesFunc func, gpointer request);
	void (*end_backup)(gpointer user);
	void (*forget)(gpointer user, gint64 device_id, KnHubDeviceFunc func, gpointer request);
	const KnPeople *(*get_people)(gpointer user); /* borrowed until the main loop runs */
	/* Persons, hand-outs, assignments; wish is copied. get_people is the new list when func is called. */
	void (*change_people)(gpointer user, const KnPeopleWish *wish, KnHubPeopleFunc func,
			      gpointer request);
	/* Moves stored sessions to another time zone, or only counts them; wish is copied. One moves at a time. */
	void (*rezone)(gpointer user, const KnRezone *wish, KnHubRezonedFunc func,
		       gpointer request);
	guint (*get_rezone_permille)(gpointer user); /* how far the one that moves is */
	/* What is planned for a person; 0: the home itself. */
	void (*query_plans)(gpointer user, gint64 person_id, KnHubPlansFunc func, gpointer request);
	/* Stores a plan; answers with all, as they are then. wish is copied. */
	void (*set_plan)(gpointer user, const KnPlanWish *wish, KnHubPlansFunc func,
			 gpointer request);
	/* What a person says of a session, or puts right in the list; wish is copied. */
	void (*by_hand)(gpointer user, const KnByHand *wish, KnHubByHandFunc func,
			gpointer request);
	void (*query_edits)(gpointer user, guint limit, KnHubEditsFunc func, gpointer request);
	/* The massager makes itself noticed. FALSE with an error. */
	gboolean (*identify)(gpointer user, gint64 device_id, guint duration_s, GError **error);
	/* Listens for so long; what is heard is in get_devices. FALSE with an error. */
	gboolean (*scan)(gpointer user, guint duration_s, GError **error);
	gint64 (*since_listened_ms)(gpointer user); /* 0 it listens; -1 it never did */
	/* address is normalized, of any massager, known or not */
	void (*explain)(gpointer user, const gchar *address, KnWhy *ret_why);
	/* Pairs, and allows what was paired. FALSE with an error; changes are told by
	 * kn_server_pairing_changed. */
	gboolean (*pair)(gpointer user, const KnAllow *allow, GError **error);
	void (*answer_pairing)(gpointer user, const KnPairingAnswer *answer);
	void (*cancel_pairing)(gpointer user);
	gboolean (*get_pairing)(gpointer user, KnPairingView *ret_view); /* FALSE: there was none */
	void (*allow)(gpointer user, const KnAllow *allow, KnHubDeviceFunc func, gpointer request);
} KnHub;

typedef struct {
	const gchar *socket_path;
	const gchar *
		read_group; /* may read: "knead"; NULL: only admins. root and our own uid always may */
	const gchar *
		admin_group; /* may change: "knead-admin"; its members have to be in read_group, too, to connect */
} KnServerConfig;

#define KN_SERVE_ERROR (kn_serve_error_quark())
typedef enum {
	KN_SERVE_ERROR_IN_USE = 1, /* a running kneadd answers on the socket */
	KN_SERVE_ERROR_PATH,       /* the socket cannot be made there */
} KnServeError;
GQuark kn_serve_error_quark(void);

typedef struct KnServer KnServer;
/* A dead socket file is replaced, a live one is IN_USE. hub is copied. */
KnServer *kn_server_new(const KnServerConfig *config, const KnHub *hub, gpointer user,
			GError **error);
/* Ends clients, removes the socket. Outstanding requests are answered into nothing. */
void kn_server_free(KnServer *server);

/* Tells those who follow. */
void kn_server_publish(KnServer *server, const KnEvent *event);

/* one device in use, right now */
typedef struct {
	const KnDevice *device;
	const KnSession *session; /* provisional; NULL when its beginning was not seen */
	const guint32 *node_hpa;  /* the latest of each node */
	guint n_nodes;
} KnLiveView;
/* FALSE: nobody would see it, it need not be made. */
gboolean kn_server_wants_live(const KnServer *server);
void kn_server_publish_live(KnServer *server, const KnLiveView *live);

typedef struct {
	guint n_clients;
	guint n_followers;
	guint64 n_requests;
	guint64 n_refused_clients; /* over a limit */
	guint64 n_denied;
	guint64 n_dropped_readers; /* followers that did not take what they asked for */
} KnServerStats;
/* Who may read and change from now on: each further request is judged by it. A stream that runs, runs on until it is closed. A group that
 * does not exist is nobody. */
void kn_server_set_groups(KnServer *server, const gchar *read_group, const gchar *admin_group);
/* hub.get_pairing has something new. */
void kn_server_pairing_changed(KnServer *server);
void kn_server_get_stats(const KnServer *server, KnServerStats *ret_stats);
