/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/spark.h"

enum { LEVELS = 8 };

void
kn_spark_append(const KnTerm *term, GString *out, const gint64 *values, guint n, gint64 max)
{
	static const gchar *const blocks[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const gchar *const plain[LEVELS] = {".", ":", "-", "=", "+", "*", "#", "@"};

	for (guint i = 0; i < n; i++) {
		gint64 level = 0;

		/* a hole is a hole, not a low value */
		if (values[i] < 0) {
			g_string_append_c(out, ' ');
			continue;
		}
		if (max > 0)
			level = (gint64)((gdouble)MIN(values[i], max) * (LEVELS - 1) /
						 (gdouble)max +
					 0.5);
		g_string_append(out, term->is_utf8 ? blocks[level] : plain[level]);
	}
}
