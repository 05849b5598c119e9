/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A time of which records were lost on the hub itself: its database was damaged. */

#include <glib.h>

/* 2000-01-01 UTC: a time before is what a clock tells that nobody has set, and says no more than that it is not known */
#define KN_LOSS_BEGIN_MIN_US G_GINT64_CONSTANT(946684800000000)

typedef struct {
	gint64 from_us; /* UTC; of nothing before this was anything lost. Below KN_LOSS_BEGIN_MIN_US: not known */
	gint64 to_us;   /* UTC; what came later is here */
	gchar file[64]; /* where the damaged database is: a name in the state directory */
} KnLoss;

/* Something that happened in [from_us, to_us) may be missing because of it. */
static inline gboolean
kn_loss_touches(const KnLoss *loss, gint64 from_us, gint64 to_us)
{
	return from_us < loss->to_us && to_us > loss->from_us;
}
