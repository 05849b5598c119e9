/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* bluetoothd as far as a link can feel it: answers that are late, wrong or never given, and facts that change by themselves */

#include "soak.h"

typedef struct {
	const gchar *name;
	const gchar *message;
} Failure;

#define BLUEZ "org.bluez.Error."
#define DBUS  "org.freedesktop.DBus.Error."

/* one of every class, and those that a real bluetoothd likes best */
static const Failure failures[] = {
	{BLUEZ "InProgress", "Operation already in progress"},
	{BLUEZ "Failed", "Operation already in progress"},
	{BLUEZ "InProgress", "In Progress"},
	{BLUEZ "Failed", "le-connection-abort-by-local"},
	{BLUEZ "Failed", "le-connection-abort-by-local"},
	{BLUEZ "Failed", "Software caused connection abort"},
	{BLUEZ "Failed", "br-connection-canceled"},
	{BLUEZ "Failed", "le-connection-timeout"},
	{BLUEZ "Failed", "Input/output error"},
	{BLUEZ "Failed", "le-connection-concurrent-connection-limit"},
	{BLUEZ "NotReady", "Resource Not Ready"},
	{BLUEZ "Failed", "Not connected"},
	{BLUEZ "AuthenticationFailed", "Authentication Failed"},
	{BLUEZ "Nobody.Knows", "this word"},
	{BLUEZ "NotAvailable", "Operation currently not available"},
	{DBUS "UnknownObject", "Method \"Connect\" does not exist"},
	{DBUS "NoReply", "Did not receive a reply"},
	{BLUEZ "NotSupported", "Operation is not supported"},
	{BLUEZ "Failed", "le-connection-key-missing"},
	{BLUEZ "NotPermitted", "Not paired"},
	{BLUEZ "Failed", "Operation failed with ATT error: 0x0e"},
};
enum {
	FAILURE_ALREADY = 0,
	FAILURE_PENDING = 1,
	FAILURE_ABORT = 3,
	FAILURE_FULL = 9,
	FAILURE_KEY = 18
};
static const Failure listened = {BLUEZ "NotPermitted", "Notify acquired"};
static const Failure daemon_gone = {DBUS "ServiceUnknown", "The name is not activatable"};

enum { LISTENED = G_N_ELEMENTS(failures), DAEMON_GONE, OBJECT_GONE = 15 };

static KnBluezVerdict
verdict_of(guint number)
{
	const Failure *failure = number == LISTENED      ? &listened
				 : number == DAEMON_GONE ? &daemon_gone
							 : &failures[number];

	return kn_bluez_error_classify(failure->name, failure->message);
}

/* the rare ones, which need a person or ten minutes, a little rarer */
static guint
draw_failure(SoakWorld *world)
{
	guint number = (guint)g_rand_int_range(world->rand, 0, G_N_ELEMENTS(failures));
	KnBluezClass class = verdict_of(number).class;
	gboolean is_rare = class == KN_BLUEZ_PERMANENT || class == KN_BLUEZ_NEED_PAIR ||
			   class == KN_BLUEZ_BOND_LOST;

	return is_rare && soak_chance(world, 700) ? FAILURE_ABORT : number;
}

gboolean
soak_is_in_range(const SoakNode *node)
{
	return node->world->now_us >= node->away_until_us;
}

guint
soak_count_connected(const SoakWorld *world, const SoakAdapter *adapter)
{
	guint n = 0;

	for (guint i = 0; i < SOAK_NODES; i++)
		n += world->nodes[i].is_connected && world->nodes[i].adapter == adapter;
	return n;
}

/* ---- answers ---- */

/* call epoch, event, and a failure or the MTU */
static guint64
pack(const SoakNode *node, KnLinkEvent event, guint value)
{
	return (guint64)node->call_epoch << 32 | (guint64)event << 16 | value;
}

static void
on_answer(SoakWorld *world, SoakNode *node, guint64 arg)
{
	KnLinkEvent event = (KnLinkEvent)(arg >> 16 & 0xffff);
	guint value = arg & 0xffff;
	gboolean is_failure = event == KN_LINK_EVENT_CONNECT_FAILED ||
			      event == KN_LINK_EVENT_READ_FAILED ||
			      event == KN_LINK_EVENT_ACQUIRE_FAILED;
	KnBluezVerdict verdict = {0};

	if (!world->is_hub_up || node->call_epoch != arg >> 32)
		return;
	if (is_failure) {
		verdict = verdict_of(value);
		soak_note(node, "answer %u: %s", (guint)event, kn_bluez_class_name(verdict.class));
		if (verdict.class == KN_BLUEZ_NEED_PAIR || verdict.class == KN_BLUEZ_BOND_LOST)
			soak_repair_later(node);
	}
	if (event == KN_LINK_EVENT_READ_DONE)
		node->is_info_bad = value != 0;
	if (event == KN_LINK_EVENT_ACQUIRE_DONE)
		node->is_acquired = node->is_connected;
	soak_port_step(node, event, is_failure ? &verdict : NULL, value);
}

