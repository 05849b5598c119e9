/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/config.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "daemon/config-check.h"
#include "daemon/config-file.h"

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
	g_free(config->restore_path);
	g_free(config->verify_path);
	g_free(config->config_path);
	g_strfreev(config->adapters);
	g_strfreev(config->words);
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

/* the file checks its own values, and names their place in it */
static gboolean
check_options(const KnConfig *config, GError **error)
{
	const struct {
		const gchar *name;
		const gchar *value;
		gchar *(*check)(const gchar *value);
	} options[] = {
		{"--zone", config->zone, kn_config_check_zone},
		{"--socket", config->socket_path, kn_config_check_socket},
		{"--bus", config->bus_address, kn_config_check_bus},
		/* a replay is a tool in somebody's hands: its directory may be one below here */
		{"--state-dir", config->replay_path ? NULL : config->state_directory,
		 kn_config_check_path},
	};

	for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
		g_autofree gchar *wrong =
			options[i].value ? options[i].check(options[i].value) : NULL;
		if (!wrong)
			continue;
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s",
			    options[i].name, wrong);
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
	"  kneadd --replay session.cap      (offline: no bus, no socket, no hub is touched)\n"
	"  kneadd --verify backup.db        (offline, too)\n"
	"  kneadd --restore backup.db       (as root; stop the hub first)\n\n"
	"Settings may stand in " KN_CONFIG_PATH " too: see kneadd.conf(5).\n"
	"Exit status: 0 stopped, 65 the database is not ours, newer or damaged (or the\n"
	"capture is none), 74 the state directory cannot be used, 75 another kneadd is running, 78 "
	"wrong "
	"usage or\n"
	"configuration.";

static gboolean
parse_options(KnConfig *config, GError **error)
{
	g_autoptr(GError) wrong = NULL;
	g_auto(GStrv) words = g_strdupv(config->words);
	g_autoptr(GOptionContext) context =
		g_option_context_new("- record massagers and answer for them");
	const GOptionEntry entries[] = {
		{"config", 0, 0, G_OPTION_ARG_FILENAME, &config->config_path,
		 "Settings (default " KN_CONFIG_PATH ", if it is there)", "FILE"},
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
		{"restore", 0, 0, G_OPTION_ARG_FILENAME, &config->restore_path,
		 "Bring back what another database (a backup, a damaged one) holds", "FILE"},
		{"verify", 0, 0, G_OPTION_ARG_FILENAME, &config->verify_path,
		 "Read all of a database or backup and say whether it is sound", "FILE"},
		{"timer-scale", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_DOUBLE, &config->timer_scale,
		 "Scale the timers of radio and commits, for tests", "FACTOR"},
		{"version", 0, 0, G_OPTION_ARG_NONE, &config->is_version_asked,
		 "Print the version and leave", NULL},
		G_OPTION_ENTRY_NULL,
	};

	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_description(context, description);
	if (!g_option_context_parse_strv(context, &words, &wrong)) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s; see kneadd --help",
			    wrong->message);
		return FALSE;
	}
	if (words[0] && words[1]) {
		g_autofree gchar *word = kn_text_clean(words[1], -1);
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
			    "\"%s\" is not understood; see kneadd --help", word);
		return FALSE;
	}
	return TRUE;
}

static void
set_default(gchar **field, const gchar *value)
{
	if (!*field)
		*field = g_strdup(value);
}

KnConfig *
kn_config_parse(const gchar *const *words, GError **error)
{
	g_autoptr(KnConfig) config = g_new0(KnConfig, 1);

	config->timer_scale = 1.0;
	config->words = g_strdupv((gchar **)words);
	if (!parse_options(config, error) || !check_options(config, error))
		return NULL;
	if ((config->replay_path != NULL) + (config->restore_path != NULL) +
		    (config->verify_path != NULL) >
	    1) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    "--replay, --restore, --verify: one at a time");
		return NULL;
	}
	/* a replay touches no hub, and is none */
	if (!config->replay_path && !config->verify_path && !config->is_version_asked &&
	    !kn_config_file_read(config, config->config_path ? config->config_path : KN_CONFIG_PATH,
				 config->config_path != NULL, error))
		return NULL;
	if (!config->replay_path)
		set_default(&config->state_directory, "/var/lib/knead");
	set_default(&config->socket_path, "/run/knead/knead.sock");
	set_default(&config->read_group, "knead");
	set_default(&config->admin_group, "knead-admin");
	if (!config->zone)
		config->zone = local_zone();
	return g_steal_pointer(&config);
}

KnConfig *
kn_config_reload(const KnConfig *config, GError **error)
{
	return kn_config_parse((const gchar *const *)config->words, error);
}

static void
swap(gchar **a, gchar **b)
{
	gchar *kept = *a;

	*a = *b;
	*b = kept;
}

static gboolean
is_same_list(gchar **a, gchar **b)
{
	return a && b ? g_strv_equal((const gchar *const *)a, (const gchar *const *)b) : a == b;
}

gchar *
kn_config_adopt(KnConfig *config, KnConfig *fresh)
{
	GString *names = g_string_new(NULL);

	swap(&config->zone, &fresh->zone);
	swap(&config->read_group, &fresh->read_group);
	swap(&config->admin_group, &fresh->admin_group);
	if (g_strcmp0(config->state_directory, fresh->state_directory) != 0)
		g_string_append(names, " state-dir");
	if (g_strcmp0(config->socket_path, fresh->socket_path) != 0)
		g_string_append(names, " path");
	if (g_strcmp0(config->bus_address, fresh->bus_address) != 0)
		g_string_append(names, " bus");
	if (!is_same_list(config->adapters, fresh->adapters))
		g_string_append(names, " adapters");
	if (config->may_power_cycle != fresh->may_power_cycle)
		g_string_append(names, " power-cycle");
	if (config->may_restart_bluetooth != fresh->may_restart_bluetooth)
		g_string_append(names, " restart-bluetooth");
	return g_strchug(g_string_free(names, FALSE));
}
