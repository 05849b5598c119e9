/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the printers' tests share. */

#include "ctl/print.h"

extern const KnTerm utf8;
extern const KnTerm ascii;

JsonNode *parse(const gchar *text);
gchar *print(void (*printer)(const KnTerm *, GString *, JsonObject *), const KnTerm *term,
	     const gchar *text);
void assert_has(const gchar *text, const gchar *wanted);
/* Returns how many lines there are. */
guint assert_lines_fit(const gchar *text, guint n_columns);
void assert_ascii(const gchar *text);
