/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the service manager's watchdog: told that all is well while the main loop runs and the store gets on */

#include "daemon/app-private.h"

#include <systemd/sd-daemon.h>

/* ten minutes in one piece of work: no disk is that slow, and a start anew loses nothing */
#define STUCK_MS G_GUINT64_CONSTANT(600000)

static gboolean
on_due(gpointer user)
{
	KnApp *app = user;
	gboolean is_stuck = (gdouble)kn_store_busy_ms(app->store) >=
			    (gdouble)STUCK_MS * app->config->timer_scale;

	if (!is_stuck)
		sd_notify(0, "WATCHDOG=1");
	else if (!app->is_stuck)
		g_warning(
			"the disk has not answered for long: the watchdog is not told that all is "
			"well any more");
	app->is_stuck = is_stuck;
	return G_SOURCE_CONTINUE;
}

void
kn_app_watchdog_start(KnApp *app)
{
	guint64 usec = 0;

	if (sd_watchdog_enabled(0, &usec) > 0)
		app->watchdog_source = g_timeout_add((guint)MAX(usec / 2000, 1), on_due, app);
}
