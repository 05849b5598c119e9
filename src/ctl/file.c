/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* for a handler of signals: the name of the one that is not whole yet, as it is in its KnFile */
static const gchar *volatile unfinished;

void
kn_file_unlink_unfinished(void)
{
	const gchar *path = unfinished;

	if (path != NULL)
		(void)unlink(path);
}

static gint
fail(const KnFile *file)
{
	g_printerr("knead: cannot write %s: %s\n  Choose another place with -o FILE.\n", file->path,
		   g_strerror(errno));
	return KN_EXIT_FAILED;
}

gint
kn_file_open(const KnCall *call, KnFile *ret_file)
{
	KnFile file = {.path = call->output, .is_forced = call->is_forced};
	gint fd = -1;

	if (!file.is_forced && g_access(file.path, F_OK) == 0) {
		g_printerr("knead: %s is there already\n  Choose another name, or write over it "
			   "with --force.\n",
			   file.path);
		return KN_EXIT_FAILED;
	}
	file.making = g_strconcat(file.path, ".XXXXXX", NULL);
	/* a new file under a name that nobody could plant (this is often root), and nobody else reads it: it is of somebody's body */
	fd = g_mkstemp_full(file.making, O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0) {
		g_free(file.making);
		return fail(&file);
	}
	unfinished = file.making;
	file.file = fdopen(fd, "w");
	*ret_file = file;
	return KN_EXIT_OK;
}

/* Whatever was put there meanwhile is not written over, unless that was asked for; what was written is kept in any case. */
static gint
put_in_place(const KnFile *file)
{
	gint failed = renameat2(AT_FDCWD, file->making, AT_FDCWD, file->path,
				file->is_forced ? 0 : RENAME_NOREPLACE);

	/* not every file system knows the flag */
	if (failed != 0 && !file->is_forced && errno == EINVAL)
		failed = link(file->making, file->path) != 0 || g_unlink(file->making) != 0;
	/* it is whole: from here on it is kept wherever it is */
	unfinished = NULL;
	if (failed == 0)
		return KN_EXIT_OK;
	g_printerr("knead: cannot put it at %s: %s\n  It is in %s.\n", file->path,
		   g_strerror(errno), file->making);
	return KN_EXIT_FAILED;
}

/* where it is has to be on the disk, too, or a power cut takes the name; a file system that cannot sync a folder does it by itself */
static void
sync_folder(const gchar *path)
{
	g_autofree gchar *folder = g_path_get_dirname(path);
	gint fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

gint
kn_file_close(KnFile *file, gboolean is_written)
{
	gint result = KN_EXIT_OK;

	is_written = is_written && fflush(file->file) == 0 && fsync(fileno(file->file)) == 0;
	if (!is_written) {
		result = fail(file);
		kn_file_discard(file);
		return result;
	}
	fclose(g_steal_pointer(&file->file));
	result = put_in_place(file);
	sync_folder(file->path);
	g_clear_pointer(&file->making, g_free);
	return result;
}

void
kn_file_discard(KnFile *file)
{
	fclose(g_steal_pointer(&file->file));
	g_unlink(file->making);
	unfinished = NULL;
	g_clear_pointer(&file->making, g_free);
}

JsonNode *
kn_file_describe(const KnFile *file)
{
	JsonNode *node = json_node_init_object(json_node_alloc(), NULL);
	JsonObject *object = json_object_new();
	g_autofree gchar *path = g_canonicalize_filename(file->path, NULL);
	/* a name need not be text */
	g_autofree gchar *shown = g_filename_display_name(path);

	json_object_set_string_member(object, "path", shown);
	json_node_take_object(node, object);
	return node;
}
