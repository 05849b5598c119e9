/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* "Did you mean", of options. */

#include "core/base/nearest.h"

/* "did you mean \"rename\"? " of a word that is none of words, which end with NULL; "" when nothing is near. New. */
gchar *kn_nearest_meant(const gchar *word, const gchar *const *words);

/* What to say of the first long option in argv that there is not; NULL: there is none. GLib would not say which is near. New. */
gchar *kn_nearest_explain(const GOptionEntry *entries, gchar **argv);
