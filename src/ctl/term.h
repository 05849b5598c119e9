/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the terminal can show, and everything that depends on it. */

#include <glib.h>

typedef struct {
	guint width; /* columns, 40 … 200 */
	gboolean is_utf8;
	gboolean has_color;
} KnTerm;

typedef enum { KN_COLOR_AUTO, KN_COLOR_ALWAYS, KN_COLOR_NEVER } KnColor;

typedef enum {
	KN_STYLE_TITLE,
	KN_STYLE_DIM,
	KN_STYLE_WARN, /* something to do */
} KnStyle;

/* Of what is written to fd (-1: no terminal), and of this process: locale, NO_COLOR, COLUMNS. */
void kn_term_detect(KnColor color, gint fd, KnTerm *ret_term);

/* Text from outside made fit to show: cleaned word by word (core/text), in ASCII where the terminal has only that. New. */
gchar *kn_term_text(const KnTerm *term, const gchar *text);
/* The same in exactly n_columns: cut with a mark, or filled with blanks. New. */
gchar *kn_term_fit(const KnTerm *term, const gchar *text, guint n_columns);
/* Appends text (fit already) in a style. */
void kn_term_paint(const KnTerm *term, GString *out, KnStyle style, const gchar *text);
/* Columns that a line of text takes, escapes not counted. */
guint kn_term_columns(const gchar *text);

/* a bar of n_columns, value of max filled: blocks or #. New. */
gchar *kn_term_bar(const KnTerm *term, guint64 value, guint64 max, guint n_columns);
/* the word or its plain fallback */
const gchar *kn_term_pick(const KnTerm *term, const gchar *utf8, const gchar *ascii);
