/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/command.h"
#include "ctl/nearest.h"

#include <string.h>

static const KnCommand commands[] = {
	{"summary", "[DAYS]",
	 KN_OPTION_DAY | KN_OPTION_WEEK | KN_OPTION_MONTH | KN_OPTION_RANGE | KN_OPTION_BY |
		 KN_OPTION_DEVICE | KN_OPTION_PERSON,
	 "/v1/summary", "any days: how long, how hard, where, and what was before",
	 "knead summary last week", kn_cmd_summary},
	{"sessions", NULL,
	 KN_OPTION_LIMIT | KN_OPTION_RANGE | KN_OPTION_DEVICE | KN_OPTION_PERSON |
		 KN_OPTION_DELETED,
	 "/v1/sessions", "the sessions, newest first", "knead sessions --since monday",
	 kn_cmd_sessions},
	{"show", "SESSION", KN_OPTION_VIEW, "/v1/sessions/{id}",
	 "where it pressed and how hard (a number, last or longest)", "knead show last",
	 kn_cmd_show},
	{"rate", "SESSION", KN_OPTION_RATE, "/v1/sessions/{id}/notes",
	 "say how it was: pain from 0 to 10 before and after, and where",
	 "knead rate last --before 6 --after 3 --where \"left shoulder\"", kn_cmd_rate},
	{"note", "SESSION TEXT", 0, "/v1/sessions/{id}/notes",
	 "say how it was in your own words (at most 280 characters)",
	 "knead note last \"slept badly, much better afterwards\"", kn_cmd_note},
	{"split", "SESSION", KN_OPTION_CUT, "/v1/sessions/{id}/split", "make two of a session",
	 "sudo knead split last --after 12", kn_cmd_split},
	{"merge", "SESSION SESSION", 0, "/v1/sessions/{id}/merge",
	 "make one of two sessions that follow each other", "sudo knead merge 142 143",
	 kn_cmd_merge},
	{"delete", "SESSION", KN_OPTION_YES, "/v1/sessions/{id}/delete",
	 "leave a session out of all lists and sums; undo takes it back",
	 "sudo knead delete 143 --yes", kn_cmd_delete},
	{"undo", "EDIT", 0, "/v1/edits/{id}/undo",
	 "take back a split, merge or delete: a number, or last", "sudo knead undo last",
	 kn_cmd_undo},
	{"edits", NULL, KN_OPTION_LIMIT, "/v1/edits", "what was split, merged or deleted by hand",
	 "knead edits", kn_cmd_edits},
	{"watch", NULL, KN_OPTION_DEVICE | KN_OPTION_ENDLESS, "/v1/events",
	 "what a massager presses right now", "knead watch", kn_cmd_watch},
	{"devices", NULL, KN_OPTION_SORT | KN_OPTION_DEVICE, "/v1/devices",
	 "the massagers: battery, last contact, what is in range", "knead devices", kn_cmd_devices},
	{"allow", "ADDRESS", KN_OPTION_LABEL | KN_OPTION_PAST, "/v1/devices/{address}/allow",
	 "let a massager be recorded, and give it a name",
	 "sudo knead allow C0:FF:EE:00:00:01 --label \"living room\"", kn_cmd_allow},
	{"pair", "ADDRESS", KN_OPTION_LABEL | KN_OPTION_PAST, "/v1/pairings",
	 "pair with a massager, and record it from then on",
	 "sudo knead pair C0:FF:EE:00:00:01 --label \"living room\"", kn_cmd_pair},
	{"plan", "[WHAT]", KN_OPTION_WHO, "/v1/adherence",
	 "what is planned and done: show, set FILE, check FILE, end", "knead plan", kn_cmd_plan},
	{"forget", "DEVICE", 0, "/v1/devices/{device}/forget",
	 "record a massager no longer; what it gave is kept", "sudo knead forget \"living room\"",
	 kn_cmd_forget},
	{"scan", NULL, KN_OPTION_BRIEF, "/v1/scans", "listen which massagers are in range",
	 "sudo knead scan --for 20", kn_cmd_scan},
	{"why", "DEVICE", 0, "/v1/devices/{device}/why",
	 "why a massager is not recorded now, and what to do", "knead why \"living room\"",
	 kn_cmd_why},
	{"identify", "DEVICE", KN_OPTION_BRIEF, "/v1/devices/{device}/identify",
	 "which one is it? It shows itself for some seconds", "sudo knead identify 2",
	 kn_cmd_identify},
	{"rezone", "ZONE", KN_OPTION_RANGE | KN_OPTION_DEVICE | KN_OPTION_CONFIRM, "/v1/zone",
	 "move stored sessions to another time zone",
	 "sudo knead rezone Europe/Lisbon --from 2026-11-01 --dry-run", kn_cmd_rezone},
	{"person", "[WHAT]", KN_OPTION_EXTERNAL, "/v1/persons",
	 "persons: add LABEL, list, show PERSON, rename PERSON LABEL", "knead person show Mia",
	 kn_cmd_person},
	{"checkout", "DEVICE", KN_OPTION_TO | KN_OPTION_FROM, "/v1/assignments",
	 "hand a massager out to a person", "sudo knead checkout \"pad 7\" --to Mia",
	 kn_cmd_checkout},
	{"return", "DEVICE", KN_OPTION_AT, "/v1/assignments", "a massager came back",
	 "sudo knead return \"pad 7\" --at 14:30", kn_cmd_return},
	{"assign", "SESSION...", KN_OPTION_OWNER, "/v1/assignments",
	 "say by hand whose sessions are, by their numbers", "sudo knead assign 17 18 --to Mia",
	 kn_cmd_assign},
	{"log", NULL, KN_OPTION_LIMIT | KN_OPTION_DEVICE | KN_OPTION_FOLLOW, "/v1/log",
	 "what happened, newest last", "knead log --follow", kn_cmd_log},
	{"capture", "DEVICE", KN_OPTION_SECONDS | KN_OPTION_CAPTURE | KN_OPTION_OWN_FILE,
	 "/v1/captures", "write down what a massager sends, for a bug report",
	 "sudo knead capture \"back bed\" -o bed.cap --for 60", kn_cmd_capture},
	{"export", "csv|json",
	 KN_OPTION_RANGE | KN_OPTION_DEVICE | KN_OPTION_PERSON | KN_OPTION_OWN_FILE, "/v1/exports",
	 "the sessions as a file for other programs",
	 "sudo knead export csv --from 2026-11-01 -o november.csv", kn_cmd_export},
	{"backup", NULL, KN_OPTION_OWN_FILE, "/v1/backups",
	 "all that is stored, as a file of its own", "sudo knead backup -o knead-2026-11-21.db",
	 kn_cmd_backup},
	{"status", NULL, KN_OPTION_ALL, "/v1/status", "how the hub itself is doing", "knead status",
	 kn_cmd_status},
	{NULL},
};

