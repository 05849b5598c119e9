/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Up to when each massager was read, as far as it matters to a person: while they have or had it. Of the home itself (person 0) each
 * that is recorded matters, whoever has it. One that is forgotten matters to nobody.
 */

#include "core/measure/adherence.h"
#include "serve/server.h"

/* Appends a KnReach for each time that the person has or had this massager and it may not have been read to its end. */
void kn_reach_add(GArray *reaches, const KnServer *server, gint64 person_id,
		  const KnDeviceView *view, gint64 now_us);
/* It may have something of theirs of before that moment. */
gboolean kn_reach_is_unread(const KnServer *server, gint64 person_id, const KnDeviceView *view,
			    gint64 before_us);
