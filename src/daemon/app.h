/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The composition: the only part that knows every room, and wires them. */

#include "daemon/config.h"
#include "serve/server.h"
#include "store/store.h"

typedef struct KnApp KnApp;

/* Opens the store, then the socket, then the radio. is_damaged: the database is set aside, as kn_app_run asked for. config outlives the
 * app; SIGHUP changes it. Errors: KN_STORE_ERROR, KN_SERVE_ERROR. */
KnApp *kn_app_new(KnConfig *config, gboolean is_damaged, GError **error);
/* Runs until SIGTERM or SIGINT: FALSE. TRUE: its database turned out to be damaged; free it, and begin anew without it. */
gboolean kn_app_run(KnApp *app);
/* Mirrors the start: radio off, open records stored, socket gone, database closed. */
void kn_app_free(KnApp *app);

/* sysexits: what an init system may act on without reading text. kneadd --help lists them. */
int kn_app_exit_status(const GError *error);
