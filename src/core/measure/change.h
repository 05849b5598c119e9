/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * More or less than before: the one rule by which a change is told at all, in integers.
 *
 * Two periods are compared only when each has three data days or more: less is chance, and a week in
 * which the massager stood in a cupboard is no fall. Nor when 1 % of the records of either is missing or
 * more, or nobody knows whether it is: the fall may be what is missing. A part of them may be where all of
 * that is missing, so of parts nothing is told if it is 1 % of any session. Of a number a change is told when it differs by a
 * fifth of what it was before or more: now >= 1.2 before, or now <= 0.8 before, exactly. Of what was
 * nothing before there is no share.
 */

#include "core/measure/summary.h"

enum { KN_CHANGE_DATA_DAYS_MIN = 3, KN_CHANGE_MAX_PERMILLE = 999999000 };

gboolean kn_change_is_fair(const KnPeriod *now, const KnPeriod *before);
gboolean kn_change_is_fair_in_parts(const KnPeriod *now, const KnPeriod *before);
/* round(1000 (now - before) / before), half away from zero, at most KN_CHANGE_MAX_PERMILLE. FALSE:
 * nothing to tell, *ret_permille untouched. */
gboolean kn_change_find(guint64 now, guint64 before, gint32 *ret_permille);
