/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "pipeline-fixture.h"
#include "core/wire/encode.h"

#include <string.h>

gboolean
pf_on_control(gpointer user, gint64 device_id, const guint8 *bytes, gsize n_bytes)
{
	PipelineFixture *f = user;
	ktp_Control control;

	if (device_id != PF_DEVICE)
		return TRUE;
	g_assert_cmpint(kn_decode_control(bytes, n_bytes, &control), ==, KN_DECODE_OK);
	if (f->takes_no_write)
		return FALSE;
	g_array_append_val(f->controls, control);
	return TRUE;
}

void
pf_on_commit(gpointer user, KnBatch *batch)
{
	g_ptr_array_add(((PipelineFixture *)user)->batches, batch);
}

void
pf_on_event(gpointer user, gint64 device_id, KnEventKind kind, const gchar *detail)
{
	g_array_append_val(((PipelineFixture *)user)->events, kind);
}

void
pf_on_refuse(gpointer user, gint64 device_id, const KnRefusal *refusal, gboolean is_news)
{
	if (is_news)
		g_array_append_val(((PipelineFixture *)user)->refusals, *refusal);
}

static void
on_renew(gpointer user, gint64 device_id)
{
	g_assert_cmpint(device_id, ==, PF_DEVICE);
	((PipelineFixture *)user)->n_renewals++;
}

void
pf_set_up(PipelineFixture *f, gconstpointer data)
{
	const KnPipelineSink sink = {pf_on_control, pf_on_commit, pf_on_event, pf_on_refuse,
				     on_renew};

	f->batches = g_ptr_array_new_with_free_func((GDestroyNotify)kn_batch_free);
	f->controls = g_array_new(FALSE, FALSE, sizeof(ktp_Control));
	f->events = g_array_new(FALSE, FALSE, sizeof(KnEventKind));
	f->refusals = g_array_new(FALSE, FALSE, sizeof(KnRefusal));
	f->now = (KnNow){1000 * PF_SECOND, 1800000000 * PF_SECOND, ktp_CLOCK_SYNCED};
	f->pipeline = kn_pipeline_new(&(KnPipelineConfig){PF_HUB_ID, 1.0}, &sink, f);
	kn_pipeline_add_device(f->pipeline, PF_DEVICE, NULL, NULL);
}

void
pf_set_up_two(PipelineFixture *f, gconstpointer data)
{
	pf_set_up(f, data);
	kn_pipeline_add_device(f->pipeline, PF_OTHER, NULL, NULL);
	kn_pipeline_set_enrolled(f->pipeline, PF_DEVICE, 100);
	kn_pipeline_set_enrolled(f->pipeline, PF_OTHER, 200);
}

void
pf_tear_down(PipelineFixture *f, gconstpointer data)
{
	kn_pipeline_free(f->pipeline);
	g_ptr_array_unref(f->batches);
	g_array_unref(f->controls);
	g_array_unref(f->events);
	g_array_unref(f->refusals);
}

void
pf_pass(PipelineFixture *f, gint64 us)
{
	f->now.boottime_us += us;
	f->now.utc_us += us;
}

void
pf_link_up(PipelineFixture *f)
{
	ktp_Info info = {.protocol = 1,
			 .kind = ktp_KIND_ROLLER,
			 .nodes_count = 1,
			 .nodes = {{.full_scale_hpa = 4000}}};
	guint8 bytes[KN_INFO_BYTES_MAX];
	gsize n_bytes;

	info.serial.size = 1;
	info.serial.bytes[0] = 'r';
	n_bytes = kn_encode_info(&info, bytes, sizeof bytes);
	g_assert_true(kn_pipeline_link_up(f->pipeline, PF_DEVICE, bytes, n_bytes, &f->now));
}

gboolean
pf_link_up_as(PipelineFixture *f, gint64 device_id, const gchar *serial, guint protocol)
{
	ktp_Info info = {.protocol = protocol,
			 .kind = ktp_KIND_ROLLER,
			 .nodes_count = 1,
			 .nodes = {{.full_scale_hpa = 4000}}};
	guint8 bytes[KN_INFO_BYTES_MAX];

	info.model.size = 1;
	info.model.bytes[0] = 'M';
	info.serial.size = (pb_size_t)strlen(serial);
	memcpy(info.serial.bytes, serial, info.serial.size);
	return kn_pipeline_link_up(f->pipeline, device_id, bytes,
				   kn_encode_info(&info, bytes, sizeof bytes), &f->now);
}

