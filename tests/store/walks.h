/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Statements that read more with the years, by SQLite's own plan of each. */

#include "store/db.h"

/* Appends a line for each step of the statement that goes over a table that grows, or over all of a log. */
void walks_find(sqlite3 *handle, const gchar *sql, GString *walks);
/* Of all that the store has prepared, n_min statements at least, none does. */
void walks_assert_none(KnDb *db, guint n_min);
