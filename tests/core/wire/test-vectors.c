/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * The vectors of tests/data/vectors, made by Google's protobuf and zlib: what the decoder says of each is written out as one line
 * and compared. One test a page, one message a vector.
 */

#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include "core/wire/frame.h"

#include <glib.h>
#include <string.h>

static GKeyFile *
load_page(const gchar *name)
{
	g_autofree gchar *file = g_strconcat(name, ".txt", NULL);
	g_autofree gchar *path = g_build_filename(g_getenv("KN_VECTORS_DIR"), file, NULL);
	GKeyFile *page = g_key_file_new();
	g_autoptr(GError) error = NULL;

	g_key_file_load_from_file(page, path, G_KEY_FILE_NONE, &error);
	g_assert_no_error(error);
	return page;
}

static GByteArray *
get_bytes(GKeyFile *page, const gchar *vector, const gchar *key)
{
	g_autofree gchar *hex = g_key_file_get_value(page, vector, key, NULL);
	GByteArray *bytes = g_byte_array_new();

	g_assert_nonnull(hex);
	for (gsize i = 0; hex[i] != '\0' && hex[i + 1] != '\0'; i += 2) {
		guint8 byte = (guint8)(g_ascii_xdigit_value(hex[i]) << 4 |
				       g_ascii_xdigit_value(hex[i + 1]));
		g_byte_array_append(bytes, &byte, 1);
	}
	return bytes;
}

static void
assert_says(GKeyFile *page, const gchar *vector, const gchar *key, const gchar *said)
{
	g_autofree gchar *expected = g_key_file_get_value(page, vector, key, NULL);

	if (g_strcmp0(expected, said) == 0)
		return;
	g_test_message("[%s] %s\n  expected: %s\n  said:     %s", vector, key, expected, said);
	g_test_fail();
}

static void
append_hex(GString *line, const guint8 *bytes, gsize n_bytes)
{
	for (gsize i = 0; i < n_bytes; i++)
		g_string_append_printf(line, "%02x", bytes[i]);
}

static const gchar *
status_word(KnDecodeStatus status)
{
	static const gchar *const words[] = {"ok", "protobuf", "version", "unsupported", "range"};

	return words[status];
}

/* ---- records ---- */

static void
append_samples(GString *line, const ktp_SampleBlock *block)
{
	uint16_t values[KN_VALUES_MAX];
	size_t n_values = kn_decode_values(block, values);

	g_string_append_printf(
		line, "samples period_us=%u t0_ms=%" G_GUINT64_FORMAT " node_mask=%u n=%u values=",
		block->period_us, block->t0_ms, block->node_mask, block->n);
	for (size_t i = 0; i < n_values; i++)
		g_string_append_printf(line, "%s%u", i > 0 ? "," : "", values[i]);
}

static void
append_motion(GString *line, const ktp_Motion *motion)
{
	gint angle = 0;

	g_string_append_printf(line, "motion period_us=%u t0_ms=%" G_GUINT64_FORMAT " angles=",
			       motion->period_us, motion->t0_ms);
	for (pb_size_t i = 0; i < motion->angle_deltas_centideg_count; i++) {
		angle += motion->angle_deltas_centideg[i];
		g_string_append_printf(line, "%s%d", i > 0 ? "," : "", angle);
	}
	g_string_append(line, " directions=");
	for (pb_size_t i = 0; i < motion->directions_count; i++)
		g_string_append_printf(line, "%s%d", i > 0 ? "," : "", motion->directions[i]);
}

