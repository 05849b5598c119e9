/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The listening socket: made aside and moved into place, so that nobody ever meets it with the wrong owner or mode. */

#include <gio/gio.h>

typedef struct {
	GSocket *socket; /* owned */
	gchar *path;     /* owned */
	guint64 inode;   /* of the file we made: another's is never removed */
	guint64 device;
} KnListener;

/* mode 0660; group_gid is ignored when has_group is FALSE. KN_SERVE_ERROR_IN_USE or _PATH; a dead socket is replaced. */
gboolean kn_listener_open(const gchar *path, gboolean has_group, guint32 group_gid,
			  KnListener *ret_listener, GError **error);
/* The socket becomes another group's; has_group FALSE: our own, so that nobody else can connect. */
void kn_listener_give(const KnListener *listener, gboolean has_group, guint32 group_gid);
void kn_listener_close(KnListener *listener);
