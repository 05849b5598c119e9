/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/app.h"
#include "daemon/replay.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

/* sysexits: what an init system may act on without reading text */
static int
exit_status_of(const GError *error)
{
	if (g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_FOREIGN) ||
	    g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_TOO_NEW) ||
	    g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT))
		return EX_DATAERR;
	if (g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_BUSY) ||
	    g_error_matches(error, KN_SERVE_ERROR, KN_SERVE_ERROR_IN_USE))
		return EX_TEMPFAIL;
	if (error->domain == KN_STORE_ERROR)
		return EX_IOERR;
	return EX_CONFIG;
}

int
main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KnConfig) config = kn_config_parse(&argc, &argv, &error);
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
		return exit_status_of(error);
	}
	kn_app_run(app);
	kn_app_free(app);
	return EX_OK;
}