static void
append_body(GString *line, const ktp_Record *record)
{
	switch (record->which_body) {
	case ktp_Record_samples_tag:
		append_samples(line, &record->body.samples);
		break;
	case ktp_Record_motion_tag:
		append_motion(line, &record->body.motion);
		break;
	case ktp_Record_session_start_tag:
		g_string_append_printf(line, "session_start head=%d",
				       (gint)record->body.session_start.head);
		break;
	case ktp_Record_session_end_tag:
		g_string_append_printf(line, "session_end duration_ms=%" G_GUINT64_FORMAT,
				       record->body.session_end.duration_ms);
		break;
	case ktp_Record_event_tag:
		g_string_append_printf(line, "event code=%d value=%u text=",
				       (gint)record->body.event.code, record->body.event.value);
		append_hex(line, record->body.event.text.bytes, record->body.event.text.size);
		break;
	case ktp_Record_clock_anchor_tag:
		g_string_append_printf(line,
				       "clock_anchor unix_us=%" G_GUINT64_FORMAT
				       " quality=%d hub_id=%" G_GUINT64_FORMAT,
				       record->body.clock_anchor.unix_us,
				       (gint)record->body.clock_anchor.quality,
				       record->body.clock_anchor.hub_id);
		break;
	case ktp_Record_battery_tag:
		g_string_append_printf(
			line, "battery charge_permille=%u voltage_mv=%u is_charging=%d",
			record->body.battery.charge_permille, record->body.battery.voltage_mv,
			record->body.battery.is_charging);
		break;
	default:
		g_string_append(line, "?");
	}
}

static gchar *
say_record(const guint8 *bytes, gsize n_bytes, const ktp_Info *info)
{
	GString *line = g_string_new(NULL);
	ktp_Record record;
	KnRecordKey key;
	bool is_canonical;
	KnDecodeStatus status = kn_decode_record(bytes, n_bytes, info, &record, &is_canonical);

	g_string_append_printf(line, "%s ", status_word(status));
	if (status == KN_DECODE_OK) {
		g_string_append_printf(
			line, "%s seq=%" G_GUINT64_FORMAT " boot=%u t_ms=%" G_GUINT64_FORMAT " ",
			is_canonical ? "canonical" : "noncanonical", record.seq, record.boot,
			record.t_ms);
		append_body(line, &record);
	} else if (kn_decode_key(bytes, n_bytes, &key)) {
		g_string_append_printf(line, "key=%" G_GUINT64_FORMAT "/%u/%" G_GUINT64_FORMAT,
				       key.seq, key.boot, key.t_ms);
	} else {
		g_string_append(line, "key=none");
	}
	return g_string_free(line, FALSE);
}

/* ---- replies, control, INFO ---- */

static gchar *
say_reply(const guint8 *bytes, gsize n_bytes)
{
	ktp_Reply reply;
	KnDecodeStatus status = kn_decode_reply(bytes, n_bytes, &reply);
	const ktp_State *state = &reply.body.state;
	const ktp_Clock *clock = &reply.body.clock;
	const ktp_FetchDone *done = &reply.body.fetch_done;

	if (status != KN_DECODE_OK)
		return g_strdup(status_word(status));
	switch (reply.which_body) {
	case ktp_Reply_state_tag:
		return g_strdup_printf(
			"ok state log_id=%" G_GUINT64_FORMAT
			" boot=%u oldest_seq=%" G_GUINT64_FORMAT " newest_seq=%" G_GUINT64_FORMAT
			" t_ms=%" G_GUINT64_FORMAT " flash_bytes=%" G_GUINT64_FORMAT
			" flash_used_bytes=%" G_GUINT64_FORMAT
			" charge_permille=%u owner_hub_id=%" G_GUINT64_FORMAT
			" is_in_use=%d trimmed_to_seq=%" G_GUINT64_FORMAT,
			state->log_id, state->boot, state->oldest_seq, state->newest_seq,
			state->t_ms, state->flash_bytes, state->flash_used_bytes,
			state->charge_permille, state->owner_hub_id, state->is_in_use,
			state->trimmed_to_seq);
	case ktp_Reply_clock_tag:
		return g_strdup_printf("ok clock boot=%u t_ms=%" G_GUINT64_FORMAT
				       " unix_us=%" G_GUINT64_FORMAT " quality=%d",
				       clock->boot, clock->t_ms, clock->unix_us,
				       (gint)clock->quality);
	case ktp_Reply_fetch_done_tag:
		return g_strdup_printf("ok fetch_done from_seq=%" G_GUINT64_FORMAT
				       " to_seq=%" G_GUINT64_FORMAT " sent=%u",
				       done->from_seq, done->to_seq, done->sent);
	default:
		return g_strdup_printf("ok error operation=%d code=%d",
				       (gint)reply.body.error.operation,
				       (gint)reply.body.error.code);
	}
}

