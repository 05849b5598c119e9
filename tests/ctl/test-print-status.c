/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <string.h>

static void
all_numbers_are_shown_whatever_there_is(void)
{
	g_autofree gchar *out =
		print(kn_print_numbers, &ascii,
		      "{\"version\":\"0.1.0\",\"clock\":{\"uptime_ms\":5400000,\"is_synced\":true},"
		      "\"store\":{\"n_commits\":12345,\"stored_bytes\":1048576,\"hint\":\"\\u001b["
		      "2Jdo\"},"
		      "\"list\":[{\"a\":1},2,null,\"x\"],\"deep\":{\"a\":{\"a\":{\"a\":{\"a\":{"
		      "\"a\":1}}}}},"
		      "\"load\":0.5,\"signal_dbm\":-61}");

	assert_has(out, "uptime                   1 h 30 min\n");
	assert_has(out, "synced                   yes\n");
	assert_has(out, "commits                  12,345\n");
	assert_has(out, "stored                   1.0 MiB\n");
	assert_has(out, "[2Jdo\n");
	assert_has(out, "load                       0.5\n");
	assert_has(out, "-61\n");
	assert_ascii(out);
	g_free(g_steal_pointer(&out));
	{
		g_autoptr(GString) nothing = g_string_new(NULL);

		kn_print_numbers(&ascii, nothing, NULL);
		g_assert_cmpuint(nothing->len, ==, 0);
	}
}

static void
a_hub_that_is_well_is_told_in_few_lines(void)
{
	g_autofree gchar *out = print(
		kn_print_status, &utf8,
		"{\"version\":\"0.1.0\",\"tz\":\"Europe/Berlin\",\"clock\":\"synced\","
		"\"uptime_ms\":5400000,\"radio\":{\"state\":\"ready\",\"n_packets\":1234,"
		"\"n_ring_full\":0,\"adapters\":["
		"{\"name\":\"hci0\",\"address\":\"5E:AD:00:00:00:01\",\"is_powered\":true,"
		"\"listened_last_hour_ms\":600000,\"n_links\":5,\"n_links_max\":5,"
		"\"n_waiting\":7,\"rescue\":{\"is_failed\":false}},"
		"{\"name\":\"hci1\",\"address\":\"5E:AD:00:00:00:02\","
		"\"listen_error\":\"Resource Not Ready\","
		"\"rescue\":{\"trouble_ms\":3600000,\"is_failed\":true}}]},"
		"\"storage\":{\"state\":\"ok\",\"n_commits\":1,"
		"\"stored_bytes\":2048},\"clients\":{\"n_clients\":1,\"n_requests\":7},"
		"\"devices\":[{\"id\":1,\"label\":\"back bed\",\"is_allowed\":true,\"link\":"
		"\"ready\",\"link_up_ms\":7500000,\"signal_dbm\":-61,\"is_newest_known\":true,"
		"\"n_missing\":0,\"counters\":{\"n_records\":99,\"n_bad_crc\":0}}]}");

	assert_lines_fit(out, 80);
	assert_has(out, "Hub         knead 0.1.0, up 1 h 30 min, time zone Europe/Berlin\n");
	assert_has(out, "Bluetooth   on, 1,234 notifications since the hub started\n");
	assert_has(out, "Storage     fine, 1 commit (2.0 KiB) since the hub started\n");
	assert_has(
		out,
		"Adapters    hci0 5E:AD:00:00:00:01: 5 links of 5 it carries, 7 waiting for a\n"
		"            turn; listened 10 min of the last hour\n"
		"            hci1 5E:AD:00:00:00:02: off; can not listen (Resource Not Ready); in\n"
		"            trouble for 1 h 00 min, and nothing helped: switch this machine off\n"
		"            and on\n");
	assert_has(out,
		   "Massagers   back bed: connected for 2 h 05 min, -61 dBm, nothing missing\n");
	assert_has(out, "Mishaps     none\n");
}

static void
a_hub_in_utc_is_asked_whether_it_is(void)
{
	g_autofree gchar *fresh = print(kn_print_status, &utf8, "{\"tz\":\"UTC\"}");
	g_autofree gchar *set = print(kn_print_status, &utf8, "{\"tz\":\"Europe/Berlin\"}");

	assert_lines_fit(fresh, 80);
	assert_has(fresh, "Not in UTC?");
	assert_has(fresh, "timedatectl");
	g_assert_null(strstr(set, "Not in UTC?"));
}

