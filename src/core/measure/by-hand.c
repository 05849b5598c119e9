/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/by-hand.h"

KnWord *
kn_word_new(void)
{
	KnWord *word = g_new0(KnWord, 1);

	word->pain_before = KN_PAIN_NOT_SAID;
	word->pain_after = KN_PAIN_NOT_SAID;
	return word;
}

KnWord *
kn_word_copy(const KnWord *word)
{
	KnWord *copy = g_memdup2(word, sizeof *word);

	copy->region = g_strdup(word->region);
	copy->note = g_strdup(word->note);
	return copy;
}

void
kn_word_free(KnWord *word)
{
	if (!word)
		return;
	g_free(word->region);
	g_free(word->note);
	g_free(word);
}

gboolean
kn_word_is_empty(const KnWord *word)
{
	return word->pain_before < 0 && word->pain_after < 0 &&
	       (!word->region || word->region[0] == '\0') && (!word->note || word->note[0] == '\0');
}

const gchar *
kn_edit_kind_name(KnEditKind kind)
{
	static const gchar *const names[] = {
		[KN_EDIT_SPLIT] = "split", [KN_EDIT_MERGE] = "merge", [KN_EDIT_DELETE] = "delete"};

	return (guint)kind < G_N_ELEMENTS(names) && names[kind] ? names[kind] : "unknown";
}
