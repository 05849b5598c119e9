/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/peercred.h"

#include <errno.h>
#include <grp.h>
#include <sys/socket.h>

/* NGROUPS_MAX of Linux; a longer answer is not from a kernel we know */
enum { GROUPS_MAX = 65536, GROUP_BYTES_MAX = 1 << 20 };

void
kn_peer_clear(KnPeer *peer)
{
	g_clear_pointer(&peer->groups, g_array_unref);
}

/* SO_PEERCRED alone has only the primary group: a user who was added to a group would be refused */
static GArray *
read_groups(gint fd, gid_t primary)
{
	GArray *groups = g_array_new(FALSE, FALSE, sizeof(gid_t));
	socklen_t n_bytes = 64 * sizeof(gid_t);
	gint result = 0;

	g_array_set_size(groups, 64);
	result = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups->data, &n_bytes);
	if (result < 0 && errno == ERANGE && n_bytes <= GROUPS_MAX * sizeof(gid_t)) {
		g_array_set_size(groups, n_bytes / sizeof(gid_t));
		result = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups->data, &n_bytes);
	}
	g_array_set_size(groups, result < 0 ? 0 : n_bytes / sizeof(gid_t));
	g_array_append_val(groups, primary);
	return groups;
}

void
kn_peer_read(gint fd, KnPeer *ret_peer)
{
	struct ucred cred = {0};
	socklen_t n_bytes = sizeof cred;

	ret_peer->is_known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n_bytes) == 0 &&
			     n_bytes == sizeof cred && cred.uid != (uid_t)-1;
	ret_peer->uid = cred.uid;
	ret_peer->groups = read_groups(fd, cred.gid);
}

static gboolean
is_member(const KnPeer *peer, gid_t gid)
{
	for (guint i = 0; i < peer->groups->len; i++) {
		if (g_array_index(peer->groups, gid_t, i) == gid)
			return TRUE;
	}
	return FALSE;
}

gboolean
kn_peer_is_trusted(const KnPeer *peer, const KnPeerRule *rule)
{
	return peer->is_known && (peer->uid == 0 || peer->uid == rule->own_uid);
}

KnRight
kn_peer_right(const KnPeer *peer, const KnPeerRule *rule)
{
	if (!peer->is_known)
		return KN_RIGHT_NONE;
	if (kn_peer_is_trusted(peer, rule))
		return KN_RIGHT_ADMIN;
	if (rule->has_admin_gid && is_member(peer, rule->admin_gid))
		return KN_RIGHT_ADMIN;
	if (rule->has_read_gid && is_member(peer, rule->read_gid))
		return KN_RIGHT_READ;
	return KN_RIGHT_NONE;
}

gboolean
kn_peer_find_group(const gchar *name, gid_t *ret_gid)
{
	g_autofree gchar *buffer = NULL;
	struct group group = {0};
	struct group *found = NULL;
	gint error = ERANGE;

	if (name == NULL)
		return FALSE;
	for (gsize n = 1024; error == ERANGE && n <= GROUP_BYTES_MAX; n *= 4) {
		g_free(buffer);
		buffer = g_malloc(n);
		error = getgrnam_r(name, &group, buffer, n, &found);
	}
	if (error != 0 || found == NULL)
		return FALSE;
	*ret_gid = group.gr_gid;
	return TRUE;
}
