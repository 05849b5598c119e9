/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/listener.h"

#include "serve/server.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	BACKLOG = 64
}; /* connects that wait while the main loop is busy: twice the clients there may be */

static gboolean
fill_address(const gchar *path, struct sockaddr_un *ret_address)
{
	gsize n = strlen(path);

	if (n == 0 || n >= sizeof ret_address->sun_path)
		return FALSE;
	memset(ret_address, 0, sizeof *ret_address);
	ret_address->sun_family = AF_UNIX;
	memcpy(ret_address->sun_path, path, n + 1);
	return TRUE;
}

static gboolean
fail(GError **error, KnServeError code, const gchar *path, const gchar *what)
{
	g_set_error(error, KN_SERVE_ERROR, (gint)code,
		    "cannot listen on %s: %s; --socket PATH chooses another place", path, what);
	return FALSE;
}

/* 0 when a running server answers, else the errno of the attempt. Does not block: a Unix socket's connect succeeds or fails at
 * once, and a full backlog (EAGAIN) is a sign of life. */
static gint
try_connect(const struct sockaddr_un *address)
{
	gint fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	gint failed = 0;

	if (fd < 0)
		return errno;
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0)
		failed = errno == EAGAIN ? 0 : errno;
	close(fd);
	return failed;
}

static gboolean
check_place(const gchar *path, const struct sockaddr_un *address, GError **error)
{
	struct stat info = {0};
	gint failed = 0;

	if (lstat(path, &info) != 0) {
		if (errno == ENOENT)
			return TRUE;
		return fail(error, KN_SERVE_ERROR_PATH, path, g_strerror(errno));
	}
	if (!S_ISSOCK(info.st_mode))
		return fail(error, KN_SERVE_ERROR_PATH, path,
			    "something that is not a socket is there; it was not touched");
	failed = try_connect(address);
	if (failed == 0)
		return fail(error, KN_SERVE_ERROR_IN_USE, path,
			    "a running kneadd answers there; stop it first");
	if (failed != ECONNREFUSED && failed != ENOENT)
		return fail(error, KN_SERVE_ERROR_PATH, path, g_strerror(failed));
	return TRUE;
}

/* the file is made with mode 0600 by the descriptor's own mode: umask belongs to the whole process and is left alone */
static gboolean
bind_aside(gint fd, const gchar *aside, gboolean has_group, guint32 group_gid)
{
	struct sockaddr_un address;

	if (!fill_address(aside, &address)) {
		errno = ENAMETOOLONG;
		return FALSE;
	}
	if (unlink(aside) != 0 && errno != ENOENT)
		return FALSE;
	if (fchmod(fd, 0600) != 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
		return FALSE;
	/* a file's group is that of its maker, and who may not give files away at all need not */
	if (has_group && group_gid != getegid() && lchown(aside, (uid_t)-1, group_gid) != 0)
		g_message("the socket cannot be given to its group: %s; only its owner and root "
			  "can connect",
			  g_strerror(errno));
	return chmod(aside, 0660) == 0 && listen(fd, BACKLOG) == 0;
}

static gboolean
make_socket(const gchar *path, gboolean has_group, guint32 group_gid, KnListener *ret_listener,
	    GError **error)
{
	g_autofree gchar *aside = g_strconcat(path, ".new", NULL);
	struct stat info = {0};
	GSocket *made = NULL;
	gint fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return fail(error, KN_SERVE_ERROR_PATH, path, g_strerror(errno));
	if (!bind_aside(fd, aside, has_group, group_gid) || lstat(aside, &info) != 0 ||
	    rename(aside, path) != 0) {
		gint failed = errno;

		close(fd);
		unlink(aside);
		return fail(error, KN_SERVE_ERROR_PATH, path, g_strerror(failed));
	}
	made = g_socket_new_from_fd(fd, error);
	if (made == NULL) {
		close(fd);
		return FALSE;
	}
	g_socket_set_blocking(made, FALSE);
	*ret_listener = (KnListener){.socket = made,
				     .path = g_strdup(path),
				     .inode = info.st_ino,
				     .device = info.st_dev};
	return TRUE;
}

/* what a service manager makes at boot (/run is empty then) is made here when nobody did; binding tells if it failed */
static void
ensure_directory(const gchar *path)
{
	g_autofree gchar *directory = g_path_get_dirname(path);

	/* its mode is not the socket's: whoever may use the socket has to reach it, whatever our umask says */
	if (g_mkdir(directory, 0755) == 0 && g_chmod(directory, 0755) != 0)
		g_message("%s may be closed to clients: %s", directory, g_strerror(errno));
}

gboolean
kn_listener_open(const gchar *path, gboolean has_group, guint32 group_gid, KnListener *ret_listener,
		 GError **error)
{
	struct sockaddr_un address;

	if (!fill_address(path, &address))
		return fail(error, KN_SERVE_ERROR_PATH, path,
			    "the path is empty or longer than 103 bytes");
	ensure_directory(path);
	if (!check_place(path, &address, error))
		return FALSE;
	return make_socket(path, has_group, group_gid, ret_listener, error);
}

static gboolean
is_ours(const KnListener *listener)
{
	struct stat info = {0};

	return listener->path != NULL && lstat(listener->path, &info) == 0 &&
	       info.st_ino == listener->inode && info.st_dev == listener->device;
}

void
kn_listener_give(const KnListener *listener, gboolean has_group, guint32 group_gid)
{
	if (is_ours(listener) &&
	    lchown(listener->path, (uid_t)-1, has_group ? group_gid : getegid()) != 0)
		g_message("the socket cannot be given to its group: %s", g_strerror(errno));
}

void
kn_listener_close(KnListener *listener)
{
	if (is_ours(listener))
		unlink(listener->path);
	g_clear_object(&listener->socket);
	g_clear_pointer(&listener->path, g_free);
}
