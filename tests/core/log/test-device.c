/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/batch.h"
#include "core/log/device.h"

static void
an_address_is_six_pairs_of_hex_in_upper_case(void)
{
	static const gchar *const refused[] = {"",
					       "AA:BB:CC:DD:EE",
					       "AA:BB:CC:DD:EE:F",
					       "AA:BB:CC:DD:EE:FFF",
					       "AA-BB-CC-DD-EE-FF",
					       "AA:BB:CC:DD:EE:FG",
					       "AABB:CC:DD:EE:FF:",
					       " AA:BB:CC:DD:EE:F"};
	g_autofree gchar *address = kn_device_normalize_address("aa:Bb:0c:dd:9e:fF");

	g_assert_cmpstr(address, ==, "AA:BB:0C:DD:9E:FF");
	for (guint i = 0; i < G_N_ELEMENTS(refused); i++)
		g_assert_null(kn_device_normalize_address(refused[i]));
}

static void
a_copy_of_a_device_outlives_it(void)
{
	KnDevice device = {.id = 3,
			   .address = g_strdup("A"),
			   .label = g_strdup("B"),
			   .info = g_bytes_new("i", 1)};
	g_autoptr(KnDevice) copy = kn_device_copy(&device);

	g_clear_pointer(&device.address, g_free);
	g_clear_pointer(&device.label, g_free);
	g_clear_pointer(&device.info, g_bytes_unref);
	g_assert_cmpstr(copy->address, ==, "A");
	g_assert_cmpstr(copy->label, ==, "B");
	g_assert_cmpuint(g_bytes_get_size(copy->info), ==, 1);
}

static void
a_block_gives_back_its_records_and_stops_at_a_cut(void)
{
	g_autoptr(KnBlock) block = kn_block_new(1, 2, 3);
	const guint8 *bytes;
	gsize at = 0, n_bytes;

	kn_block_append(block, 10, 100, (const guint8 *)"first", 5);
	kn_block_append(block, 11, 200, (const guint8 *)"second one", 10);
	g_assert_cmpuint(block->first_seq, ==, 10);
	g_assert_cmpuint(block->last_seq, ==, 11);
	g_assert_cmpuint(block->first_t_ms, ==, 100);
	g_assert_cmpuint(block->last_t_ms, ==, 200);
	g_assert_true(kn_block_next(block->records, &at, &bytes, &n_bytes));
	g_assert_cmpmem(bytes, n_bytes, "first", 5);
	g_assert_true(kn_block_next(block->records, &at, &bytes, &n_bytes));
	g_assert_cmpmem(bytes, n_bytes, "second one", 10);
	g_assert_false(kn_block_next(block->records, &at, &bytes, &n_bytes));
	g_byte_array_set_size(block->records, block->records->len - 1);
	at = 7;
	g_assert_false(kn_block_next(block->records, &at, &bytes, &n_bytes));
}

static void
how_long_it_recorded_no_use_is_told_only_by_clocks_that_know(void)
{
	enum { DAY_S = 86400 };
	/* 2026-06-01, a day and five days later */
	const gint64 begin_us = G_GINT64_CONSTANT(1780272000) * G_USEC_PER_SEC;
	const gint64 day_us = (gint64)DAY_S * G_USEC_PER_SEC;
	KnNow now = {0, begin_us + 5 * day_us, ktp_CLOCK_SYNCED};
	KnDevice device = {.enrolled_us = begin_us};

	g_assert_cmpint(kn_device_idle_us(&device, &now), ==, 5 * day_us);
	device.used_us = begin_us + day_us;
	g_assert_cmpint(kn_device_idle_us(&device, &now), ==, 4 * day_us);
	/* the use of an earlier owner is not older than the first day here */
	device.used_us = begin_us - day_us;
	g_assert_cmpint(kn_device_idle_us(&device, &now), ==, 5 * day_us);
	device.used_us = now.utc_us + 1;
	g_assert_cmpint(kn_device_idle_us(&device, &now), ==, 0);
	device.used_us = G_MAXINT64;
	g_assert_cmpint(kn_device_idle_us(&device, &now), ==, -1);
	device.used_us = 0;
	now.quality = ktp_CLOCK_UNKNOWN;
	g_assert_cmpint(kn_device_idle_us(&device, &now), ==, -1);
	/* allowed by a hub that believed in 1970 */
	now.quality = ktp_CLOCK_RESTORED;
	device.enrolled_us = day_us;
	g_assert_cmpint(kn_device_idle_us(&device, &now), ==, -1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/device/an_address_is_six_pairs_of_hex_in_upper_case",
			an_address_is_six_pairs_of_hex_in_upper_case);
	g_test_add_func("/core/device/a_copy_of_a_device_outlives_it",
			a_copy_of_a_device_outlives_it);
	g_test_add_func("/core/device/how_long_it_recorded_no_use_is_told_only_by_clocks_that_know",
			how_long_it_recorded_no_use_is_told_only_by_clocks_that_know);
	g_test_add_func("/core/batch/a_block_gives_back_its_records_and_stops_at_a_cut",
			a_block_gives_back_its_records_and_stops_at_a_cut);
	return g_test_run();
}
