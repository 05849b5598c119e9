/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A file that a command writes: under another name until it is whole, readable by nobody else, and never over one that is there unless that
 * was asked for. Functions tell what is wrong and return the exit status. */

#include "ctl/command.h"
#include <stdio.h>

typedef struct {
	const gchar *path; /* borrowed */
	gchar *making;     /* owned: the name until it is whole */
	FILE *file;        /* owned */
	gboolean is_forced;
} KnOutput;

gint kn_output_open(KnOutput *output, const gchar *path, gboolean is_forced);
/* Onto the disk for good, then to its place; closed in any case. what: "captured", for the message of where it is if it cannot be put there. */
gint kn_output_commit(KnOutput *output, const gchar *what);
/* It could not be written: says so, and takes it away. */
gint kn_output_fail(KnOutput *output);
/* Takes away what there is. */
void kn_output_discard(KnOutput *output);
void kn_output_clear(KnOutput *output);
