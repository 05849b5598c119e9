/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/json.h"

#include "core/base/text.h"
#include "core/measure/names.h"
#include "core/wire/decode.h"

static void
add_device_of(JsonBuilder *builder, const KnSession *session, const KnDevice *device,
	      const ktp_Info *info)
{
	kn_json_add_int(builder, "device_id", session->device_id);
	if (device == NULL)
		return;
	json_builder_set_member_name(builder, "device");
	json_builder_begin_object(builder);
	kn_json_add_text(builder, "address", device->address);
	kn_json_add_text(builder, "label", device->label);
	if (info != NULL)
		kn_json_add_text(builder, "kind", kn_name_kind(info->kind));
	json_builder_end_object(builder);
}

static void
add_times(JsonBuilder *builder, const KnSession *session)
{
	const KnSessionMetrics *metrics = &session->metrics;

	if (session->is_time_known) {
		kn_json_add_time(builder, "start", session->start_utc_us, session->zone);
		kn_json_add_int(builder, "start_unix_us", session->start_utc_us);
	}
	kn_json_add_text(builder, "tz", session->zone);
	kn_json_add_bool(builder, "time_uncertain",
			 session->is_time_uncertain || !session->is_time_known);
	kn_json_add_int(builder, "duration_ms", (gint64)metrics->duration_ms);
	kn_json_add_int(builder, "active_ms", (gint64)metrics->active_ms);
	if (!metrics->has_device_duration)
		return;
	kn_json_add_int(builder, "device_duration_ms", (gint64)metrics->device_duration_ms);
	kn_json_add_bool(builder, "is_duration_disputed", metrics->is_duration_disputed);
}

static void
add_holds(JsonBuilder *builder, guint32 count, guint64 longest_ms, guint32 mean_hpa)
{
	kn_json_add_int(builder, "hold_count", count);
	if (count == 0)
		return;
	kn_json_add_int(builder, "hold_longest_ms", (gint64)longest_ms);
	kn_json_add_int(builder, "hold_mean_hpa", mean_hpa);
}

static void
add_metrics(JsonBuilder *builder, const KnSessionMetrics *metrics)
{
	kn_json_add_int(builder, "mean_hpa", metrics->mean_hpa);
	kn_json_add_int(builder, "peak_hpa", metrics->peak_hpa);
	kn_json_add_int(builder, "p95_hpa", metrics->p95_hpa);
	kn_json_add_int(builder, "dose_hpa_ms", (gint64)metrics->dose_hpa_ms);
	kn_json_add_int(builder, "dose_left_hpa_ms", (gint64)metrics->dose_left_hpa_ms);
	kn_json_add_int(builder, "dose_right_hpa_ms", (gint64)metrics->dose_right_hpa_ms);
	if (metrics->has_symmetry)
		kn_json_add_int(builder, "symmetry_permille", metrics->symmetry_permille);
	kn_json_add_int(builder, "saturation_permille", metrics->saturation_permille);
	add_holds(builder, metrics->hold_count, metrics->hold_longest_ms, metrics->hold_mean_hpa);
	kn_json_add_int(builder, "rocking_half_cycles", metrics->rocking_half_cycles);
	/* in hundredths, rounded half up; of no time there is no rate */
	if (metrics->duration_ms > 0 && metrics->duration_ms <= KN_SESSION_MAX_MS)
		kn_json_add_int(
			builder, "rocking_centi_per_min",
			(gint64)((metrics->rocking_half_cycles * G_GUINT64_CONSTANT(12000000) +
				  metrics->duration_ms) /
				 (2 * metrics->duration_ms)));
	kn_json_add_int(builder, "strokes", metrics->strokes);
}

static void
add_origin(JsonBuilder *builder, const KnSession *session)
{
	gint permille = kn_session_completeness_permille(session);

	kn_json_add_text(builder, "state", kn_name_session_state(session->span.state));
	kn_json_add_bool(builder, "is_provisional", session->is_provisional);
	kn_json_add_int(builder, "revision", session->revision);
	if (permille >= 0)
		kn_json_add_int(builder, "completeness_permille", permille);
	kn_json_add_bool(builder, "is_completeness_known", session->is_completeness_known);
	kn_json_add_int(builder, "stored", (gint64)session->coverage.stored);
	kn_json_add_int(builder, "expected", (gint64)session->coverage.expected);
	kn_json_add_log_id(builder, session->log_id);
	kn_json_add_int(builder, "boot", session->boot);
	kn_json_add_int(builder, "first_seq", (gint64)session->span.first_seq);
	kn_json_add_int(builder, "last_seq", (gint64)session->span.last_seq);
}

