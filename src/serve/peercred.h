/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Who is at the other end of a Unix socket, and what that one may do. By uid and all groups; never by pid. */

#include <glib.h>
#include <sys/types.h>

typedef struct {
	gboolean is_known; /* FALSE: the kernel would not tell; no right at all */
	uid_t uid;
	GArray *groups; /* owned: gid_t, the primary one among them */
} KnPeer;
void kn_peer_clear(KnPeer *peer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnPeer, kn_peer_clear)

typedef enum {
	KN_RIGHT_NONE = 0,
	KN_RIGHT_READ,
	KN_RIGHT_ADMIN,
} KnRight;

typedef struct {
	uid_t own_uid; /* root and this one may do everything */
	gboolean has_read_gid;
	gid_t read_gid;
	gboolean has_admin_gid;
	gid_t admin_gid;
} KnPeerRule;

/* SO_PEERCRED and SO_PEERGROUPS, as they were when the peer connected. */
void kn_peer_read(gint fd, KnPeer *ret_peer);
KnRight kn_peer_right(const KnPeer *peer, const KnPeerRule *rule);
/* root and our own uid: not bound to the per-uid limit */
gboolean kn_peer_is_trusted(const KnPeer *peer, const KnPeerRule *rule);
/* FALSE when there is no such group; name may be NULL. */
gboolean kn_peer_find_group(const gchar *name, gid_t *ret_gid);
