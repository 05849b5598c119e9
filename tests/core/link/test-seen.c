/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/link/seen.h"

static void
hear(KnSeenList *list, guint number, gint64 seen_us)
{
	g_autofree gchar *address =
		g_strdup_printf("00:00:00:00:%02X:%02X", number >> 8, number & 255);

	kn_seen_list_note(list, &(KnSeen){address, (gchar *)"name", -60, FALSE, seen_us});
}

static gboolean
has(const KnSeenList *list, guint number)
{
	g_autofree gchar *address =
		g_strdup_printf("00:00:00:00:%02X:%02X", number >> 8, number & 255);

	return kn_seen_list_find(list, address) != NULL;
}

static void
it_holds_512_and_the_longest_unheard_makes_room(void)
{
	g_autoptr(KnSeenList) list = kn_seen_list_new();

	for (guint i = 0; i < KN_SEEN_MAX; i++)
		hear(list, i, i);
	g_assert_cmpuint(kn_seen_list_all(list)->length, ==, 512);
	g_assert_true(has(list, 0));
	/* heard again, it is not the longest unheard any more; when it was heard does not matter, for clocks are set back */
	hear(list, 0, -1000);
	hear(list, 512, 0);
	g_assert_cmpuint(kn_seen_list_all(list)->length, ==, 512);
	g_assert_true(has(list, 0) && has(list, 2) && has(list, 512));
	g_assert_false(has(list, 1));
}

static void
five_thousand_addresses_leave_the_last_512(void)
{
	g_autoptr(KnSeenList) list = kn_seen_list_new();

	for (guint i = 0; i < 5120; i++)
		hear(list, i, i);
	g_assert_cmpuint(kn_seen_list_all(list)->length, ==, 512);
	for (guint i = 0; i < 5120; i++)
		g_assert_cmpint(has(list, i), ==, i >= 5120 - 512);
}

static void
what_was_heard_last_counts(void)
{
	g_autoptr(KnSeenList) list = kn_seen_list_new();
	const KnSeen *seen;

	hear(list, 7, 1);
	kn_seen_list_note(list,
			  &(KnSeen){(gchar *)"00:00:00:00:00:07", (gchar *)"other", -90, TRUE, 2});
	seen = kn_seen_list_find(list, "00:00:00:00:00:07");
	g_assert_cmpuint(kn_seen_list_all(list)->length, ==, 1);
	g_assert_cmpstr(seen->name, ==, "other");
	g_assert_cmpint(seen->signal_dbm, ==, -90);
	g_assert_true(seen->is_bonded);
	g_assert_cmpint(seen->seen_us, ==, 2);
	g_assert_null(kn_seen_list_find(list, "00:00:00:00:00:08"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/seen/" #name, name)
	ADD(it_holds_512_and_the_longest_unheard_makes_room);
	ADD(five_thousand_addresses_leave_the_last_512);
	ADD(what_was_heard_last_counts);
#undef ADD
	return g_test_run();
}
