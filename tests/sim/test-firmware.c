/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "hub.h"

/* ---- live ---- */

static void
test_says_nothing_until_asked(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();

	hub_bank_batteries(firmware, 5);
	hub_assert_silent(firmware);
}

static void
test_live_sends_what_flash_holds(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();
	g_autoptr(GArray) all = NULL;

	hub_bank_batteries(firmware, 5);
	hub_live(firmware);
	hub_bank_batteries(firmware, 30);
	all = hub_listen_to(firmware);
	g_assert_cmpuint(all->len, ==, 30);
	for (guint i = 0; i < all->len; i++) {
		const Heard *heard = &g_array_index(all, Heard, i);
		gsize n_frame;
		const guint8 *frame = kn_flash_read(kn_firmware_flash(firmware), 6 + i, &n_frame);
		g_assert_cmpint(heard->kind, ==, KN_FRAME_LIVE);
		/* one byte of length, four of CRC */
		g_assert_cmpmem(heard->bytes, heard->n_bytes, frame + 1, n_frame - 5);
	}
	/* small records share a notification: 30 of some 15 bytes are far less than 30 notifications */
	g_assert_cmpuint(g_array_index(all, Heard, 29).notification, <, 5);
}

static void
test_live_goes_before_history(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();
	g_autoptr(GArray) all = NULL;

	hub_bank_batteries(firmware, 64);
	hub_live(firmware);
	hub_fetch(firmware, hub_status_of(firmware).log_id, 1, 64);
	hub_bank_batteries(firmware, 3);
	all = hub_listen_to(firmware);
	g_assert_cmpuint(all->len, ==, 3 + 64 + 1);
	for (guint i = 0; i < 67; i++)
		g_assert_cmpint(g_array_index(all, Heard, i).kind, ==,
				i < 3 ? KN_FRAME_LIVE : KN_FRAME_HISTORY);
	g_assert_cmpint(g_array_index(all, Heard, 67).kind, ==, KN_FRAME_REPLY);
}

static void
test_a_slow_link_loses_the_oldest_live_records(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();
	g_autoptr(GArray) all = NULL;

	hub_live(firmware);
	hub_bank_batteries(firmware, 100);
	all = hub_listen_to(firmware);
	g_assert_cmpuint(all->len, ==, KN_FIRMWARE_LIVE_BEHIND_MAX);
	g_assert_cmpuint(hub_seq_of(&g_array_index(all, Heard, 0)), ==,
			 100 - KN_FIRMWARE_LIVE_BEHIND_MAX + 1);
	g_assert_cmpuint(hub_status_of(firmware).n_live_skipped, ==,
			 100 - KN_FIRMWARE_LIVE_BEHIND_MAX);
}

static void
test_a_new_link_starts_silent(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();

	hub_bank_batteries(firmware, 10);
	hub_live(firmware);
	hub_fetch(firmware, hub_status_of(firmware).log_id, 1, 10);
	kn_firmware_link_reset(firmware);
	hub_bank_batteries(firmware, 1);
	hub_assert_silent(firmware);
}

/* ---- trim, owner, wipe ---- */

static void
test_trims_for_its_owner_only(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();
	guint64 log_id = hub_status_of(firmware).log_id;
	ktp_Control own = {.which_op = ktp_Control_own_tag, .op.own = {HUB_ID}};
	ktp_Control steal = {.which_op = ktp_Control_own_tag, .op.own = {OTHER_HUB_ID}};

	hub_bank_batteries(firmware, 10);
	hub_trim(firmware, log_id, 2, OTHER_HUB_ID); /* nobody's: anyone may */
	hub_control(firmware, &own);
	hub_control(firmware, &own);
	hub_assert_silent(firmware);
	hub_control(firmware, &steal);
	hub_assert_refused(firmware, ktp_OPERATION_OWN, ktp_ERROR_NOT_OWNER);
	hub_trim(firmware, log_id, 5, OTHER_HUB_ID);
	hub_assert_refused(firmware, ktp_OPERATION_TRIM, ktp_ERROR_NOT_OWNER);
	g_assert_cmpuint(hub_status_of(firmware).trimmed_to_seq, ==, 2);
	hub_trim(firmware, log_id, 5, HUB_ID);
	hub_assert_silent(firmware);
	g_assert_cmpuint(hub_status_of(firmware).trimmed_to_seq, ==, 5);
}

