/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/base/nearest.h"

#include <string.h>

enum { WORD_MAX = 32 };

/* letters to insert, take out or change; two that changed places count as one. Both are at most WORD_MAX long. */
static guint
distance(const gchar *a, const gchar *b)
{
	guint n_a = (guint)strlen(a);
	guint n_b = (guint)strlen(b);
	guint table[WORD_MAX + 1][WORD_MAX + 1];

	for (guint i = 0; i <= n_a; i++)
		table[i][0] = i;
	for (guint k = 0; k <= n_b; k++)
		table[0][k] = k;
	for (guint i = 1; i <= n_a; i++) {
		for (guint k = 1; k <= n_b; k++) {
			guint best = table[i - 1][k - 1] + (a[i - 1] != b[k - 1] ? 1 : 0);

			best = MIN(best, table[i - 1][k] + 1);
			best = MIN(best, table[i][k - 1] + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				best = MIN(best, table[i - 2][k - 2] + 1);
			table[i][k] = best;
		}
	}
	return table[n_a][n_b];
}

gboolean
kn_nearest_begin(KnNearest *nearest, const gchar *word)
{
	*nearest = (KnNearest){.word = word, .best = G_MAXUINT};
	return word[0] != '\0' && strlen(word) <= WORD_MAX;
}

void
kn_nearest_try(KnNearest *nearest, const gchar *right)
{
	guint far = distance(nearest->word, right);

	/* the beginning of a word is as good as one slip */
	if (strlen(nearest->word) >= 2 && g_str_has_prefix(right, nearest->word))
		far = MIN(far, 1);
	/* of three letters two that are others are another word */
	if (far < nearest->best &&
	    far <= MAX(strlen(nearest->word) > 3 ? 2 : 1, (guint)strlen(right) / 3)) {
		nearest->best = far;
		nearest->nearest = right;
	}
}
