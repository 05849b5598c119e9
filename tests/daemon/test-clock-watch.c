/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/clock-watch.h"

#include <string.h>

static void
tell_nobody(gpointer user)
{
	(void)user;
}

/* what the kernel says of an open file, by its number; NULL: it is not open */
static gchar *
describe(guint fd)
{
	g_autofree gchar *path = g_strdup_printf("/proc/self/fdinfo/%u", fd);
	gchar *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

/* a timer that is not armed is not cancelled either, when the clock is set */
static void
the_timer_that_a_setting_cancels_is_armed_for_years(void)
{
	KnHubClock clock = {0};
	KnClockWatch *watch =
		kn_clock_watch_new("unix:path=/nonexistent", &clock, tell_nobody, NULL);
	guint n_timers = 0;

	for (guint fd = 0; fd < 64; fd++) {
		g_autofree gchar *text = describe(fd);
		const gchar *left = text ? strstr(text, "it_value: (") : NULL;
		if (!left)
			continue;
		n_timers++;
		g_assert_cmpint(g_ascii_strtoll(left + strlen("it_value: ("), NULL, 10), >,
				G_GINT64_CONSTANT(2) * 365 * 86400);
	}
	g_assert_cmpuint(n_timers, ==, 1);
	kn_clock_watch_free(watch);
	while (g_main_context_iteration(NULL, FALSE))
		;
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/daemon/clock-watch/the_timer_that_a_setting_cancels_is_armed_for_years",
			the_timer_that_a_setting_cancels_is_armed_for_years);
	return g_test_run();
}
