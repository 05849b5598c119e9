/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * kneadd.conf: a key file of groups in brackets and key=value lines. Strict: whatever is not known is refused with its group and key,
 * so that a slip of the pen never means "the default". kneadd.conf(5) says what each key does.
 */

#include "daemon/config.h"

enum { KN_CONFIG_BYTES_MAX = 64 * 1024 };

/* Fills what the command line has left open. is_required FALSE: a file that is not there is an empty one; any other trouble is an error. */
gboolean kn_config_file_read(KnConfig *config, const gchar *path, gboolean is_required,
			     GError **error);