static void
test_refuses_a_trim_that_is_not_about_its_log(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();
	guint64 log_id = hub_status_of(firmware).log_id;

	hub_bank_batteries(firmware, 10);
	hub_trim(firmware, log_id ^ 1, 5, HUB_ID);
	hub_assert_refused(firmware, ktp_OPERATION_TRIM, ktp_ERROR_FOREIGN_LOG);
	hub_trim(firmware, log_id, 11, HUB_ID);
	hub_assert_refused(firmware, ktp_OPERATION_TRIM, ktp_ERROR_RANGE);
	g_assert_cmpuint(hub_status_of(firmware).trimmed_to_seq, ==, 0);
	hub_trim(firmware, log_id, 9, HUB_ID);
	hub_trim(firmware, log_id, 3, HUB_ID);
	hub_assert_silent(firmware);
	g_assert_cmpuint(hub_status_of(firmware).trimmed_to_seq, ==, 9);
	/* trimmed is not gone: it may still be read until it is overwritten */
	hub_assert_fetched(firmware, 1, 9, 1, 9);
}

static void
test_wipe_makes_a_new_log(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();
	guint64 log_id = hub_status_of(firmware).log_id;
	ktp_Control wipe = {.which_op = ktp_Control_wipe_tag, .op.wipe = {log_id, HUB_ID, FALSE}};

	hub_bank_batteries(firmware, 10);
	hub_control(firmware, &wipe);
	hub_assert_refused(firmware, ktp_OPERATION_WIPE, ktp_ERROR_UNREAD);
	hub_trim(firmware, log_id, 10, HUB_ID);
	hub_control(firmware, &wipe);
	hub_assert_silent(firmware);
	g_assert_cmpuint(hub_status_of(firmware).log_id, !=, log_id);
	g_assert_cmpuint(hub_status_of(firmware).newest_seq, ==, 0);
	g_assert_cmpuint(hub_status_of(firmware).trimmed_to_seq, ==, 0);
	hub_control(firmware, &wipe);
	hub_assert_refused(firmware, ktp_OPERATION_WIPE, ktp_ERROR_FOREIGN_LOG);
	hub_bank_batteries(firmware, 1);
	wipe.op.wipe.log_id = log_id = hub_status_of(firmware).log_id;
	wipe.op.wipe.is_forced = TRUE;
	hub_control(firmware, &wipe);
	hub_assert_silent(firmware);
	g_assert_cmpuint(hub_status_of(firmware).log_id, !=, log_id);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sim/firmware/says_nothing_until_asked", test_says_nothing_until_asked);
	g_test_add_func("/sim/firmware/live_sends_what_flash_holds",
			test_live_sends_what_flash_holds);
	g_test_add_func("/sim/firmware/live_goes_before_history", test_live_goes_before_history);
	g_test_add_func("/sim/firmware/a_slow_link_loses_the_oldest_live_records",
			test_a_slow_link_loses_the_oldest_live_records);
	g_test_add_func("/sim/firmware/a_new_link_starts_silent", test_a_new_link_starts_silent);
	g_test_add_func("/sim/firmware/trims_for_its_owner_only", test_trims_for_its_owner_only);
	g_test_add_func("/sim/firmware/refuses_a_trim_that_is_not_about_its_log",
			test_refuses_a_trim_that_is_not_about_its_log);
	g_test_add_func("/sim/firmware/wipe_makes_a_new_log", test_wipe_makes_a_new_log);
	return g_test_run();
}
