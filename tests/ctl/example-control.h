/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the hub of the examples does when it is told to: everything works, at once. As KnHub has them; user is not looked at. */

#include "serve/server.h"

void example_allow(gpointer user, const KnAllow *wish, KnHubDeviceFunc func, gpointer request);
void example_forget(gpointer user, gint64 device_id, KnHubDeviceFunc func, gpointer request);
void example_rezone(gpointer user, const KnRezone *wish, KnHubRezonedFunc func, gpointer request);
guint example_get_rezone_permille(gpointer user);
void example_begin_backup(gpointer user, KnHubPagesFunc func, gpointer request);
void example_read_backup(gpointer user, guint64 offset, KnHubPagesFunc func, gpointer request);
void example_end_backup(gpointer user);
gboolean example_identify(gpointer user, gint64 device_id, guint duration_s, GError **error);
gboolean example_scan(gpointer user, guint duration_s, GError **error);
gint64 example_since_listened_ms(gpointer user);
void example_explain(gpointer user, const gchar *address, KnWhy *ret_why);
gboolean example_pair(gpointer user, const KnAllow *wish, GError **error);
gboolean example_get_pairing(gpointer user, KnPairingView *ret_view);
gpointer example_start_capture(gpointer user, const KnHubCapture *what,
			       const KnHubCaptureSink *sink, gpointer to, GError **error);
void example_stop_capture(gpointer user, gpointer capture);
/* The bed is in use all the time, for those who follow. */
void example_start_live(KnServer *server, const KnSession *session);
void example_stop_live(void);