static gchar *
say_control(const guint8 *bytes, gsize n_bytes)
{
	ktp_Control control;
	KnDecodeStatus status = kn_decode_control(bytes, n_bytes, &control);

	if (status != KN_DECODE_OK)
		return g_strdup(status_word(status));
	switch (control.which_op) {
	case ktp_Control_get_state_tag:
		return g_strdup("ok get_state");
	case ktp_Control_fetch_tag:
		return g_strdup_printf("ok fetch log_id=%" G_GUINT64_FORMAT
				       " from_seq=%" G_GUINT64_FORMAT " to_seq=%" G_GUINT64_FORMAT,
				       control.op.fetch.log_id, control.op.fetch.from_seq,
				       control.op.fetch.to_seq);
	case ktp_Control_trim_tag:
		return g_strdup_printf("ok trim log_id=%" G_GUINT64_FORMAT
				       " to_seq=%" G_GUINT64_FORMAT " hub_id=%" G_GUINT64_FORMAT,
				       control.op.trim.log_id, control.op.trim.to_seq,
				       control.op.trim.hub_id);
	case ktp_Control_set_clock_tag:
		return g_strdup_printf("ok set_clock unix_us=%" G_GUINT64_FORMAT
				       " quality=%d hub_id=%" G_GUINT64_FORMAT,
				       control.op.set_clock.unix_us,
				       (gint)control.op.set_clock.quality,
				       control.op.set_clock.hub_id);
	case ktp_Control_get_clock_tag:
		return g_strdup("ok get_clock");
	case ktp_Control_live_tag:
		return g_strdup_printf("ok live is_on=%d", control.op.live.is_on);
	case ktp_Control_identify_tag:
		return g_strdup_printf("ok identify duration_s=%u", control.op.identify.duration_s);
	case ktp_Control_own_tag:
		return g_strdup_printf("ok own hub_id=%" G_GUINT64_FORMAT, control.op.own.hub_id);
	default:
		return g_strdup_printf("ok wipe log_id=%" G_GUINT64_FORMAT
				       " hub_id=%" G_GUINT64_FORMAT " is_forced=%d",
				       control.op.wipe.log_id, control.op.wipe.hub_id,
				       control.op.wipe.is_forced);
	}
}

static gchar *
say_info(const guint8 *bytes, gsize n_bytes, ktp_Info *ret_info)
{
	KnDecodeStatus status = kn_decode_info(bytes, n_bytes, ret_info);
	GString *line;

	if (status != KN_DECODE_OK)
		return g_strdup(status_word(status));
	line = g_string_new(NULL);
	g_string_append_printf(line, "ok protocol=%u kind=%d model=", ret_info->protocol,
			       (gint)ret_info->kind);
	append_hex(line, ret_info->model.bytes, ret_info->model.size);
	g_string_append(line, " serial=");
	append_hex(line, ret_info->serial.bytes, ret_info->serial.size);
	g_string_append(line, " firmware=");
	append_hex(line, ret_info->firmware.bytes, ret_info->firmware.size);
	g_string_append_printf(line, " sample_period_us=%u capabilities=%u nodes=",
			       ret_info->sample_period_us, ret_info->capabilities);
	for (pb_size_t i = 0; i < ret_info->nodes_count; i++)
		g_string_append_printf(
			line, "%s%d/%d/%u", i > 0 ? "," : "", (gint)ret_info->nodes[i].region,
			(gint)ret_info->nodes[i].side, ret_info->nodes[i].full_scale_hpa);
	return g_string_free(line, FALSE);
}

/* ---- pages ---- */

/* a packet that ends in the middle must not be read past its end: a copy of its own, which the sanitizer watches */
static void
check_bodies(GKeyFile *page, const gchar *vector, KnFrameReader *reader, const ktp_Info *info)
{
	const guint8 *body;
	gsize n_body;
	KnFrameStatus status;
	guint n = 0;

	while ((status = kn_frame_next(reader, &body, &n_body)) != KN_FRAME_END) {
		g_autofree gchar *key = g_strdup_printf("body%u", ++n);
		g_autofree gchar *said = NULL;
		g_assert_cmpuint(n, <, 100);
		if (status != KN_FRAME_OK)
			said = g_strdup(status == KN_FRAME_CRC ? "crc" : "length");
		else if (reader->kind == KN_FRAME_REPLY)
			said = say_reply(body, n_body);
		else
			said = say_record(body, n_body, info);
		assert_says(page, vector, key, said);
	}
	if (n > 0 || g_key_file_has_key(page, vector, "body1", NULL)) {
		g_autofree gchar *next = g_strdup_printf("body%u", n + 1);
		g_assert_false(g_key_file_has_key(page, vector, next, NULL));
	}
}

