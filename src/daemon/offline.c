/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/offline.h"

#include "daemon/app.h"
#include "store/restore.h"
#include "store/verify.h"
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static gint
fail(const GError *error)
{
	fprintf(stderr, "kneadd: %s\n", error->message);
	return kn_app_exit_status(error);
}

/* a bar for a terminal; a log has no use for one */
static void
show_progress(guint64 n, guint64 n_blocks, gpointer user)
{
	guint permille = (guint)(n * 1000 / n_blocks);

	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%s %u.%u %%\x1b[K%s", (const gchar *)user, permille / 10, permille % 10,
		n == n_blocks ? "\r\x1b[K" : "");
}

static void
show_line(const gchar *line, gpointer user)
{
	printf("  %s\n", line);
}

/* Files of root in the service's directory would keep the hub from starting: from here on as whoever owns it. */
static gboolean
become_owner(const gchar *directory)
{
	struct stat status;

	if (geteuid() != 0 || stat(directory, &status) != 0 || status.st_uid == 0)
		return TRUE;
	if (setgroups(0, NULL) == 0 && setgid(status.st_gid) == 0 && setuid(status.st_uid) == 0)
		return TRUE;
	fprintf(stderr, "kneadd: cannot become the owner of %s: %s\n", directory,
		g_strerror(errno));
	return FALSE;
}

gint
kn_offline_restore(const KnConfig *config)
{
	g_auto(KnSalvageSource) source = {-1, -1};
	KnRestore restore = {
		.directory = config->state_directory,
		.path = config->restore_path,
		.zone = config->zone,
		.now_us = g_get_real_time(),
		.progress = show_progress,
		.tell = show_line,
		.user = (gpointer) "bringing back",
	};
	g_autoptr(GError) error = NULL;
	KnRestored restored;

	if (!kn_salvage_source_open(&source, config->restore_path, &error))
		return fail(error);
	restore.source = source;
	if (!become_owner(config->state_directory))
		return EX_IOERR;
	umask(S_IRWXG | S_IRWXO);
	if (!kn_restore_run(&restore, &restored, &error)) {
		gint status = fail(error);
		if (g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_FULL))
			fprintf(stderr,
				"  Make room on the disk of %s, then type the same again: what is "
				"here by then does not come twice.\n",
				config->state_directory);
		return status;
	}
	printf("%s: %" G_GUINT64_FORMAT " records in %" G_GUINT64_FORMAT " blocks\n",
	       config->restore_path, restored.n_records, restored.n_blocks - restored.n_damaged);
	printf("  %" G_GUINT64_FORMAT " of them were not here before; %u massagers are new; there "
	       "are %u sessions now\n",
	       restored.n_new_records, restored.n_devices, restored.n_sessions);
	if (restored.n_damaged > 0)
		printf("  %" G_GUINT64_FORMAT " blocks could not be read and are lost\n",
		       restored.n_damaged);
	printf("  events, and what the two databases said of the same massager differently, were "
	       "left as they are here\n");
	return EX_OK;
}

gint
kn_offline_verify(const KnConfig *config)
{
	g_auto(KnVerified) verified = {0};
	g_autoptr(GError) error = NULL;

	if (!kn_verify_file(config->verify_path, show_progress, (gpointer) "checking", &verified,
			    &error))
		return fail(error);
	if (verified.faults->len == 0) {
		printf("%s: sound: schema %u, %u massagers, %u sessions, %" G_GUINT64_FORMAT
		       " records in %" G_GUINT64_FORMAT " blocks\n",
		       config->verify_path, verified.version, verified.n_devices,
		       verified.n_sessions, verified.n_records, verified.n_blocks);
		return EX_OK;
	}
	printf("%s: damaged:\n", config->verify_path);
	for (guint i = 0; i < verified.faults->len; i++)
		printf("  %s\n", (const gchar *)verified.faults->pdata[i]);
	printf("  What can still be read: kneadd --restore %s\n", config->verify_path);
	return EX_DATAERR;
}
