/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Standard output of this process. What cannot be written is told on standard error, once, and decides the exit code: a full disk must not
 * pass for a hub with nothing to tell. */

#include <glib.h>

/* At the very beginning: a closed standard output stays one that takes nothing, whatever is opened later. */
void kn_output_begin(void);
/* Writes text, and all before it, out. FALSE when that failed, now or before: nobody reads any more. */
gboolean kn_output_put(const gchar *text);
/* Something else could not be written there, for the reason in errno. */
void kn_output_fail(void);
/* At the very end: exit_code, or that of a failure. */
gint kn_output_end(gint exit_code);
