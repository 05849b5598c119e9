/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/output.h"

#include "ctl/command.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static gboolean is_failed;

/* else the next thing that is opened, the hub's socket for one, would be what is written to */
void
kn_output_begin(void)
{
	for (gint fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			(void)!open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

void
kn_output_fail(void)
{
	if (!is_failed && errno == EBADF)
		fprintf(stderr, "knead: cannot write to standard output: it is closed\n"
				"  Say where it goes: > FILE\n");
	/* a reader that has seen enough, as head has, wants no words */
	else if (!is_failed && errno != EPIPE)
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
