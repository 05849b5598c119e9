/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what goes over a link that is up: notifications one way, writes the other */

#include "soak.h"

#include "core/wire/decode.h"

enum { WRITES_MAX = 64, NOTIFICATIONS_A_TICK = 16 };

gint64
soak_device_us(const SoakNode *node)
{
	gint64 now_us = node->world->now_us;

	return now_us + now_us / 1000000 * node->drift_ppm;
}

/* ---- notifications ---- */

static void
deliver(SoakNode *node, const guint8 *bytes, gsize n_bytes)
{
	SoakWorld *world = node->world;
	KnNow now = soak_now(world);

	world->stats.n_packets++;
	world->busy_us = world->now_us;
	if (node->is_told_up)
		kn_pipeline_packet(world->pipeline, node->id, bytes, n_bytes, &now);
}

/* Nothing protects the flags, so they stay as they are: below them is the sum of the link itself. */
static gsize
spoil(SoakWorld *world, guint8 *bytes, gsize n_bytes)
{
	if (soak_chance(world, 200))
		return (gsize)g_rand_int_range(world->rand, 0, (gint32)n_bytes);
	for (guint i = (guint)g_rand_int_range(world->rand, 1, 4); i > 0; i--) {
		gint32 at = g_rand_int_range(world->rand, 1, (gint32)n_bytes);
		bytes[at == 1 ? 0 : at] ^= (guint8)(1 << g_rand_int_range(world->rand, 0, 8));
	}
	return n_bytes;
}

static void
carry(SoakNode *node, guint8 *bytes, gsize n_bytes)
{
	SoakWorld *world = node->world;

	if (!soak_is_in_range(node) || (node->mute_epoch && node->mute_epoch == node->conn_epoch) ||
	    soak_chance(world, node->loss_permille)) {
		soak_books_failed(node, bytes, n_bytes);
		return;
	}
	if (soak_chance(world, node->corrupt_permille)) {
		soak_books_failed(node, bytes, n_bytes);
		n_bytes = spoil(world, bytes, n_bytes);
	} else if (!world->is_calm && soak_chance(world, 3)) {
		deliver(node, bytes, n_bytes);
	}
	deliver(node, bytes, n_bytes);
}

static void on_air(SoakWorld *world, SoakNode *node, guint64 arg);

static void
plan(SoakNode *node, gint64 at_us)
{
	if (at_us >= node->air_us)
		return;
	node->air_us = at_us;
	soak_at(node->world, at_us, on_air, node, (guint64)at_us);
}

static void
on_air(SoakWorld *world, SoakNode *node, guint64 arg)
{
	KnMassagerStatus status;
	guint8 bytes[KN_NOTIFICATION_BYTES_MAX];
	gsize n_bytes;
	guint n = 0;

	if (node->air_us != (gint64)arg)
		return; /* another one came first */
	node->air_us = G_MAXINT64;
	if (!node->is_acquired)
		return;
	kn_massager_advance(node->massager, soak_device_us(node));
	while (n < NOTIFICATIONS_A_TICK && node->is_acquired &&
	       (n_bytes = kn_massager_next(node->massager, soak_device_us(node), bytes)) > 0) {
		carry(node, bytes, n_bytes);
		n++;
	}
	kn_massager_get_status(node->massager, soak_device_us(node), &status);
	if (n == NOTIFICATIONS_A_TICK)
		plan(node, world->now_us + 200 * SOAK_MS);
	else if (status.is_session_active)
		plan(node, world->now_us + 2 * SOAK_SECOND);
}

/* there may be something to hear soon */
void
soak_air_wake(SoakNode *node)
{
	SoakWorld *world = node->world;

	if (node->is_acquired)
		plan(node, world->now_us + soak_between(world, 10 * SOAK_MS, 50 * SOAK_MS));
}

/* ---- writes ---- */

static void write_next(SoakNode *node);

static void
on_written(SoakWorld *world, SoakNode *node, guint64 arg)
{
	g_autoptr(GBytes) bytes = NULL;
	KnNow now = soak_now(world);
	gconstpointer data;
	gsize n_bytes;

	if (node->call_epoch != arg || !node->is_told_up)
		return;
	if (!soak_is_in_range(node))
		return; /* it hangs until the link is given up */
	bytes = g_queue_pop_head(&node->writes);
	node->is_writing = FALSE;
	data = g_bytes_get_data(bytes, &n_bytes);
	if (world->is_calm || !soak_chance(world, 10)) {
		kn_massager_advance(node->massager, soak_device_us(node));
		kn_massager_control(node->massager, soak_device_us(node), data, n_bytes);
		soak_air_wake(node);
		write_next(node);
		return;
	}
	write_next(node);
	soak_note(node, "a write fails");
	kn_pipeline_control_failed(world->pipeline, node->id, &now);
}

static void
write_next(SoakNode *node)
{
	SoakWorld *world = node->world;

	if (node->is_writing || g_queue_is_empty(&node->writes))
		return;
	node->is_writing = TRUE;
	soak_at(world, world->now_us + soak_between(world, 15 * SOAK_MS, 90 * SOAK_MS), on_written,
		node, node->call_epoch);
}

gboolean
soak_air_write(SoakNode *node, const guint8 *bytes, gsize n_bytes)
{
	ktp_Control control;

	if (!node->is_told_up || g_queue_get_length(&node->writes) >= WRITES_MAX)
		return FALSE;
	if (kn_decode_control(bytes, n_bytes, &control) != KN_DECODE_OK)
		soak_fail(node->world, node, "the hub writes what is no Control message");
	if (control.which_op == ktp_Control_trim_tag)
		soak_books_trim(node, &control.op.trim);
	node->world->busy_us = node->world->now_us;
	g_queue_push_tail(&node->writes, g_bytes_new(bytes, n_bytes));
	write_next(node);
	return TRUE;
}
