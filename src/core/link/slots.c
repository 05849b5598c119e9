/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/slots.h"

void
kn_slot_times_init(KnSlotTimes *ret_times, gdouble scale)
{
	gdouble sound = scale > 0 ? CLAMP(scale, 0.001, 1000.0) : 1.0;

	*ret_times = (KnSlotTimes){.min_us = (gint64)(10e6 * sound),
				   .max_us = (gint64)(300e6 * sound),
				   .blind_us = (gint64)(600e6 * sound),
				   .blind_busy_us = (gint64)(3600e6 * sound),
				   .probe_us = (gint64)(600e6 * sound),
				   .vain_us = (gint64)(4e6 * sound),
				   .vain_max_us = (gint64)(300e6 * sound)};
}

/* somebody takes them whom bluetoothd does not show, or the controller is sick */
static void
refused_in_vain(KnSlots *slots, const KnSlotTimes *times, gint64 now_us)
{
	gint64 wait_us = times->vain_us;

	for (guint i = 0; i < slots->n_vain && wait_us < times->vain_max_us; i++)
		wait_us *= 2;
	slots->n_vain++;
	slots->vain_us = now_us + MIN(wait_us, times->vain_max_us);
}

void
kn_slots_refused(KnSlots *slots, const KnSlotTimes *times, guint n_links, gint64 now_us)
{
	/* with none at all one has to be tried all the same */
	slots->n_max = MAX(n_links, 1);
	if (n_links == 0)
		refused_in_vain(slots, times, now_us);
	slots->probe_us = now_us + times->probe_us;
	slots->is_presumed = FALSE;
	slots->n_failed = 0;
}

void
kn_slots_failed(KnSlots *slots, const KnSlotTimes *times, guint n_links, gint64 now_us)
{
	if (slots->is_presumed && n_links < slots->n_max) {
		*slots = (KnSlots){.wrong_us = now_us + times->probe_us};
		return;
	}
	if (slots->n_max != 0 || n_links < KN_SLOTS_MANY || now_us < slots->wrong_us ||
	    ++slots->n_failed < KN_SLOTS_FAILURES)
		return;
	kn_slots_refused(slots, times, n_links, now_us);
	slots->is_presumed = TRUE;
}

void
kn_slots_linked(KnSlots *slots)
{
	/* how many it carries cannot be learned from one that refuses all */
	if (slots->n_vain > 0)
		slots->n_max = 0;
	slots->n_failed = slots->n_vain = 0;
	slots->vain_us = 0;
	slots->is_presumed = FALSE;
}

void
kn_slots_granted(KnSlots *slots, const KnSlotTimes *times, guint n_links, gint64 now_us)
{
	if (slots->n_max != 0 && n_links >= slots->n_max)
		slots->probe_us = now_us + times->probe_us;
}

void
kn_slots_carried(KnSlots *slots, guint n_links)
{
	if (slots->n_max != 0)
		slots->n_max = MAX(slots->n_max, n_links);
	if (n_links == 0)
		return;
	slots->n_vain = 0;
	slots->vain_us = 0;
}

gboolean
kn_slots_have_room(const KnSlots *slots, guint n_links, gint64 now_us)
{
	if (now_us < slots->vain_us)
		return FALSE;
	return slots->n_max == 0 || n_links < slots->n_max ||
	       (n_links == slots->n_max && now_us >= slots->probe_us);
}

gint64
kn_slots_room_us(const KnSlots *slots, guint n_links)
{
	return n_links < slots->n_max ? slots->vain_us : MAX(slots->probe_us, slots->vain_us);
}

/* from when on this one may be asked to leave */
static gint64
may_leave_us(const KnSlotTimes *times, const KnSlotHolder *holder)
{
	return holder->up_us + (holder->is_idle ? times->min_us : times->max_us);
}

gint64
kn_slots_ready_us(const KnSlotTimes *times, gint64 queued_us, gboolean is_heard)
{
	return queued_us + (is_heard ? 0 : times->blind_us);
}

gint
kn_slots_choose(const KnSlotTimes *times, const KnSlotHolder *holders, guint n_holders,
		gint64 ready_us, gint64 now_us, gint64 *ret_again_us)
{
	gint chosen = -1;

	*ret_again_us = ready_us > now_us ? ready_us : G_MAXINT64;
	if (ready_us > now_us)
		return -1;
	for (guint i = 0; i < n_holders; i++) {
		gint64 when_us = may_leave_us(times, &holders[i]);

		if (when_us > now_us)
			*ret_again_us = MIN(*ret_again_us, when_us);
		else if (chosen < 0 || holders[i].is_idle > holders[chosen].is_idle ||
			 (holders[i].is_idle == holders[chosen].is_idle &&
			  holders[i].up_us < holders[chosen].up_us))
			chosen = (gint)i;
	}
	return chosen;
}
