/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Cells of a table for spreadsheets (RFC 4180, lines end with a line feed). */

#include <json-glib/json-glib.h>

/* A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers are our own and stay as they are, with their sign.
 * value: NULL is an empty cell; else a text, an integer or a boolean. */
void kn_csv_append(GString *row, JsonNode *value);
