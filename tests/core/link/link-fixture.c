/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "link-fixture.h"

KnLinkTimes times;

static KnLinkFacts
facts_of(guint bits)
{
	return (KnLinkFacts){
		.is_radio_up = (bits & UP) != 0,
		.is_present = (bits & PRESENT) != 0,
		.is_bonded = (bits & BONDED) != 0,
		.is_connected = (bits & CONNECTED) != 0,
		.is_resolved = (bits & RESOLVED) != 0,
		.is_complete = (bits & COMPLETE) != 0,
		.is_heard = (bits & HEARD) != 0,
	};
}

static KnBluezVerdict
verdict_of(const gchar *error)
{
	g_auto(GStrv) parts = g_strsplit(error, ": ", 2);
	g_autofree gchar *name = g_strconcat("org.bluez.Error.", parts[0], NULL);
	return kn_bluez_error_classify(name, parts[1]);
}

guint
kn_test_link_say(KnLink *link, gint64 at_ms, guint facts, KnLinkEvent event, const gchar *error,
		 guint mtu)
{
	KnLinkFacts now = facts_of(facts);
	KnLinkInput input = {.event = event, .mtu = mtu};
	if (error)
		input.verdict = verdict_of(error);
	return kn_link_step(link, &now, &input, at_ms * 1000);
}

void
kn_test_link_converse(KnLink *link, const Line *lines, gsize n_lines)
{
	for (gsize i = 0; i < n_lines; i++) {
		const Line *line = &lines[i];
		guint actions =
			say(link, line->at_ms, line->facts, line->event, line->error, line->mtu);
		g_test_message("line %" G_GSIZE_FORMAT " at %" G_GINT64_FORMAT " ms", i,
			       line->at_ms);
		g_assert_cmpint(link->state, ==, line->state);
		g_assert_cmphex(actions, ==, line->actions);
	}
}

void
kn_test_link_start(KnLink *link)
{
	kn_link_times_init(&times, 1.0);
	kn_link_init(link, &times, 7);
}

void
kn_test_link_bring_up(KnLink *link)
{
	static const Line lines[] = {
		{0, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{0, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{100, READY, KN_LINK_EVENT_CONNECT_DONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{350, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, READ},
		{400, READY, KN_LINK_EVENT_READ_DONE, NULL, 0, KN_LINK_AT_ACQUIRING, ACQUIRE},
		{500, READY, KN_LINK_EVENT_ACQUIRE_DONE, NULL, 185, KN_LINK_AT_STREAMING, GO_UP},
	};
	start(link);
	CONVERSE(link, lines);
	g_assert_true(link->is_up);
	g_assert_cmpuint(link->n_attempts, ==, 0);
}
