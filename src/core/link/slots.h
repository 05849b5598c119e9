/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * How many links one adapter carries, and whose turn it is when there are more massagers than that. Pure: time is an argument. An
 * adapter does not say how many links it has (a Pi's about seven, some sticks five): it refuses the one too many, and that is how the
 * number is learned. Not every one says so: when Connects to massagers that are heard well fail in a row while many links stand, that is
 * presumed to be why, until one fails although there is room. Nothing is lost meanwhile: a massager banks while it waits.
 */

#include <glib.h>

typedef struct {
	gint64 min_us; /* 10 s: a link that has nothing to do is kept at least so long (a guess) */
	gint64 max_us; /* 300 s: one that is busy makes room after so long, if somebody waits (a guess) */
	gint64 blind_us; /* 600 s: one that was not heard makes others leave only after so long (a guess) */
	gint64 blind_busy_us; /* 3600 s: and one that is busy only so often (a guess) */
	gint64 probe_us; /* 600 s: then one more link than there is room for is tried again (a guess) */
	gint64 vain_us; /* 4 s after one was refused although there was no link at all, then doubled … */
	gint64 vain_max_us; /* … to 300 s */
} KnSlotTimes;
void kn_slot_times_init(KnSlotTimes *ret_times, gdouble scale);

enum {
	KN_SLOTS_MANY = 5,     /* no adapter is known that carries fewer */
	KN_SLOTS_FAILURES = 3, /* in a row (a guess) */
};

typedef struct {
	guint n_max;          /* 0: none was ever refused */
	gint64 probe_us;      /* when one more may be tried */
	guint n_failed;       /* in a row, with many links and none known to be too many */
	gboolean is_presumed; /* n_max is, and was not proved yet */
	gint64 wrong_us;      /* nothing is presumed before: it was wrong */
	guint n_vain;         /* refused in a row, without a link at all: something else is wrong */
	gint64 vain_us;       /* none is tried before */
} KnSlots;

/* A Connect was refused for want of a link while there were so many. */
void kn_slots_refused(KnSlots *slots, const KnSlotTimes *times, guint n_links, gint64 now_us);
/* A Connect to one that is heard well failed in another way while there were so many. */
void kn_slots_failed(KnSlots *slots, const KnSlotTimes *times, guint n_links, gint64 now_us);
/* A Connect went well. */
void kn_slots_linked(KnSlots *slots);
/* One is granted while there are so many; if that is one more than there is room for, it is the last such try for a while, however it ends. */
void kn_slots_granted(KnSlots *slots, const KnSlotTimes *times, guint n_links, gint64 now_us);
/* There are so many: at least that is possible, and it does not refuse all. */
void kn_slots_carried(KnSlots *slots, guint n_links);
gboolean kn_slots_have_room(const KnSlots *slots, guint n_links, gint64 now_us);
/* Without room: when there is, if no link ends before. */
gint64 kn_slots_room_us(const KnSlots *slots, guint n_links);

/* a link that could be given up */
typedef struct {
	gint64 up_us;     /* since when it streams */
	gboolean is_idle; /* in no session, nothing to fetch */
} KnSlotHolder;

/* When a waiter counts: at once if it was heard. */
gint64 kn_slots_ready_us(const KnSlotTimes *times, gint64 queued_us, gboolean is_heard);
/* Without room: the holder that makes some for a waiter that counts from ready_us on, or -1. *ret_again_us: when to ask again at the latest. */
gint kn_slots_choose(const KnSlotTimes *times, const KnSlotHolder *holders, guint n_holders,
		     gint64 ready_us, gint64 now_us, gint64 *ret_again_us);
