/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* The seeds as a normal test: each file, each of its prefixes, and each with one byte turned over. */

#include "fuzz.h"

#include <glib.h>
#include <stdio.h>

static guint n_runs;

static void
run(const guint8 *bytes, gsize n_bytes)
{
	/* of its own size, so that a sanitizer sees a byte too many */
	g_autofree guint8 *copy = g_memdup2(bytes, MAX(n_bytes, 1));

	LLVMFuzzerTestOneInput(copy, n_bytes);
	n_runs++;
}

static void
run_file(const gchar *path)
{
	g_autofree gchar *bytes = NULL;
	gsize n_bytes = 0;

	if (!g_file_get_contents(path, &bytes, &n_bytes, NULL))
		g_error("cannot read %s", path);
	run((const guint8 *)bytes, n_bytes);
	/* a long seed is cut and changed at some places only: the fuzzer does the rest */
	for (gsize i = 0; i < n_bytes; i += 1 + n_bytes / 512) {
		run((const guint8 *)bytes, i);
		bytes[i] = (gchar)~bytes[i];
		run((const guint8 *)bytes, n_bytes);
		bytes[i] = (gchar)~bytes[i];
	}
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		g_autoptr(GDir) dir = g_dir_open(argv[i], 0, NULL);
		const gchar *name;

		if (!dir)
			run_file(argv[i]);
		while (dir && (name = g_dir_read_name(dir))) {
			g_autofree gchar *path = g_build_filename(argv[i], name, NULL);
			run_file(path);
		}
	}
	printf("%u inputs\n", n_runs);
	return n_runs > 0 ? 0 : 1;
}
