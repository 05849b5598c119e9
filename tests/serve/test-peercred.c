/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/peercred.h"

#include <sys/socket.h>
#include <unistd.h>

enum { OWN = 900, READERS = 500, ADMINS = 501 };

static const KnPeerRule rule = {.own_uid = OWN,
				.has_read_gid = TRUE,
				.read_gid = READERS,
				.has_admin_gid = TRUE,
				.admin_gid = ADMINS};

static KnRight
right_of(uid_t uid, gid_t first, gid_t second, const KnPeerRule *with)
{
	g_auto(KnPeer) peer = {TRUE, uid, g_array_new(FALSE, FALSE, sizeof(gid_t))};

	g_array_append_val(peer.groups, first);
	g_array_append_val(peer.groups, second);
	return kn_peer_right(&peer, with);
}

static void
root_and_our_own_uid_may_do_everything(void)
{
	g_assert_cmpint(right_of(0, 0, 0, &rule), ==, KN_RIGHT_ADMIN);
	g_assert_cmpint(right_of(OWN, 1, 2, &rule), ==, KN_RIGHT_ADMIN);
}

static void
a_group_counts_wherever_it_stands(void)
{
	g_assert_cmpint(right_of(1000, READERS, 7, &rule), ==, KN_RIGHT_READ);
	g_assert_cmpint(right_of(1000, 7, READERS, &rule), ==, KN_RIGHT_READ);
	g_assert_cmpint(right_of(1000, 7, ADMINS, &rule), ==, KN_RIGHT_ADMIN);
	g_assert_cmpint(right_of(1000, READERS, ADMINS, &rule), ==, KN_RIGHT_ADMIN);
	g_assert_cmpint(right_of(1000, 7, 8, &rule), ==, KN_RIGHT_NONE);
}

/* a hub without the groups is closed, not open: gid 0 in the rule must not match group root */
static void
a_group_that_does_not_exist_lets_nobody_in(void)
{
	const KnPeerRule empty = {.own_uid = OWN};

	g_assert_cmpint(right_of(1000, 0, 0, &empty), ==, KN_RIGHT_NONE);
	g_assert_cmpint(right_of(1000, READERS, ADMINS, &empty), ==, KN_RIGHT_NONE);
}

static void
an_unknown_peer_may_do_nothing(void)
{
	g_auto(KnPeer) peer = {FALSE, 0, g_array_new(FALSE, FALSE, sizeof(gid_t))};
	const gid_t admins = ADMINS;

	g_array_append_val(peer.groups, admins);
	g_assert_cmpint(kn_peer_right(&peer, &rule), ==, KN_RIGHT_NONE);
	g_assert_false(kn_peer_is_trusted(&peer, &rule));
}

static void
reads_the_peer_of_a_real_socket(void)
{
	g_auto(KnPeer) peer = {0};
	gid_t own[256];
	gint n_own = getgroups(256, own);
	gint fds[2] = {-1, -1};

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
	kn_peer_read(fds[0], &peer);
	g_assert_true(peer.is_known);
	g_assert_cmpuint(peer.uid, ==, geteuid());
	/* all of ours and the primary one */
	g_assert_cmpint((gint)peer.groups->len, ==, n_own + 1);
	for (gint i = 0; i < n_own; i++) {
		const KnPeerRule group_rule = {
			.own_uid = (uid_t)-2, .has_read_gid = TRUE, .read_gid = own[i]};

		peer.uid = 4242;
		g_assert_cmpint(kn_peer_right(&peer, &group_rule), ==, KN_RIGHT_READ);
	}
	close(fds[0]);
	close(fds[1]);
}

static void
a_descriptor_that_is_no_socket_has_no_peer(void)
{
	g_auto(KnPeer) peer = {0};

	kn_peer_read(STDIN_FILENO, &peer);
	g_assert_false(peer.is_known);
	g_assert_cmpint(kn_peer_right(&peer, &rule), ==, KN_RIGHT_NONE);
}

static void
finds_groups_by_name(void)
{
	gid_t gid = 99;

	g_assert_true(kn_peer_find_group("root", &gid));
	g_assert_cmpuint(gid, ==, 0);
	g_assert_false(kn_peer_find_group("no-such-group-anywhere", &gid));
	g_assert_false(kn_peer_find_group(NULL, &gid));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/serve/peercred/root_and_our_own_uid_may_do_everything",
			root_and_our_own_uid_may_do_everything);
	g_test_add_func("/serve/peercred/a_group_counts_wherever_it_stands",
			a_group_counts_wherever_it_stands);
	g_test_add_func("/serve/peercred/a_group_that_does_not_exist_lets_nobody_in",
			a_group_that_does_not_exist_lets_nobody_in);
	g_test_add_func("/serve/peercred/an_unknown_peer_may_do_nothing",
			an_unknown_peer_may_do_nothing);
	g_test_add_func("/serve/peercred/reads_the_peer_of_a_real_socket",
			reads_the_peer_of_a_real_socket);
	g_test_add_func("/serve/peercred/a_descriptor_that_is_no_socket_has_no_peer",
			a_descriptor_that_is_no_socket_has_no_peer);
	g_test_add_func("/serve/peercred/finds_groups_by_name", finds_groups_by_name);
	return g_test_run();
}
