/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Work on database files without a hub: kneadd --restore and --verify. */

#include "daemon/config.h"

/* Both print what they do, and return the exit status. */
gint kn_offline_restore(const KnConfig *config);
gint kn_offline_verify(const KnConfig *config);
