/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-file.h"

#include "core/log/loss.h"
#include "store/aside.h"
#include <string.h>
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
is_same_hub(KnDb *db, KnDb *from)
{
	gint64 here = hub_of(db);

	return here != 0 && here == hub_of(from);
}

/* As much of it as a loss has room for. */
static gchar *
clip(const gchar *name)
{
	g_autofree gchar *text = g_utf8_make_valid(name, -1);
	gchar clipped[sizeof((KnLoss *)NULL)->file];
	const gchar *end;

	g_strlcpy(clipped, text, sizeof clipped);
	/* a letter that was cut */
	(void)g_utf8_validate(clipped, -1, &end);
	return g_strndup(clipped, (gsize)(end - clipped));
}

/* What a loss calls a file that lies somewhere else: one that every hub has a file of is told from that of this one. */
static gchar *
name_elsewhere(KnDb *db, KnDb *from, const gchar *base)
{
	g_autofree gchar *hub = is_same_hub(db, from)
					? g_strdup("")
					: g_strdup_printf("%08x/", (guint32)hub_of(from));
	g_autofree gchar *name = g_strconcat(KN_ASIDE_ELSEWHERE, hub, base, NULL);

	return clip(name);
}

/* the name that a loss has of the file */
static gboolean
is_about(const KnRestoreFile *file, const gchar *name)
{
	g_autofree gchar *base = g_path_get_basename(file->restore->path);
	g_autofree gchar *own = kn_restore_file_name(file);
	g_autofree gchar *directory = g_path_get_dirname(file->db->path);
	g_autofree gchar *path = g_build_filename(directory, name, NULL);
	struct stat known, given;

	/* of a name that is not as the disk has it nothing lies there */
	if (g_str_equal(name, own) && !(file->rows->is_beside && g_str_equal(own, base)))
		return TRUE;
	if (g_str_has_prefix(name, KN_ASIDE_ELSEWHERE))
		return FALSE;
	if (stat(path, &known) == 0 && fstat(file->restore->source.fd, &given) == 0)
		return known.st_dev == given.st_dev && known.st_ino == given.st_ino;
	return g_str_equal(name, base) && is_same_hub(file->db, file->from);
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
	g_autofree gchar *base = g_path_get_basename(file->restore->path);

	return file->rows->is_beside ? clip(base) : name_elsewhere(file->db, file->from, base);
}

gchar *
kn_restore_file_carried(const KnRestoreRows *rows, KnDb *db, KnDb *from, const gchar *name)
{
	gboolean is_elsewhere = g_str_has_prefix(name, KN_ASIDE_ELSEWHERE);
	const gchar *rest = is_elsewhere ? name + strlen(KN_ASIDE_ELSEWHERE) : name;
	gint64 here = hub_of(db), there = hub_of(from);
	gboolean is_other_hub = here != 0 && there != 0 && here != there;

	/* of its name was another one, which was carried away before: no database tells of its own loss */
	if (!is_elsewhere && rows->is_beside && !is_other_hub && !g_str_equal(name, rows->file))
		return clip(name);
	/* from a third hub */
	if (strchr(rest, '/'))
		return clip(name);
	return name_elsewhere(db, from, rest);
}
