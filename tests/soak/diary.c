/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "soak.h"

#include <stdarg.h>

static void
print_time(gint64 us, gchar *text, gsize n_text)
{
	g_snprintf(text, n_text, "day %2d %02d:%02d:%02d.%03d", (gint)(us / SOAK_DAY),
		   (gint)(us / SOAK_HOUR % 24), (gint)(us / SOAK_MINUTE % 60),
		   (gint)(us / SOAK_SECOND % 60), (gint)(us / SOAK_MS % 1000));
}

void
soak_note(SoakNode *node, const gchar *format, ...)
{
	gchar *line = node->diary[node->n_diary++ % SOAK_DIARY_LINES];
	gsize n_time;
	va_list args;

	print_time(node->world->now_us, line, SOAK_LINE_BYTES);
	n_time = strlen(line);
	line[n_time] = ' ';
	line[n_time + 1] = ' ';
	va_start(args, format);
	g_vsnprintf(line + n_time + 2, SOAK_LINE_BYTES - n_time - 2, format, args);
	va_end(args);
}

void
soak_note_all(SoakWorld *world, const gchar *text)
{
	for (guint i = 0; i < SOAK_NODES; i++)
		soak_note(&world->nodes[i], "%s", text);
}

static void
print_diary(const SoakNode *node)
{
	guint n = MIN(node->n_diary, SOAK_DIARY_LINES);

	g_printerr("device %u, link state %u, its last %u events:\n", node->number,
		   (guint)node->link.state, n);
	for (guint i = node->n_diary - n; i < node->n_diary; i++)
		g_printerr("  %s\n", node->diary[i % SOAK_DIARY_LINES]);
}

void
soak_fail(SoakWorld *world, const SoakNode *node, const gchar *format, ...)
{
	g_autofree gchar *what = NULL;
	gchar at[SOAK_LINE_BYTES];
	va_list args;

	va_start(args, format);
	what = g_strdup_vprintf(format, args);
	va_end(args);
	print_time(world->now_us, at, sizeof at);
	g_printerr(
		"\nsoak: %s\nseed %u, %s; again: KN_SOAK_SEED=%u KN_SOAK_DAYS=%u ./dev test soak\n"
		"its database is kept in %s\n",
		what, world->seed, at, world->seed, world->days, world->directory);
	if (node)
		print_diary(node);
	else
		for (guint i = 0; i < SOAK_NODES; i++)
			print_diary(&world->nodes[i]);
	g_assertion_message(NULL, __FILE__, __LINE__, G_STRFUNC, what);
	g_assert_not_reached();
}
