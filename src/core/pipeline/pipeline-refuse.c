/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* who is not served: devices that cannot be read, that claim to be another one, or that do harm */

#include "core/pipeline/pipeline-private.h"
#include "core/wire/decode.h"

#include <string.h>

const gchar *
kn_refusal_name(KnRefusalKind kind)
{
	static const gchar *const names[] = {"", "newer-protocol", "unreadable", "serial-conflict",
					     "quarantined"};

	return (guint)kind < G_N_ELEMENTS(names) ? names[kind] : "unknown";
}

static void
refuse(KnPipeline *pipeline, KnPipelineDevice *device, const KnRefusal *refusal)
{
	gboolean is_news = device->refusal.kind != refusal->kind ||
			   device->refusal.twin_id != refusal->twin_id ||
			   device->refusal.until_us != refusal->until_us;

	device->refusal = *refusal;
	device->is_refused = TRUE;
	pipeline->sink.refuse(pipeline->user, device->id, refusal, is_news);
}

/* ---- one that claims to be another ---- */

static gboolean
is_same_device(const ktp_Info *info, const KnPipelineDevice *other)
{
	gsize n_bytes;
	const guint8 *bytes;
	ktp_Info its;

	if (!other->info_bytes)
		return FALSE;
	bytes = g_bytes_get_data(other->info_bytes, &n_bytes);
	return kn_decode_info(bytes, n_bytes, &its) == KN_DECODE_OK &&
	       its.model.size == info->model.size && its.serial.size == info->serial.size &&
	       memcmp(its.model.bytes, info->model.bytes, info->model.size) == 0 &&
	       memcmp(its.serial.bytes, info->serial.bytes, info->serial.size) == 0;
}

static gboolean
is_enrolled_before(const KnPipelineDevice *a, const KnPipelineDevice *b)
{
	return a->enrolled != b->enrolled ? a->enrolled < b->enrolled : a->id < b->id;
}

/* The one before it with the same model and serial; NULL: there is none, and those after it that are connected are refused now, for their
 * links came up while this one had never told who it is. */
static const KnPipelineDevice *
settle_twins(KnPipeline *pipeline, const KnPipelineDevice *device, const ktp_Info *info)
{
	const KnRefusal refusal = {.kind = KN_REFUSAL_SERIAL, .twin_id = device->id};
	g_autoptr(GPtrArray) later = g_ptr_array_new();
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, pipeline->devices);
	while (device->enrolled != 0 && g_hash_table_iter_next(&iter, NULL, &value)) {
		KnPipelineDevice *other = value;
		if (other == device || other->enrolled == 0 || !is_same_device(info, other))
			continue;
		if (is_enrolled_before(other, device))
			return other;
		if (other->is_up && !other->is_refused)
			g_ptr_array_add(later, other);
	}
	for (guint i = 0; i < later->len; i++)
		refuse(pipeline, later->pdata[i], &refusal);
	return NULL;
}

/* ---- at the start of a link ---- */

static KnRefusalKind
judge_info(const guint8 *info, gsize n_info, ktp_Info *ret_info)
{
	switch (kn_decode_info(info, n_info, ret_info)) {
	case KN_DECODE_OK:
		return KN_REFUSAL_NONE;
	case KN_DECODE_VERSION:
		/* no number at all is no newer one */
		return ret_info->protocol > KN_PROTOCOL ? KN_REFUSAL_VERSION : KN_REFUSAL_INFO;
	default:
		return KN_REFUSAL_INFO;
	}
}

gboolean
kn_pipeline_admit(KnPipeline *pipeline, KnPipelineDevice *device, const guint8 *info, gsize n_info,
		  ktp_Info *ret_info, const KnNow *now)
{
	const KnPipelineDevice *twin;
	KnRefusal refusal = {.kind = judge_info(info, n_info, ret_info)};

	/* a radio that went down and came back ends every pause, but no quarantine */
	if (kn_trust_is_quarantined(&device->trust, now->boottime_us)) {
		refusal = (KnRefusal){.kind = KN_REFUSAL_QUARANTINE,
				      .offence = device->trust.offence,
				      .until_us = device->trust.until_us};
	} else if (refusal.kind == KN_REFUSAL_NONE) {
		twin = settle_twins(pipeline, device, ret_info);
		if (twin)
			refusal = (KnRefusal){.kind = KN_REFUSAL_SERIAL, .twin_id = twin->id};
	}
	if (refusal.kind != KN_REFUSAL_NONE) {
		refuse(pipeline, device, &refusal);
		return FALSE;
	}
	device->refusal = refusal;
	return TRUE;
}

/* ---- while it is up ---- */

/* TRUE: it is cut off */
static gboolean
punish(KnPipeline *pipeline, KnPipelineDevice *device, KnOffence offence)
{
	const KnRefusal refusal = {.kind = KN_REFUSAL_QUARANTINE,
				   .offence = offence,
				   .until_us = device->trust.until_us};

	if (offence == KN_OFFENCE_NONE)
		return FALSE;
	device->counters.n_quarantines++;
	refuse(pipeline, device, &refusal);
	return TRUE;
}

void
kn_pipeline_weigh(KnPipeline *pipeline, KnPipelineDevice *device, gboolean is_asked,
		  const KnNow *now)
{
	if (is_asked || pipeline->config.is_replay)
		return;
	device->counters.n_malformed += device->n_malformed;
	punish(pipeline, device,
	       kn_trust_note(&device->trust, device->n_malformed, now->boottime_us));
}

void
kn_pipeline_tell_error(KnPipeline *pipeline, KnPipelineDevice *device, const ktp_Error *error,
		       const KnNow *now)
{
	device->counters.n_errors++;
	if (device->error_told_us != 0 && now->boottime_us - device->error_told_us < KN_HURRY_US)
		return;
	device->error_told_us = now->boottime_us;
	kn_pipeline_emit(pipeline, device, KN_EVENT_DEVICE_ERROR, "operation %u refused, code %u",
			 (guint)error->operation, (guint)error->code);
}

gboolean
kn_pipeline_may_begin_log(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	return pipeline->config.is_replay ||
	       !punish(pipeline, device, kn_trust_note_log(&device->trust, now->boottime_us));
}
