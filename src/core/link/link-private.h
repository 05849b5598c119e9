/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What link.c, link-end.c and link-pause.c share; nobody else includes it. */

#include "core/link/link.h"

enum {
	KN_LINK_TRANSIENT_TRIES = 8, /* then the doubling starts: nine Connects in all */
	KN_LINK_CANCELED_TRIES = 3,
	KN_LINK_YOUNG_TRIES = 6, /* radio weather seldom lasts so long (a guess) */
	KN_LINK_MISSED_TRIES = 3,
};

/* link-pause.c: how long to wait */
void kn_link_count_failure(KnLink *link, const KnBluezVerdict *verdict);
void kn_link_forgive(KnLink *link);
void kn_link_forget_bond(KnLink *link);
gint64 kn_link_pause_for(KnLink *link, const KnBluezVerdict *verdict);
gint64 kn_link_pause_listener(KnLink *link);
gint64 kn_link_pause_fallen(KnLink *link, gint64 streamed_us);

/* link-end.c: how an attempt or a link ends. must_close: there is, or may be, a link to close, so CLOSING comes before. Each
 * returns KnLinkActions. */
void kn_link_enter(KnLink *link, KnLinkState state, gint64 deadline_us);
/* is_blind: not heard */
void kn_link_queue(KnLink *link, gboolean is_blind, gint64 now_us);
void kn_link_enter_after(KnLink *link, gint64 now_us);
guint kn_link_drop(KnLink *link);
guint kn_link_leave(KnLink *link, KnLinkState after, gboolean must_close, gint64 now_us);
guint kn_link_fail_own(KnLink *link, KnLinkCause cause, gboolean must_close, gint64 now_us);
guint kn_link_fail_unsupported(KnLink *link, KnLinkCause cause, gboolean must_close, gint64 now_us);
/* by the owner; pause_us 0: as long as any that is not supported */
guint kn_link_refuse(KnLink *link, gint64 pause_us, gboolean must_close, gint64 now_us);
guint kn_link_yield(KnLink *link, KnLinkEvent event, gint64 now_us); /* YIELD or SILENT */
guint kn_link_fail_call(KnLink *link, const KnBluezVerdict *verdict, gboolean is_connected,
			gint64 now_us);
guint kn_link_lose(KnLink *link, gboolean must_close, gint64 now_us);
/* What a chain of transitions asked for and then left behind. */
guint kn_link_stale_actions(KnLinkState state);
