/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the files app*.c share; nobody else includes it. */

#include "core/link/seen.h"
#include "core/pipeline/pipeline.h"
#include "daemon/app.h"
#include "daemon/clock-watch.h"
#include "daemon/hub-clock.h"
#include "radio/radio.h"

enum {
	KN_APP_DEVICES_MAX = 64,
	KN_APP_ASKS_MAX =
		64, /* twice the clients there may be at once; those that hung up count until they are answered */
	/* more than can wait to be stored (KN_APP_EVENTS_WAITING_MAX and one batch): what left the ring is stored, or was dropped */
	KN_APP_EVENTS_RECENT_MAX = 1000,
	KN_APP_EVENTS_WAITING_MAX = 500,
	KN_APP_EVENTS_FLUSH = 64,   /* so many are worth a commit of their own */
	KN_APP_EVENTS_SOON_S = 60,  /* what a person may look for: stored within a minute */
	KN_APP_EVENTS_LATE_S = 600, /* comings and goings: a card is not worn for them */
	KN_APP_LIVE_MS = 100,       /* ten pictures a second are a film */
};

/* what happened lately */
typedef struct {
	gint64 next_id;
	gint64 end_id;      /* ids from here on are not reserved: they might come twice */
	gint64 evicted_id;  /* newest that left the ring; 0 none */
	GQueue recent;      /* owned: KnEvent, oldest first */
	GPtrArray *waiting; /* owned: KnEvent that no batch has taken yet */
	guint flush_source; /* 0: none runs */
	gint64 flush_boottime_us;
	gboolean is_flushing; /* a batch of events alone is on its way */
	guint64 n_dropped;    /* never stored: the store was behind for long */
} KnAppEvents;

typedef struct KnAppCapture KnAppCapture;

/* beside what the radio knows of a pairing */
typedef struct {
	KnAllow wish; /* label: as below; the address is the radio's to tell */
	gchar *label; /* owned or NULL */
	gchar *error; /* owned: it is paired, but not recorded; NULL none */
	gboolean is_enrolling;
	gboolean is_enrolled;
	gboolean was_recorded; /* before */
} KnAppPairing;

struct KnApp {
	KnConfig *config; /* borrowed: outlives the app */
	GTimeZone *zone;  /* owned: held, so that local days do not read the zone file each time */
	GMainLoop *loop;  /* owned */
	KnStore *store;   /* owned */
	KnPipeline *pipeline; /* owned */
	KnRadio *radio;       /* owned */
	KnServer *server;     /* owned */
	GPtrArray *devices;   /* owned: KnDevice, all ever enrolled */
	GHashTable *
		by_address; /* owned: address to KnDevice, both borrowed from devices: asked for every packet */
	KnPeople *people;          /* owned: as the store has them */
	KnSeenList *seen;          /* owned */
	KnClockWatch *clock_watch; /* owned */
	GHashTable *asks;  /* owned: questions of clients that the store has not answered yet */
	GHashTable *shown; /* owned: device id to when its pressures were shown last, boottime us */
	KnHubClock clock;
	gint64 started_boottime_us;
	guint watchdog_source; /* 0: nobody wants to know */
	gboolean is_stuck;     /* the store, as the watchdog sees it */
	guint tick_source;     /* 0: none is needed */
	guint signal_sources[3];
	guint n_links_up;
	KnAppEvents events;
	KnAppPairing pairing;
	GPtrArray *captures;          /* owned: KnAppCapture, those that are running */
	gboolean is_storage_degraded; /* as the last event told */
	gboolean is_nearly_full;      /* the disk, as the last event told */
	gboolean is_damaged;          /* the database is to be set aside */
	gboolean is_rezoning;
	gint rezone_permille; /* of is_rezoning: written by the store's thread */
	guint64 n_damaged;    /* blocks on the disk, as the last event told */
};

