/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * No time changes hands because sessions are parted or joined: what was somebody's by hand is theirs in every part, and what was one
 * person's before it was joined is theirs as one. Parts of what was nobody's by any hand are theirs who had the massager: to part at a
 * hand-over is how a session gets out of the tray. Each is an assignment, by who parts or joins.
 */

#include "store/sessions.h"

typedef struct {
	KnDb *db; /* borrowed */
	guint32 uid;
	gint64 now_us;
} KnEditOwner;

/* whole: as it was; parts: KnSessionRow as they are now */
gboolean kn_edit_owner_part(const KnEditOwner *owner, const KnSessionRow *whole,
			    const GPtrArray *parts, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* part: any of those that are one now, all one person's */
gboolean kn_edit_owner_join(const KnEditOwner *owner, const KnSessionRow *part,
			    const KnSessionRow *whole, GError **error) G_GNUC_WARN_UNUSED_RESULT;
