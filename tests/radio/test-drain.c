/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/drain.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TICK_MS = 5, DEADLINE_S = 20, RING_BYTES = 64 * 1024 };

typedef struct {
	KnDrain *drain;
	guint32 stream;
	gint far;           /* bluetoothd's end; -1 closed */
	GPtrArray *packets; /* owned: GBytes */
	guint n_nothing;    /* empty or too long */
	guint n_ended;
	guint n_packets_at_end;
} Fixture;

static void
on_packet(gpointer user, guint32 stream, const guint8 *bytes, gsize n_bytes)
{
	Fixture *f = user;
	g_assert_cmpuint(stream, ==, f->stream);
	if (n_bytes == 0)
		f->n_nothing++;
	else
		g_ptr_array_add(f->packets, g_bytes_new(bytes, n_bytes));
}

static void
on_ended(gpointer user, guint32 stream)
{
	Fixture *f = user;
	g_assert_cmpuint(stream, ==, f->stream);
	f->n_ended++;
	f->n_packets_at_end = f->packets->len;
}

static void
set_up_ring(Fixture *f, gsize ring_bytes)
{
	static const KnDrainEvents events = {.packet = on_packet, .ended = on_ended};
	gint pair[2];
	*f = (Fixture){.packets = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref)};
	f->drain = kn_drain_new(TICK_MS, ring_bytes, &events, f);
	g_assert_nonnull(f->drain);
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
			==, 0);
	f->far = pair[0];
	f->stream = kn_drain_add(f->drain, pair[1]);
	g_assert_cmpuint(f->stream, !=, 0);
}

static void
set_up(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	set_up_ring(f, RING_BYTES);
}

static void
tear_down(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	kn_drain_free(f->drain);
	g_ptr_array_unref(f->packets);
	if (f->far >= 0)
		close(f->far);
}

static void
hang_up(Fixture *f)
{
	close(f->far);
	f->far = -1;
}

static void
say(Fixture *f, const gchar *text)
{
	g_assert_cmpint(send(f->far, text, strlen(text), MSG_NOSIGNAL), ==, (gssize)strlen(text));
}

static void
say_bytes(Fixture *f, gsize n_bytes)
{
	g_autofree gchar *bytes = g_malloc0(n_bytes + 1);
	memset(bytes, 'x', n_bytes);
	g_assert_cmpint(send(f->far, bytes, n_bytes, MSG_NOSIGNAL), ==, (gssize)n_bytes);
}

static void
assert_packet(Fixture *f, guint i, const gchar *text)
{
	gsize n_bytes = 0;
	gconstpointer bytes = g_bytes_get_data(f->packets->pdata[i], &n_bytes);
	g_assert_cmpmem(bytes, n_bytes, text, strlen(text));
}

static gboolean
on_deadline(gpointer user)
{
	*(gboolean *)user = TRUE;
	return G_SOURCE_CONTINUE;
}

/* runs the main loop until so many packets and ends have come */
static void
wait_for(Fixture *f, guint n_packets, guint n_ended)
{
	gboolean is_late = FALSE;
	guint id = g_timeout_add_seconds(DEADLINE_S, on_deadline, &is_late);
	while (!is_late && (f->packets->len < n_packets || f->n_ended < n_ended))
		g_main_context_iteration(NULL, TRUE);
	g_source_remove(id);
	g_assert_cmpuint(f->packets->len, ==, n_packets);
	g_assert_cmpuint(f->n_ended, ==, n_ended);
}

/* waits without running the main loop, as a slow main thread would */
static void
wait_for_full_ring(Fixture *f)
{
	gint64 end_us = g_get_monotonic_time() + (gint64)DEADLINE_S * G_USEC_PER_SEC;
	KnDrainStats stats = {0};
	while (!stats.n_ring_full && g_get_monotonic_time() < end_us) {
		kn_drain_get_stats(f->drain, &stats);
		g_thread_yield();
	}
	g_assert_cmpuint(stats.n_ring_full, >, 0);
}

static void
packets_arrive_whole_and_in_order(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	say(f, "one");
	say(f, "two");
	wait_for(f, 2, 0);
	say_bytes(f, KN_DRAIN_PACKET_BYTES_MAX);
	wait_for(f, 3, 0);
	assert_packet(f, 0, "one");
	assert_packet(f, 1, "two");
	g_assert_cmpuint(g_bytes_get_size(f->packets->pdata[2]), ==, 517);
}

