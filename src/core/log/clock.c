/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/clock.h"

#include "core/wire/decode.h"

#define UTC_MAX_US    ((gint64)1 << 60) /* the year 38,500: sums do not wrap */
#define DRIFT_MAX_PPM 500
#define BOOT_GUESS_US \
	((gint64)24 * 3600 * 1000000) /* guess: how long a boot lasted of which nothing is known */
#define EXACT_MS ((guint64)1 << 31)
/* less is what the ends of a segment may be off by, crystal and radio together */
#define STEP_US ((gint64)1000000)
/* a clock that some other hub gave, and that is this far from our own: it is not believed */
#define FOREIGN_MAX_US ((gint64)24 * 3600 * 1000000)

const guint64 kn_clock_baselines_ms[KN_CLOCK_N_BASELINES] = {8 * 3600000, 3600000, 300000};

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

/* how much the real clock gained on the ticks from one anchor to the next */
static gint64
drift_us(const KnAnchor *from, const KnAnchor *to)
{
	return to->utc_us - from->utc_us - (gint64)(to->t_ms - from->t_ms) * 1000;
}

/* no crystal does that: the ticks jumped, or the hub's clock was set. from before to */
static gboolean
is_broken(const KnAnchor *from, const KnAnchor *to)
{
	gint64 limit_us = (gint64)((to->t_ms - from->t_ms) * DRIFT_MAX_PPM / 1000) + STEP_US;

	return ABS(drift_us(from, to)) > limit_us;
}

/* FALSE when the nearest round trip of our own says another day */
static gboolean
is_credible(const GArray *sorted, const KnAnchor *banked)
{
	const KnAnchor *own = NULL;
	guint64 nearest_ms = G_MAXUINT64;

	for (guint i = 0; i < sorted->len; i++) {
		const KnAnchor *anchor = &g_array_index(sorted, KnAnchor, i);
		guint64 far_ms = anchor->t_ms > banked->t_ms ? anchor->t_ms - banked->t_ms
							     : banked->t_ms - anchor->t_ms;
		if (anchor->is_banked || far_ms >= nearest_ms)
			continue;
		nearest_ms = far_ms;
		own = anchor;
	}
	if (!own)
		return TRUE;
	return ABS(own->t_ms < banked->t_ms ? drift_us(own, banked) : drift_us(banked, own)) <=
	       FOREIGN_MAX_US;
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
		if (anchor.is_banked && !is_credible(found, &anchor))
			continue;
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

/* The other end of the segment whose slope holds beyond the anchor at this edge: a radio's round trip is off by up to 100 ms, so over
 * minutes the slope would be noise. NULL: nothing is far enough away, the slope is one. */
static const KnAnchor *
find_baseline(const Boot *boot, gboolean is_last)
{
	const KnAnchor *anchor = &g_array_index(boot->anchors, KnAnchor, 0);
	const KnAnchor *edge = is_last ? &anchor[boot->anchors->len - 1] : anchor;

	for (guint k = 0; k < KN_CLOCK_N_BASELINES; k++)
		for (guint i = 1; i < boot->anchors->len; i++) {
			const KnAnchor *other = is_last ? edge - i : edge + i;
			guint64 far_ms =
				is_last ? edge->t_ms - other->t_ms : other->t_ms - edge->t_ms;
			if (far_ms < kn_clock_baselines_ms[k])
				continue;
			if (!(is_last ? is_broken(other, edge) : is_broken(edge, other)))
				return other;
			break;
		}
	return NULL;
}

static gint64
place_outside(const Boot *boot, gboolean is_last, guint64 t_ms)
{
	const KnAnchor *anchor = &g_array_index(boot->anchors, KnAnchor, 0);
	const KnAnchor *edge = is_last ? &anchor[boot->anchors->len - 1] : anchor;
	const KnAnchor *other = find_baseline(boot, is_last);
	gint64 distance_ms = (gint64)t_ms - (gint64)edge->t_ms;

	if (!other)
		return edge->utc_us + distance_ms * 1000;
	return extend(edge, distance_ms, is_last ? other : edge, is_last ? edge : other);
}

static gint64
place_by_anchors(const Boot *boot, guint64 t_ms, gboolean *ret_is_broken)
{
	const KnAnchor *anchor = &g_array_index(boot->anchors, KnAnchor, 0);
	const KnAnchor *nearest;
	guint last = boot->anchors->len - 1;
	guint i = 0;

	*ret_is_broken = FALSE;
	if (t_ms < anchor->t_ms || t_ms >= anchor[last].t_ms)
		return place_outside(boot, t_ms >= anchor->t_ms, t_ms);
	while (anchor[i + 1].t_ms <= t_ms)
		i++;
	*ret_is_broken = is_broken(&anchor[i], &anchor[i + 1]);
	if (!*ret_is_broken)
		return anchor[i].utc_us + (gint64)(t_ms - anchor[i].t_ms) * 1000 +
		       scale(drift_us(&anchor[i], &anchor[i + 1]), t_ms - anchor[i].t_ms,
			     anchor[i + 1].t_ms - anchor[i].t_ms);
	/* on which side of the jump it is nobody knows */
	nearest = t_ms - anchor[i].t_ms <= anchor[i + 1].t_ms - t_ms ? &anchor[i] : &anchor[i + 1];
	return nearest->utc_us + ((gint64)t_ms - (gint64)nearest->t_ms) * 1000;
}

/* a boot without an anchor lies between the last anchor before and the first start after it;
 * several share that time evenly */
static gboolean
place_between(const Boot *before, const Boot *after, guint32 boot, guint64 t_ms, gint64 *ret_utc_us)
{
	const KnAnchor *low = NULL;
	gint64 from_us;
	gint64 until_us = G_MAXINT64;
	gboolean is_broken_there;

	if (!before->is_found && !after->is_found)
		return FALSE;
	if (after->is_found)
		until_us = place_by_anchors(after, 0, &is_broken_there);
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
	gboolean is_off = FALSE;

	t_ms = MIN(t_ms, KN_TICK_MAX_MS);
	collect(anchors, boot, &own);
	is_trusted = own.is_found && best_quality(anchors, boot) >= ktp_CLOCK_RESTORED;
	/* a clock that nobody trusts may be off by decades: neighbours that are trusted say more */
	is_known = !is_trusted &&
		   place_by_neighbours(anchors, boot, t_ms, ktp_CLOCK_RESTORED, &utc_us);
	if (!is_known && own.is_found) {
		utc_us = place_by_anchors(&own, t_ms, &is_off);
		is_known = TRUE;
	}
	if (!is_known)
		is_known = place_by_neighbours(anchors, boot, t_ms, ktp_CLOCK_UNKNOWN, &utc_us);
	*ret_time = (KnWallTime){utc_us, !is_trusted || is_off, is_known};
}
