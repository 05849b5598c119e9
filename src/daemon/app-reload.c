/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* SIGHUP: the configuration is read again */

#include "core/base/zone.h"
#include "daemon/app-private.h"

gboolean
kn_app_reload(gpointer user)
{
	KnApp *app = user;
	g_autoptr(GError) error = NULL;
	g_autoptr(KnConfig) fresh = kn_config_reload(app->config, &error);
	g_autofree gchar *others = NULL;

	if (!fresh) {
		g_warning("the configuration was not taken, the old one stays in force: %s",
			  error->message);
		return G_SOURCE_CONTINUE;
	}
	others = kn_config_adopt(app->config, fresh);
	g_time_zone_unref(app->zone);
	app->zone = kn_zone_hold(app->config->zone);
	kn_server_set_groups(app->server, app->config->read_group, app->config->admin_group);
	if (others[0])
		g_message("the configuration was read again; a restart is needed for: %s", others);
	else
		g_message("the configuration was read again");
	return G_SOURCE_CONTINUE;
}
