/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A period by place: sums over the nodes of its sessions. Which sessions count is the caller's choice. */

#include "core/measure/summary.h"

typedef enum {
	KN_PART_PLACE, /* a region of one side: several massagers and nodes there are one */
	KN_PART_REGION,
	KN_PART_SIDE,
	KN_PART_NODE, /* of one massager, where it was by its description of that time */
} KnPartBy;

typedef struct {
	gint64 device_id;   /* of a node, else 0 */
	guint node;         /* likewise */
	ktp_Region region;  /* but of a side */
	ktp_Side side;      /* but of a region */
	guint n_sessions;   /* that pressed there */
	guint64 contact_ms; /* of all its nodes added up: two at once count twice */
	guint64 n_samples;
	guint32 mean_hpa; /* nodes' means by contact samples: right within 1 hPa */
	guint32 peak_hpa;
	guint64 dose_hpa_ms; /* sum of the nodes' floors */
	guint32 hold_count;
	guint64 hold_longest_ms;
	guint64 sum_hpa; /* while it is added up */
} KnPart;

/* sessions: KnSession with nodes. New: KnPart, also of places where nothing pressed, by device, node,
 * region and side. */
GPtrArray *kn_parts_sum(const GPtrArray *sessions, KnPartBy by);
/* The one of the same place, borrowed; NULL when there is none. parts: as kn_parts_sum made them. */
const KnPart *kn_parts_find(const GPtrArray *parts, const KnPart *like);
