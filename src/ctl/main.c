/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/arguments.h"
#include "ctl/command.h"
#include "ctl/file.h"
#include "ctl/nearest.h"
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

typedef struct {
	gboolean is_help;
	gboolean is_version;
	gboolean is_json;
	gchar *socket_path; /* owned */
	gchar *color;       /* owned */
	gchar *day;         /* owned */
	gboolean is_week;
	gboolean is_month;
	gchar *month;         /* owned */
	gchar *since;         /* owned */
	gchar *by;            /* owned */
	gchar *from;          /* owned */
	gchar *to;            /* owned */
	gchar *device;        /* owned */
	gchar *label;         /* owned */
	gchar *before;        /* owned */
	gchar *after;         /* owned */
	gchar *where;         /* owned */
	gchar *at;            /* owned */
	gchar *sessions_from; /* owned */
	gint limit;
	gboolean is_follow;
	gchar *output;   /* owned */
	gchar *scenario; /* owned */
	gint seconds;
	gboolean is_raw;
	gboolean is_forced;
	gboolean is_all;
	gboolean is_dry_run;
	gboolean is_yes;
	gboolean is_deleted;
} Options;

static void
options_clear(Options *options)
{
	g_free(options->socket_path);
	g_free(options->color);
	g_free(options->day);
	g_free(options->month);
	g_free(options->since);
	g_free(options->by);
	g_free(options->from);
	g_free(options->to);
	g_free(options->device);
	g_free(options->label);
	g_free(options->before);
	g_free(options->after);
	g_free(options->where);
	g_free(options->at);
	g_free(options->sessions_from);
	g_free(options->output);
	g_free(options->scenario);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean
read_limit(const gchar *name, const gchar *value, gpointer data, GError **error)
{
	Options *options = data;
	guint64 limit = 0;

	if (!g_ascii_string_to_unsigned(value, 10, 1, 400, &limit, NULL)) {
		g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
				    "--limit takes a number from 1 to 400");
		return FALSE;
	}
	options->limit = (gint)limit;
	return TRUE;
}

static gboolean
read_seconds(const gchar *name, const gchar *value, gpointer data, GError **error)
{
	Options *options = data;
	guint64 seconds = 0;

	if (!g_ascii_string_to_unsigned(value, 10, 1, 24 * 3600, &seconds, NULL)) {
		g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
				    "--for takes a number of seconds, at most 86400");
		return FALSE;
	}
	options->seconds = (gint)seconds;
	return TRUE;
}

/* --month alone is this one */
static gboolean
read_month(const gchar *name, const gchar *value, gpointer data, GError **error)
{
	Options *options = data;

	options->is_month = TRUE;
	g_free(options->month);
	options->month = g_strdup(value);
	return TRUE;
}

/* All commands' options in one table: which of them a command takes is checked afterwards, so that an option may stand before the
 * command too. */
