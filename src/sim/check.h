/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * knead-sim --check: whether a massager follows proto/README.md, rule by rule, through BlueZ. It is asked only for what must be refused or
 * what changes nothing, so worded that one with a bug that carries it out loses no record either: a Trim names no record that it
 * still has, nothing is wiped, no owner is put in place of another, and the time of the one SetClock is the true one.
 */

#include "sim/check-talk.h"

typedef struct {
	KnCheckTalk talk;
	ktp_Info info;
	ktp_State state; /* as told first */
	gboolean has_state;
	GCancellable *stop;    /* borrowed: cancelled by SIGINT and SIGTERM */
	gboolean is_cut_short; /* by another program that has the massager */
	guint n_ok;
	guint n_failed;
	guint n_untried;
} KnCheck;

/* Prints a line for each rule and, whatever ends it, the sums. Exit status: 0 all that could be tried hold, 1 not, or it could not be
 * reached, or was stopped. */
gint kn_check_run(const gchar *bus_address, const gchar *address);

/* ---- shared by check.c, check-rules.c and check-refuse.c ---- */

/* section: of proto/README.md. otherwise: what was seen instead. Returns is_so. What fails after a stop is untried. */
gboolean kn_check_rule(KnCheck *check, gboolean is_so, guint section, const gchar *rule,
		       const gchar *otherwise, ...) G_GNUC_PRINTF(5, 6);
void kn_check_untried(KnCheck *check, guint section, const gchar *rule, const gchar *why);

/* TRUE: stopped, or the link fell; no further rule can be tried. */
gboolean kn_check_is_over(const KnCheck *check);

/* on a link that listens; rule: what it means that State is as it was told first, for which it is not needed. FALSE: it does not even tell
 * its State, and nothing else can be tried */
gboolean kn_check_state(KnCheck *check, const gchar *rule);
void kn_check_clock(KnCheck *check);
void kn_check_history(KnCheck *check);
void kn_check_live(KnCheck *check);
void kn_check_refusals(KnCheck *check);
