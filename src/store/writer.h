/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A batch in one transaction: all of it is durable afterwards, or nothing of it. */

#include "store/db.h"

/* of one log: a device that contradicts itself for ever must not eat the disk */
#define KN_CONFLICTS_KEPT "1000"

typedef struct {
	KnDb *db;          /* borrowed */
	const gchar *zone; /* borrowed: IANA zone for new sessions of batches that name none */
	guint64 n_blocks;  /* counted up, as the following: what was really written */
	guint64 raw_bytes;
	guint64 stored_bytes;
} KnWriter;

/* Records that are stored already are left out, so that a batch may come again: after a kill the
 * device sends what was not trimmed. NULL: rolled back; FULL, IO, CORRUPT or BUSY. */
KnCommit *kn_writer_commit(KnWriter *writer, const KnBatch *batch, GError **error);

/* Enrols or allows anew. */
KnDevice *kn_writer_allow(KnDb *db, const KnAllow *allow, gint64 now_us, GError **error);
/* NOT_FOUND when there is no such device. */
KnDevice *kn_writer_forget(KnDb *db, gint64 device_id, GError **error);
