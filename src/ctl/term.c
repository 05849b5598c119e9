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
is_dumb(void)
{
	return g_strcmp0(g_getenv("TERM"), "dumb") == 0;
}

static gboolean
find_color(KnColor color, gint fd)
{
	const gchar *no_color = g_getenv("NO_COLOR");

	if (color != KN_COLOR_AUTO)
		return color == KN_COLOR_ALWAYS;
	return isatty(fd) && (no_color == NULL || no_color[0] == '\0') && !is_dumb();
}

void
kn_term_detect(KnColor color, gint fd, KnTerm *ret_term)
{
	const gchar *name = g_getenv("TERM");

	ret_term->width = find_width(fd);
	ret_term->is_utf8 = g_get_charset(NULL) && !is_dumb();
	ret_term->has_color = find_color(color, fd);
	ret_term->has_palette =
		ret_term->has_color && name != NULL && strstr(name, "256color") != NULL;
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

void
kn_term_right(GString *out, const gchar *text, guint n_columns)
{
	for (guint n = kn_term_columns(text); n < n_columns; n++)
		g_string_append_c(out, ' ');
	g_string_append(out, text);
}

gchar *
kn_term_change(const KnTerm *term, gint64 permille)
{
	guint64 percent = ((guint64)ABS(permille) + 5) / 10;

	return g_strdup_printf("%s%" G_GUINT64_FORMAT " %%",
			       permille < 0 ? kn_term_pick(term, "↓ ", "-")
					    : kn_term_pick(term, "↑ ", "+"),
			       percent);
}

void
kn_term_shade(const KnTerm *term, GString *out, gint level, guint n_columns)
{
	static const gchar *const shades[KN_SHADES] = {"·", "░", "▒", "▓", "█"};
	static const gchar *const plain[KN_SHADES] = {".", "-", "+", "*", "#"};
	/* from dark blue to light yellow: told apart by lightness, and by who does not see red or green */
	static const guint palette[KN_SHADES] = {0, 25, 67, 179, 227};
	gboolean is_painted = term->has_palette && level > 0;

	if (is_painted)
		g_string_append_printf(out, "\x1b[38;5;%um", palette[MIN(level, KN_SHADES - 1)]);
	for (guint i = 0; i < n_columns; i++) {
		if (level < 0)
			g_string_append_c(out, ' ');
		else
			g_string_append(out, kn_term_pick(term, shades[MIN(level, KN_SHADES - 1)],
							  plain[MIN(level, KN_SHADES - 1)]));
	}
	if (is_painted)
		g_string_append(out, "\x1b[0m");
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
