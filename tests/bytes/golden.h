/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Every golden notification: those of the captures and those of the vectors, each once. */

#include <glib.h>

/* GBytes. KN_CAPTURES_DIR and KN_VECTORS_DIR say where they are. */
GPtrArray *golden_notifications(void);
/* The same of the vectors alone: every kind of body, few of each. */
GPtrArray *golden_vectors(void);
/* INFO of every capture and vector. */
GPtrArray *golden_infos(void);
