/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include "sim/firmware.h"
#include "sim/model.h"

#define SECOND_US G_GINT64_CONSTANT(1000000)
#define UTC_US    G_GUINT64_CONSTANT(1795219200000000)

static KnFirmware *
make_firmware(void)
{
	ktp_Info info;

	g_assert_true(kn_model_describe("roller", "T1", &info));
	/* booted 100 s before the machine that it is simulated on */
	return kn_firmware_new(&info, 64 * 1024, 42, 7, -100 * SECOND_US);
}

static void
control(KnFirmware *firmware, gint64 now_us, const ktp_Control *op)
{
	guint8 bytes[KN_CONTROL_BYTES_MAX];
	gsize n_bytes = kn_encode_control(op, bytes, sizeof bytes);

	kn_firmware_control(firmware, now_us, bytes, n_bytes);
}

static void
set_clock(KnFirmware *firmware, gint64 now_us, guint64 unix_us, ktp_ClockQuality quality)
{
	ktp_Control op = {.which_op = ktp_Control_set_clock_tag,
			  .op.set_clock = {unix_us, quality, 0x1111}};

	control(firmware, now_us, &op);
}

static gboolean
hear(KnFirmware *firmware, ktp_Reply *ret_reply)
{
	guint8 bytes[KN_NOTIFICATION_BYTES_MAX];
	gsize n_bytes = kn_firmware_next(firmware, 0, bytes);
	KnFrameReader reader;
	const guint8 *body;
	gsize n_body;

	if (n_bytes == 0)
		return FALSE;
	g_assert_cmpint(kn_frame_open(&reader, bytes, n_bytes), ==, KN_FRAME_OK);
	g_assert_cmpint(kn_frame_next(&reader, &body, &n_body), ==, KN_FRAME_OK);
	g_assert_cmpint(kn_decode_reply(body, n_body, ret_reply), ==, KN_DECODE_OK);
	return TRUE;
}

static ktp_Clock
get_clock(KnFirmware *firmware, gint64 now_us)
{
	ktp_Control op = {.which_op = ktp_Control_get_clock_tag};
	ktp_Reply reply;

	control(firmware, now_us, &op);
	g_assert_true(hear(firmware, &reply));
	g_assert_cmpint(reply.which_body, ==, ktp_Reply_clock_tag);
	return reply.body.clock;
}

static guint64
n_banked(KnFirmware *firmware)
{
	return kn_flash_newest_seq(kn_firmware_flash(firmware));
}

static void
assert_anchor(KnFirmware *firmware, guint64 seq, guint64 t_ms, guint64 unix_us,
	      ktp_ClockQuality quality)
{
	gsize n_frame;
	const guint8 *frame = kn_flash_read(kn_firmware_flash(firmware), seq, &n_frame);
	ktp_Record record;
	gboolean is_canonical;
	bool canonical;

	g_assert_nonnull(frame);
	g_assert_cmpint(kn_decode_record(frame + 1, n_frame - 5, kn_firmware_info(firmware),
					 &record, &canonical),
			==, KN_DECODE_OK);
	is_canonical = canonical;
	g_assert_true(is_canonical);
	g_assert_cmpint(record.which_body, ==, ktp_Record_clock_anchor_tag);
	g_assert_cmpuint(record.t_ms, ==, t_ms);
	g_assert_cmpuint(record.body.clock_anchor.unix_us, ==, unix_us);
	g_assert_cmpint(record.body.clock_anchor.quality, ==, quality);
	g_assert_cmpuint(record.body.clock_anchor.hub_id, ==, 0x1111);
}

static void
test_starts_without_a_clock(void)
{
	g_autoptr(KnFirmware) firmware = make_firmware();
	ktp_Clock clock = get_clock(firmware, 5 * SECOND_US);

	g_assert_cmpuint(clock.boot, ==, 7);
	g_assert_cmpuint(clock.t_ms, ==, 105000);
	g_assert_cmpuint(clock.unix_us, ==, 0);
	g_assert_cmpint(clock.quality, ==, ktp_CLOCK_UNKNOWN);
}

static void
test_banks_an_anchor_for_a_better_clock_only(void)
{
	g_autoptr(KnFirmware) firmware = make_firmware();

	set_clock(firmware, 10 * SECOND_US, UTC_US, ktp_CLOCK_RESTORED);
	g_assert_cmpuint(n_banked(firmware), ==, 1);
	assert_anchor(firmware, 1, 110000, UTC_US, ktp_CLOCK_RESTORED);
	set_clock(firmware, 11 * SECOND_US, UTC_US + 7 * SECOND_US, ktp_CLOCK_RESTORED);
	g_assert_cmpuint(n_banked(firmware), ==, 1);
	g_assert_cmpuint(get_clock(firmware, 12 * SECOND_US).unix_us, ==, UTC_US + 8 * SECOND_US);
	set_clock(firmware, 20 * SECOND_US, UTC_US + 3600 * SECOND_US, ktp_CLOCK_SYNCED);
	g_assert_cmpuint(n_banked(firmware), ==, 2);
	assert_anchor(firmware, 2, 120000, UTC_US + 3600 * SECOND_US, ktp_CLOCK_SYNCED);
	/* a worse clock changes nothing */
	set_clock(firmware, 21 * SECOND_US, UTC_US, ktp_CLOCK_RESTORED);
	g_assert_cmpuint(n_banked(firmware), ==, 2);
	g_assert_cmpuint(get_clock(firmware, 30 * SECOND_US).unix_us, ==,
			 UTC_US + 3610 * SECOND_US);
}