/* A question of a client that the store has not answered yet. */
typedef struct {
	KnApp *app; /* borrowed: the store is closed before the app goes */
	KnHubQuery query;
	KnEventQuery event_query;
	gint64 asked_at_id; /* the last event there was */
	KnHubSessionsFunc on_sessions;
	KnHubSessionFunc on_session;
	KnHubEventsFunc on_events;
	KnHubDeviceFunc on_device;
	KnHubPagesFunc on_pages;
	KnHubPlansFunc on_plans;
	gboolean is_allowing; /* on_device is of an allow */
	KnHubRezonedFunc on_rezoned;
	KnHubPeopleFunc on_people;
	KnPeopleWhat people_what;
	KnHubByHandFunc on_by_hand;
	KnHubEditsFunc on_edits;
	KnByHandKind by_hand_kind;
	gchar zone[72]; /* of on_rezoned; longer is no name of one */
	guint32 uid;
	gboolean is_dry_run;
	gpointer request;
} KnAsk;
/* FALSE with DEGRADED: too many wait. Asked before every new one. */
gboolean kn_app_has_room(const KnApp *app, GError **error);
/* Copies values; known to the app until it is taken. */
KnAsk *kn_app_ask_new(const KnAsk *values);
/* Answered now: nobody else will. The caller owns it. */
KnAsk *kn_app_take_ask(KnAsk *ask);
/* The store's errors in the words of the socket. */
GError *kn_app_translate(const GError *error);

KnDevice *kn_app_find_device(const KnApp *app, gint64 device_id);
KnDevice *kn_app_find_address(const KnApp *app, const gchar *address);
/* A device was enrolled or allowed again: the pipeline and the radio learn of it. */
void kn_app_add_device(KnApp *app, const KnDevice *device, const GPtrArray *ledgers);

/* What a commit's answer says of the disk: to the journal, as an alarm, and as one that is over. */
void kn_app_note_storage(KnApp *app, const GError *error);
/* Whether the disk is nearly full: as an alarm, and as one that is over. */
void kn_app_note_room(KnApp *app);
/* Blocks that cannot be read any more are an alarm; a database that cannot is the end of this run. */
void kn_app_note_damage(gpointer app);
/* app-commit.c: the pipeline hands over a batch; what clients see of devices changes with it. */
void kn_app_commit(gpointer user, KnBatch *batch);

/* app-events.c: what happened. detail is plain text. */
void kn_app_events_init(KnApp *app);
void kn_app_events_clear(KnApp *app);
void kn_app_emit(KnApp *app, KnEventKind kind, gint64 device_id, const gchar *detail);
void kn_app_emit_sessions(KnApp *app, const KnCommit *commit);
/* The batch takes what waits to be stored. */
void kn_app_attach_events(KnApp *app, KnBatch *batch);
/* Events up to this one have their rows: further ids are reserved. 0: none was in the commit. */
void kn_app_events_stored(KnApp *app, gint64 last_id);
/* Stores what waits: shutdown. */
void kn_app_flush_events(KnApp *app);
void kn_app_query_events(gpointer user, const KnEventQuery *query, KnHubEventsFunc func,
			 gpointer request);
/* After packets of a device: those who watch see its pressures, ten times a second at most. */
void kn_app_show_live(KnApp *app, const KnDevice *device, const KnNow *now);

/* app-captures.c: what a device sends, as a file */
void kn_app_captures_init(KnApp *app);
gpointer kn_app_start_capture(gpointer user, const KnHubCapture *what, const KnHubCaptureSink *sink,
			      gpointer to, GError **error);
void kn_app_stop_capture(gpointer user, gpointer capture);
void kn_app_capture_link_up(KnApp *app, gint64 device_id, const guint8 *info, gsize n_info,
			    const KnNow *now);
void kn_app_capture_packet(KnApp *app, gint64 device_id, const guint8 *bytes, gsize n_bytes,
			   const KnNow *now);
void kn_app_capture_link_down(KnApp *app, gint64 device_id, const gchar *reason, const KnNow *now);

/* app-backup.c: see KnHub */
void kn_app_begin_backup(gpointer user, KnHubPagesFunc func, gpointer request);
void kn_app_read_backup(gpointer user, guint64 offset, KnHubPagesFunc func, gpointer request);
void kn_app_end_backup(gpointer user);

/* app-watchdog.c: when the service manager wants to hear of us (WATCHDOG_USEC). */
void kn_app_watchdog_start(KnApp *app);

/* app-reload.c: SIGHUP. What can change at once does; a file that is wrong changes nothing. */
gboolean kn_app_reload(gpointer app);

