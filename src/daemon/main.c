/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/app.h"
#include "daemon/config.h"
#include "daemon/replay.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

int
main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KnConfig) config = kn_config_parse((const gchar *const *)argv, &error);
	KnApp *app;

	if (!config) {
		fprintf(stderr, "kneadd: %s\n", error->message);
		return EX_CONFIG;
	}
	if (config->is_version_asked) {
		printf("kneadd %s\n", KN_VERSION);
		return EX_OK;
	}
	if (config->replay_path)
		return kn_replay_run(config);
	/* a database of what people did to their backs is nobody else's; the socket gets its own mode */
	umask(S_IRWXG | S_IRWXO);
	app = kn_app_new(config, &error);
	if (!app) {
		fprintf(stderr, "kneadd: %s\n", error->message);
		return kn_app_exit_status(error);
	}
	kn_app_run(app);
	kn_app_free(app);
	return EX_OK;
}
