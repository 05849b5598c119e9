/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The JSON shapes of the API. Times are RFC 3339 with an offset, numbers are integers with the unit in the key, what is not known is
 * absent. Every text from outside was or is cleaned here. */

#include "core/measure/summary.h"
#include "serve/server.h"

void kn_json_add_int(JsonBuilder *builder, const gchar *key, gint64 value);
void kn_json_add_bool(JsonBuilder *builder, const gchar *key, gboolean value);
void kn_json_add_text(JsonBuilder *builder, const gchar *key,
		      const gchar *text); /* absent when NULL or "" */
/* a sentence of our own, which may quote: absent when "" */
void kn_json_add_sentence(JsonBuilder *builder, const gchar *key, const gchar *text);
void kn_json_add_time(JsonBuilder *builder, const gchar *key, gint64 utc_us,
		      const gchar *zone); /* absent when 0 */
void kn_json_add_log_id(JsonBuilder *builder, guint64 log_id);

/* The last description of a device; FALSE when it has none or it can not be read. */
gboolean kn_json_read_info(GBytes *info, ktp_Info *ret_info);

/* The device of that number in the owner's list, or NULL. views: KnDeviceView. */
const KnDevice *kn_json_find_device(const GPtrArray *views, gint64 device_id);
/* One session, the same in a list and alone. device, info, gaps and losses may be NULL: what they would tell is absent then. */
void kn_json_add_session(JsonBuilder *builder, const KnSession *session, const KnDevice *device,
			 const ktp_Info *info, const GArray *gaps, const GArray *losses);
/* Those of the losses (KnLoss) that touch the time, as member data_loss; absent when none does. */
void kn_json_add_losses(JsonBuilder *builder, const GArray *losses, gint64 from_us, gint64 to_us,
			const gchar *zone);
/* Member "words": what a person said. */
void kn_json_add_words(JsonBuilder *builder, const KnWord *word);
/* Member "person": id and label. */
void kn_json_add_person(JsonBuilder *builder, gint64 person_id, const gchar *label);
/* members of one node of a layout: "node", and where it is when info knows it */
void kn_json_add_node_place(JsonBuilder *builder, guint node, const ktp_Info *info);
/* members of a gap: first_seq, last_seq, n_records, reason */
void kn_json_add_gap(JsonBuilder *builder, const KnGap *gap);
/* one object */
void kn_json_add_device(JsonBuilder *builder, const KnDeviceView *view, const gchar *zone);
/* One event, an object. views: KnDeviceView, where its massager is named from. */
void kn_json_add_event(JsonBuilder *builder, const KnEvent *event, const GPtrArray *views,
		       const gchar *zone);
/* A massager in use: an object of class live. */
void kn_json_add_live(JsonBuilder *builder, const KnLiveView *live, gint64 now_us,
		      const gchar *zone);
/* The numbers of a period, as members of the object that is open. */
void kn_json_add_period(JsonBuilder *builder, const KnPeriod *period);
