/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/buildup.h"

void
kn_buildup_clear(KnBuildup *buildup)
{
	g_clear_pointer(&buildup->bytes, g_free);
	*buildup = (KnBuildup){0};
}

static void
reserve(KnBuildup *buildup, guint n)
{
	gsize n_needed = buildup->n_bytes + 2 * (gsize)n;

	if (n_needed <= buildup->n_allocated)
		return;
	buildup->n_allocated = MAX(n_needed, buildup->n_allocated * 3 / 2);
	buildup->bytes = g_realloc(buildup->bytes, buildup->n_allocated);
}

void
kn_buildup_push(KnBuildup *buildup, const guint16 *values_hpa, guint n)
{
	guint64 n_kept = MIN(buildup->n, KN_BUILDUP_SAMPLES_MAX);
	guint n_here = (guint)MIN(n, KN_BUILDUP_SAMPLES_MAX - n_kept);
	gint last_hpa = buildup->last_hpa;
	guint8 *at;

	buildup->n += n;
	if (n_here == 0)
		return;
	reserve(buildup, n_here);
	at = buildup->bytes + buildup->n_bytes;
	for (guint k = 0; k < n_here; k++) {
		gint delta = values_hpa[k] - last_hpa;
		guint zigzag = delta < 0 ? (guint)(-delta) * 2 - 1 : (guint)delta * 2;
		if (zigzag >= 0xc0)
			*at++ = (guint8)(0xc0 | zigzag >> 8);
		*at++ = (guint8)zigzag;
		last_hpa = values_hpa[k];
	}
	buildup->n_bytes = (gsize)(at - buildup->bytes);
	buildup->last_hpa = last_hpa;
}

gboolean
kn_buildup_finish(const KnBuildup *buildup, gint32 *ret_buildup_hpa)
{
	guint64 third = buildup->n / 3;
	guint64 first_sum = 0; /* 2^20 values of 4000 fit by far */
	guint64 last_sum = 0;
	gint64 value = 0;
	gsize at = 0;

	if (third == 0 || buildup->n > KN_BUILDUP_SAMPLES_MAX)
		return FALSE;
	for (guint64 i = 0; i < buildup->n; i++) {
		guint zigzag = buildup->bytes[at++];
		if (zigzag >= 0xc0)
			zigzag = (zigzag & 0x3f) << 8 | buildup->bytes[at++];
		value += zigzag & 1 ? -(gint64)(zigzag / 2) - 1 : (gint64)(zigzag / 2);
		if (i < third)
			first_sum += (guint64)value;
		if (i >= buildup->n - third)
			last_sum += (guint64)value;
	}
	*ret_buildup_hpa = (gint32)((2 * last_sum + third) / (2 * third)) -
			   (gint32)((2 * first_sum + third) / (2 * third));
	return TRUE;
}
