/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The first page of a database, made anew from its others. It says which pages hold the list of tables; those look like nothing else, so
 * they are found by that, and each database has them where its own migrations put them. Which schema it is, the tables tell.
 */

#include <glib.h>

enum {
	KN_PAGE_BYTES = 4096
}; /* of all our databases: SQLite's default, which no migration changes */

/* Writes page 1 of the file, which nobody has open; its journal is gone. No page is called free. Errors: MALFORMED when no list of tables
 * is found, or none of ours; IO, FULL. */
gboolean kn_first_page_rebuild(const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
