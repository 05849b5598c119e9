/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Sessions that a massager brings along may be somebody else's: the question about them, and what is asked of the hub for it. */

#include "ctl/command.h"

/* The body of a request that lets a massager be recorded, with --label and --sessions-from as they were given. address: NULL it is in the
 * path. New. */
gchar *kn_past_body(const KnCall *call, const gchar *address);
/* A label or a day that cannot be: told, and the exit code returned; else 0. */
gint kn_past_check(const KnCall *call, const gchar *command);

/* After the first pairing with the person at the terminal: waits until its history is here, a minute at most, and asks whether what is
 * from before today is theirs; a hub that does not know the day hides nothing, and that is said. Returns an exit code. */
gint kn_past_ask(KnCall *call, const gchar *address);
