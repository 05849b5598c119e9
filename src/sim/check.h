/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * knead-sim --check: whether a massager follows proto/README.md, rule by rule, through BlueZ. It is left as it was found: nothing is trimmed or
 * wiped, and neither clock nor owner is set.
 */

#include "sim/check-talk.h"

typedef struct {
	KnCheckTalk talk;
	ktp_Info info;
	ktp_State state; /* as told first */
	guint n_ok;
	guint n_failed;
	guint n_untried;
} KnCheck;

/* Prints a line for each rule, and the sums. Exit status: 0 all that could be tried hold, 1 not, or it could not be reached. */
gint kn_check_run(const gchar *bus_address, const gchar *address);

/* ---- shared by check.c and check-rules.c ---- */

/* section: of proto/README.md. otherwise: what was seen instead. Returns is_so. */
gboolean kn_check_rule(KnCheck *check, gboolean is_so, guint section, const gchar *rule,
		       const gchar *otherwise, ...) G_GNUC_PRINTF(5, 6);
void kn_check_untried(KnCheck *check, guint section, const gchar *rule, const gchar *why);

/* on a link that listens; FALSE: it does not even tell its State, and nothing else can be tried */
gboolean kn_check_state(KnCheck *check);
void kn_check_clock(KnCheck *check);
void kn_check_history(KnCheck *check);
void kn_check_live(KnCheck *check);
void kn_check_refusals(KnCheck *check);
