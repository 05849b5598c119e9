/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the two ways of asking share; nobody else includes it. */

#include "ctl/client.h"

/* Strict UTF-8, bounded depth; NULL: it is no document. */
JsonNode *kn_client_parse(GBytes *body);
/* Why nothing answered, in words that say what to do. */
void kn_client_explain(const gchar *socket_path, const GError *reason, GError **error);
