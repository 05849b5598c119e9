/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/arguments.h"
#include "ctl/command.h"
#include "ctl/file.h"
#include "ctl/options.h"
#include "ctl/output.h"
#include "ctl/progress.h"
#include <locale.h>
#include <unistd.h>

/* ---- main ---- */

static gint
ask(KnCall *call, const KnCommand *command, const gchar *argument)
{
	return command != NULL ? command->run(call, argument) : kn_cmd_glance(call, NULL);
}

static gint
run_to_screen(KnCall *call, const KnCommand *command, const gchar *argument)
{
	gint exit_code = ask(call, command, argument);

	(void)kn_output_put(call->out->str);
	return exit_code;
}

static gint
run_to_file(KnCall *call, const KnCommand *command, const gchar *argument, KnFile *file)
{
	gint exit_code = ask(call, command, argument);
	gint failed = KN_EXIT_OK;

	if (call->out->len == 0)
		kn_file_discard(file);
	else
		failed = kn_file_close(file, fputs(call->out->str, file->file) >= 0);
	return exit_code != KN_EXIT_OK ? exit_code : failed;
}

static gint
run(KnCall *call, const KnCommand *command, gint n_arguments, gchar **arguments)
{
	gint exit_code = KN_EXIT_OK;
	gboolean is_free = kn_arguments_are_free(command, n_arguments);
	g_autofree gchar *argument = is_free ? g_strjoinv(" ", arguments) : g_strdup(arguments[0]);
	guint options = command != NULL ? command->options : 0;
	KnFile file = {0};

	call->words = arguments;
	call->n_words = (guint)n_arguments;
	if (command != NULL && !is_free &&
	    n_arguments != (command->argument != NULL && command->argument[0] != '[' ? 1 : 0))
		return kn_arguments_wrong(&call->term, command, n_arguments, arguments);
	if (call->output != NULL && ((options & KN_OPTION_ENDLESS) != 0 || call->is_follow))
		return kn_call_usage(command->name,
				     "-o takes what has an end; write into a file with: > FILE");
	if (call->output == NULL || (options & KN_OPTION_OWN_FILE) != 0)
		return run_to_screen(call, command, argument);
	kn_progress_guard_file(TRUE);
	exit_code = kn_file_open(call, &file);
	if (exit_code == KN_EXIT_OK)
		exit_code = run_to_file(call, command, argument, &file);
	kn_progress_guard_file(FALSE);
	return exit_code;
}

static gint
unknown_command(const gchar *name)
{
	KnTerm plain = {.width = 80};
	g_autofree gchar *clean = kn_term_text(&plain, name);
	const gchar *nearest = kn_commands_nearest(name);
	g_autofree gchar *message = NULL;

	if (nearest != NULL)
		message = g_strdup_printf("there is no command \"%s\"; did you mean \"%s\"?", clean,
					  nearest);
	else
		message = g_strdup_printf("there is no command \"%s\"", clean);
	return kn_call_usage(NULL, message);
}

static gint
print_text(gchar *owned_text)
{
	g_autofree gchar *text = owned_text;

	(void)kn_output_put(text);
	return KN_EXIT_OK;
}

static gint
help(const gchar *name)
{
	const KnCommand *command = name != NULL ? kn_commands_find(name) : NULL;

	if (name != NULL && command == NULL)
		return unknown_command(name);
	return print_text(command != NULL ? kn_commands_help(command) : kn_commands_usage());
}

static gboolean
read_color(const gchar *word, KnColor *ret_color)
{
	static const gchar *const words[] = {
		[KN_COLOR_AUTO] = "auto", [KN_COLOR_ALWAYS] = "always", [KN_COLOR_NEVER] = "never"};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_strcmp0(word != NULL ? word : "auto", words[i]) != 0)
			continue;
		*ret_color = (KnColor)i;
		return TRUE;
	}
	return FALSE;
}

static const gchar *
pick_socket(const KnOptions *options)
{
	const gchar *from_environment = g_getenv("KNEAD_SOCKET");

	if (options->socket_path != NULL)
		return options->socket_path;
	return from_environment != NULL && from_environment[0] != '\0' ? from_environment
								       : "/run/knead/knead.sock";
}

static gint
start(const KnOptions *options, gchar **words)
{
	const KnCommand *command = NULL;
	const gchar *foreign = NULL;
	g_autoptr(GString) out = g_string_new(NULL);
	KnCall call = {.socket_path = pick_socket(options),
		       .is_json = options->is_json,
		       .out = out,
		       .day = options->day,
		       .is_week = options->is_week,
		       .is_month = options->is_month,
		       .month = options->month,
		       .by = options->by,
		       .from = options->since != NULL ? options->since : options->from,
		       .to = options->to,
		       .device = options->device,
		       .label = options->label,
		       .before = options->before,
		       .after = options->after,
		       .where = options->where,
		       .at = options->people.at,
		       .sessions_from = options->sessions_from,
		       .limit = options->limit,
		       .is_follow = options->is_follow,
		       .output = options->output,
		       .scenario = options->scenario,
		       .seconds = options->seconds,
		       .is_raw = options->is_raw,
		       .is_forced = options->is_forced,
		       .is_all = options->is_all,
		       .is_dry_run = options->is_dry_run,
		       .is_yes = options->is_yes,
		       .is_deleted = options->is_deleted,
		       .people = options->people};

	if (options->is_version)
		return print_text(g_strdup("knead " KN_VERSION "\n"));
	if (g_strcmp0(words[0], "help") == 0)
		return help(words[1]);
	if (words[0] != NULL) {
		command = kn_commands_find(words[0]);
		if (command == NULL)
			return unknown_command(words[0]);
	}
	if (options->is_help)
		return print_text(command != NULL ? kn_commands_help(command)
						  : kn_commands_usage());
	foreign = kn_options_find_foreign(options, command != NULL ? command->options : 0);
	if (foreign != NULL) {
		g_autofree gchar *message =
			g_strdup_printf("%s does not go with %s", foreign,
					command != NULL ? command->name : "knead alone");
		return kn_call_usage(command != NULL ? command->name : NULL, message);
	}
	if (!read_color(options->color, &call.color))
		return kn_call_usage(NULL, "--color takes auto, always or never");
	kn_term_detect(call.color, call.output == NULL ? STDOUT_FILENO : -1, &call.term);
	return run(&call, command, command != NULL ? (gint)g_strv_length(words + 1) : 0,
		   command != NULL ? words + 1 : words);
}

gint
main(gint argc, gchar **argv)
{
	g_auto(GStrv) words = NULL;
	g_auto(KnOptions) options = {0};
	g_autoptr(GError) error = NULL;

	kn_output_begin();
	setlocale(LC_ALL, "");
	words = g_strdupv(argv);
	if (!kn_options_parse(&options, &words, &error))
		return kn_call_usage(NULL, error->message);
	return kn_output_end(start(&options, words[0] != NULL ? words + 1 : words));
}
