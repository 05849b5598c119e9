/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A time of which records were lost on the hub itself: its database was damaged, or a part of it is. */

#include <glib.h>

/* 2000-01-01 UTC: a time before is what a clock tells that nobody has set, and says no more than that it is not known */
#define KN_LOSS_BEGIN_MIN_US G_GINT64_CONSTANT(946684800000000)

typedef struct {
	gint64 from_us; /* UTC; of nothing before this was anything lost. Below KN_LOSS_BEGIN_MIN_US: not known */
	gint64 to_us;   /* UTC; what came later is here */
	gchar file[64]; /* where the damaged database is: a name in the state directory */
	/* in the database that is in use: its records count as here, though they cannot be read any more */
	gboolean is_counted;
} KnLoss;

enum { KN_LOSS_SPANS_MAX = 16 }; /* of one database; the last of more holds the rest */
typedef struct {
	gint64 from_us; /* UTC */
	gint64 to_us;   /* behind it */
} KnLossSpan;
/* KnLossSpan: sorted, those that touch as one, and no more than may be. */
void kn_loss_spans_join(GArray *spans);

/* Something that happened in [from_us, to_us) may be missing because of it. */
static inline gboolean
kn_loss_touches(const KnLoss *loss, gint64 from_us, gint64 to_us)
{
	return from_us < loss->to_us && to_us > loss->from_us;
}