static gboolean
parse(Options *options, gchar ***argv, GError **error)
{
	g_autofree gchar *wrong = NULL;
	const GOptionEntry entries[] = {
		{"help", 'h', 0, G_OPTION_ARG_NONE, &options->is_help, NULL, NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, &options->is_version, NULL, NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &options->is_json, NULL, NULL},
		{"socket", 0, 0, G_OPTION_ARG_FILENAME, &options->socket_path, NULL, NULL},
		{"color", 0, 0, G_OPTION_ARG_STRING, &options->color, NULL, NULL},
		{"day", 0, 0, G_OPTION_ARG_STRING, &options->day, NULL, NULL},
		{"week", 0, 0, G_OPTION_ARG_NONE, &options->is_week, NULL, NULL},
		{"month", 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK, read_month, NULL,
		 NULL},
		{"since", 0, 0, G_OPTION_ARG_STRING, &options->since, NULL, NULL},
		{"by", 0, 0, G_OPTION_ARG_STRING, &options->by, NULL, NULL},
		{"from", 0, 0, G_OPTION_ARG_STRING, &options->from, NULL, NULL},
		{"to", 0, 0, G_OPTION_ARG_STRING, &options->to, NULL, NULL},
		{"device", 0, 0, G_OPTION_ARG_STRING, &options->device, NULL, NULL},
		{"label", 0, 0, G_OPTION_ARG_STRING, &options->label, NULL, NULL},
		{"before", 0, 0, G_OPTION_ARG_STRING, &options->before, NULL, NULL},
		{"after", 0, 0, G_OPTION_ARG_STRING, &options->after, NULL, NULL},
		{"where", 0, 0, G_OPTION_ARG_STRING, &options->where, NULL, NULL},
		{"sessions-from", 0, 0, G_OPTION_ARG_STRING, &options->sessions_from, NULL, NULL},
		{"follow", 'f', 0, G_OPTION_ARG_NONE, &options->is_follow, NULL, NULL},
		{"for", 0, 0, G_OPTION_ARG_CALLBACK, read_seconds, NULL, NULL},
		{"output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output, NULL, NULL},
		{"scenario", 0, 0, G_OPTION_ARG_STRING, &options->scenario, NULL, NULL},
		{"with-identity", 0, 0, G_OPTION_ARG_NONE, &options->is_raw, NULL, NULL},
		{"force", 0, 0, G_OPTION_ARG_NONE, &options->is_forced, NULL, NULL},
		{"all", 0, 0, G_OPTION_ARG_NONE, &options->is_all, NULL, NULL},
		{"dry-run", 0, 0, G_OPTION_ARG_NONE, &options->is_dry_run, NULL, NULL},
		{"at", 0, 0, G_OPTION_ARG_STRING, &options->at, NULL, NULL},
		{"deleted", 0, 0, G_OPTION_ARG_NONE, &options->is_deleted, NULL, NULL},
		{"yes", 0, 0, G_OPTION_ARG_NONE, &options->is_yes, NULL, NULL},
		{"limit", 'n', 0, G_OPTION_ARG_CALLBACK, read_limit, NULL, NULL},
		{NULL},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	GOptionGroup *group = g_option_group_new("", "", "", options, NULL);

	g_option_group_add_entries(group, entries);
	g_option_context_set_main_group(context, group);
	g_option_context_set_help_enabled(context, FALSE);
	wrong = kn_nearest_explain(entries, *argv);
	if (wrong == NULL)
		return g_option_context_parse_strv(context, argv, error);
	g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, wrong);
	return FALSE;
}

static const gchar *
find_foreign_option(const Options *options, guint allowed)
{
	const struct {
		gboolean is_given;
		KnOption option;
		const gchar *name;
	} given[] = {
		{options->day != NULL, KN_OPTION_DAY, "--day"},
		{options->is_week, KN_OPTION_WEEK, "--week"},
		{options->is_month, KN_OPTION_MONTH, "--month"},
		{options->by != NULL, KN_OPTION_BY | KN_OPTION_VIEW, "--by"},
		{options->since != NULL, KN_OPTION_RANGE, "--since"},
		{options->from != NULL, KN_OPTION_RANGE, "--from"},
		{options->to != NULL, KN_OPTION_RANGE, "--to"},
		{options->device != NULL, KN_OPTION_DEVICE, "--device"},
		{options->label != NULL, KN_OPTION_LABEL, "--label"},
		{options->before != NULL, KN_OPTION_RATE, "--before"},
		{options->after != NULL, KN_OPTION_RATE | KN_OPTION_CUT, "--after"},
		{options->where != NULL, KN_OPTION_RATE, "--where"},
		{options->at != NULL, KN_OPTION_CUT, "--at"},
		{options->is_deleted, KN_OPTION_DELETED, "--deleted"},
		{options->sessions_from != NULL, KN_OPTION_PAST, "--sessions-from"},
		{options->limit != 0, KN_OPTION_LIMIT, "--limit"},
		{options->is_follow, KN_OPTION_FOLLOW, "--follow"},
		{options->seconds != 0, KN_OPTION_SECONDS, "--for"},
		{options->scenario != NULL, KN_OPTION_CAPTURE, "--scenario"},
		{options->is_raw, KN_OPTION_CAPTURE, "--with-identity"},
		{options->is_all, KN_OPTION_ALL, "--all"},
		{options->is_dry_run, KN_OPTION_CONFIRM, "--dry-run"},
		{options->is_yes, KN_OPTION_CONFIRM | KN_OPTION_YES, "--yes"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(given); i++) {
		if (given[i].is_given && (allowed & given[i].option) == 0)
			return given[i].name;
	}
	return NULL;
}

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

	fputs(call->out->str, stdout);
	return fflush(stdout) == 0 ? exit_code : KN_EXIT_FAILED;
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

	if (command != NULL && !is_free &&
	    n_arguments != (command->argument != NULL && command->argument[0] != '[' ? 1 : 0))
		return kn_arguments_wrong(&call->term, command, n_arguments, arguments);
	if (call->output != NULL && ((options & KN_OPTION_ENDLESS) != 0 || call->is_follow))
		return kn_call_usage(command->name,
				     "-o takes what has an end; write into a file with: > FILE");
	if (call->output == NULL || (options & KN_OPTION_OWN_FILE) != 0)
		return run_to_screen(call, command, argument);
	exit_code = kn_file_open(call, &file);
	return exit_code == KN_EXIT_OK ? run_to_file(call, command, argument, &file) : exit_code;
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

	fputs(text, stdout);
	return fflush(stdout) == 0 ? KN_EXIT_OK : KN_EXIT_FAILED;
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
pick_socket(const Options *options)
{
	const gchar *from_environment = g_getenv("KNEAD_SOCKET");

	if (options->socket_path != NULL)
		return options->socket_path;
	return from_environment != NULL && from_environment[0] != '\0' ? from_environment
								       : "/run/knead/knead.sock";
}

static gint
start(const Options *options, gchar **words)
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
		       .since = options->since,
		       .by = options->by,
		       .from = options->from,
		       .to = options->to,
		       .device = options->device,
		       .label = options->label,
		       .before = options->before,
		       .after = options->after,
		       .where = options->where,
		       .at = options->at,
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
		       .is_deleted = options->is_deleted};

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
	foreign = find_foreign_option(options, command != NULL ? command->options : 0);
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
	g_auto(Options) options = {0};
	g_autoptr(GError) error = NULL;

	setlocale(LC_ALL, "");
	words = g_strdupv(argv);
	if (!parse(&options, &words, &error))
		return kn_call_usage(NULL, error->message);
	return start(&options, words[0] != NULL ? words + 1 : words);
}
