/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Sessions keep the time zone in which they were stored; to move them to another one is a wish of a person, said here. */

#include "core/base/zone.h"

typedef struct {
	const gchar *zone; /* IANA name, known to kn_zone_is_known */
	/* of the sessions' local days, each in the zone it has so far; without either also those whose time is not known */
	gboolean has_from;
	KnDay from_day;
	gboolean has_to;
	KnDay to_day;     /* inclusive */
	gint64 device_id; /* 0: of all */
	gboolean is_dry_run;
	guint32 uid; /* who asks, for the books */
	/* borrowed, NULL: nobody looks: how far it is, 0 … 1000, written atomically while it goes on */
	gint *permille;
} KnRezone;

typedef struct {
	guint n_sessions;  /* that have, or would have, another zone than before */
	guint n_other_day; /* of those, on another local day than before */
	gint64 oldest_us;  /* begin of the oldest of them whose time is known; 0: there is none */
	gint64 newest_us;
} KnRezoned;
