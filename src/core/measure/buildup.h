/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Build-up of the nodes of a session: mean of the last third of a node's contact samples less mean of the first third. Which
 * samples those are is known only when all are counted: so it is a second walk over the records, behind the fold that counts
 * them, and nobody keeps samples meanwhile. It is told of sessions that are over.
 */

#include "core/measure/metrics.h"

typedef struct KnBuildup KnBuildup;

/* metrics: what kn_fold_finish said of the same records. */
KnBuildup *kn_buildup_new(const KnSessionMetrics *metrics);
void kn_buildup_free(KnBuildup *buildup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnBuildup, kn_buildup_free)

/* Every record that was folded, in the same order; as kn_fold_push. */
void kn_buildup_push(KnBuildup *buildup, const ktp_Record *record);
void kn_buildup_push_values(KnBuildup *buildup, const ktp_Record *record,
			    const guint16 *values_hpa);
/* Sets has_buildup and buildup_hpa of each node; means are rounded half up. FALSE: other samples came than were counted, and
 * nothing is set. */
gboolean kn_buildup_finish(const KnBuildup *buildup, KnSessionMetrics *metrics);
