/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "hub.h"

static void
test_a_range_ends_with_fetch_done(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();

	hub_bank_batteries(firmware, 100);
	hub_assert_fetched(firmware, 20, 50, 20, 31);
	hub_assert_fetched(firmware, 37, 37, 37, 1);
	hub_assert_fetched(firmware, 90, 120, 90, 11);
	hub_assert_fetched(firmware, 101, 110, 0, 0);
	kn_firmware_overwrite_oldest(firmware, 24);
	hub_assert_fetched(firmware, 20, 50, 25, 26);
	hub_assert_fetched(firmware, 1, 24, 0, 0);
	g_assert_cmpuint(hub_status_of(firmware).n_records_fetched, ==, 31 + 1 + 11 + 26);
}

static void
test_refuses_a_range_it_cannot_give(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();
	guint64 log_id = hub_status_of(firmware).log_id;

	hub_bank_batteries(firmware, 100);
	hub_fetch(firmware, log_id + 1, 1, 10);
	hub_assert_refused(firmware, ktp_OPERATION_FETCH, ktp_ERROR_FOREIGN_LOG);
	hub_fetch(firmware, log_id, 0, 10);
	hub_assert_refused(firmware, ktp_OPERATION_FETCH, ktp_ERROR_RANGE);
	hub_fetch(firmware, log_id, 5, 4);
	hub_assert_refused(firmware, ktp_OPERATION_FETCH, ktp_ERROR_RANGE);
	hub_fetch(firmware, log_id, 1, 65);
	hub_assert_refused(firmware, ktp_OPERATION_FETCH, ktp_ERROR_RANGE);
	hub_fetch(firmware, log_id, 1, G_MAXUINT64);
	hub_assert_refused(firmware, ktp_OPERATION_FETCH, ktp_ERROR_RANGE);
}

static void
test_takes_two_ranges_at_a_time(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();
	guint64 log_id = hub_status_of(firmware).log_id;
	g_autoptr(GArray) all = NULL;

	hub_bank_batteries(firmware, 30);
	hub_fetch(firmware, log_id, 1, 10);
	hub_fetch(firmware, log_id, 11, 20);
	hub_fetch(firmware, log_id, 21, 30);
	all = hub_listen_to(firmware);
	g_assert_cmpuint(all->len, ==, 1 + 10 + 1 + 10 + 1);
	g_assert_cmpint(hub_reply_of(&g_array_index(all, Heard, 0)).body.error.code, ==,
			ktp_ERROR_BUSY);
	g_assert_cmpint(hub_reply_of(&g_array_index(all, Heard, 11)).which_body, ==,
			ktp_Reply_fetch_done_tag);
	g_assert_cmpuint(hub_seq_of(&g_array_index(all, Heard, 12)), ==, 11);
}

static void
test_a_held_range_is_never_answered(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();

	hub_bank_batteries(firmware, 10);
	kn_firmware_hold_fetch(firmware, TRUE);
	for (guint i = 0; i < 5; i++)
		hub_fetch(firmware, hub_status_of(firmware).log_id, 1, 10);
	hub_assert_silent(firmware);
	kn_firmware_hold_fetch(firmware, FALSE);
	hub_assert_silent(firmware);
	hub_assert_fetched(firmware, 1, 10, 1, 10);
}

static void
test_a_spoiled_record_travels_alone(void)
{
	g_autoptr(KnFirmware) firmware = hub_make_firmware();
	g_autoptr(GArray) all = NULL;

	hub_bank_batteries(firmware, 9);
	kn_firmware_spoil(firmware, 5);
	hub_fetch(firmware, hub_status_of(firmware).log_id, 1, 9);
	all = hub_listen_to(firmware);
	g_assert_cmpuint(all->len, ==, 10);
	for (guint i = 0; i < 9; i++)
		g_assert_cmpint(g_array_index(all, Heard, i).status, ==,
				i == 4 ? KN_FRAME_CRC : KN_FRAME_OK);
	g_assert_cmpuint(g_array_index(all, Heard, 4).notification, >,
			 g_array_index(all, Heard, 3).notification);
	g_assert_cmpuint(g_array_index(all, Heard, 5).notification, >,
			 g_array_index(all, Heard, 4).notification);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sim/fetch/a_range_ends_with_fetch_done",
			test_a_range_ends_with_fetch_done);
	g_test_add_func("/sim/fetch/refuses_a_range_it_cannot_give",
			test_refuses_a_range_it_cannot_give);
	g_test_add_func("/sim/fetch/takes_two_ranges_at_a_time", test_takes_two_ranges_at_a_time);
	g_test_add_func("/sim/fetch/a_held_range_is_never_answered",
			test_a_held_range_is_never_answered);
	g_test_add_func("/sim/fetch/a_spoiled_record_travels_alone",
			test_a_spoiled_record_travels_alone);
	return g_test_run();
}
