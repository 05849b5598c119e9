/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What why.c and why-turn.c share; nobody else includes it. */

#include "core/link/why.h"

#define KN_WHY_NEXT_REFUSING                                                                   \
	"End what other programs have connected by Bluetooth. If there is nothing, pull this " \
	"machine's Bluetooth adapter out and put it back, or switch the machine off and on."

/* It is there, as far as can be known, and waits for a link of its adapter. */
gboolean kn_why_is_in_line(const KnWhyFacts *facts);
/* To "NAME waits": for what, up to the full stop. */
void kn_why_append_turn(GString *text, const KnWhyFacts *facts);
