/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/clock.h"

#include "core/wire/decode.h"

#define UTC_MAX_US    ((gint64)1 << 60) /* the year 38,500: sums do not wrap */
#define DRIFT_MAX_PPM 500
#define BOOT_GUESS_US \
	((gint64)24 * 3600 * 1000000) /* guess: how long a boot lasted of which nothing is known */
#define EXACT_MS ((guint64)1 << 31)

/* the anchors of one boot that share the best quality there, by tick */
typedef struct {
	GArray *anchors; /* owned: KnAnchor */
	guint32 boot;
	gboolean is_found;
} Boot;

static void
boot_clear(Boot *boot)
{
	g_clear_pointer(&boot->anchors, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Boot, boot_clear)

/* ticks and clocks come from outside */
static gboolean
is_usable(const KnAnchor *anchor, guint quality_min)
{
	return anchor->quality >= quality_min && anchor->t_ms <= KN_TICK_MAX_MS &&
	       anchor->utc_us > -UTC_MAX_US && anchor->utc_us < UTC_MAX_US;
}

/* by tick; of the same tick the most exact first */
static gint
compare(gconstpointer a, gconstpointer b)
{
	const KnAnchor *left = a;
	const KnAnchor *right = b;

	if (left->t_ms != right->t_ms)
		return left->t_ms < right->t_ms ? -1 : 1;
	if (left->error_us != right->error_us)
		return left->error_us < right->error_us ? -1 : 1;
	return (left->utc_us > right->utc_us) - (left->utc_us < right->utc_us);
}

static guint
best_quality(const GArray *anchors, guint32 boot)
{
	guint best = 0;

	for (guint i = 0; i < anchors->len; i++) {
		const KnAnchor *anchor = &g_array_index(anchors, KnAnchor, i);
		if (anchor->boot == boot && is_usable(anchor, 0))
			best = MAX(best, anchor->quality);
	}
	return best;
}

static void
collect(const GArray *anchors, guint32 number, Boot *ret_boot)
{
	guint best = best_quality(anchors, number);
	GArray *found = g_array_new(FALSE, FALSE, sizeof(KnAnchor));
	guint n_kept = 0;

	for (guint i = 0; i < anchors->len; i++) {
		const KnAnchor *anchor = &g_array_index(anchors, KnAnchor, i);
		if (anchor->boot == number && is_usable(anchor, best))
			g_array_append_val(found, *anchor);
	}
	g_array_sort(found, compare);
	for (guint i = 0; i < found->len; i++) {
		KnAnchor anchor = g_array_index(found, KnAnchor, i);
		if (n_kept > 0 && g_array_index(found, KnAnchor, n_kept - 1).t_ms == anchor.t_ms)
			continue;
		g_array_index(found, KnAnchor, n_kept++) = anchor;
	}
	g_array_set_size(found, n_kept);
	*ret_boot = (Boot){found, number, n_kept > 0};
}

/* the nearest boot before (direction -1) or after (+1) with an anchor of at least this quality */
static void
find_neighbour(const GArray *anchors, guint32 boot, gint direction, guint quality_min,
	       Boot *ret_boot)
{
	guint32 nearest = boot;

	for (guint i = 0; i < anchors->len; i++) {
		const KnAnchor *anchor = &g_array_index(anchors, KnAnchor, i);
		gboolean is_beyond = direction < 0 ? anchor->boot < boot : anchor->boot > boot;
		gboolean is_nearer = nearest == boot || (direction < 0 ? anchor->boot > nearest
								       : anchor->boot < nearest);
		if (is_beyond && is_nearer && is_usable(anchor, quality_min))
			nearest = anchor->boot;
	}
	*ret_boot = (Boot){0};
	if (nearest != boot)
		collect(anchors, nearest, ret_boot);
}

/* value * part / whole, part <= whole: exact up to a whole of 2^31, beyond that to 1 in 2^30;
 * nothing wraps */
static gint64
scale(gint64 value, guint64 part, guint64 whole)
{
	while (whole > EXACT_MS) {
		whole >>= 1;
		part >>= 1;
	}
	return value / (gint64)whole * (gint64)part +
	       value % (gint64)whole * (gint64)part / (gint64)whole;
}

/* how much the real clock gained on the ticks from one anchor to the next */
static gint64
drift_us(const KnAnchor *from, const KnAnchor *to)
{
	return to->utc_us - from->utc_us - (gint64)(to->t_ms - from->t_ms) * 1000;
}

/* distance_ms after (or, when negative, before) the anchor, at the slope of the segment from …
 * to */
static gint64
extend(const KnAnchor *anchor, gint64 distance_ms, const KnAnchor *from, const KnAnchor *to)
{
	guint64 length_ms = to->t_ms - from->t_ms;
	/* ppm of milliseconds in microseconds: length * 1000 * 500 / 1,000,000 */
	gint64 limit_us = (gint64)(length_ms * DRIFT_MAX_PPM / 1000);
	gint64 drift = CLAMP(drift_us(from, to), -limit_us, limit_us);
	gint64 gained_us = scale(distance_ms, (guint64)ABS(drift), length_ms);

	return anchor->utc_us + distance_ms * 1000 + (drift < 0 ? -gained_us : gained_us);
}

static gint64
place_by_anchors(const Boot *boot, guint64 t_ms)
{
	const KnAnchor *anchor = &g_array_index(boot->anchors, KnAnchor, 0);
	guint last = boot->anchors->len - 1;
	guint i = 0;

	if (last == 0)
		return anchor->utc_us + ((gint64)t_ms - (gint64)anchor->t_ms) * 1000;
	if (t_ms < anchor->t_ms)
		return extend(anchor, (gint64)t_ms - (gint64)anchor->t_ms, anchor, anchor + 1);
	if (t_ms >= anchor[last].t_ms)
		return extend(anchor + last, (gint64)(t_ms - anchor[last].t_ms), anchor + last - 1,
			      anchor + last);
	while (anchor[i + 1].t_ms <= t_ms)
		i++;
	return anchor[i].utc_us + (gint64)(t_ms - anchor[i].t_ms) * 1000 +
	       scale(drift_us(&anchor[i], &anchor[i + 1]), t_ms - anchor[i].t_ms,
		     anchor[i + 1].t_ms - anchor[i].t_ms);
}

/* a boot without an anchor lies between the last anchor before and the first start after it;
 * several share that time evenly */
static gboolean
place_between(const Boot *before, const Boot *after, guint32 boot, guint64 t_ms, gint64 *ret_utc_us)
{
	const KnAnchor *low = NULL;
	gint64 from_us;
	gint64 until_us = G_MAXINT64;

	if (!before->is_found && !after->is_found)
		return FALSE;
	if (after->is_found)
		until_us = place_by_anchors(after, 0);
	if (before->is_found) {
		low = &g_array_index(before->anchors, KnAnchor, before->anchors->len - 1);
		from_us = low->utc_us;
	} else {
		guint64 n_boots = MIN(after->boot - boot, 366);
		from_us = until_us - (gint64)n_boots * BOOT_GUESS_US;
		until_us = from_us + BOOT_GUESS_US;
	}
	if (before->is_found && after->is_found) {
		guint64 n_boots = after->boot - before->boot - 1;
		gint64 length_us = MAX(until_us - from_us, 0);
		gint64 first_us = from_us;
		guint64 index = boot - before->boot - 1;
		from_us = first_us + scale(length_us, index, n_boots);
		until_us = first_us + scale(length_us, index + 1, n_boots);
	}
	*ret_utc_us = MIN(from_us + (gint64)t_ms * 1000, until_us);
	return TRUE;
}

static gboolean
place_by_neighbours(const GArray *anchors, guint32 boot, guint64 t_ms, guint quality_min,
		    gint64 *ret_utc_us)
{
	g_auto(Boot) before = {0};
	g_auto(Boot) after = {0};

	find_neighbour(anchors, boot, -1, quality_min, &before);
	find_neighbour(anchors, boot, +1, quality_min, &after);
	return place_between(&before, &after, boot, t_ms, ret_utc_us);
}

void
kn_clock_place(const GArray *anchors, guint32 boot, guint64 t_ms, KnWallTime *ret_time)
{
	g_auto(Boot) own = {0};
	gint64 utc_us = 0;
	gboolean is_trusted;
	gboolean is_known;

	t_ms = MIN(t_ms, KN_TICK_MAX_MS);
	collect(anchors, boot, &own);
	is_trusted = own.is_found && best_quality(anchors, boot) >= ktp_CLOCK_RESTORED;
	/* a clock that nobody trusts may be off by decades: neighbours that are trusted say more */
	is_known = !is_trusted &&
		   place_by_neighbours(anchors, boot, t_ms, ktp_CLOCK_RESTORED, &utc_us);
	if (!is_known && own.is_found) {
		utc_us = place_by_anchors(&own, t_ms);
		is_known = TRUE;
	}
	if (!is_known)
		is_known = place_by_neighbours(anchors, boot, t_ms, ktp_CLOCK_UNKNOWN, &utc_us);
	*ret_time = (KnWallTime){utc_us, !is_trusted, is_known};
}