static void
answer(SoakNode *node, gint64 after_us, KnLinkEvent event, guint value)
{
	soak_at(node->world, node->world->now_us + after_us, on_answer, node,
		pack(node, event, value));
}

/* ---- services ---- */

/* conn epoch, resolved, complete */
static void
on_services(SoakWorld *world, SoakNode *node, guint64 arg)
{
	if (node->conn_epoch != arg >> 2 || !node->is_connected)
		return;
	node->is_resolved = (arg & 1) != 0;
	node->is_complete = (arg & 2) != 0;
	soak_port_step(node, KN_LINK_EVENT_NONE, NULL, 0);
}

void
soak_bluez_set_services(SoakNode *node, gint64 at_us, gboolean is_resolved, gboolean is_complete)
{
	soak_at(node->world, at_us, on_services, node,
		(guint64)node->conn_epoch << 2 | (is_complete ? 2 : 0) | (is_resolved ? 1 : 0));
}

/* Returns when they stay. */
static gint64
resolve(SoakNode *node)
{
	SoakWorld *world = node->world;
	gint64 at_us = world->now_us + soak_between(world, 50 * SOAK_MS, 2 * SOAK_SECOND);

	if (!world->is_calm && soak_chance(world, 15)) {
		soak_bluez_set_services(node, at_us, TRUE, FALSE); /* and never our own */
		return at_us;
	}
	if (soak_chance(world, 300))
		soak_bluez_set_services(node, at_us - 20 * SOAK_MS, FALSE, TRUE);
	soak_bluez_set_services(node, at_us, TRUE, TRUE);
	while (!world->is_calm && soak_chance(world, 150)) {
		at_us += soak_between(world, 10 * SOAK_MS, SOAK_SECOND);
		soak_bluez_set_services(node, at_us, FALSE, soak_chance(world, 500));
		at_us += soak_between(world, 10 * SOAK_MS, SOAK_SECOND);
		soak_bluez_set_services(node, at_us, TRUE, TRUE);
	}
	return at_us;
}

/* ---- connecting ---- */

static void
on_lost(SoakWorld *world, SoakNode *node, guint64 arg)
{
	if (node->conn_epoch == arg)
		soak_bluez_lose(node);
}

static gboolean
is_full(const SoakNode *node)
{
	return soak_count_connected(node->world, node->adapter) >= node->adapter->capacity;
}

static void
on_connected(SoakWorld *world, SoakNode *node, guint64 arg)
{
	gint64 at_us;

	if (node->conn_epoch != arg || !node->is_attempt || !soak_is_in_range(node) ||
	    is_full(node))
		return;
	node->is_attempt = FALSE;
	node->is_connected = TRUE;
	kn_massager_link_up(node->massager);
	soak_note(node, "connected");
	if (!node->has_bond || (!world->is_calm && soak_chance(world, 25))) {
		answer(node, soak_between(world, 0, SOAK_SECOND), KN_LINK_EVENT_CONNECT_DONE, 0);
		soak_at(world, world->now_us + soak_between(world, SOAK_MS, 400 * SOAK_MS), on_lost,
			node, arg);
	} else {
		at_us = resolve(node);
		if (!soak_chance(world, 100))
			answer(node, at_us - world->now_us, KN_LINK_EVENT_CONNECT_DONE, 0);
	}
	soak_port_step(node, KN_LINK_EVENT_NONE, NULL, 0);
}

/* an attempt that leads nowhere; conn epoch, and the failure; none: it was answered well */
static void
on_attempt_over(SoakWorld *world, SoakNode *node, guint64 arg)
{
	guint failure = arg & 0xffff;

	if (node->conn_epoch != arg >> 16 || !node->is_attempt)
		return;
	if (failure == 0xffff) {
		node->is_attempt = FALSE;
		answer(node, 0, KN_LINK_EVENT_CONNECT_DONE, 0);
		return;
	}
	/* these two say that the controller is still at it */
	if (failure != FAILURE_ALREADY && failure != FAILURE_PENDING)
		node->is_attempt = FALSE;
	answer(node, 0, KN_LINK_EVENT_CONNECT_FAILED, failure);
}

static void
end_attempt(SoakNode *node, gint64 after_us, guint failure)
{
	soak_at(node->world, node->world->now_us + after_us, on_attempt_over, node,
		(guint64)node->conn_epoch << 16 | failure);
}

/* what the weather makes of an attempt; FALSE: nothing comes of it */
static gboolean
survive(SoakNode *node)
{
	SoakWorld *world = node->world;
	guint drawn = (guint)g_rand_int_range(world->rand, 0, 1000);
	guint failure;

	if (world->is_calm)
		return TRUE;
	if (drawn < 30)
		return FALSE; /* never answered, never connected */
	if (drawn < 50) {
		end_attempt(node, SOAK_SECOND, 0xffff); /* Connected stays false */
		return FALSE;
	}
	if (drawn >= 200)
		return TRUE;
	failure = draw_failure(world);
	end_attempt(node, soak_span(world, 20 * SOAK_MS, 10 * SOAK_SECOND), failure);
	return failure == FAILURE_ALREADY;
}

