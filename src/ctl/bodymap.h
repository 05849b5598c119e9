/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Where on the body: the nodes of a session, or the places of a summary, along the spine, head at the top. */

#include "ctl/doc.h"
#include "ctl/term.h"

typedef enum {
	KN_BODYMAP_DOSE, /* "dose_hpa_ms" of each, the most pressed one darkest; "peak_hpa" beside */
	KN_BODYMAP_PEAK, /* "peak_hpa", the firmest darkest; "mean_hpa" beside */
	KN_BODYMAP_NOW,  /* live: "hpa", the firmest of the session so far darkest */
} KnBodymapView;

/* nodes: "nodes" of a session or of live pressures, or "parts" of a summary by place. Appends lines of at most term->width columns: a
 * narrow terminal gets fewer numbers and shorter words. A node without a side stands on the spine. */
void kn_bodymap_append(const KnTerm *term, GString *out, KnBodymapView view, JsonArray *nodes);

/* "low back (erector spinae)" for "erector-spinae-lumbar"; the word itself when it is not known here. Borrowed. */
const gchar *kn_bodymap_region(const gchar *region);
/* "low back": at most KN_BODYMAP_SHORT_COLUMNS where it is known. */
const gchar *kn_bodymap_short_region(const gchar *region);
/* From the neck down; larger than all for what is no place. */
guint kn_bodymap_rank(const gchar *region);
enum { KN_BODYMAP_REGION_COLUMNS = 26, KN_BODYMAP_SHORT_COLUMNS = 14 };
