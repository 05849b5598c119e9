/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/app.h"
#include "daemon/config.h"
#include "daemon/offline.h"
#include "daemon/replay.h"
#include "store/store.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

/* A database that is found damaged while the hub runs, or while it reads in what it knows, is set aside, and the hub begins anew; how
 * often is bounded by the store. */
static gint
run_hub(KnConfig *config)
{
	gboolean is_damaged = FALSE;

	do {
		g_autoptr(GError) error = NULL;
		KnApp *app = kn_app_new(config, is_damaged, &error);
		if (!app && !is_damaged &&
		    g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED)) {
			is_damaged = TRUE;
			continue;
		}
		if (!app) {
			fprintf(stderr, "kneadd: %s\n", error->message);
			return kn_app_exit_status(error);
		}
		is_damaged = kn_app_run(app);
		kn_app_free(app);
	} while (is_damaged);
	return EX_OK;
}

int
main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KnConfig) config = kn_config_parse((const gchar *const *)argv, &error);

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
	if (config->verify_path)
		return kn_offline_verify(config);
	if (config->restore_path)
		return kn_offline_restore(config);
	/* a database of what people did to their backs is nobody else's; the socket gets its own mode */
	umask(S_IRWXG | S_IRWXO);
	return run_hub(config);
}
