/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-file.h"

#include "core/log/loss.h"
#include "store/aside.h"
#include <sys/stat.h>

static gint64
hub_of(KnDb *db)
{
	gint64 hub_id = 0;

	return kn_sql_get(db, "SELECT hub_id FROM hub", KN_SQL_NONE, &hub_id, 1, NULL, NULL)
		       ? hub_id
		       : 0;
}

static gboolean
is_same_hub(const KnRestoreFile *file)
{
	gint64 here = hub_of(file->db);

	return here != 0 && here == hub_of(file->from);
}

/* What a loss calls the file that lies somewhere else: one that every hub has a file of is told from that of this one. */
static gchar *
name_elsewhere(const KnRestoreFile *file)
{
	g_autofree gchar *base = g_path_get_basename(file->restore->path);
	g_autofree gchar *text = g_utf8_make_valid(base, -1);
	g_autofree gchar *hub = is_same_hub(file)
					? g_strdup("")
					: g_strdup_printf("%08x/", (guint32)hub_of(file->from));
	gchar name[sizeof((KnLoss *)NULL)->file];
	const gchar *end;

	g_snprintf(name, sizeof name, "%s%s%s", KN_ASIDE_ELSEWHERE, hub, text);
	/* a letter that was cut */
	(void)g_utf8_validate(name, -1, &end);
	return g_strndup(name, (gsize)(end - name));
}

/* the name that a loss has of the file */
static gboolean
is_about(const KnRestoreFile *file, const gchar *name)
{
	g_autofree gchar *base = g_path_get_basename(file->restore->path);
	g_autofree gchar *elsewhere = name_elsewhere(file);
	g_autofree gchar *directory = g_path_get_dirname(file->db->path);
	g_autofree gchar *path = g_build_filename(directory, name, NULL);
	struct stat known, given;

	if (g_str_equal(name, elsewhere))
		return !file->rows->is_beside;
	if (stat(path, &known) == 0 && fstat(file->restore->source.fd, &given) == 0)
		return known.st_dev == given.st_dev && known.st_ino == given.st_ino;
	return g_str_equal(name, base) && is_same_hub(file);
}

GPtrArray *
kn_restore_file_losses(const KnRestoreFile *file, GError **error)
{
	g_autoptr(GArray) losses = kn_aside_losses(file->db, error);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; losses && i < losses->len; i++) {
		const gchar *name = g_array_index(losses, KnLoss, i).file;
		if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL) &&
		    is_about(file, name))
			g_ptr_array_add(names, g_strdup(name));
	}
	return losses ? g_steal_pointer(&names) : NULL;
}

gchar *
kn_restore_file_name(const KnRestoreFile *file)
{
	return file->rows->is_beside ? g_path_get_basename(file->restore->path)
				     : name_elsewhere(file);
}
