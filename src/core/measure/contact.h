/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Whether a node is pressed: on at >= 20 hPa, off below 15 hPa, off at the start and after more
 * than 2 s that no sample stands for. Shared by the metrics and the splitter, so that both see the
 * same first and last contact sample.
 *
 * Samples of a node are taken in the order of its ticks: one whose tick is not after the last one
 * taken is a repetition, and is left out of everything, so that nothing is ever counted twice.
 */

#include "core/wire/decode.h"
#include <glib.h>

enum {
	KN_CONTACT_ON_HPA = 20,
	KN_CONTACT_OFF_HPA = 15,
	KN_CONTACT_RESET_MS = 2000,
};

typedef struct {
	guint64 last_us; /* tick of the last sample taken */
	guint64 end_us;  /* last_us and the period that sample stands for */
	gboolean has_sample;
	gboolean is_on;
} KnContact;

/* stretch of ticks in which a contact sample was taken: [first_us, end_us), last_us being the
 * tick of the last sample */
typedef struct {
	gboolean has_any;
	guint64 first_us;
	guint64 last_us;
	guint64 end_us;
} KnContactSpan;

/* Opens a run of n > 0 samples that begin at t0_us, before any of them is stepped. Returns how
 * many of the first ones are repetitions. Ticks are below 2^61 us (KN_TICK_MAX_MS and 160
 * periods of at most 1 s), so sums cannot wrap. */
guint kn_contact_enter(KnContact *contact, guint64 t0_us, guint32 period_us, guint n);

/* Whether a sample is a contact sample, is_on: the one before it was. */
static inline gboolean
kn_contact_step(gboolean is_on, guint value_hpa)
{
	return value_hpa >= (is_on ? (guint)KN_CONTACT_OFF_HPA : (guint)KN_CONTACT_ON_HPA);
}

/* Widens a span by contact samples whose ticks go from first_us to last_us. */
void kn_contact_span_add(KnContactSpan *span, guint64 first_us, guint64 last_us, guint32 period_us);