const KnCommand *
kn_commands_get(void)
{
	return commands;
}

const KnCommand *
kn_commands_find(const gchar *name)
{
	for (const KnCommand *command = commands; command->name != NULL; command++) {
		if (g_str_equal(command->name, name))
			return command;
	}
	return NULL;
}

const gchar *
kn_commands_nearest(const gchar *wrong)
{
	g_autofree gchar *lower = g_ascii_strdown(wrong, -1);
	KnNearest nearest;

	if (!kn_nearest_begin(&nearest, lower))
		return NULL;
	for (const KnCommand *command = commands; command->name != NULL; command++)
		kn_nearest_try(&nearest, command->name);
	return nearest.nearest;
}

/* ---- help ---- */

static const gchar json_help[] = "  --json          print the hub's JSON instead of text\n";

static const gchar file_help[] = "  -o FILE         write it into a file instead of to the screen\n"
				 "  --force         write over a file that is there\n";

static const gchar common_help[] = "  --socket PATH   talk to the hub there (also: KNEAD_SOCKET)\n"
				   "  --color WHEN    auto, always or never\n"
				   "  --help          this text\n"
				   "  --version       the version\n";

gchar *
kn_commands_usage(void)
{
	GString *text = g_string_new(
		"knead shows what your massagers did: today and the last seven days at a "
		"glance.\n\n"
		"Usage: knead [COMMAND] [OPTIONS]\n\n"
		"  (nothing)       today, the last seven days, the last session, the massagers\n");

	for (const KnCommand *command = commands; command->name != NULL; command++) {
		g_autofree gchar *words = g_strjoin(" ", command->name, command->argument, NULL);

		/* as GLib's own help: what does not fit beside the words stands below them */
		g_string_append_printf(text, "  %-15s%s%s\n", words,
				       strlen(words) > 15 ? "\n                  " : " ",
				       command->summary);
	}
	g_string_append_printf(text,
			       "\n%s%s%s\nExample: knead show last\n"
			       "More: knead COMMAND --help\n\n"
			       "knead is not a medical device: it reports what was measured and "
			       "concludes\nnothing from it.\n",
			       json_help, file_help, common_help);
	return g_string_free(text, FALSE);
}

