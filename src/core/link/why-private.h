/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What why.c, why-turn.c and why-silence.c share; nobody else includes it. */

#include "core/link/why.h"

#define KN_WHY_NEXT_REFUSING                                                                   \
	"End what other programs have connected by Bluetooth. If there is nothing, pull this " \
	"machine's Bluetooth adapter out and put it back, or switch the machine off and on."

#define KN_WHY_NEXT_LISTEN \
	"It tries again by itself. If it stays so: sudo systemctl restart bluetooth"
#define KN_WHY_NEXT_DEAF \
	"Switch it on, near this machine. If it is on: sudo systemctl restart bluetooth"

/* It is there, as far as can be known, and waits for a link of its adapter. */
gboolean kn_why_is_in_line(const KnWhyFacts *facts);
/* To "NAME waits": for what, up to the full stop. */
void kn_why_append_turn(GString *text, const KnWhyFacts *facts);

/* It may be there, but nobody can know: its adapter does not let the hub listen. */
gboolean kn_why_is_unheard(const KnWhyFacts *facts);
/* To "… refuses": with what words, up to the full stop. */
void kn_why_append_refusal(GString *text, const KnWhyFacts *facts);
/* To "NAME was not heard": for how long, and whether that says anything. */
void kn_why_append_silence(GString *text, const KnWhyFacts *facts);
/* "12 min"; owned */
gchar *kn_why_ago(gint64 ms);