void
pf_send_bytes(PipelineFixture *f, const guint8 *bytes, gsize n_bytes)
{
	kn_pipeline_packet(f->pipeline, PF_DEVICE, bytes, n_bytes, &f->now);
}

static void
pf_send_body(PipelineFixture *f, KnFrameKind kind, const guint8 *body, gsize n_body)
{
	guint8 bytes[KN_NOTIFICATION_BYTES_MAX];

	kn_frame_write_header(bytes, f->counter++, kind);
	n_body = kn_frame_seal(body, n_body, bytes + 2, sizeof bytes - 2);
	kn_pipeline_packet(f->pipeline, PF_DEVICE, bytes, 2 + n_body, &f->now);
}

void
pf_send_reply(PipelineFixture *f, const ktp_Reply *reply)
{
	guint8 body[128];

	pf_send_body(f, KN_FRAME_REPLY, body, kn_encode_reply(reply, body, sizeof body));
}

void
pf_send_state(PipelineFixture *f, guint64 log_id, guint64 oldest, guint64 newest, guint64 owner)
{
	ktp_Reply reply = {.which_body = ktp_Reply_state_tag};

	reply.body.state = (ktp_State){.log_id = log_id,
				       .oldest_seq = oldest,
				       .newest_seq = newest,
				       .owner_hub_id = owner,
				       .charge_permille = 900};
	pf_send_reply(f, &reply);
}

void
pf_send_done(PipelineFixture *f, guint64 first, guint64 last, guint32 sent)
{
	ktp_Reply reply = {.which_body = ktp_Reply_fetch_done_tag};

	reply.body.fetch_done = (ktp_FetchDone){first, last, sent};
	pf_send_reply(f, &reply);
}

void
pf_send_record(PipelineFixture *f, KnFrameKind kind, const ktp_Record *record)
{
	guint8 body[KN_RECORD_BYTES_MAX];

	pf_send_body(f, kind, body, kn_encode_record(record, body, sizeof body));
}

void
pf_send_samples(PipelineFixture *f, KnFrameKind kind, guint64 first, guint64 last)
{
	for (guint64 seq = first; seq <= last; seq++) {
		ktp_Record record = {.seq = seq,
				     .boot = 1,
				     .t_ms = seq * 1000,
				     .which_body = ktp_Record_samples_tag};
		const guint16 values_hpa[25] = {[3] = 700, [20] = 300};
		record.body.samples = (ktp_SampleBlock){
			.period_us = 40000, .t0_ms = seq * 1000, .node_mask = 1, .n = 25};
		kn_encode_deltas(&record.body.samples, values_hpa);
		pf_send_record(f, kind, &record);
	}
}

/* how many of one operation were sent since the last look at it; the last of them in ret_control */
guint
pf_take_controls(PipelineFixture *f, pb_size_t which, ktp_Control *ret_control)
{
	guint n = 0;

	for (guint i = 0; i < f->controls->len;) {
		const ktp_Control *control = &g_array_index(f->controls, ktp_Control, i);
		if (control->which_op != which) {
			i++;
			continue;
		}
		if (ret_control)
			*ret_control = *control;
		n++;
		g_array_remove_index(f->controls, i);
	}
	return n;
}

void
pf_commit_all(PipelineFixture *f)
{
	while (f->batches->len > 0) {
		guint64 id = ((const KnBatch *)f->batches->pdata[0])->id;
		g_ptr_array_remove_index(f->batches, 0);
		kn_pipeline_committed(f->pipeline, id, &f->now);
	}
}

KnPipelineDeviceStatus
pf_status_of(const PipelineFixture *f)
{
	KnPipelineDeviceStatus status;

	g_assert_true(kn_pipeline_get_status(f->pipeline, PF_DEVICE, &status));
	return status;
}

/* link, State with newest, and what the hub says to it */
void
pf_meet(PipelineFixture *f, guint64 newest)
{
	pf_link_up(f);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
	pf_send_state(f, PF_FIRST_LOG, 1, newest, 0);
	/* once more, behind Live */
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
	pf_send_state(f, PF_FIRST_LOG, 1, newest, PF_HUB_ID);
}
