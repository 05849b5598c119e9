/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * From packets to batches: for each device, frames → records → ledger → open blocks → one KnBatch, and back: a commit lets the device
 * forget (Trim). Also the conversation on a link: State, Clock, Own, Live, Fetch. Pure: time is an argument, results leave by
 * KnPipelineSink. Lives on one thread.
 */

#include "core/log/batch.h"
#include "core/log/clock.h"
#include "core/log/event.h"
#include "core/log/hub-time.h"
#include "core/measure/live.h"
#include "core/pipeline/transfer.h"
#include "core/pipeline/trust.h"

enum {
	/* a block that is full asks for a commit once so much waits: each commit rewrites a dozen pages besides its blocks, and
	 * one massager alone would do that for every block */
	KN_BATCH_LIVE_BYTES = 4 * KN_BLOCK_BYTES_MAX,
	KN_BATCH_BACKFILL_BYTES =
		1024 * 1024, /* four fdatasync a commit: fewer would cap a backfill */
	KN_BATCH_BYTES_MAX =
		4 * 1024 *
		1024, /* held while the store does not answer; more is refused, and fetched later */
	KN_BATCHES_IN_FLIGHT_MAX = 2,
	KN_OPEN_BLOCKS_MAX = 256, /* in one batch: loss makes fragments */
	KN_LOGS_MAX = 16, /* of one device: a device that formats for ever must not eat the hub */
	KN_SEQ_JUMP_MAX = 65536, /* beyond the newest known: not plausible between two State */
	KN_GAPS_BURST = 128,   /* of one device, that get a name at once; then one each KN_GAP_US */
	KN_EVENTS_BURST = 128, /* of one device and kind; then one each KN_EVENT_US */
};
#define KN_GAP_US   G_GINT64_CONSTANT(1000000)
#define KN_EVENT_US G_GINT64_CONSTANT(10000000)
#define KN_COMMIT_LIVE_US \
	G_GINT64_CONSTANT(300000000) /* hub-wide tick: one commit for all devices */
#define KN_COMMIT_BACKFILL_US G_GINT64_CONSTANT(10000000)
#define KN_CLOCK_US           G_GINT64_CONSTANT(3600000000) /* an anchor each hour: 50 ppm drift by 180 ms */
#define KN_REPLY_US        \
	G_GINT64_CONSTANT( \
		5000000) /* then State is asked again: a guess above any connection interval */
/* without any notification, though records are missing or State was asked: then the link is made anew; doubled while that is no help */
#define KN_SILENCE_US     G_GINT64_CONSTANT(60000000)
#define KN_SILENCE_MAX_US G_GINT64_CONSTANT(3600000000)
enum { KN_QUESTIONS_MAX = 3 /* without an answer, then the device is called stuck */ };

/* why a device is not served */
typedef enum {
	KN_REFUSAL_NONE,
	KN_REFUSAL_VERSION,    /* it speaks a newer protocol */
	KN_REFUSAL_INFO,       /* what it tells of itself makes no sense */
	KN_REFUSAL_SERIAL,     /* another one, enrolled before it, has the same model and serial */
	KN_REFUSAL_QUARANTINE, /* see trust.h */
} KnRefusalKind;
const gchar *kn_refusal_name(KnRefusalKind kind); /* "newer-protocol" …; "" for NONE */

typedef struct {
	KnRefusalKind kind;
	gint64 twin_id;    /* SERIAL: the other one */
	KnOffence offence; /* QUARANTINE */
	gint64 until_us;   /* QUARANTINE: boottime */
} KnRefusal;

typedef struct {
	/* a Control message to write; FALSE: not now (it will be asked for again) */
	gboolean (*control)(gpointer user, gint64 device_id, const guint8 *bytes, gsize n_bytes);
	/* to be stored in one transaction; the callee owns it */
	void (*commit)(gpointer user, KnBatch *batch);
	/* for log and watchers; detail is plain text without outside words */
	void (*event)(gpointer user, gint64 device_id, KnEventKind kind, const gchar *detail);
	/* the device is not served: its link is to end. is_news: not for the same reason as the last time. */
	void (*refuse)(gpointer user, gint64 device_id, const KnRefusal *refusal, gboolean is_news);
	/* Its link stands, and nothing comes over it though it was asked: to be ended, later, and made anew. NULL: nobody can. */
	void (*renew)(gpointer user, gint64 device_id);
} KnPipelineSink;

/* every refusal has its own number; all are shown by `knead status` */
typedef struct {
	guint64 n_notifications;
	guint64 n_records; /* new ones, covered */
	guint64 n_values;  /* pressure samples in them */
	guint64 n_duplicates;
	guint64 n_bad_header;
	guint64 n_bad_length;
	guint64 n_bad_crc;
	guint64 n_bad_key;   /* right CRC, but no seq to be read: cannot be covered */
	guint64 n_malformed; /* that count towards a quarantine: any of these, unasked */
	guint64 n_quarantines;
	guint64 n_ignored; /* notifications that came between a refusal and the end of the link */
	guint64 n_bad_protobuf; /* the following four: stored raw, covered */
	guint64 n_bad_version;
	guint64 n_bad_range;
	guint64 n_unsupported;
	guint64 n_noncanonical;   /* understood; kept raw as well */
	guint64 n_bad_seq;        /* implausibly far ahead */
	guint64 n_unplaced;       /* before State told the log */
	guint64 n_refused_memory; /* the store is behind: left to the device */
	guint64 n_refused_holes;  /* too much before them is missing: left to the device */
	guint64 n_conflicts;
	guint64 n_counter_jumps; /* notifications lost on the link, by the counter byte */
	guint64 n_live_missed;   /* records that a later live one showed to be missing */
	guint64 n_fetched;       /* new records that came as history */
	guint64 n_fetches;
	guint64 n_trims;
	guint64 n_errors;        /* operations that it refused; not each is an event */
	guint64 n_renewals;      /* links that were made anew, for nothing came over them */
	guint64 n_untold_events; /* it made more of a kind than are told */
	guint64 n_put_off_gaps;  /* times one was not named yet, for there were too many */
} KnPipelineCounters;

