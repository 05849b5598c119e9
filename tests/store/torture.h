/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Sizes and seeds of long runs, from the environment: a test takes what fits beside the others, ./dev torture
 * everything. */

#include <glib.h>
#include <stdlib.h>

/* usual when the environment says nothing */
static inline guint
torture_number(const gchar *name, guint usual)
{
	const gchar *text = g_getenv(name);

	return text ? (guint)strtoul(text, NULL, 10) : usual;
}

/* KN_TORTURE_SEED, or another one each time; whoever calls it tells it. */
static inline guint32
torture_seed(void)
{
	return torture_number("KN_TORTURE_SEED", (guint)g_random_int_range(1, G_MAXINT32));
}