static void
assert_refused(KnFirmware *firmware)
{
	ktp_Reply reply;

	g_assert_true(hear(firmware, &reply));
	g_assert_cmpint(reply.which_body, ==, ktp_Reply_error_tag);
	g_assert_cmpint(reply.body.error.operation, ==, ktp_OPERATION_SET_CLOCK);
	g_assert_cmpint(reply.body.error.code, ==, ktp_ERROR_RANGE);
	g_assert_cmpuint(n_banked(firmware), ==, 0);
}

static void
test_refuses_a_clock_that_is_none(void)
{
	g_autoptr(KnFirmware) firmware = make_firmware();

	set_clock(firmware, 0, UTC_US, ktp_CLOCK_UNKNOWN);
	assert_refused(firmware);
	set_clock(firmware, 0, 0, ktp_CLOCK_SYNCED);
	assert_refused(firmware);
	set_clock(firmware, 0, G_MAXUINT64, ktp_CLOCK_SYNCED);
	assert_refused(firmware);
	set_clock(firmware, 0, UTC_US, (ktp_ClockQuality)3);
	assert_refused(firmware);
}

static void
test_a_reboot_forgets_the_clock(void)
{
	g_autoptr(KnFirmware) firmware = make_firmware();
	ktp_Clock clock;

	set_clock(firmware, 10 * SECOND_US, UTC_US, ktp_CLOCK_SYNCED);
	kn_firmware_reboot(firmware, 50 * SECOND_US);
	clock = get_clock(firmware, 51 * SECOND_US);
	g_assert_cmpuint(clock.boot, ==, 8);
	g_assert_cmpuint(clock.t_ms, ==, 1000);
	g_assert_cmpint(clock.quality, ==, ktp_CLOCK_UNKNOWN);
	set_clock(firmware, 52 * SECOND_US, UTC_US, ktp_CLOCK_RESTORED);
	g_assert_cmpuint(n_banked(firmware), ==, 2);
	assert_anchor(firmware, 2, 2000, UTC_US, ktp_CLOCK_RESTORED);
}

static void
test_state_tells_what_the_log_holds(void)
{
	g_autoptr(KnFirmware) firmware = make_firmware();
	ktp_Control op = {.which_op = ktp_Control_get_state_tag};
	ktp_Reply reply;

	control(firmware, 0, &op);
	g_assert_true(hear(firmware, &reply));
	g_assert_cmpuint(reply.body.state.oldest_seq, ==, 1);
	g_assert_cmpuint(reply.body.state.newest_seq, ==, 0);
	set_clock(firmware, 0, UTC_US, ktp_CLOCK_RESTORED);
	set_clock(firmware, 0, UTC_US, ktp_CLOCK_SYNCED);
	kn_firmware_set_owner(firmware, 0x77);
	kn_firmware_set_charge(firmware, 640);
	kn_firmware_overwrite_oldest(firmware, 1);
	control(firmware, 3 * SECOND_US, &op);
	g_assert_true(hear(firmware, &reply));
	g_assert_cmpint(reply.which_body, ==, ktp_Reply_state_tag);
	g_assert_cmpuint(reply.body.state.boot, ==, 7);
	g_assert_cmpuint(reply.body.state.oldest_seq, ==, 2);
	g_assert_cmpuint(reply.body.state.newest_seq, ==, 2);
	g_assert_cmpuint(reply.body.state.t_ms, ==, 103000);
	g_assert_cmpuint(reply.body.state.flash_bytes, ==, 64 * 1024);
	g_assert_cmpuint(reply.body.state.charge_permille, ==, 640);
	g_assert_cmpuint(reply.body.state.owner_hub_id, ==, 0x77);
	g_assert_false(hear(firmware, &reply));
}

static void
test_answers_bytes_that_are_no_operation(void)
{
	static const guint8 junk[][3] = {
		{0xff, 0xff, 0xff}, {0x00, 0x00, 0x00}, {0xfa, 0x01, 0x00}};

	for (guint i = 0; i < G_N_ELEMENTS(junk); i++) {
		g_autoptr(KnFirmware) firmware = make_firmware();
		ktp_Reply reply;
		kn_firmware_control(firmware, 0, junk[i], sizeof junk[i]);
		g_assert_true(hear(firmware, &reply));
		g_assert_cmpint(reply.which_body, ==, ktp_Reply_error_tag);
		g_assert_cmpint(reply.body.error.code, ==, ktp_ERROR_UNSUPPORTED);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sim/clock/starts_without_a_clock", test_starts_without_a_clock);
	g_test_add_func("/sim/clock/banks_an_anchor_for_a_better_clock_only",
			test_banks_an_anchor_for_a_better_clock_only);
	g_test_add_func("/sim/clock/refuses_a_clock_that_is_none",
			test_refuses_a_clock_that_is_none);
	g_test_add_func("/sim/clock/a_reboot_forgets_the_clock", test_a_reboot_forgets_the_clock);
	g_test_add_func("/sim/clock/state_tells_what_the_log_holds",
			test_state_tells_what_the_log_holds);
	g_test_add_func("/sim/clock/answers_bytes_that_are_no_operation",
			test_answers_bytes_that_are_no_operation);
	return g_test_run();
}
