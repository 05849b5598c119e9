/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Database files of hubs with a history, and what is done to them while no hub has them. */

#include "fixture.h"

#include "store/restore.h"

/* about now, UTC us */
#define NOW_US G_GINT64_CONSTANT(1795266221526484)
enum { N_SESSIONS = 6, RECORDS_A_SESSION = 60 };

GBytes *history_read_file(const gchar *path);
void history_write_file(const gchar *path, GBytes *bytes);
void history_run_sql(const gchar *path, const gchar *sql);
/* The data of one block is not what its head says any more. */
void history_spoil_block(const gchar *path, gint64 block_id);

/* N_SESSIONS of RECORDS_A_SESSION samples each, over two boots. */
void tape_history(Fixture *fixture);
/* Thirty records a batch, each with an anchor. */
void history_store_in_pieces(Fixture *fixture, guint64 first, guint64 last);
void history_close_hub(Fixture *fixture);
void history_open_hub(Fixture *fixture);
/* Into the hub, which is closed; it must succeed. lines: what is told meanwhile is added to it; may be NULL. */
KnRestored history_restore(Fixture *fixture, const gchar *path, GPtrArray *lines);
