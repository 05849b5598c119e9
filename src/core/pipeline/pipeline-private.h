/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the files pipeline*.c share; nobody else includes it. */

#include "core/base/allowance.h"
#include "core/pipeline/pipeline.h"
#include "core/wire/frame.h"

/* enough to tell a repeated record from a different one with the same seq, for what may still repeat: live beside history */
enum { KN_RECENT_RECORDS = 1024 };
/* in one batch; more are counted, and the store bounds them too */
enum { KN_CONFLICTS_MAX = 64 };
/* whether any device still sends history is looked at this often: it only says how long a batch may wait */
#define KN_LOOK_US  G_GINT64_CONSTANT(100000)
#define KN_HURRY_US G_GINT64_CONSTANT(10000000)
/* a session that goes on is heard at least every few seconds: what came last may have been lost, its end included */
#define KN_LIVE_SILENCE_US G_GINT64_CONSTANT(30000000)

typedef struct {
	guint64 seq;
	guint32 crc;
} KnRecent;

typedef struct {
	gint64 id;
	ktp_Info info;
	GBytes *info_bytes; /* owned; NULL before the first contact */
	GPtrArray *ledgers; /* owned: KnLedger */
	KnLedger *ledger;   /* borrowed from ledgers: the log of this link; NULL before State */
	guint64 log_id;     /* of transfer and recent: the last one that was served; 0 none */
	KnTransfer transfer;
	KnLive live;
	KnRecent *recent; /* owned: KN_RECENT_RECORDS, by seq modulo */
	KnTrust trust;
	KnAllowance events[KN_EVENT_KINDS]; /* of each kind, over all links */
	KnAllowance gaps;
	gint64 enrolled; /* 0: not, at present */
	KnRefusal refusal;
	gboolean is_refused; /* the link is to end: what comes on it is passed over */
	guint n_malformed;   /* frames of the notification at hand */
	gboolean sends_newer;
	gboolean is_clock_unset;
	gboolean is_up;
	gboolean has_counter;
	guint8 counter;
	gboolean is_foreign_owned;
	gboolean is_live_on;
	gboolean is_control_lost;  /* any of them, since the last State */
	gint64 state_asked_us;     /* 0: not waiting */
	guint n_state_asked;       /* times in a row, without an answer */
	gboolean is_silent;        /* that was told */
	gboolean is_state_refused; /* the last one made no sense; told once */
	gint64 live_us;            /* the last live frame */
	gint64 heard_us;           /* any notification, or the start of the link */
	gint64 silence_us; /* of links in a row over which nothing came: how long the next one has; 0 none */
	gint64 hurried_us;     /* 0: never */
	gint64 error_told_us;  /* 0: never */
	gboolean is_hurry_due; /* it was too soon after that one */
	gint64 clock_asked_us; /* 0: not waiting */
	guint n_clock_asked;   /* times in a row, without an answer */
	gint64 clock_due_us;
	ktp_ClockQuality clock_given; /* the best quality set on this link */
	guint64 trimmed_to_seq;
	guint64 n_open;
	gboolean
		has_news; /* the open batch changes what clients may look at: a repair of stored history, the end of a session */
	gboolean was_caught_up; /* on this link, and not stuck since */
	KnPipelineCounters counters;
} KnPipelineDevice;

/* what a batch in flight makes durable */
typedef struct {
	gint64 device_id;
	guint64 log_id;
	KnGap span; /* reason OPEN: records */
} KnPromise;

typedef struct {
	guint64 batch_id;
	GArray *promises; /* owned: KnPromise */
} KnFlight;

struct KnPipeline {
	KnPipelineConfig config;
	KnPipelineSink sink;
	gpointer user;
	GHashTable *devices;     /* owned: gint64 id to KnPipelineDevice (owned) */
	KnBatch *batch;          /* owned: being filled */
	gint64 batch_since_us;   /* first record in it; 0 none */
	gboolean has_full_block; /* of live records, in it */
	gboolean is_urgent;
	gboolean is_backfilling; /* as of looked_us */
	gint64 looked_us;        /* 0: never */
	GPtrArray *flights;      /* owned: KnFlight */
	guint64 next_batch_id;
	KnHubTime hub_time;
};