static void
check_notification(GKeyFile *page, const gchar *vector, const ktp_Info *info)
{
	g_autoptr(GByteArray) bytes = get_bytes(page, vector, "notification");
	g_autofree guint8 *exact = g_memdup2(bytes->data, bytes->len);
	g_autofree gchar *said = NULL;
	KnFrameReader reader;

	if (kn_frame_open(&reader, exact, bytes->len) != KN_FRAME_OK) {
		assert_says(page, vector, "frame", "header");
		return;
	}
	said = g_strdup_printf("ok counter=%u kind=%s version=%u", reader.counter,
			       reader.kind == KN_FRAME_LIVE      ? "live"
			       : reader.kind == KN_FRAME_HISTORY ? "history"
								 : "reply",
			       reader.version);
	assert_says(page, vector, "frame", said);
	check_bodies(page, vector, &reader, info);
}

static void
test_notifications(gconstpointer name)
{
	g_autoptr(GKeyFile) infos = load_page("info");
	g_autoptr(GByteArray) info_bytes = get_bytes(infos, "back14", "info");
	g_autoptr(GKeyFile) page = load_page(name);
	g_auto(GStrv) vectors = g_key_file_get_groups(page, NULL);
	ktp_Info info;

	g_assert_cmpint(kn_decode_info(info_bytes->data, info_bytes->len, &info), ==, KN_DECODE_OK);
	g_assert_cmpuint(g_strv_length(vectors), >, 5);
	for (guint i = 0; vectors[i] != NULL; i++)
		check_notification(page, vectors[i], &info);
}

static void
test_control(void)
{
	g_autoptr(GKeyFile) page = load_page("control");
	g_auto(GStrv) vectors = g_key_file_get_groups(page, NULL);

	for (guint i = 0; vectors[i] != NULL; i++) {
		g_autoptr(GByteArray) bytes = get_bytes(page, vectors[i], "control");
		g_autofree gchar *said = say_control(bytes->data, bytes->len);
		ktp_Control control;
		guint8 again[KN_CONTROL_BYTES_MAX];
		assert_says(page, vectors[i], "expect", said);
		if (kn_decode_control(bytes->data, bytes->len, &control) != KN_DECODE_OK)
			continue;
		g_assert_cmpmem(again, kn_encode_control(&control, again, sizeof again),
				bytes->data, bytes->len);
	}
}

static void
test_info(void)
{
	g_autoptr(GKeyFile) page = load_page("info");
	g_auto(GStrv) vectors = g_key_file_get_groups(page, NULL);

	for (guint i = 0; vectors[i] != NULL; i++) {
		g_autoptr(GByteArray) bytes = get_bytes(page, vectors[i], "info");
		ktp_Info info;
		g_autofree gchar *said = say_info(bytes->data, bytes->len, &info);
		guint8 again[KN_INFO_BYTES_MAX];
		assert_says(page, vectors[i], "expect", said);
		if (!g_str_has_prefix(said, "ok"))
			continue;
		g_assert_cmpmem(again, kn_encode_info(&info, again, sizeof again), bytes->data,
				bytes->len);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_data_func("/core/vectors/reads_records_as_google_does", "records",
			     test_notifications);
	g_test_add_data_func("/core/vectors/reads_replies_as_google_does", "replies",
			     test_notifications);
	g_test_add_data_func("/core/vectors/refuses_what_must_be_refused", "refusals",
			     test_notifications);
	g_test_add_func("/core/vectors/control_is_the_same_bytes_both_ways", test_control);
	g_test_add_func("/core/vectors/info_is_the_same_bytes_both_ways", test_info);
	return g_test_run();
}
