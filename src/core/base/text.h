/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Text from outside (radio, bus, files, clients) made safe to show: the one function every such text passes through. */

#include <glib.h>

enum { KN_TEXT_CODE_POINTS_MAX = 64, KN_TEXT_WORDS_MAX = 100 };

/* Valid UTF-8 is kept, else every byte as hex; C0, C1, DEL, U+200B-200F, U+202A-202E, U+2066-2069 and U+FEFF are taken out; at most
 * 64 code points. n_bytes may be -1 for a terminated string. Returns a new string. */
gchar *kn_text_clean(const gchar *bytes, gssize n_bytes);
/* The same with another limit: for what a person wrote, which is longer than a name. */
gchar *kn_text_clean_up_to(const gchar *bytes, gssize n_bytes, guint n_code_points_max);
/* The same word by word, words being what stands between blanks: for sentences, which are longer than names. At most
 * KN_TEXT_WORDS_MAX words. */
gchar *kn_text_clean_words(const gchar *text);
