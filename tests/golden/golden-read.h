/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The sessions of a capture, by core alone: framed, decoded, ordered, split and folded. The format is in README.md. */

#include "core/measure/summary.h"

/* KnSession with boot, span and metrics, in the order of boot and seq; all else is 0. NULL, and it is said on standard error, when the
 * file can not be read. New. */
GPtrArray *golden_read(const gchar *path);
