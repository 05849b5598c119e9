/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Who uses the massagers of a hub, and who has which one now: a list of at most KN_PEOPLE_MAX, small enough to be held and copied whole.
 * Labels are opaque, unique, cleaned text. Whose a session is, store/people.h says.
 */

#include <glib.h>

enum {
	KN_PEOPLE_MAX = 1000,
	KN_PEOPLE_RETURNED_MAX = 1000, /* the newest */
	KN_PEOPLE_SESSIONS_MAX = 400   /* that are assigned at once: a page of them */
};

typedef struct {
	gint64 id;
	gchar *label;       /* owned: never "" */
	gchar *external_id; /* owned: in another system; "" none */
	gint64 made_us;     /* UTC */
} KnPerson;

typedef struct {
	gint64 device_id;
	gint64 person_id;
	gint64 from_us; /* UTC */
	gint64 to_us;   /* 0: it is out */
} KnHandout;

typedef struct {
	GPtrArray *persons; /* owned: KnPerson, by label as people sort */
	GArray *handouts;   /* owned: KnHandout, one a massager that is out */
	GArray *returned; /* owned: KnHandout that ended after its massager was read last, as far as the store knew then */
} KnPeople;

KnPeople *kn_people_new(void);
void kn_people_free(KnPeople *people);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnPeople, kn_people_free)
/* Copies the texts. */
void kn_people_add(KnPeople *people, const KnPerson *person);
void kn_people_sort(KnPeople *people);

/* By label, else by external id when only one has it, else by number: a label may look like a number. Borrowed; NULL: nobody. */
const KnPerson *kn_people_find(const KnPeople *people, const gchar *text);
const KnPerson *kn_people_get(const KnPeople *people, gint64 person_id);
/* Who has that massager now; NULL: nobody. */
const KnHandout *kn_people_holder(const KnPeople *people, gint64 device_id);
/* What no person can be called, because it means something else where a person is named. */
gboolean kn_people_is_reserved(const gchar *label);

typedef enum {
	KN_PEOPLE_ADD,
	KN_PEOPLE_RENAME,
	KN_PEOPLE_CHECKOUT,
	KN_PEOPLE_RETURN,
	KN_PEOPLE_ASSIGN,
} KnPeopleWhat;

/* what is to be changed, by whom */
typedef struct {
	KnPeopleWhat what;
	gint64 person_id;         /* RENAME, CHECKOUT, ASSIGN: 0 nobody's */
	const gchar *label;       /* ADD, RENAME: cleaned; NULL as it is */
	const gchar *external_id; /* ADD, RENAME: cleaned; NULL as it is */
	gint64 device_id;         /* CHECKOUT, RETURN */
	gint64 at_us;             /* CHECKOUT, RETURN: when, UTC */
	gboolean is_forced;       /* CHECKOUT: whoever has it gives it back at that moment */
	const gint64 *sessions;   /* ASSIGN: their ids */
	guint n_sessions;         /* 1 … KN_PEOPLE_SESSIONS_MAX */
	guint32 uid;              /* who asks, for the books */
	const gchar *zone;        /* of the hub: in which a refusal tells times; NULL UTC */
} KnPeopleWish;
/* With all it points to in one piece: g_free. */
KnPeopleWish *kn_people_wish_copy(const KnPeopleWish *wish);

typedef struct {
	gint64 person_id; /* who was added, renamed, has it, had it, or whose they are now; 0 nobody */
	guint n_moved; /* sessions that are another one's now, or nobody's: of those that lists show */
} KnPeopleDone;
