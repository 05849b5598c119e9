/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the terminal can show, and everything that depends on it. */

#include <glib.h>

typedef struct {
	guint width; /* columns, 40 … 200 */
	gboolean is_utf8;
	gboolean has_color;
	gboolean has_palette; /* 256 colours */
} KnTerm;

typedef enum { KN_COLOR_AUTO, KN_COLOR_ALWAYS, KN_COLOR_NEVER } KnColor;

typedef enum {
	KN_STYLE_TITLE,
	KN_STYLE_DIM,
	KN_STYLE_WARN, /* something to do */
} KnStyle;

/* Of what is written to fd (-1: no terminal), and of this process: locale, NO_COLOR, COLUMNS, TERM; a dumb terminal has neither colour nor
 * UTF-8. */
void kn_term_detect(KnColor color, gint fd, KnTerm *ret_term);

/* Text from outside made fit to show: cleaned word by word (core/text), in ASCII where the terminal has only that. New. */
gchar *kn_term_text(const KnTerm *term, const gchar *text);
/* The same in exactly n_columns: cut with a mark, or filled with blanks. New. */
gchar *kn_term_fit(const KnTerm *term, const gchar *text, guint n_columns);
/* Appends text (fit already) in a style. */
void kn_term_paint(const KnTerm *term, GString *out, KnStyle style, const gchar *text);
/* Appends text at the right end of n_columns, uncut. */
void kn_term_right(GString *out, const gchar *text, guint n_columns);
/* Columns that a line of text takes, escapes not counted. */
guint kn_term_columns(const gchar *text);

/* a bar of n_columns, value of max filled: blocks or #. New. */
gchar *kn_term_bar(const KnTerm *term, guint64 value, guint64 max, guint n_columns);
/* "↑ 23 %", or "+23 %"; from 20 % on, rounded. New. */
gchar *kn_term_change(const KnTerm *term, gint64 permille);
/* How much of something: level 0 (nothing) to KN_SHADES - 1 (most), in n_columns; blanks with a level below 0. The signs alone carry it,
 * blue to yellow only helps. */
enum { KN_SHADES = 5 };
void kn_term_shade(const KnTerm *term, GString *out, gint level, guint n_columns);
/* the word or its plain fallback */
const gchar *kn_term_pick(const KnTerm *term, const gchar *utf8, const gchar *ascii);
