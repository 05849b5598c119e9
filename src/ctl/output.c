/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static gint
fail_on_file(const KnOutput *output)
{
	g_printerr("knead: cannot write %s: %s\n  Choose another place with -o FILE.\n",
		   output->path, g_strerror(errno));
	return KN_EXIT_FAILED;
}

gint
kn_output_open(KnOutput *output, const gchar *path, gboolean is_forced)
{
	gint fd = -1;

	*output = (KnOutput){.path = path, .is_forced = is_forced};
	if (!is_forced && g_access(path, F_OK) == 0) {
		g_printerr("knead: %s is there already\n  Choose another name, or write over it "
			   "with --force.\n",
			   path);
		return KN_EXIT_FAILED;
	}
	output->making = g_strconcat(path, ".XXXXXX", NULL);
	/* a new file under a name that nobody could plant (this is often root), and nobody else reads it: it is of somebody's body */
	fd = g_mkstemp_full(output->making, O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return fail_on_file(output);
	output->file = fdopen(fd, "w");
	return KN_EXIT_OK;
}

/* its name is in the directory for good, too */
static void
sync_directory(const KnOutput *output)
{
	g_autofree gchar *directory = g_path_get_dirname(output->path);
	gint fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

/* Whatever was put there meanwhile is not written over, unless that was asked for; what was written is kept in any case. */
static gint
put_in_place(const KnOutput *output, const gchar *what)
{
	gboolean is_free = !output->is_forced;
	gint failed = renameat2(AT_FDCWD, output->making, AT_FDCWD, output->path,
				is_free ? RENAME_NOREPLACE : 0);

	/* not every file system knows the flag */
	if (failed != 0 && is_free && errno == EINVAL)
		failed = link(output->making, output->path) != 0 || g_unlink(output->making) != 0;
	if (failed == 0) {
		sync_directory(output);
		return KN_EXIT_OK;
	}
	g_printerr("knead: cannot put it at %s: %s\n  What was %s is in %s.\n", output->path,
		   g_strerror(errno), what, output->making);
	return KN_EXIT_FAILED;
}

gint
kn_output_fail(KnOutput *output)
{
	gint failed = fail_on_file(output);

	kn_output_discard(output);
	return failed;
}

gint
kn_output_commit(KnOutput *output, const gchar *what)
{
	if (fflush(output->file) != 0 || fsync(fileno(output->file)) != 0)
		return kn_output_fail(output);
	fclose(g_steal_pointer(&output->file));
	return put_in_place(output, what);
}

void
kn_output_discard(KnOutput *output)
{
	if (output->file != NULL)
		fclose(g_steal_pointer(&output->file));
	if (output->making != NULL)
		g_unlink(output->making);
}

void
kn_output_clear(KnOutput *output)
{
	if (output->file != NULL)
		fclose(g_steal_pointer(&output->file));
	g_clear_pointer(&output->making, g_free);
}
