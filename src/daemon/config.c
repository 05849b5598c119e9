/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/config.h"
#include "core/base/zone.h"

enum { SOCKET_PATH_MAX = 107 /* sockaddr_un.sun_path less its end */ };

void
kn_config_free(KnConfig *config)
{
	if (!config)
		return;
	g_free(config->state_directory);
	g_free(config->socket_path);
	g_free(config->bus_address);
	g_free(config->zone);
	g_free(config->read_group);
	g_free(config->admin_group);
	g_free(config->replay_path);
	g_free(config);
}

/* the zone of this machine; a name that cannot be found again later is no use in a database */
static gchar *
local_zone(void)
{
	g_autoptr(GTimeZone) zone = g_time_zone_new_local();
	const gchar *name = g_time_zone_get_identifier(zone);

	return g_strdup(name && kn_zone_is_known(name) ? name : "UTC");
}

static gboolean
check(const KnConfig *config, GError **error)
{
	if (config->zone && !kn_zone_is_known(config->zone)) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    "--zone: \"%s\" is no known time zone; take a name like Europe/Berlin "
			    "(timedatectl list-timezones)",
			    config->zone);
		return FALSE;
	}
	if (strlen(config->socket_path) > SOCKET_PATH_MAX) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    "--socket: the path has more than %d bytes; choose a shorter one",
			    SOCKET_PATH_MAX);
		return FALSE;
	}
	if (config->timer_scale < 0.001 || config->timer_scale > 1.0) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    "--timer-scale: give a number from 0.001 to 1");
		return FALSE;
	}
	return TRUE;
}

static const gchar description[] =
	"Examples:\n"
	"  kneadd --state-dir /var/lib/knead --zone Europe/Berlin\n"
	"  kneadd --replay session.cap      (offline: no bus, no socket, no hub is touched)\n\n"
	"Exit status: 0 stopped, 65 the database is not ours or newer, 74 the state\n"
	"directory cannot be used, 75 another kneadd is running, 78 wrong usage or\n"
	"configuration.";

KnConfig *
kn_config_parse(gint *argc, gchar ***argv, GError **error)
{
	g_autoptr(KnConfig) config = g_new0(KnConfig, 1);
	g_autoptr(GError) wrong = NULL;
	g_autoptr(GOptionContext) context =
		g_option_context_new("- record massagers and answer for them");
	const GOptionEntry entries[] = {
		{"state-dir", 0, 0, G_OPTION_ARG_FILENAME, &config->state_directory,
		 "Where the database is kept (default /var/lib/knead)", "DIR"},
		{"socket", 0, 0, G_OPTION_ARG_FILENAME, &config->socket_path,
		 "Where clients connect (default /run/knead/knead.sock)", "PATH"},
		{"bus", 0, 0, G_OPTION_ARG_STRING, &config->bus_address,
		 "D-Bus address of BlueZ (default: the system bus)", "ADDRESS"},
		{"zone", 0, 0, G_OPTION_ARG_STRING, &config->zone,
		 "Time zone of new sessions (default: this machine's)", "Area/City"},
		{"read-group", 0, 0, G_OPTION_ARG_STRING, &config->read_group,
		 "Group that may read (default knead)", "GROUP"},
		{"admin-group", 0, 0, G_OPTION_ARG_STRING, &config->admin_group,
		 "Group that may also change (default knead-admin)", "GROUP"},
		{"replay", 0, 0, G_OPTION_ARG_FILENAME, &config->replay_path,
		 "Read a capture into a scratch database and print its sessions", "FILE"},
		{"timer-scale", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_DOUBLE, &config->timer_scale,
		 "Scale the timers of radio and commits, for tests", "FACTOR"},
		{"version", 0, 0, G_OPTION_ARG_NONE, &config->is_version_asked,
		 "Print the version and leave", NULL},
		G_OPTION_ENTRY_NULL,
	};

	config->timer_scale = 1.0;
	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_description(context, description);
	if (!g_option_context_parse(context, argc, argv, &wrong)) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s; see kneadd --help",
			    wrong->message);
		return NULL;
	}
	if (*argc > 1) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
			    "\"%s\" is not understood; see kneadd --help", (*argv)[1]);
		return NULL;
	}
	if (!config->state_directory && !config->replay_path)
		config->state_directory = g_strdup("/var/lib/knead");
	if (!config->socket_path)
		config->socket_path = g_strdup("/run/knead/knead.sock");
	if (!config->read_group)
		config->read_group = g_strdup("knead");
	if (!config->admin_group)
		config->admin_group = g_strdup("knead-admin");
	if (!check(config, error))
		return NULL;
	if (!config->zone)
		config->zone = local_zone();
	return g_steal_pointer(&config);
}
