/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the command line asks of kneadd, checked. */

#include <glib.h>

typedef struct {
	gchar *state_directory; /* owned; NULL only for a replay: a new scratch directory */
	gchar *socket_path;     /* owned */
	gchar *bus_address;     /* owned; NULL: the system bus */
	gchar *zone;            /* owned: IANA name */
	gchar *read_group;      /* owned */
	gchar *admin_group;     /* owned */
	gchar *replay_path;     /* owned; NULL: run as a hub */
	gdouble timer_scale;
	gboolean is_version_asked;
} KnConfig;

void kn_config_free(KnConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnConfig, kn_config_free)

/* NULL with a one-line error that says what to do. argv may be changed by GOption. */
KnConfig *kn_config_parse(gint *argc, gchar ***argv, GError **error);