typedef struct {
	gboolean is_up;
	gboolean is_newest_known;
	gboolean is_foreign_owned;
	gboolean is_stuck; /* it answers nothing; or records are missing, and asking brings none */
	gboolean is_clock_unset; /* it says that it does not know the time, after it was told */
	gboolean
		is_clock_untold; /* it was asked for its clock again and again, and does not answer */
	gboolean sends_newer;    /* on this link: records of a newer protocol, kept unread */
	KnRefusal refusal;       /* the last one; NONE since a link was accepted */
	guint64 log_id;
	guint64 n_missing; /* of the current log: known to exist, not received, not named */
	guint64 n_open;    /* received, not durable */
	guint n_gaps;      /* named ones, in all its logs */
	guint64 trimmed_to_seq;
	KnPipelineCounters counters;
} KnPipelineDeviceStatus;

typedef struct KnPipeline KnPipeline;

typedef struct {
	guint64 hub_id;
	gdouble timer_scale; /* of the commit intervals and of quarantines: 1.0; tests scale them down */
	gboolean
		is_replay; /* what comes was written down before: nothing of it was asked for, and nobody is put in quarantine */
	guint64 hub_boot_id; /* of this boot of the hub: its boottime counts from there */
} KnPipelineConfig;

/* config and sink are copied */
KnPipeline *kn_pipeline_new(const KnPipelineConfig *config, const KnPipelineSink *sink,
			    gpointer user);
/* Open records are dropped: flush first. */
void kn_pipeline_free(KnPipeline *pipeline);

/* A device that is enrolled, with what the store has of it: ledgers (KnLedger, durable and named filled; copied) and info (NULL before the
 * first contact). Again for a known id: ignored. */
void kn_pipeline_add_device(KnPipeline *pipeline, gint64 device_id, GBytes *info,
			    const GPtrArray *ledgers);

/* Since when a device is enrolled, in any unit that orders them; 0: it is not, at present. Of two that tell the same model and serial the one
 * enrolled later is refused. */
void kn_pipeline_set_enrolled(KnPipeline *pipeline, gint64 device_id, gint64 since);

/* INFO as read. FALSE: the sink was told why the device is not served; then nothing else may be called for the link. */
gboolean kn_pipeline_link_up(KnPipeline *pipeline, gint64 device_id, const guint8 *info,
			     gsize n_info, const KnNow *now);
void kn_pipeline_link_down(KnPipeline *pipeline, gint64 device_id, const KnNow *now);
/* No bytes: one that was empty, or longer than any can be. */
void kn_pipeline_packet(KnPipeline *pipeline, gint64 device_id, const guint8 *bytes, gsize n_bytes,
			const KnNow *now);

/* A Control message that was taken did not get to the device. State is asked again, not before KN_REPLY_US; with its answer all that a
 * link begins with is said once more. */
void kn_pipeline_control_failed(KnPipeline *pipeline, gint64 device_id, const KnNow *now);

/* Asks a device that is up to make itself noticed, 1 … 60 s. FALSE: it is not up, cannot, or takes no write now. */
gboolean kn_pipeline_identify(KnPipeline *pipeline, gint64 device_id, guint duration_s);
gboolean kn_pipeline_can_identify(const KnPipeline *pipeline, gint64 device_id);
/* INFO as it was read last; NULL before the first contact. Borrowed. */
GBytes *kn_pipeline_get_info(const KnPipeline *pipeline, gint64 device_id);
/* Asks a device that is up what it holds, as after a link came up: a capture that begins now needs the answer. */
void kn_pipeline_refresh(KnPipeline *pipeline, gint64 device_id, const KnNow *now);

/* The batch is durable. */
void kn_pipeline_committed(KnPipeline *pipeline, guint64 batch_id, const KnNow *now);

/* The hub's clock may have been set, or found right. Called with every tick and link anyway: what was dated by it before is dated anew. */
void kn_pipeline_clock(KnPipeline *pipeline, const KnNow *now);
/* It was set a moment ago: ticks are needed until that is written down. */
gboolean kn_pipeline_is_clock_settling(const KnPipeline *pipeline, const KnNow *now);

/* Timers: call about once a second while a link is up, and after packets. */
void kn_pipeline_tick(KnPipeline *pipeline, const KnNow *now);
/* Hands all that is open to the store, whatever its age: shutdown. */
void kn_pipeline_flush(KnPipeline *pipeline, const KnNow *now);

gboolean kn_pipeline_get_status(const KnPipeline *pipeline, gint64 device_id,
				KnPipelineDeviceStatus *ret_status);
gsize kn_pipeline_n_open_bytes(const KnPipeline *pipeline);
/* The session the device is in, or the last one, until another begins; NULL before the first. Borrowed until the next call. */
const KnLive *kn_pipeline_get_live(const KnPipeline *pipeline, gint64 device_id);
/* Whether its beginning is durable, and so the session a row of the store. */
gboolean kn_pipeline_is_live_stored(const KnPipeline *pipeline, gint64 device_id);
/* A person put stored sessions right: what was seen live of one that is over says less than they do. */
void kn_pipeline_drop_ended_live(KnPipeline *pipeline, gint64 device_id);
