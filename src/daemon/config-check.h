/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What a setting may be, wherever it stands: on the command line or in kneadd.conf. Each function takes a value and returns NULL if it
 * can be used, else what is wrong with it, in one line that says what to write instead: new, without the place, which the caller adds.
 */

#include <glib.h>

gchar *kn_config_check_zone(const gchar *value);
/* a path from / on */
gchar *kn_config_check_path(const gchar *value);
/* such a path, and short enough for a Unix socket */
gchar *kn_config_check_socket(const gchar *value);
/* a D-Bus address of a kind that can be connected to from here; nobody has to be there */
gchar *kn_config_check_bus(const gchar *value);
