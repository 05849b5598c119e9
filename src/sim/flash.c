/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/flash.h"

#include <string.h>

enum { CAPACITY_MIN_BYTES = 1024 };

typedef struct {
	gsize at;
	gsize n;
} Slot;

struct KnFlash {
	guint8 *bytes; /* owned */
	gsize capacity_bytes;
	gsize write_at;
	Slot *slots; /* owned: a ring, index (first_slot + seq - oldest_seq) modulo n_slots */
	gsize n_slots;
	gsize first_slot;
	guint64 oldest_seq;
	guint64 next_seq;
};

KnFlash *
kn_flash_new(gsize capacity_bytes)
{
	KnFlash *flash = g_new0(KnFlash, 1);

	flash->capacity_bytes = MAX(capacity_bytes, CAPACITY_MIN_BYTES);
	flash->bytes = g_malloc0(flash->capacity_bytes);
	flash->n_slots = 256;
	flash->slots = g_new0(Slot, flash->n_slots);
	kn_flash_format(flash, 1);
	return flash;
}

void
kn_flash_free(KnFlash *flash)
{
	if (flash == NULL)
		return;
	g_free(flash->bytes);
	g_free(flash->slots);
	g_free(flash);
}

void
kn_flash_format(KnFlash *flash, guint64 first_seq)
{
	flash->write_at = 0;
	flash->first_slot = 0;
	flash->oldest_seq = first_seq;
	flash->next_seq = first_seq;
}

static gsize
count(const KnFlash *flash)
{
	return (gsize)(flash->next_seq - flash->oldest_seq);
}

static Slot *
slot_of(const KnFlash *flash, guint64 seq)
{
	return &flash->slots[(flash->first_slot + (seq - flash->oldest_seq)) % flash->n_slots];
}

void
kn_flash_drop_oldest(KnFlash *flash, guint64 n)
{
	gsize n_gone = (gsize)MIN(n, count(flash));

	flash->first_slot = (flash->first_slot + n_gone) % flash->n_slots;
	flash->oldest_seq += n_gone;
}

static void
grow_slots(KnFlash *flash)
{
	Slot *slots = g_new0(Slot, flash->n_slots * 2);

	for (guint64 i = 0; i < count(flash); i++)
		slots[i] = *slot_of(flash, flash->oldest_seq + i);
	g_free(flash->slots);
	flash->slots = slots;
	flash->n_slots *= 2;
	flash->first_slot = 0;
}

/* frames lie one after the other, so whatever the new one would touch is at the old end */
static void
make_room(KnFlash *flash, gsize at, gsize n)
{
	while (count(flash) > 0) {
		const Slot *oldest = slot_of(flash, flash->oldest_seq);
		if (oldest->at >= at + n || oldest->at + oldest->n <= at)
			return;
		kn_flash_drop_oldest(flash, 1);
	}
}

gboolean
kn_flash_append(KnFlash *flash, const guint8 *frame, gsize n_frame, guint64 *ret_seq)
{
	Slot *slot;

	if (n_frame == 0 || n_frame > flash->capacity_bytes)
		return FALSE;
	if (flash->write_at + n_frame > flash->capacity_bytes) {
		/* a frame never wraps: what is left at the end stays unused, and its old frames go */
		make_room(flash, flash->write_at, flash->capacity_bytes - flash->write_at);
		flash->write_at = 0;
	}
	make_room(flash, flash->write_at, n_frame);
	if (count(flash) + 1 >= flash->n_slots)
		grow_slots(flash);
	slot = slot_of(flash, flash->next_seq);
	slot->at = flash->write_at;
	slot->n = n_frame;
	memcpy(flash->bytes + slot->at, frame, n_frame);
	flash->write_at += n_frame;
	*ret_seq = flash->next_seq++;
	return TRUE;
}

static gboolean
is_kept(const KnFlash *flash, guint64 seq)
{
	return seq >= flash->oldest_seq && seq < flash->next_seq;
}

gboolean
kn_flash_replace(KnFlash *flash, guint64 seq, const guint8 *frame, gsize n_frame)
{
	if (!is_kept(flash, seq) || slot_of(flash, seq)->n != n_frame)
		return FALSE;
	memcpy(flash->bytes + slot_of(flash, seq)->at, frame, n_frame);
	return TRUE;
}

const guint8 *
kn_flash_read(const KnFlash *flash, guint64 seq, gsize *ret_n_frame)
{
	if (!is_kept(flash, seq))
		return NULL;
	*ret_n_frame = slot_of(flash, seq)->n;
	return flash->bytes + slot_of(flash, seq)->at;
}

guint64
kn_flash_oldest_seq(const KnFlash *flash)
{
	return flash->oldest_seq;
}

guint64
kn_flash_newest_seq(const KnFlash *flash)
{
	return flash->next_seq - 1;
}

gsize
kn_flash_capacity_bytes(const KnFlash *flash)
{
	return flash->capacity_bytes;
}

gsize
kn_flash_used_bytes_after(const KnFlash *flash, guint64 seq)
{
	gsize n_bytes = 0;

	for (guint64 at = MAX(seq + 1, flash->oldest_seq); at < flash->next_seq; at++)
		n_bytes += slot_of(flash, at)->n;
	return n_bytes;
}
