/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/app.h"

#include "serve/server.h"
#include "store/store.h"
#include <sysexits.h>

int
kn_app_exit_status(const GError *error)
{
	if (g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_FOREIGN) ||
	    g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_TOO_NEW) ||
	    g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED) ||
	    g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT))
		return EX_DATAERR;
	if (g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_BUSY) ||
	    g_error_matches(error, KN_SERVE_ERROR, KN_SERVE_ERROR_IN_USE))
		return EX_TEMPFAIL;
	if (error->domain == KN_STORE_ERROR)
		return EX_IOERR;
	return EX_CONFIG;
}
