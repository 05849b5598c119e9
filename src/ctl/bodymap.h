/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Where on the body: the nodes of a session along the spine, head at the top, shaded by dose. */

#include "ctl/doc.h"
#include "ctl/term.h"

typedef enum {
	KN_BODYMAP_DOSE, /* of a session: "dose_hpa_ms" of its nodes, the most pressed one darkest */
	KN_BODYMAP_NOW,  /* live: "hpa", the firmest of the session so far darkest */
} KnBodymapView;

/* nodes: "nodes" of a session or of live pressures. Appends lines of at most 80 columns. */
void kn_bodymap_append(const KnTerm *term, GString *out, KnBodymapView view, JsonArray *nodes);

/* "low back (erector spinae)" for "erector-spinae-lumbar"; the word itself when it is not known here. Borrowed. */
const gchar *kn_bodymap_region(const gchar *region);
/* From the neck down; larger than all for what is no place. */
guint kn_bodymap_rank(const gchar *region);
enum { KN_BODYMAP_REGION_COLUMNS = 26 };
