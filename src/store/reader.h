/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Answers; none leaves a statement open. */

#include "store/db.h"

GPtrArray *kn_reader_load(KnDb *db, GError **error); /* KnStoredDevice, see kn_store_load */
/* n_slices 0: no curve. NOT_FOUND when there is no such session. */
KnSessionDetail *kn_reader_detail(KnDb *db, gint64 session_id, guint n_slices, GError **error);
