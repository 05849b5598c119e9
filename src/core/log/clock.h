/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Device ticks to UTC. Ticks and anchors are stored, wall time is a view of them: linear between
 * the anchors of a boot, the slope of the last hours outside them, clamped to +-500 ppm; a boot
 * without an anchor is bracketed by its neighbours and called uncertain.
 */

#include "core/log/batch.h"
#include "telemetry.pb.h"

/* the hub's own clocks, read once per main loop event and passed down: core never reads a clock */
typedef struct {
	gint64 boottime_us; /* CLOCK_BOOTTIME: for intervals */
	gint64 utc_us;      /* CLOCK_REALTIME */
	ktp_ClockQuality quality;
} KnNow;

/* Outside the anchors of a boot the slope is that of the segment from the one at the edge to the nearest that is at least so far from it:
 * the first of these for which there is one without a jump, in this order. */
enum { KN_CLOCK_N_BASELINES = 3 };
extern const guint64 kn_clock_baselines_ms[KN_CLOCK_N_BASELINES];

typedef struct {
	gint64 utc_us;
	gboolean
		is_uncertain; /* no anchor of this boot with at least restored quality, or a jump */
	gboolean is_known;    /* FALSE: not even a neighbour; utc_us is 0 */
} KnWallTime;

/*
 * anchors: KnAnchor of one (device, log_id), any order. Of the anchors of a boot only those of its
 * best quality are used; of two at the same tick the more exact one. One anchor alone: slope 1. One
 * that the device was given by another hub and that is more than a day from our own is not believed.
 * Between two anchors that no crystal can join (more than 500 ppm and a second) the nearer one counts
 * at slope 1, and the time is called uncertain.
 *
 * A boot without an anchor of at least restored quality is placed between its nearest neighbours
 * that have one: its tick 0 at the last anchor before it (the earliest it can have been), nothing
 * later than the start of the next; several such boots share that time evenly. With a neighbour on
 * one side only: from there on, or a day for each boot before it (a guess). Order of ticks within a
 * boot is kept, and distances too unless the room is too small. Only when there is no such
 * neighbour do anchors of unknown quality count.
 */
void kn_clock_place(const GArray *anchors, guint32 boot, guint64 t_ms, KnWallTime *ret_time);
