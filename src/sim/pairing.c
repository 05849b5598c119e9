/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/pairing.h"

#include <stdio.h>

gboolean
kn_pairing_parse(const gchar *word, KnPairing *ret_pairing)
{
	static const gchar *const words[] = {
		[KN_PAIRING_JUST_WORKS] = "just-works",
		[KN_PAIRING_DISPLAY] = "display",
		[KN_PAIRING_CONFIRM] = "confirm",
		[KN_PAIRING_REFUSE] = "refuse",
		[KN_PAIRING_TYPE] = "type",
	};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (!g_str_equal(word, words[i]))
			continue;
		*ret_pairing = (KnPairing)i;
		return TRUE;
	}
	return FALSE;
}

void
kn_pairing_show(const gchar *what, guint32 number)
{
	printf("%s %06u\n", what, number);
	fflush(stdout);
}
