/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/screen.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { HEIGHT_DEFAULT = 24 };

static void
send(const gchar *text)
{
	fputs(text, stdout);
	fflush(stdout);
}

void
kn_screen_open(void)
{
	send("\x1b[?1049h\x1b[?25l\x1b[2J");
}

void
kn_screen_close(void)
{
	send("\x1b[?25h\x1b[?1049l");
}

static guint
find_height(void)
{
	struct winsize size = {0};

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row
									       : HEIGHT_DEFAULT;
}

void
kn_screen_draw(const gchar *lines, const gchar *too_small)
{
	g_auto(GStrv) list = g_strsplit(lines, "\n", -1);
	g_autoptr(GString) frame = g_string_new("\x1b[H");
	guint n_lines = g_strv_length(list);
	guint n_rows = find_height();
	guint n_shown = 0;

	/* after the last line feed there is nothing */
	if (n_lines > 0 && list[n_lines - 1][0] == '\0')
		n_lines--;
	n_shown = n_lines <= n_rows ? n_lines : n_rows - 1;
	for (guint i = 0; i < n_shown; i++)
		g_string_append_printf(frame, "%s%s\x1b[K", i > 0 ? "\r\n" : "", list[i]);
	if (n_shown < n_lines)
		g_string_append_printf(frame, "%s%s\x1b[K", n_shown > 0 ? "\r\n" : "", too_small);
	g_string_append(frame, "\x1b[J");
	send(frame->str);
}
