/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the command line and the configuration file ask of kneadd, checked. An option beats the file, the file beats the default. */

#include <glib.h>

#define KN_CONFIG_PATH "/etc/knead/kneadd.conf"

typedef struct {
	gchar *state_directory; /* owned; NULL only for a replay: a new scratch directory */
	gchar *socket_path;     /* owned */
	gchar *bus_address;     /* owned; NULL: the system bus */
	gchar **adapters;       /* owned: addresses in upper case, as the hub may use; NULL: all */
	gchar *zone;            /* owned: IANA name */
	gchar *read_group;      /* owned */
	gchar *admin_group;     /* owned */
	gchar *replay_path;     /* owned; NULL: run as a hub */
	gchar *restore_path;    /* owned; NULL: as above */
	gchar *verify_path;     /* owned; NULL: as above */
	gchar *config_path;     /* owned; NULL: KN_CONFIG_PATH, if it is there */
	gboolean may_power_cycle;       /* adapters that have stopped working */
	gboolean may_restart_bluetooth; /* its service */
	gdouble timer_scale;
	gboolean is_version_asked;
	gchar **words; /* owned: the command line, to be read again with the file */
} KnConfig;

void kn_config_free(KnConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnConfig, kn_config_free)

/* words: argv. NULL with a one-line error that says what to do. */
KnConfig *kn_config_parse(const gchar *const *words, GError **error);
/* The same again, from the file as it is now. NULL with an error: the old one stays in force, untouched. */
KnConfig *kn_config_reload(const KnConfig *config, GError **error);
/* Takes over what can change while the hub runs (zone, groups) from fresh; returns the names of other settings that differ, which need
 * a restart: new, "" none. */
gchar *kn_config_adopt(KnConfig *config, KnConfig *fresh);