static const struct {
	KnOption option;
	const gchar *help;
} option_lines[] = {
	{KN_OPTION_DAY, "  --day DAY       that day: today, monday, 3 days ago or 2026-11-21\n"},
	{KN_OPTION_WEEK, "  --week          the last seven days (with --day: up to that day)\n"},
	{KN_OPTION_MONTH, "  --month [DAYS]  a calendar month: this one, last month, 2026-11\n"},
	{KN_OPTION_RANGE,
	 "  --since DAYS    from then until today\n"
	 "  --from DAYS --to DAYS\n                  all days from one to the other\n"},
	{KN_OPTION_BY,
	 "  --by WHAT       the map shaded by dose or peak, or instead of it a table by\n"
	 "                  region, side, node, device or person\n"},
	{KN_OPTION_VIEW, "  --by WHAT       the map shaded by dose or by peak\n"},
	{KN_OPTION_DEVICE, "  --device WHICH  only this massager: its number, address or name\n"},
	{KN_OPTION_PERSON,
	 "  --person WHOSE  only this person's: a label, an external id, a number, or\n"
	 "                  unassigned\n"},
	{KN_OPTION_WHO, "  --person WHO    of this person: a label, an external id or a number\n"},
	{KN_OPTION_TO, "  --to PERSON     who gets it: a label, an external id or a number\n"},
	{KN_OPTION_OWNER,
	 "  --to PERSON     whose they are: a label, an external id, a number, or nobody\n"},
	{KN_OPTION_FROM,
	 "  --from TIME     since when: 14:30, yesterday 14:30 or a day (else now);\n"
	 "                  with --force whoever has it gives it back then\n"},
	{KN_OPTION_AT,
	 "  --at TIME       when: 14:30, yesterday 14:30 or a day (now if not given)\n"},
	{KN_OPTION_SORT,
	 "  --sort WHAT     a line each, by name, firmware, battery, synced, unsynced or\n"
	 "                  person: what needs somebody first\n"},
	{KN_OPTION_EXTERNAL, "  --external-id X the person's number in another system\n"},
	{KN_OPTION_LABEL, "  --label TEXT    the name you give it\n"},
	{KN_OPTION_PAST,
	 "  --sessions-from DAY\n"
	 "                  show only its sessions from that day on: today, 2026-11-21, "
	 "or\n"
	 "                  all. What is older is kept, and may be shown later.\n"},
	{KN_OPTION_RATE, "  --before N      pain before it, 0 (none) to 10; none takes it back\n"
			 "  --after N       pain after it, the same\n"
			 "  --where TEXT    where; \"\" takes it back\n"},
	{KN_OPTION_CUT, "  --after MINUTES the second one begins so long after the first\n"
			"  --at TIME       or at that time of its day: 07:40 or 07:40:30\n"},
	{KN_OPTION_YES, "  --yes           do it without asking\n"},
	{KN_OPTION_DELETED, "  --deleted       those that were deleted by hand\n"},
	{KN_OPTION_LIMIT, "  --limit N       at most N of them, 1 to 400 (20 if not given)\n"},
	{KN_OPTION_FOLLOW, "  --follow        go on until Ctrl-C\n"},
	{KN_OPTION_SECONDS,
	 "  --for SECONDS   how long (600 if not given); Ctrl-C ends it earlier\n"},
	{KN_OPTION_BRIEF, "  --for SECONDS   how long, 1 to 60\n"},
	{KN_OPTION_ALL, "  --all           every number there is\n"},
	{KN_OPTION_CONFIRM, "  --dry-run       only tell what it would change\n"
			    "  --yes           do it without asking\n"},
	{KN_OPTION_CAPTURE,
	 "  --scenario TEXT what is being done meanwhile\n"
	 "  --with-identity keep serial, log and hub names and the date; they are taken\n"
	 "                  out otherwise. The pressures are in the file in any case.\n"},
};

/* that it does nothing without */
static const gchar *
needed_option(const KnCommand *command)
{
	if ((command->options & (KN_OPTION_TO | KN_OPTION_OWNER)) != 0)
		return " --to PERSON";
	return (command->options & KN_OPTION_CAPTURE) != 0 ? " -o FILE" : "";
}

gchar *
kn_commands_help(const KnCommand *command)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(
		text, "knead %s: %s\n\nUsage: knead %s%s%s%s [OPTIONS]\n\n", command->name,
		command->summary, command->name, command->argument != NULL ? " " : "",
		command->argument != NULL ? command->argument : "", needed_option(command));
	for (guint i = 0; i < G_N_ELEMENTS(option_lines); i++) {
		if ((command->options & option_lines[i].option) != 0)
			g_string_append(text, option_lines[i].help);
	}
	/* what has no end takes no file */
	g_string_append_printf(text, "%s%s%s\nExample: %s\n", json_help,
			       (command->options & KN_OPTION_ENDLESS) != 0 ? "" : file_help,
			       common_help, command->example);
	return g_string_free(text, FALSE);
}
