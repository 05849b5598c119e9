/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A massager as a hub sees it through BlueZ, for knead-sim --check. It blocks, each call with a deadline of its own. */

#include <gio/gio.h>

enum { KN_CHECK_CONTROL_MAX = 512, KN_CHECK_NOTIFICATION_MAX = 1024 };

typedef enum {
	KN_CHECK_INFO,
	KN_CHECK_DATA,
	KN_CHECK_CONTROL,
	KN_CHECK_CHARACTERISTICS
} KnCheckPart;

typedef struct KnCheckLink KnCheckLink;

/* NULL with an error in words: no bus, not known to BlueZ, or not paired. */
KnCheckLink *kn_check_link_new(const gchar *bus_address, const gchar *address, GError **error);
void kn_check_link_free(KnCheckLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnCheckLink, kn_check_link_free)

/* Until BlueZ has resolved the services. Which of the three characteristics are there is known then. */
gboolean kn_check_link_connect(KnCheckLink *link, GError **error);
void kn_check_link_disconnect(KnCheckLink *link);

gboolean kn_check_link_has(const KnCheckLink *link, KnCheckPart part);
/* "read", "notify", "write" … */
gboolean kn_check_link_has_flag(const KnCheckLink *link, KnCheckPart part, const gchar *flag);

/* New. */
GBytes *kn_check_link_read_info(const KnCheckLink *link, GError **error);
/* Subscribes to DATA; ret_mtu is the link's. */
gboolean kn_check_link_listen(KnCheckLink *link, guint16 *ret_mtu, GError **error);
gboolean kn_check_link_write(const KnCheckLink *link, const guint8 *bytes, gsize n_bytes,
			     GError **error);
/* One notification; 0: none came for so long, or the link is gone. */
gsize kn_check_link_receive(const KnCheckLink *link, guint timeout_ms,
			    guint8 ret_bytes[KN_CHECK_NOTIFICATION_MAX]);
