/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/pair-words.h"

const gchar *
kn_pair_words(const KnBluezFault *fault)
{
	static const struct {
		const gchar *said; /* by bluetoothd */
		const gchar *words;
	} known[] = {
		{"Authentication Timeout", "nobody answered in time"},
		{"Authentication Rejected", "it was refused"},
		{"Authentication Canceled", "the massager gave up, or went away"},
		{"Authentication Failed", "the massager refused, or the digits were wrong"},
		{"Page Timeout", "the massager did not answer"},
	};
	for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
		if (g_strrstr(fault->text, known[i].said))
			return known[i].words;
	}
	if (fault->verdict.class == KN_BLUEZ_DAEMON_DOWN)
		return "bluetoothd went away";
	return fault->text;
}

gboolean
kn_pair_was_first(const KnBluezFault *fault)
{
	return !fault || !g_strrstr(fault->text, "Already Exists");
}
