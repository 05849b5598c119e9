/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/log/event.h"

static void
every_kind_is_found_by_its_name_and_no_two_share_one(void)
{
	for (guint i = 0; i < KN_EVENT_KINDS; i++) {
		KnEventKind kind = (KnEventKind)-1;

		g_assert_true(kn_event_kind_of(kn_event_kind_name((KnEventKind)i), &kind));
		g_assert_cmpuint(kind, ==, i);
		g_assert_cmpuint(kn_event_class((KnEventKind)i), >=, KN_CLASS_SESSION);
		/* live is no kind: it is never kept */
		g_assert_cmpuint(kn_event_class((KnEventKind)i), <, KN_CLASS_LIVE);
	}
}

static void
a_name_of_a_newer_hub_is_no_kind(void)
{
	KnEventKind kind = KN_EVENT_CONFLICT;

	g_assert_false(kn_event_kind_of("teleported", &kind));
	g_assert_false(kn_event_kind_of(NULL, &kind));
	g_assert_cmpuint(kind, ==, KN_EVENT_CONFLICT);
	g_assert_cmpstr(kn_event_kind_name((KnEventKind)9999), ==, "unknown");
}

static void
a_list_of_classes_is_each_class_once(void)
{
	guint mask = 7;

	g_assert_true(kn_event_classes_parse("alarm,live", &mask));
	g_assert_cmpuint(mask, ==, 8 + 16);
	g_assert_true(kn_event_classes_parse("session,link,alarm,live", &mask));
	g_assert_cmpuint(mask, ==, KN_CLASS_MASK_ALL);
	mask = 7;
	for (const gchar *const *bad = (const gchar *const[]){"", ",", "alarm,", "alarm,alarm",
							      "ALARM", "noise", NULL};
	     *bad != NULL; bad++)
		g_assert_false(kn_event_classes_parse(*bad, &mask));
	g_assert_cmpuint(mask, ==, 7);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/event/every_kind_is_found_by_its_name_and_no_two_share_one",
			every_kind_is_found_by_its_name_and_no_two_share_one);
	g_test_add_func("/core/event/a_name_of_a_newer_hub_is_no_kind",
			a_name_of_a_newer_hub_is_no_kind);
	g_test_add_func("/core/event/a_list_of_classes_is_each_class_once",
			a_list_of_classes_is_each_class_once);
	return g_test_run();
}
