/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/arguments.h"

#include <string.h>

/* words that an argument stands for: "SESSION TEXT" are two */
static guint
count_words(const gchar *argument)
{
	guint n = 1;

	for (const gchar *at = argument; (at = strchr(at, ' ')) != NULL; at++)
		n++;
	return n;
}

gboolean
kn_arguments_are_free(const KnCommand *command, gint n_arguments)
{
	if (command == NULL || command->argument == NULL)
		return FALSE;
	if (g_str_has_suffix(command->argument, "..."))
		return TRUE;
	if (command->argument[0] == '[')
		return n_arguments > 0;
	return strchr(command->argument, ' ') != NULL &&
	       n_arguments >= (gint)count_words(command->argument);
}

gint
kn_arguments_wrong(const KnTerm *term, const KnCommand *command, gint n_arguments,
		   gchar **arguments)
{
	gint n_taken = command->argument != NULL ? 1 : 0;
	g_autofree gchar *extra =
		n_arguments > n_taken ? kn_term_text(term, arguments[n_taken]) : NULL;
	g_autofree gchar *message =
		extra != NULL ? g_strdup_printf("%s: \"%s\" is a word too many; example: %s",
						command->name, extra, command->example)
			      : g_strdup_printf("%s takes %s%s; example: %s", command->name,
						strchr(command->argument, ' ') ? "" : "one ",
						command->argument, command->example);

	return kn_call_usage(command->name, message);
}
