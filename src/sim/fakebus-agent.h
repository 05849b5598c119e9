/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * org.bluez.AgentManager1 of the fake: programs that answer for a person, one a connection. The first that registers is the default one, as in
 * bluetoothd since 5.51, whether it asked for that or not. An agent that unregisters goes on answering what it was asked.
 */

#include "sim/fakebus-private.h"

/* what an agent says it can do; the order is that of the names in fakebus-agent.c */
typedef enum {
	KN_FAKE_DISPLAY_ONLY,
	KN_FAKE_DISPLAY_YES_NO,
	KN_FAKE_KEYBOARD_ONLY,
	KN_FAKE_NO_INPUT_NO_OUTPUT,
	KN_FAKE_KEYBOARD_DISPLAY,
	KN_FAKE_CAPABILITIES,
} KnFakeCapability;

typedef struct KnFakeAgent KnFakeAgent;
KnFakeAgent *kn_fake_agent_ref(KnFakeAgent *agent);
void kn_fake_agent_unref(gpointer agent);
/* Of the caller's connection, else the default one: borrowed; NULL: there is none. */
KnFakeAgent *kn_fake_agent_for(const KnFakebus *bus, const gchar *caller);
/* NULL: nobody, who can do nothing */
KnFakeCapability kn_fake_agent_capability(const KnFakeAgent *agent);

/* A call that nobody waits for; parameters: floating is sunk, NULL: (). */
void kn_fake_agent_tell(const KnFakeAgent *agent, const gchar *method, GVariant *parameters);
/* One question at a time: FALSE when it is still at another. Ended by kn_fake_agent_answered, or by kn_fake_agent_cancel, which tells it. */
gboolean kn_fake_agent_ask(KnFakeAgent *agent, const gchar *method, GVariant *parameters,
			   GCancellable *cancellable, GAsyncReadyCallback answered, gpointer user);
void kn_fake_agent_answered(KnFakeAgent *agent);
void kn_fake_agent_cancel(KnFakeAgent *agent);