static void
a_move_to_another_zone_is_told_with_its_extent(void)
{
	g_autofree gchar *preview = print(
		kn_print_rezone, &utf8,
		"{\"tz\":\"Asia/Tokyo\",\"is_dry_run\":true,\"n_sessions\":12,\"n_other_day\":3,"
		"\"oldest\":\"2026-11-01T09:00:00+09:00\",\"newest\":\"2026-11-20T09:00:00+09:"
		"00\"}");
	g_autofree gchar *done =
		print(kn_print_rezone, &utf8, "{\"tz\":\"Asia/Tokyo\",\"n_sessions\":1}");

	assert_lines_fit(preview, 80);
	assert_has(preview,
		   "Would move to Asia/Tokyo: 12 sessions (3 of them to another day), from");
	g_assert_cmpstr(done, ==, "Moved to Asia/Tokyo: 1 session (none to another day).\n");
}

static void
a_bluetoothd_that_hangs_is_not_called_dead_and_what_was_tried_is_told(void)
{
	g_autofree gchar *out =
		print(kn_print_status, &utf8,
		      "{\"radio\":{\"state\":\"mute-bluetoothd\",\"n_listen_errors\":4,"
		      "\"rescue\":{\"trouble_ms\":1200000,\"is_failed\":true}}}");

	assert_lines_fit(out, 80);
	assert_has(
		out,
		"Bluetooth   Bluetooth does not answer: sudo systemctl restart bluetooth; in\n"
		"            trouble for 20 min, and nothing helped: switch this machine off and\n"
		"            on\n");
	assert_has(out, "4 times listening did not start\n");
}

static void
what_is_wrong_with_a_hub_is_told_with_what_to_do(void)
{
	g_autofree gchar *out = print(
		kn_print_status, &utf8,
		"{\"clock\":\"unknown\",\"radio\":{\"state\":\"adapter-off\",\"n_ring_full\":2},"
		"\"storage\":{\"state\":\"degraded\",\"last_error\":\"disk \\u001b[2J full\"},"
		"\"devices\":[{\"id\":1,\"counters\":{\"n_bad_crc\":3}},"
		"{\"id\":2,\"address\":\"C0:FF:EE:00:00:02\",\"is_allowed\":true,\"link\":\"not-"
		"bonded\",\"n_gaps\":1,"
		"\"is_newest_known\":true,\"n_missing\":5,\"counters\":{\"n_bad_crc\":1}}]}");

	assert_lines_fit(out, 80);
	assert_has(out, "switched off: rfkill unblock bluetooth");
	assert_has(out, "nothing can be stored: disk [2J full.");
	assert_has(out, "massagers keep");
	assert_has(out, "its clock is not set by the network");
	assert_has(out, "massager: not allowed\n");
	assert_has(out, "not bonded, 5 missing, 1 gap for good\n");
	/* of all massagers together */
	assert_has(out, "4 with a wrong checksum\n");
	assert_has(out, "2 times the buffer between radio and hub was full\n");
	g_assert_null(strstr(out, "none"));
}

static void
a_disk_that_is_nearly_full_is_told_before_anything_is_lost(void)
{
	g_autofree gchar *out =
		print(kn_print_status, &utf8,
		      "{\"clock\":\"synced\",\"radio\":{\"state\":\"ready\"},"
		      "\"storage\":{\"state\":\"degraded\",\"is_nearly_full\":true},"
		      "\"devices\":[]}");

	assert_has(out, "nearly full");
	g_assert_null(strstr(out, "nothing can be stored:"));
	g_assert_null(strstr(out, "fine, "));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ctl/print-status/all_numbers_are_shown_whatever_there_is",
			all_numbers_are_shown_whatever_there_is);
	g_test_add_func("/ctl/print-status/a_hub_that_is_well_is_told_in_few_lines",
			a_hub_that_is_well_is_told_in_few_lines);
	g_test_add_func("/ctl/print-status/a_hub_in_utc_is_asked_whether_it_is",
			a_hub_in_utc_is_asked_whether_it_is);
	g_test_add_func("/ctl/print-status/a_move_to_another_zone_is_told_with_its_extent",
			a_move_to_another_zone_is_told_with_its_extent);
	g_test_add_func("/ctl/print-status/"
			"a_bluetoothd_that_hangs_is_not_called_dead_and_what_was_tried_is_told",
			a_bluetoothd_that_hangs_is_not_called_dead_and_what_was_tried_is_told);
	g_test_add_func("/ctl/print-status/what_is_wrong_with_a_hub_is_told_with_what_to_do",
			what_is_wrong_with_a_hub_is_told_with_what_to_do);
	g_test_add_func(
		"/ctl/print-status/a_disk_that_is_nearly_full_is_told_before_anything_is_lost",
		a_disk_that_is_nearly_full_is_told_before_anything_is_lost);
	return g_test_run();
}
