/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A capture through the same pipeline and store as live, offline: no bus, no socket, and the capture's own clock. */

#include "daemon/config.h"

/* Returns the exit status. Prints the sessions as JSON on standard output, and where the database is on standard error. The same file
 * gives the same rows and the same output, byte for byte, but for the hub's own row. */
gint kn_replay_run(const KnConfig *config);
