/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/link/link.h"

/*
 * Conversations with the link machine as data: each line is what happens, when, and what must follow. Time is in milliseconds since the
 * start of the conversation.
 */

enum { UP = 1, PRESENT = 2, BONDED = 4, CONNECTED = 8, RESOLVED = 16, COMPLETE = 32, HEARD = 64 };
enum {
	THERE = UP | PRESENT | BONDED,
	NEAR = THERE | HEARD,
	LINKED = THERE | CONNECTED,
	READY = LINKED | RESOLVED | COMPLETE,
};

typedef struct {
	gint64 at_ms;
	guint facts;
	KnLinkEvent event;
	const gchar *error; /* "Name: message" below org.bluez.Error */
	guint mtu;
	KnLinkState state; /* expected */
	guint actions;     /* expected */
} Line;

#define DROP       KN_LINK_DO_DROP
#define DISCONNECT KN_LINK_DO_DISCONNECT
#define CONNECT    KN_LINK_DO_CONNECT
#define READ       KN_LINK_DO_READ
#define ACQUIRE    KN_LINK_DO_ACQUIRE
#define GO_UP      KN_LINK_DO_UP
#define LISTEN     KN_LINK_DO_LISTEN

extern KnLinkTimes times;

#define say                   kn_test_link_say
#define start                 kn_test_link_start
#define bring_up              kn_test_link_bring_up
#define CONVERSE(link, lines) kn_test_link_converse(link, lines, G_N_ELEMENTS(lines))

/* facts: a set of the bits above. Returns the actions. */
guint kn_test_link_say(KnLink *link, gint64 at_ms, guint facts, KnLinkEvent event,
		       const gchar *error, guint mtu);
void kn_test_link_converse(KnLink *link, const Line *lines, gsize n_lines);
/* at full scale, in DOWN */
void kn_test_link_start(KnLink *link);
/* straight to streaming, done at 500 ms */
void kn_test_link_bring_up(KnLink *link);
