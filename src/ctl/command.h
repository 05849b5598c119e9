/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The commands of knead: one file each, one table of them. */

#include "ctl/bodymap.h"
#include "ctl/term.h"
#include <json-glib/json-glib.h>

enum {
	KN_EXIT_OK = 0,
	KN_EXIT_FAILED = 1,
	KN_EXIT_USAGE = 2,
	KN_EXIT_NOT_FOUND = 3,
	KN_EXIT_DENIED = 4,
	KN_EXIT_NOT_RUNNING = 5,
};

/* what commands for persons and hand-outs take; NULL: not given */
typedef struct {
	gchar *person;
	gchar *external_id;
	gchar *at;
	gchar *sort;
} KnPeopleOptions;

typedef struct {
	const gchar *socket_path;
	gboolean is_json;
	KnColor color;
	KnTerm term;  /* found by color */
	GString *out; /* what goes to standard output at the end */
	/* options of single commands; NULL: not given */
	const gchar *day;
	gboolean is_week;
	gboolean is_month;
	const gchar *month; /* of is_month: which; NULL this one */
	const gchar *from;  /* --since is the same */
	const gchar *to;
	const gchar *by;
	const gchar *device;
	const gchar *label;
	const gchar *before;
	const gchar *after;
	const gchar *where;
	const gchar *at;
	const gchar *sessions_from;
	gint limit; /* 0: not given */
	gboolean is_follow;
	const gchar *output;
	const gchar *scenario;
	gint seconds; /* 0: not given */
	gboolean is_raw;
	gboolean is_forced;
	gboolean is_all;
	gboolean is_dry_run;
	gboolean is_yes;
	gboolean is_deleted;
	KnPeopleOptions people; /* borrowed texts */
	gchar **words;          /* borrowed: all that stood behind the command */
	guint n_words;
} KnCall;

/* options that a command takes beyond those of all */
typedef enum {
	KN_OPTION_DAY = 1,
	KN_OPTION_WEEK = 2,
	KN_OPTION_RANGE = 4, /* --since, --from and --to */
	KN_OPTION_DEVICE = 8,
	KN_OPTION_LABEL = 16,
	KN_OPTION_LIMIT = 32,
	KN_OPTION_FOLLOW = 64,
	KN_OPTION_SECONDS = 128,
	KN_OPTION_CAPTURE = 256, /* --scenario, --with-identity */
	KN_OPTION_ALL = 512,
	KN_OPTION_PAST = 1024,    /* --sessions-from */
	KN_OPTION_CONFIRM = 2048, /* --dry-run and --yes */
	KN_OPTION_MONTH = 4096,
	KN_OPTION_BY = 8192,
	KN_OPTION_VIEW = 16384,    /* --by, of a map alone */
	KN_OPTION_WHO = 1 << 15,   /* --person of a plan: nobody's there is none */
	KN_OPTION_BRIEF = 1 << 16, /* --for, of a minute at most */
	KN_OPTION_OWNER = 1 << 17, /* --to, of sessions: also nobody */
	KN_OPTION_PERSON = 1 << 22,
	KN_OPTION_TO = 1 << 23,
	KN_OPTION_FROM = 1 << 24,
	KN_OPTION_AT = 1 << 25,
	KN_OPTION_SORT = 1 << 26,
	KN_OPTION_EXTERNAL = 1 << 27, /* --external-id */
	KN_OPTION_RATE = 1 << 28,     /* --before, --after, --where */
	KN_OPTION_CUT = 1 << 29,      /* --at, --after */
	KN_OPTION_YES = 1 << 30,      /* --yes, without --dry-run */
	KN_OPTION_DELETED = 1 << 19,  /* --deleted */
	KN_OPTION_ENDLESS = 1 << 20,  /* no option: it has no end, and takes no -o */
	KN_OPTION_OWN_FILE = 1 << 21, /* no option: it writes -o by itself, as it comes */
} KnOption;