static void
add_node(JsonBuilder *builder, guint index, const KnNodeMetrics *node, const ktp_Info *info)
{
	json_builder_begin_object(builder);
	kn_json_add_node_place(builder, index, info);
	kn_json_add_int(builder, "contact_ms", (gint64)node->contact_ms);
	kn_json_add_int(builder, "n_samples", (gint64)node->n_samples);
	kn_json_add_int(builder, "mean_hpa", node->mean_hpa);
	kn_json_add_int(builder, "peak_hpa", node->peak_hpa);
	kn_json_add_int(builder, "p95_hpa", node->p95_hpa);
	kn_json_add_int(builder, "dose_hpa_ms", (gint64)node->dose_hpa_ms);
	add_holds(builder, node->hold_count, node->hold_longest_ms, node->hold_mean_hpa);
	if (node->has_buildup)
		kn_json_add_int(builder, "buildup_hpa", node->buildup_hpa);
	kn_json_add_int(builder, "saturation_permille", node->saturation_permille);
	json_builder_end_object(builder);
}

static void
add_nodes(JsonBuilder *builder, const KnSessionMetrics *metrics, const ktp_Info *info)
{
	json_builder_set_member_name(builder, "nodes");
	json_builder_begin_array(builder);
	for (guint i = 0; i < MIN(metrics->n_nodes, (guint)KN_NODES_MAX); i++)
		add_node(builder, i, &metrics->node[i], info);
	json_builder_end_array(builder);
}

static void
add_gaps(JsonBuilder *builder, const GArray *gaps)
{
	json_builder_set_member_name(builder, "gaps");
	json_builder_begin_array(builder);
	for (guint i = 0; i < gaps->len; i++) {
		json_builder_begin_object(builder);
		kn_json_add_gap(builder, &g_array_index(gaps, KnGap, i));
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}

void
kn_json_add_losses(JsonBuilder *builder, const GArray *losses, gint64 from_us, gint64 to_us,
		   const gchar *zone)
{
	guint n = 0;

	for (guint i = 0; losses != NULL && i < losses->len; i++) {
		const KnLoss *loss = &g_array_index(losses, KnLoss, i);

		if (!kn_loss_touches(loss, from_us, to_us))
			continue;
		if (n++ == 0) {
			json_builder_set_member_name(builder, "data_loss");
			json_builder_begin_array(builder);
		}
		json_builder_begin_object(builder);
		if (loss->from_us >= KN_LOSS_BEGIN_MIN_US)
			kn_json_add_time(builder, "from", loss->from_us, zone);
		kn_json_add_time(builder, "to", loss->to_us, zone);
		kn_json_add_text(builder, "file", loss->file);
		kn_json_add_bool(builder, "is_in_use", loss->is_counted);
		json_builder_end_object(builder);
	}
	if (n > 0)
		json_builder_end_array(builder);
}

/* of a session that is all here nothing was lost, but for what only counts as here */
static void
add_losses(JsonBuilder *builder, const KnSession *session, const GArray *losses)
{
	gint64 end_us = session->start_utc_us + (gint64)session->metrics.duration_ms * 1000;
	g_autoptr(GArray) own = g_array_new(FALSE, FALSE, sizeof(KnLoss));
	gboolean is_all_here = kn_session_is_complete(session);

	for (guint i = 0; losses != NULL && i < losses->len; i++) {
		const KnLoss *loss = &g_array_index(losses, KnLoss, i);

		if (!is_all_here || loss->is_counted)
			g_array_append_vals(own, loss, 1);
	}
	if (session->is_time_known)
		kn_json_add_losses(builder, own, session->start_utc_us, end_us, session->zone);
}

static void
add_said(JsonBuilder *builder, const gchar *key, const gchar *text)
{
	/* of a session that was folded from several there are as many notes */
	g_autofree gchar *clean = kn_text_clean_up_to(text, -1, 10 * KN_NOTE_CODE_POINTS_MAX);

	if (clean[0] == '\0')
		return;
	json_builder_set_member_name(builder, key);
	json_builder_add_string_value(builder, clean);
}

void
kn_json_add_words(JsonBuilder *builder, const KnWord *word)
{
	json_builder_set_member_name(builder, "words");
	json_builder_begin_object(builder);
	if (word->pain_before >= 0)
		kn_json_add_int(builder, "pain_before", word->pain_before);
	if (word->pain_after >= 0)
		kn_json_add_int(builder, "pain_after", word->pain_after);
	add_said(builder, "region", word->region);
	add_said(builder, "note", word->note);
	json_builder_end_object(builder);
}

void
kn_json_add_session(JsonBuilder *builder, const KnSession *session, const KnDevice *device,
		    const ktp_Info *info, const GArray *gaps, const GArray *losses)
{
	json_builder_begin_object(builder);
	if (session->id != 0)
		kn_json_add_int(builder, "id", session->id);
	add_device_of(builder, session, device, info);
	if (session->person_id != 0)
		kn_json_add_person(builder, session->person_id, session->person_label);
	add_times(builder, session);
	add_metrics(builder, &session->metrics);
	add_origin(builder, session);
	add_nodes(builder, &session->metrics, info);
	if (session->is_deleted)
		kn_json_add_bool(builder, "is_deleted", TRUE);
	if (session->word != NULL)
		kn_json_add_words(builder, session->word);
	if (gaps != NULL)
		add_gaps(builder, gaps);
	add_losses(builder, session, losses);
	json_builder_end_object(builder);
}