static void
attempt(SoakNode *node)
{
	SoakWorld *world = node->world;

	if (node->adapter->stuck || (is_full(node) && node->adapter->is_silent))
		return;
	if (is_full(node)) {
		end_attempt(node, soak_between(world, SOAK_MS, SOAK_SECOND), FAILURE_FULL);
		return;
	}
	if (!node->has_bond && soak_chance(world, 500)) {
		end_attempt(node, SOAK_SECOND, FAILURE_KEY);
		return;
	}
	if (!survive(node))
		return;
	if (!soak_is_in_range(node)) {
		if (soak_chance(world, 500))
			end_attempt(node, soak_between(world, SOAK_SECOND, 30 * SOAK_SECOND),
				    FAILURE_ABORT);
		return;
	}
	if (soak_chance(world, 100))
		answer(node, 50 * SOAK_MS, KN_LINK_EVENT_CONNECT_DONE, 0);
	soak_at(world, world->now_us + soak_span(world, 80 * SOAK_MS, 3 * SOAK_SECOND),
		on_connected, node, node->conn_epoch);
}

void
soak_bluez_connect(SoakNode *node)
{
	SoakWorld *world = node->world;

	if (!world->is_daemon_up || !node->is_present) {
		answer(node, SOAK_MS, KN_LINK_EVENT_CONNECT_FAILED,
		       world->is_daemon_up ? OBJECT_GONE : DAEMON_GONE);
		return;
	}
	node->conn_epoch++;
	node->is_attempt = TRUE;
	world->stats.n_connects++;
	attempt(node);
}

/* ---- the end of a link ---- */

void
soak_bluez_lose(SoakNode *node)
{
	gboolean was_connected = node->is_connected;

	node->conn_epoch++;
	node->is_attempt = FALSE;
	node->is_acquired = FALSE;
	node->is_resolved = FALSE;
	node->is_complete = FALSE;
	/* the objects go first */
	if (was_connected)
		soak_port_step(node, KN_LINK_EVENT_NONE, NULL, 0);
	node->is_connected = FALSE;
	if (was_connected)
		soak_note(node, "not connected");
	soak_port_step(node, KN_LINK_EVENT_NONE, NULL, 0);
}

void
soak_bluez_lose_later(SoakNode *node)
{
	if (node->is_connected)
		soak_at(node->world,
			node->world->now_us + soak_between(node->world, 0, 6 * SOAK_SECOND),
			on_lost, node, node->conn_epoch);
}

void
soak_bluez_disconnect(SoakNode *node)
{
	SoakWorld *world = node->world;
	gint64 after_us = soak_span(world, 20 * SOAK_MS, 2 * SOAK_SECOND);
	gboolean is_mute = !world->is_calm && soak_chance(world, 20);

	node->conn_epoch++;
	node->is_attempt = FALSE;
	if (!is_mute)
		answer(node, after_us, KN_LINK_EVENT_DISCONNECT_DONE, 0);
	if (node->is_connected && !(is_mute && soak_chance(world, 500)))
		soak_at(world, world->now_us + soak_span(world, 20 * SOAK_MS, 3 * SOAK_SECOND),
			on_lost, node, node->conn_epoch);
}

/* ---- INFO and DATA ---- */

void
soak_bluez_read(SoakNode *node)
{
	SoakWorld *world = node->world;
	gint64 after_us = soak_span(world, 20 * SOAK_MS, SOAK_SECOND);

	if (!world->is_calm && soak_chance(world, 10))
		return;
	if (!world->is_calm && soak_chance(world, 20))
		answer(node, after_us, KN_LINK_EVENT_READ_FAILED, draw_failure(world));
	else
		answer(node, after_us, KN_LINK_EVENT_READ_DONE,
		       !world->is_calm && soak_chance(world, 4));
}

void
soak_bluez_acquire(SoakNode *node)
{
	SoakWorld *world = node->world;
	gint64 after_us = soak_span(world, 20 * SOAK_MS, SOAK_SECOND);

	if (world->now_us < node->listener_until_us)
		answer(node, after_us, KN_LINK_EVENT_ACQUIRE_FAILED, LISTENED);
	else if (world->is_calm || !soak_chance(world, 40))
		answer(node, after_us, KN_LINK_EVENT_ACQUIRE_DONE,
		       !world->is_calm && soak_chance(world, 4) ? 100 : 517);
	else if (!soak_chance(world, 300))
		answer(node, after_us, KN_LINK_EVENT_ACQUIRE_FAILED, draw_failure(world));
}
