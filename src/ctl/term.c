/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/term.h"

#include "core/base/text.h"
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80, WIDTH_MIN = 40, WIDTH_MAX = 200 };

static guint
find_width(gint fd)
{
	const gchar *columns = g_getenv("COLUMNS");
	struct winsize size = {0};
	guint64 width = 0;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col;
	else if (columns == NULL ||
		 !g_ascii_string_to_unsigned(columns, 10, 1, 10000, &width, NULL))
		width = WIDTH_DEFAULT;
	return (guint)CLAMP(width, (guint64)WIDTH_MIN, (guint64)WIDTH_MAX);
}

static gboolean
find_color(KnColor color, gint fd)
{
	const gchar *no_color = g_getenv("NO_COLOR");

	if (color != KN_COLOR_AUTO)
		return color == KN_COLOR_ALWAYS;
	return isatty(fd) && (no_color == NULL || no_color[0] == '\0') &&
	       g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

void
kn_term_detect(KnColor color, gint fd, KnTerm *ret_term)
{
	ret_term->width = find_width(fd);
	ret_term->is_utf8 = g_get_charset(NULL);
	ret_term->has_color = find_color(color, fd);
}

const gchar *
kn_term_pick(const KnTerm *term, const gchar *utf8, const gchar *ascii)
{
	return term->is_utf8 ? utf8 : ascii;
}

gchar *
kn_term_text(const KnTerm *term, const gchar *text)
{
	g_autofree gchar *clean = kn_text_clean_words(text);

	return term->is_utf8 ? g_steal_pointer(&clean) : g_str_to_ascii(clean, "C");
}

static guint
columns_of(gunichar c)
{
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

guint
kn_term_columns(const gchar *text)
{
	guint n = 0;

	while (*text != '\0') {
		/* our own colours: ESC [ … m */
		if (*text == '\x1b') {
			text += strcspn(text, "m");
			text += *text == 'm' ? 1 : 0;
			continue;
		}
		n += columns_of(g_utf8_get_char(text));
		text = g_utf8_next_char(text);
	}
	return n;
}

gchar *
kn_term_fit(const KnTerm *term, const gchar *text, guint n_columns)
{
	g_autofree gchar *clean = kn_term_text(term, text);
	GString *fit = g_string_new(NULL);
	gboolean is_cut = kn_term_columns(clean) > n_columns;
	guint n_room = is_cut && n_columns > 0 ? n_columns - 1 : n_columns;
	guint n = 0;

	for (const gchar *at = clean; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (n + columns_of(c) > n_room)
			break;
		g_string_append_unichar(fit, c);
		n += columns_of(c);
	}
	if (is_cut && n_columns > 0) {
		g_string_append(fit, kn_term_pick(term, "…", "~"));
		n++;
	}
	for (; n < n_columns; n++)
		g_string_append_c(fit, ' ');
	return g_string_free(fit, FALSE);
}

void
kn_term_paint(const KnTerm *term, GString *out, KnStyle style, const gchar *text)
{
	static const gchar *const codes[] = {
		[KN_STYLE_TITLE] = "1", [KN_STYLE_DIM] = "2", [KN_STYLE_WARN] = "33"};

	if (term->has_color)
		g_string_append_printf(out, "\x1b[%sm%s\x1b[0m", codes[style], text);
	else
		g_string_append(out, text);
}

gchar *
kn_term_bar(const KnTerm *term, guint64 value, guint64 max, guint n_columns)
{
	GString *bar = g_string_new(NULL);
	guint n_full = 0;

	/* rounded up: a little is never nothing; in doubles, for doses may be large */
	if (max > 0 && value > 0) {
		gdouble exact = (gdouble)MIN(value, max) * n_columns / (gdouble)max;

		n_full = (guint)exact + ((gdouble)(guint)exact < exact ? 1 : 0);
	}
	for (guint i = 0; i < n_columns; i++) {
		if (i < n_full)
			g_string_append(bar, kn_term_pick(term, "█", "#"));
		else
			g_string_append(bar, kn_term_pick(term, "░", "."));
	}
	return g_string_free(bar, FALSE);
}