/* pipeline.c; lookup: NULL when nobody told of the device */
KnPipelineDevice *kn_pipeline_lookup(const KnPipeline *pipeline, gint64 device_id);
void kn_pipeline_emit(KnPipeline *pipeline, const KnPipelineDevice *device, KnEventKind kind,
		      const gchar *format, ...) G_GNUC_PRINTF(4, 5);
/* What a device can bring about as often as it likes: within KN_EVENTS_BURST and one each KN_EVENT_US of a kind, else only counted. */
void kn_pipeline_tell(KnPipeline *pipeline, KnPipelineDevice *device, KnEventKind kind,
		      const KnNow *now, const gchar *format, ...) G_GNUC_PRINTF(5, 6);

/* pipeline-refuse.c. admit: FALSE when the device is refused, and the sink was told; others may be refused for its sake. */
gboolean kn_pipeline_admit(KnPipeline *pipeline, KnPipelineDevice *device, const guint8 *info,
			   gsize n_info, ktp_Info *ret_info, const KnNow *now);
/* After each notification. is_asked: of history, and asked for. */
void kn_pipeline_weigh(KnPipeline *pipeline, KnPipelineDevice *device, gboolean is_asked,
		       const KnNow *now);
/* It refused something: counted, and told every KN_HURRY_US, for it may refuse what nobody asked, and events of others would go for that. */
void kn_pipeline_tell_error(KnPipeline *pipeline, KnPipelineDevice *device, const ktp_Error *error,
			    const KnNow *now);
/* Before a log that is not known is taken. FALSE: it is not, and the device is refused. */
gboolean kn_pipeline_may_begin_log(KnPipeline *pipeline, KnPipelineDevice *device,
				   const KnNow *now);

/* pipeline-record.c */
void kn_pipeline_handle_record(KnPipeline *pipeline, KnPipelineDevice *device,
			       const KnFrameReader *frame, const guint8 *bytes, gsize n_bytes,
			       const KnNow *now);

/* pipeline-batch.c */
gboolean kn_pipeline_has_room(const KnPipeline *pipeline);
void kn_pipeline_keep_record(KnPipeline *pipeline, KnPipelineDevice *device, const KnRecordKey *key,
			     const guint8 *bytes, gsize n_bytes, gboolean is_opaque,
			     const KnNow *now);
/* Something is in the batch that is to be stored some time. */
void kn_pipeline_keep_note(KnPipeline *pipeline, const KnNow *now);
/* One of a device is enough: the newest. */
void kn_pipeline_keep_battery(KnPipeline *pipeline, const KnBatteryNote *note, const KnNow *now);
/* All of its log is here. */
void kn_pipeline_keep_synced(KnPipeline *pipeline, const KnPipelineDevice *device,
			     const KnNow *now);
/* Stored at once, for somebody looks; a device that cries wolf is heard every KN_HURRY_US, and what came in between at its end: see
 * kn_pipeline_hurry_later, for each tick. */
void kn_pipeline_hurry(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now);
void kn_pipeline_hurry_later(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now);
void kn_pipeline_keep_log(KnPipeline *pipeline, KnPipelineDevice *device);
void kn_pipeline_commit_if_due(KnPipeline *pipeline, const KnNow *now);

/* pipeline-gap.c: each name is a row that stays, so a device may cause only so many; what gets none now stays missing, and is asked for
 * again */
/* What State says is not there any more, and the bounds of the log. */
void kn_pipeline_name_overwritten(KnPipeline *pipeline, KnPipelineDevice *device,
				  const ktp_State *state, const KnNow *now);
void kn_pipeline_name_unreadable(KnPipeline *pipeline, KnPipelineDevice *device, const KnGap *gap,
				 const KnNow *now);

/* pipeline-clock.c: the conversation about the time */
void kn_pipeline_give_clock(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now);
void kn_pipeline_drive_clock(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now);
void kn_pipeline_handle_clock(KnPipeline *pipeline, KnPipelineDevice *device,
			      const ktp_Clock *clock, const KnNow *now);

/* pipeline-link.c */
gboolean kn_pipeline_send(KnPipeline *pipeline, KnPipelineDevice *device,
			  const ktp_Control *control);
void kn_pipeline_ask_state(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now);
void kn_pipeline_handle_reply(KnPipeline *pipeline, KnPipelineDevice *device, const guint8 *bytes,
			      gsize n_bytes, const KnNow *now);
void kn_pipeline_trim(KnPipeline *pipeline, KnPipelineDevice *device);
void kn_pipeline_drive(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now);