static void
an_empty_packet_is_counted_and_is_no_end(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnDrainStats stats;
	say(f, "before");
	say(f, "");
	say(f, "");
	say(f, "after");
	wait_for(f, 2, 0);
	assert_packet(f, 1, "after");
	kn_drain_get_stats(f->drain, &stats);
	g_assert_cmpuint(stats.n_empty, ==, 2);
	g_assert_cmpuint(f->n_nothing, ==, 2);
}

static void
hanging_up_is_the_end_and_comes_after_every_packet(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnDrainStats stats;
	for (guint i = 0; i < 50; i++)
		say(f, "data");
	say(f, "");
	say(f, "last");
	hang_up(f);
	wait_for(f, 51, 1);
	g_assert_cmpuint(f->n_packets_at_end, ==, 51);
	assert_packet(f, 50, "last");
	kn_drain_get_stats(f->drain, &stats);
	g_assert_cmpuint(stats.n_ring_full, ==, 0);
}

static void
a_packet_that_is_too_long_is_counted_and_dropped(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	KnDrainStats stats;
	say_bytes(f, 600);
	say_bytes(f, KN_DRAIN_PACKET_BYTES_MAX + 1);
	say(f, "good");
	wait_for(f, 1, 0);
	assert_packet(f, 0, "good");
	kn_drain_get_stats(f->drain, &stats);
	g_assert_cmpuint(stats.n_truncated, ==, 2);
	g_assert_cmpuint(f->n_nothing, ==, 2);
}

/* 200 packets of 100 bytes into a ring for some 36 of them: the rest waits in the socket */
static void
a_full_ring_stops_reading_and_loses_nothing(void)
{
	Fixture f;
	set_up_ring(&f, 4096);
	for (guint i = 0; i < 200; i++) {
		g_autofree gchar *text = g_strdup_printf("%0100u", i);
		say(&f, text);
	}
	wait_for_full_ring(&f);
	hang_up(&f);
	wait_for(&f, 200, 1);
	for (guint i = 0; i < 200; i++) {
		g_autofree gchar *text = g_strdup_printf("%0100u", i);
		assert_packet(&f, i, text);
	}
	KnDrainStats stats;
	kn_drain_get_stats(f.drain, &stats);
	g_assert_cmpuint(stats.ring_peak_bytes, <=, 4096);
	tear_down(&f, NULL);
}

static void
what_is_left_is_handed_over_when_a_stream_is_removed(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	gchar byte;
	say(f, "one");
	say(f, "two");
	kn_drain_remove(f->drain, f->stream);
	kn_drain_deliver(f->drain);
	g_assert_cmpuint(f->packets->len, ==, 2);
	g_assert_cmpuint(f->n_ended, ==, 0);
	/* and the socket is closed: bluetoothd sees it */
	g_assert_cmpint(recv(f->far, &byte, 1, MSG_DONTWAIT), ==, 0);
}

static void
more_streams_than_there_is_room_for_are_refused(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	gint far[KN_DRAIN_STREAMS_MAX];
	for (guint i = 0; i < KN_DRAIN_STREAMS_MAX; i++) {
		gint pair[2];
		g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), ==, 0);
		far[i] = pair[0];
		guint32 stream = kn_drain_add(f->drain, pair[1]);
		/* one place is the fixture's */
		g_assert_cmpint(stream != 0, ==, i < KN_DRAIN_STREAMS_MAX - 1);
		g_assert_cmpuint(stream, !=, f->stream);
	}
	for (guint i = 0; i < KN_DRAIN_STREAMS_MAX; i++)
		close(far[i]);
}

static void
freeing_while_packets_wait_calls_nobody(Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
	for (guint i = 0; i < 100; i++)
		say(f, "data");
}

#define ADD(name) g_test_add("/radio/drain/" #name, Fixture, NULL, set_up, name, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(packets_arrive_whole_and_in_order);
	ADD(an_empty_packet_is_counted_and_is_no_end);
	ADD(hanging_up_is_the_end_and_comes_after_every_packet);
	ADD(a_packet_that_is_too_long_is_counted_and_dropped);
	g_test_add_func("/radio/drain/a_full_ring_stops_reading_and_loses_nothing",
			a_full_ring_stops_reading_and_loses_nothing);
	ADD(what_is_left_is_handed_over_when_a_stream_is_removed);
	ADD(more_streams_than_there_is_room_for_are_refused);
	ADD(freeing_while_packets_wait_calls_nobody);
	return g_test_run();
}
