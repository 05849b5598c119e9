/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A massager as a hub sees it through BlueZ, for knead-sim --check. It blocks, each call with a deadline of its own; the main context turns
 * meanwhile, and cancelling stop ends the call. G_IO_ERROR_BUSY: another program of this machine has it, in words that say what to do.
 */

#include <gio/gio.h>

enum { KN_CHECK_NOTIFICATION_MAX = 1024 };

/* instead of the length of a notification */
enum { KN_CHECK_NOTHING = -1, KN_CHECK_LOST = -2 };

typedef enum {
	KN_CHECK_INFO,
	KN_CHECK_DATA,
	KN_CHECK_CONTROL,
	KN_CHECK_CHARACTERISTICS
} KnCheckPart;

typedef struct KnCheckLink KnCheckLink;

/* NULL with an error in words: no bus, not known to BlueZ, or not paired. */
KnCheckLink *kn_check_link_new(const gchar *bus_address, const gchar *address, GCancellable *stop,
			       GError **error);
void kn_check_link_free(KnCheckLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnCheckLink, kn_check_link_free)

/* Until BlueZ has resolved the services, on a new link. Which of the three characteristics are there is known then. */
gboolean kn_check_link_connect(KnCheckLink *link, GError **error);
/* Also when stopped; a link that another program made is left to it. */
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
/* Length of one notification, which may be 0; KN_CHECK_NOTHING: none came until then (of the monotonic clock), or it was stopped;
 * KN_CHECK_LOST: there is no link. What has come already is given also when until_us is past. */
gssize kn_check_link_receive(const KnCheckLink *link, gint64 until_us,
			     guint8 ret_bytes[KN_CHECK_NOTIFICATION_MAX]);
