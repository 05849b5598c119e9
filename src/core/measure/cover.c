/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/cover.h"

void
kn_cover_init(KnCover *cover)
{
	*cover = (KnCover){.stretches = g_array_new(FALSE, FALSE, sizeof(KnStretch))};
}

void
kn_cover_clear(KnCover *cover)
{
	g_clear_pointer(&cover->stretches, g_array_unref);
}

static KnStretch *
at(const KnCover *cover, guint i)
{
	return &g_array_index(cover->stretches, KnStretch, i);
}

void
kn_cover_add(KnCover *cover, guint64 first_us, guint64 end_us)
{
	guint from = cover->stretches->len;
	guint to = cover->stretches->len;
	KnStretch stretch = {MAX(first_us, cover->floor_us), end_us};

	if (stretch.first_us >= stretch.end_us)
		return;
	/* the nodes of a block were all read at the same time: nearly always it is there already */
	if (to > 0 && at(cover, to - 1)->first_us <= stretch.first_us &&
	    at(cover, to - 1)->end_us >= stretch.end_us)
		return;
	/* from the newest back: the place is nearly always the last one */
	while (to > 0 && at(cover, to - 1)->first_us > stretch.end_us)
		to--;
	from = to;
	while (from > 0 && at(cover, from - 1)->end_us >= stretch.first_us)
		from--;
	if (from == to) {
		g_array_insert_val(cover->stretches, from, stretch);
		return;
	}
	stretch.first_us = MIN(stretch.first_us, at(cover, from)->first_us);
	stretch.end_us = MAX(stretch.end_us, at(cover, to - 1)->end_us);
	*at(cover, from) = stretch;
	if (to - from > 1)
		g_array_remove_range(cover->stretches, from + 1, to - from - 1);
}

guint64
kn_cover_length_us(const KnCover *cover)
{
	guint64 length_us = cover->closed_us;

	for (guint i = 0; i < cover->stretches->len; i++)
		length_us += at(cover, i)->end_us - at(cover, i)->first_us;
	return length_us;
}

gboolean
kn_cover_contains(const KnCover *cover, guint64 t_us)
{
	for (guint i = cover->stretches->len; i > 0; i--)
		if (t_us >= at(cover, i - 1)->first_us)
			return t_us < at(cover, i - 1)->end_us;
	return FALSE;
}

gboolean
kn_cover_is_full(const KnCover *cover, guint64 *ret_floor_us)
{
	if (cover->stretches->len < KN_COVER_RANGES_MAX)
		return FALSE;
	*ret_floor_us = at(cover, KN_COVER_RANGES_MAX / 2 - 1)->end_us;
	return TRUE;
}

void
kn_cover_trim(KnCover *cover)
{
	guint n = cover->stretches->len / 2;

	for (guint i = 0; i < n; i++)
		cover->closed_us += at(cover, i)->end_us - at(cover, i)->first_us;
	if (n == 0)
		return;
	cover->floor_us = at(cover, n - 1)->end_us;
	g_array_remove_range(cover->stretches, 0, n);
}
