/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/options.h"

#include "ctl/nearest.h"

void
kn_options_clear(KnOptions *options)
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
	g_free(options->sessions_from);
	g_free(options->output);
	g_free(options->scenario);
	g_free(options->people.person);
	g_free(options->people.external_id);
	g_free(options->people.at);
	g_free(options->people.sort);
}

static gboolean
read_limit(const gchar *name, const gchar *value, gpointer data, GError **error)
{
	KnOptions *options = data;
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
	KnOptions *options = data;
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
	KnOptions *options = data;

	options->is_month = TRUE;
	g_free(options->month);
	options->month = g_strdup(value);
	return TRUE;
}

/* All commands' options in one table: which of them a command takes is checked afterwards, so that an option may stand before the
 * command too. */
gboolean
kn_options_parse(KnOptions *options, gchar ***argv, GError **error)
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
		{"person", 0, 0, G_OPTION_ARG_STRING, &options->people.person, NULL, NULL},
		{"external-id", 0, 0, G_OPTION_ARG_STRING, &options->people.external_id, NULL,
		 NULL},
		{"at", 0, 0, G_OPTION_ARG_STRING, &options->people.at, NULL, NULL},
		{"sort", 0, 0, G_OPTION_ARG_STRING, &options->people.sort, NULL, NULL},
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
	if (wrong != NULL)
		g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, wrong);
	if (wrong != NULL || !g_option_context_parse_strv(context, argv, error))
		return FALSE;
	if (options->since == NULL || options->from == NULL)
		return TRUE;
	g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    "--since and --from are the same: give one");
	return FALSE;
}

const gchar *
kn_options_find_foreign(const KnOptions *options, guint allowed)
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
		{options->from != NULL, KN_OPTION_RANGE | KN_OPTION_FROM, "--from"},
		{options->to != NULL, KN_OPTION_RANGE | KN_OPTION_TO | KN_OPTION_OWNER, "--to"},
		{options->device != NULL, KN_OPTION_DEVICE, "--device"},
		{options->people.person != NULL, KN_OPTION_PERSON | KN_OPTION_WHO, "--person"},
		{options->people.external_id != NULL, KN_OPTION_EXTERNAL, "--external-id"},
		{options->people.at != NULL, KN_OPTION_AT | KN_OPTION_CUT, "--at"},
		{options->people.sort != NULL, KN_OPTION_SORT, "--sort"},
		{options->label != NULL, KN_OPTION_LABEL, "--label"},
		{options->before != NULL, KN_OPTION_RATE, "--before"},
		{options->after != NULL, KN_OPTION_RATE | KN_OPTION_CUT, "--after"},
		{options->where != NULL, KN_OPTION_RATE, "--where"},
		{options->is_deleted, KN_OPTION_DELETED, "--deleted"},
		{options->sessions_from != NULL, KN_OPTION_PAST, "--sessions-from"},
		{options->limit != 0, KN_OPTION_LIMIT, "--limit"},
		{options->is_follow, KN_OPTION_FOLLOW, "--follow"},
		{options->seconds != 0, KN_OPTION_SECONDS | KN_OPTION_BRIEF, "--for"},
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
