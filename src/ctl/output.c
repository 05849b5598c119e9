/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/output.h"

#include "ctl/command.h"
#include <errno.h>
#include <stdio.h>

static gboolean is_failed;

void
kn_output_fail(void)
{
	/* a reader that has seen enough, as head has, wants no words */
	if (!is_failed && errno != EPIPE)
		fprintf(stderr,
			"knead: cannot write to standard output: %s\n  Is the disk full? What is "
			"there now is not whole.\n",
			g_strerror(errno != 0 ? errno : EIO));
	is_failed = TRUE;
}

gboolean
kn_output_put(const gchar *text)
{
	errno = 0;
	/* of a long text fputs has failed before there is something to flush */
	if (!is_failed && (fputs(text, stdout) < 0 || fflush(stdout) != 0 || ferror(stdout)))
		kn_output_fail();
	return !is_failed;
}

gint
kn_output_end(gint exit_code)
{
	return kn_output_put("") || exit_code != KN_EXIT_OK ? exit_code : KN_EXIT_FAILED;
}
