/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Which of the sessions that were derived anew is which of those that are stored. */

#include <glib.h>

/* Gives each new session the id of the stored one that it shares most records with; the earliest
 * of equals. is_by_hand: the first of several that it shares any with. Stored ones that got no successor keep their id in old, the others
 * have 0. A new session that got none of them, but shares records with one, has its zone. */
void kn_derive_match(const GPtrArray *rows, const GPtrArray *old, gboolean is_by_hand);
