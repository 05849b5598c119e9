/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The flash ring of a massager: sealed frames (length, record, CRC) exactly as they are sent, in seq order without a hole. When a
 * new frame does not fit, the oldest are overwritten, trimmed or not. Pure: no clock, no I/O.
 */

#include <glib.h>

typedef struct KnFlash KnFlash;

/* capacity_bytes: of frames; at least 1024 (smaller is raised to that). */
KnFlash *kn_flash_new(gsize capacity_bytes);
void kn_flash_free(KnFlash *flash);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnFlash, kn_flash_free)

/* Forgets every frame; the next append gets first_seq. */
void kn_flash_format(KnFlash *flash, guint64 first_seq);

/* Keeps a frame as newest seq + 1, overwriting the oldest ones where it must. FALSE when the frame is empty or larger than the
 * whole flash: nothing changed. */
gboolean kn_flash_append(KnFlash *flash, const guint8 *frame, gsize n_frame, guint64 *ret_seq);
/* Replaces a kept frame by one of the same length (a cell that went bad). FALSE when there is no such frame or lengths differ. */
gboolean kn_flash_replace(KnFlash *flash, guint64 seq, const guint8 *frame, gsize n_frame);
/* Forgets the oldest n frames, as if they had been overwritten. */
void kn_flash_drop_oldest(KnFlash *flash, guint64 n);

/* The frame of seq, borrowed until the next call that writes; NULL when it is not there. */
const guint8 *kn_flash_read(const KnFlash *flash, guint64 seq, gsize *ret_n_frame);

guint64 kn_flash_oldest_seq(const KnFlash *flash); /* newest + 1 when empty */
guint64
kn_flash_newest_seq(const KnFlash *flash); /* 0 before the first append after a format at 1 */
gsize kn_flash_capacity_bytes(const KnFlash *flash);
/* Bytes of the frames after seq. */
gsize kn_flash_used_bytes_after(const KnFlash *flash, guint64 seq);