/* app-pair.c: pairing; and app-hub.c's allow, which follows it */
gboolean kn_app_pair(gpointer user, const KnAllow *allow, GError **error);
void kn_app_answer_pairing(gpointer user, const KnPairingAnswer *answer);
void kn_app_cancel_pairing(gpointer user);
gboolean kn_app_get_pairing(gpointer user, KnPairingView *ret_view);
void kn_app_pair_changed(gpointer user);
/* FALSE with NOT_READY: there is no room for one more. */
gboolean kn_app_may_allow(const KnApp *app, const gchar *address, GError **error);
void kn_app_allow(gpointer user, const KnAllow *allow, KnHubDeviceFunc func, gpointer request);

/* app-refuse.c: massagers that are not served */
void kn_app_refuse(gpointer user, gint64 device_id, const KnRefusal *refusal, gboolean is_news);
/* As KnPipelineSink. */
void kn_app_renew(gpointer user, gint64 device_id);
/* FALSE: nothing is held against it now. link: as the radio has it. */
gboolean kn_app_get_refusal(const KnApp *app, const KnDevice *device, const KnLinkStatus *link,
			    KnRefusal *ret_refusal);
/* The word for people and JSON: the link's phase, or why it is kept away. */
const gchar *kn_app_link_name(const KnApp *app, const KnDevice *device, const KnLinkStatus *link);
/* The end of a quarantine, RFC 3339 in the hub's zone. */
gchar *kn_app_format_until(const KnApp *app, const KnRefusal *refusal);
/* Somebody was forgotten: who was refused for its sake is tried again. */
void kn_app_forgive_twins(KnApp *app, gint64 forgotten_id);

/* app-control.c: what a person does about massagers */
void kn_app_explain(gpointer user, const gchar *address, KnWhy *ret_why);
/* For how long a device has recorded no use, all it has being here; -1: not known, or not so. */
gint64 kn_app_idle_us(const KnApp *app, const KnDevice *device, const KnNow *now);
/* It is in no session, and all that it has is here. */
gboolean kn_app_is_idle(gpointer user, const gchar *address);
gboolean kn_app_scan(gpointer user, guint duration_s, GError **error);
gint64 kn_app_since_listened_ms(gpointer user);
gboolean kn_app_identify(gpointer user, gint64 device_id, guint duration_s, GError **error);
void kn_app_forget(gpointer user, gint64 device_id, KnHubDeviceFunc func, gpointer request);

/* app-by-hand.c: what a person says of a session or puts right in the list */
void kn_app_by_hand(gpointer user, const KnByHand *wish, KnHubByHandFunc func, gpointer request);
void kn_app_query_edits(gpointer user, guint limit, KnHubEditsFunc func, gpointer request);

/* app-zone.c: stored sessions are moved to another time zone */
void kn_app_rezone(gpointer user, const KnRezone *wish, KnHubRezonedFunc func, gpointer request);
guint kn_app_get_rezone_permille(gpointer user);

/* app-people.c: persons, hand-outs, assignments */
const KnPeople *kn_app_get_people(gpointer user);
void kn_app_change_people(gpointer user, const KnPeopleWish *wish, KnHubPeopleFunc func,
			  gpointer request);
/* Who has the massager of a view. */
void kn_app_show_holder(const KnApp *app, KnDeviceView *view);
/* Whose a session is that has no row yet, by the rule of store/people.h. */
void kn_app_own_live(const KnApp *app, KnSession *live);
/* app-plan.c: see KnHub */
void kn_app_query_plans(gpointer user, gint64 person_id, KnHubPlansFunc func, gpointer request);
void kn_app_set_plan(gpointer user, const KnPlanWish *wish, KnHubPlansFunc func, gpointer request);

/* The session a device is in, or was in last, as far as it was seen live; NULL when it began before this link. */
KnSession *kn_app_live_session(const KnApp *app, const KnDevice *device, const KnNow *now);
/* The same without its metrics, which cost most: most of those who look do not want this one. */
KnSession *kn_app_sketch_live(const KnApp *app, const KnDevice *device, const KnNow *now);
/* Its metrics, before anything else of the device is received. */
void kn_app_fold_live(const KnApp *app, KnSession *sketch);
/* app-hub.c: what the socket asks for */
void kn_app_fill_hub(KnHub *ret_hub);
/* The store is closed and answers nobody any more: what is still asked is answered with an error. */
void kn_app_refuse_asks(KnApp *app);
/* app-status.c: the status document */
JsonNode *kn_app_build_status(KnApp *app);
