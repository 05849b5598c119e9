/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A pipeline between a scripted device and a store that answers when told. */

#include "core/pipeline/pipeline.h"
#include "core/wire/frame.h"

#define PF_SECOND    G_GINT64_CONSTANT(1000000)
#define PF_HUB_ID    G_GUINT64_CONSTANT(0xabcdef)
#define PF_FIRST_LOG G_GUINT64_CONSTANT(0x1111)

enum { PF_DEVICE = 5, PF_OTHER = 6 };

typedef struct {
	KnPipeline *pipeline;
	GPtrArray *batches; /* owned: KnBatch handed over, oldest first */
	GArray *controls;   /* owned: ktp_Control sent since the last look */
	GArray *events;     /* owned: KnEventKind */
	GArray *refusals;   /* owned: KnRefusal that were news */
	guint n_renewals;
	KnNow now;
	gboolean takes_no_write; /* no Control goes out */
	guint8 counter;
} PipelineFixture;

gboolean pf_on_control(gpointer user, gint64 device_id, const guint8 *bytes, gsize n_bytes);
void pf_on_commit(gpointer user, KnBatch *batch);
void pf_on_refuse(gpointer user, gint64 device_id, const KnRefusal *refusal, gboolean is_news);
void pf_on_event(gpointer user, gint64 device_id, KnEventKind kind, const gchar *detail);
void pf_set_up(PipelineFixture *f, gconstpointer data);
/* PF_OTHER too, which was enrolled later; what is sent to it is nobody's to see */
void pf_set_up_two(PipelineFixture *f, gconstpointer data);
void pf_tear_down(PipelineFixture *f, gconstpointer data);
/* Time goes by, on both clocks. */
void pf_pass(PipelineFixture *f, gint64 us);
void pf_link_up(PipelineFixture *f);
/* With a model, this serial and this protocol. */
gboolean pf_link_up_as(PipelineFixture *f, gint64 device_id, const gchar *serial, guint protocol);
/* As they are, from PF_DEVICE. */
void pf_send_bytes(PipelineFixture *f, const guint8 *bytes, gsize n_bytes);
void pf_send_reply(PipelineFixture *f, const ktp_Reply *reply);
void pf_send_state(PipelineFixture *f, guint64 log_id, guint64 oldest, guint64 newest,
		   guint64 owner);
void pf_send_done(PipelineFixture *f, guint64 first, guint64 last, guint32 sent);
void pf_send_record(PipelineFixture *f, KnFrameKind kind, const ktp_Record *record);
void pf_send_samples(PipelineFixture *f, KnFrameKind kind, guint64 first, guint64 last);
/* How many of one operation were sent since the last look at it; the last of them in ret_control. */
guint pf_take_controls(PipelineFixture *f, pb_size_t which, ktp_Control *ret_control);
void pf_commit_all(PipelineFixture *f);
KnPipelineDeviceStatus pf_status_of(const PipelineFixture *f);
/* Link, State with newest, and what the hub says to it. */
void pf_meet(PipelineFixture *f, guint64 newest);
