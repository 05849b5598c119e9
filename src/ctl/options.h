/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What stands behind dashes on the command line: read whole, whatever the command, and then held against what the command takes. */

#include "ctl/command.h"

typedef struct {
	gboolean is_help;
	gboolean is_version;
	gboolean is_json;
	gchar *socket_path; /* owned */
	gchar *color;       /* owned */
	gchar *day;         /* owned */
	gboolean is_week;
	gboolean is_month;
	gchar *month;         /* owned */
	gchar *since;         /* owned */
	gchar *by;            /* owned */
	gchar *from;          /* owned */
	gchar *to;            /* owned */
	gchar *device;        /* owned */
	gchar *label;         /* owned */
	gchar *before;        /* owned */
	gchar *after;         /* owned */
	gchar *where;         /* owned */
	gchar *sessions_from; /* owned */
	gint limit;
	gboolean is_follow;
	gchar *output;   /* owned */
	gchar *scenario; /* owned */
	gint seconds;
	gboolean is_raw;
	gboolean is_forced;
	gboolean is_all;
	gboolean is_dry_run;
	gboolean is_yes;
	KnPeopleOptions people; /* owned texts */
	gboolean is_deleted;
} KnOptions;

void kn_options_clear(KnOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnOptions, kn_options_clear)

/* Takes them out of argv. An option that does not exist is explained by the nearest one that does. */
gboolean kn_options_parse(KnOptions *options, gchar ***argv, GError **error);
/* One that is given and not among those allowed (KnOption); NULL: there is none. */
const gchar *kn_options_find_foreign(const KnOptions *options, guint allowed);
