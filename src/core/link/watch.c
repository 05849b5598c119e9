/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/watch.h"

#include <string.h>

void
kn_watch_init(KnWatch *watch, const gchar *key, const KnListenTimes *listen_times,
	      const KnLadderTimes *ladder_times, KnLadderBook *book)
{
	*watch = (KnWatch){.key = g_strdup(key)};
	kn_listen_init(&watch->listen, listen_times);
	kn_ladder_init(&watch->ladder, ladder_times, book);
}

void
kn_watch_clear(KnWatch *watch)
{
	g_clear_pointer(&watch->failed, g_free);
	g_clear_pointer(&watch->key, g_free);
}

gboolean
kn_watch_has_told(const KnLink *link)
{
	return link->state >= KN_LINK_AT_ACQUIRING && link->state <= KN_LINK_AT_BUSY;
}

/* of one that was heard well a moment ago, and has not forgotten us as far as is known */
gboolean
kn_watch_is_telling(const KnLink *link, gint signal_dbm)
{
	return !link->is_blind && !kn_link_suspects_bond(link) && signal_dbm > KN_WATCH_WEAK_DBM &&
	       (link->cause == KN_LINK_CAUSE_CALL || link->cause == KN_LINK_CAUSE_TIMEOUT ||
		link->cause == KN_LINK_CAUSE_UNCONFIRMED);
}

/* not put aside for a reason of its own */
gboolean
kn_watch_is_witness(const KnLink *link)
{
	return link->state != KN_LINK_AT_NOT_BONDED && link->state != KN_LINK_AT_BOND_LOST &&
	       link->state != KN_LINK_AT_UNSUPPORTED;
}

void
kn_watch_connect_failed(KnWatch *watch, const gchar *address, gboolean is_alone, gint64 now_us)
{
	gboolean are_many = kn_ladder_connect_failed(&watch->ladder, now_us);
	if (!watch->failed)
		watch->failed = g_strdup(address);
	else if (strcmp(watch->failed, address) != 0)
		watch->have_others_failed = TRUE;
	watch->is_linkless = are_many && (watch->have_others_failed || is_alone);
}

void
kn_watch_refused(KnWatch *watch, const KnSlotTimes *times, guint n_links, gint64 now_us)
{
	kn_slots_refused(&watch->slots, times, n_links, now_us);
	if (n_links > 0 || watch->slots.n_vain < KN_WATCH_VAIN)
		return;
	/* whoever it was that it refused: it says so itself */
	(void)kn_ladder_connect_failed(&watch->ladder, now_us);
	watch->is_linkless = TRUE;
}

/* Something came over it: whatever was wrong is not any more. A link that only is said to be there proves nothing, as some fall at once. */
static KnWatchNews
note_link(KnWatch *watch)
{
	g_clear_pointer(&watch->failed, g_free);
	watch->have_others_failed = watch->is_linkless = FALSE;
	return kn_ladder_linked(&watch->ladder) ? KN_WATCH_WORKS : KN_WATCH_NO_NEWS;
}

/* Who could not be connected has gone: nobody knows any more. */
static KnWatchNews
note_calm(KnWatch *watch, gint64 now_us)
{
	gboolean is_over = kn_ladder_calm_down(&watch->ladder, now_us);
	if (watch->ladder.n_connects_failed > 0)
		return KN_WATCH_NO_NEWS;
	g_clear_pointer(&watch->failed, g_free);
	watch->have_others_failed = FALSE;
	return is_over ? KN_WATCH_CALM : KN_WATCH_NO_NEWS;
}

KnLadderStep
kn_watch_look(KnWatch *watch, gboolean has_link, gboolean has_told, guint may, gint64 now_us,
	      KnWatchNews *ret_news)
{
	gboolean is_deaf = kn_listen_take_deaf(&watch->listen);
	*ret_news = KN_WATCH_NO_NEWS;
	/* whoever has a link is not dead, and would lose it */
	if (has_told)
		*ret_news = note_link(watch);
	if (has_link)
		return KN_LADDER_NOTHING;
	*ret_news = note_calm(watch, now_us);
	if (!is_deaf && !watch->is_linkless)
		return KN_LADDER_NOTHING;
	/* listening anew helps those that do not hear */
	if (!is_deaf)
		may &= ~(1u << KN_LADDER_RESCAN);
	watch->is_linkless = FALSE;
	return kn_ladder_climb(&watch->ladder, is_deaf ? KN_LADDER_DEAF : KN_LADDER_LINKLESS, may,
			       now_us);
}

gboolean
kn_watch_heard(KnWatch *watch, gint64 now_us)
{
	kn_listen_heard(&watch->listen, now_us);
	return kn_ladder_heard(&watch->ladder);
}