typedef struct {
	const gchar *name; /* NULL: what knead does without a command */
	const gchar *
		argument; /* name of its one argument; NULL: it takes none; in brackets: any number of words, or none; with a blank: as many words or more; with "...": any number, and it says itself that none is too few */
	guint options;    /* KnOption */
	const gchar *path; /* of the API: what it asks for first */
	const gchar *summary;
	const gchar *example;
	gint (*run)(KnCall *call, const gchar *argument);
} KnCommand;

/* Ends with an entry without a name and without a function. */
const KnCommand *kn_commands_get(void);
const KnCommand *kn_commands_find(const gchar *name); /* NULL: there is none */
/* The name that is nearest to a wrong one; NULL when nothing is near. */
const gchar *kn_commands_nearest(const gchar *wrong);
gchar *kn_commands_usage(void);
gchar *kn_commands_help(const KnCommand *command);

/* For commands: one question; on failure it is told on standard error and the exit code is returned, else 0. */
gint kn_call_ask(KnCall *call, const gchar *path, const gchar *body, JsonNode **ret_node);
gint kn_call_fail(const KnCall *call, const GError *error);
/* What was wrong, and where the right way is told: the help of command, NULL that of knead. */
gint kn_call_usage(const gchar *command, const gchar *message);
/* For what goes on: each document at once, a line of standard output; FALSE when nobody reads it any more. */
gboolean kn_call_print_line(JsonNode *node);
/* What --by says of a map; FALSE when it says something else. */
gboolean kn_call_read_view(const KnCall *call, KnBodymapView *ret_view);
/* What SESSION of a command means: a number, last or longest. As kn_call_ask. */
gint kn_call_find_session(KnCall *call, const gchar *command, const gchar *word, gint64 *ret_id);
/* ?device=… for a path that has begun its query with first ("?" or "&"); "" without --device. New. */
gchar *kn_call_device_query(const KnCall *call, const gchar *first);
void kn_call_print_json(KnCall *call, JsonNode *node);

/* Each asks, renders into call->out and returns its KN_EXIT_…; argument as the table has it, NULL where it has none. */
gint kn_cmd_glance(KnCall *call, const gchar *argument);
gint kn_cmd_summary(KnCall *call, const gchar *argument);
gint kn_cmd_sessions(KnCall *call, const gchar *argument);
gint kn_cmd_show(KnCall *call, const gchar *argument);
gint kn_cmd_rate(KnCall *call, const gchar *argument);
gint kn_cmd_note(KnCall *call, const gchar *argument);
gint kn_cmd_split(KnCall *call, const gchar *argument);
gint kn_cmd_merge(KnCall *call, const gchar *argument);
gint kn_cmd_delete(KnCall *call, const gchar *argument);
gint kn_cmd_undo(KnCall *call, const gchar *argument);
gint kn_cmd_edits(KnCall *call, const gchar *argument);
gint kn_cmd_devices(KnCall *call, const gchar *argument);
gint kn_cmd_person(KnCall *call, const gchar *argument);
gint kn_cmd_checkout(KnCall *call, const gchar *argument);
gint kn_cmd_return(KnCall *call, const gchar *argument);
gint kn_cmd_assign(KnCall *call, const gchar *argument);
gint kn_cmd_allow(KnCall *call, const gchar *argument);
gint kn_cmd_plan(KnCall *call, const gchar *argument);
gint kn_cmd_pair(KnCall *call, const gchar *argument);
gint kn_cmd_backup(KnCall *call, const gchar *argument);
gint kn_cmd_capture(KnCall *call, const gchar *argument);
gint kn_cmd_export(KnCall *call, const gchar *argument);
gint kn_cmd_why(KnCall *call, const gchar *argument);
gint kn_cmd_scan(KnCall *call, const gchar *argument);
gint kn_cmd_rezone(KnCall *call, const gchar *argument);
gint kn_cmd_forget(KnCall *call, const gchar *argument);
gint kn_cmd_identify(KnCall *call, const gchar *argument);
gint kn_cmd_log(KnCall *call, const gchar *argument);
gint kn_cmd_watch(KnCall *call, const gchar *argument);
gint kn_cmd_status(KnCall *call, const gchar *argument);
