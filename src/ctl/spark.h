/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A pressure curve in one line of characters. */

#include "ctl/term.h"

/* values: n of them, -1 for none; max: what a full block means. Appends exactly n columns. */
void kn_spark_append(const KnTerm *term, GString *out, const gint64 *values, guint n, gint64 max);
