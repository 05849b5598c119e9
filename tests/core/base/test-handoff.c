/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/base/handoff.h"

#include <glib.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

static void
comes_out_in_order_across_the_end_of_the_ring(void)
{
	KnHandoff *handoff = kn_handoff_new(100);

	for (guint i = 0; i < 1000; i++) {
		guint8 out[64];
		gsize n_out;
		g_autofree guint8 *body = g_malloc0(1 + i % 40);
		memset(body, (int)(i & 255), 1 + i % 40);
		g_assert_true(kn_handoff_push(handoff, &i, sizeof i, body, 1 + i % 40));
		g_assert_true(kn_handoff_pop(handoff, out, sizeof out, &n_out));
		g_assert_cmpuint(n_out, ==, sizeof i + 1 + i % 40);
		g_assert_cmpmem(out, sizeof i, &i, sizeof i);
		g_assert_cmpmem(out + sizeof i, 1 + i % 40, body, 1 + i % 40);
	}
	kn_handoff_free(handoff);
}

static void
a_full_ring_refuses_whole_messages_and_counts_them(void)
{
	KnHandoff *handoff = kn_handoff_new(32);
	guint8 body[10] = {0}, out[10];
	gsize n_out;

	g_assert_true(kn_handoff_push(handoff, NULL, 0, body, 10));
	g_assert_true(kn_handoff_push(handoff, NULL, 0, body, 10));
	g_assert_false(kn_handoff_push(handoff, NULL, 0, body, 1));
	g_assert_cmpuint(kn_handoff_n_dropped(handoff), ==, 1);
	g_assert_true(
		kn_handoff_push(handoff, NULL, 0, NULL, 0)); /* four bytes of length fit exactly */
	g_assert_cmpuint(kn_handoff_peak_bytes(handoff), ==, 32);
	g_assert_true(kn_handoff_pop(handoff, out, sizeof out, &n_out));
	g_assert_true(kn_handoff_push(handoff, NULL, 0, body, 10));
	kn_handoff_free(handoff);
}

static void
a_message_longer_than_the_buffer_is_cut_and_its_length_told(void)
{
	KnHandoff *handoff = kn_handoff_new(100);
	guint8 out[4];
	gsize n_out;

	kn_handoff_push(handoff, "abcdef", 6, "ghi", 3);
	kn_handoff_push(handoff, "next", 4, NULL, 0);
	g_assert_true(kn_handoff_pop(handoff, out, sizeof out, &n_out));
	g_assert_cmpuint(n_out, ==, 9);
	g_assert_cmpmem(out, 4, "abcd", 4);
	g_assert_true(kn_handoff_pop(handoff, out, sizeof out, &n_out));
	g_assert_cmpmem(out, n_out, "next", 4);
	kn_handoff_free(handoff);
}

static gboolean
is_readable(KnHandoff *handoff)
{
	struct pollfd fd = {.fd = kn_handoff_fd(handoff), .events = POLLIN};

	return poll(&fd, 1, 0) == 1;
}

static void
is_readable_from_a_signal_until_it_was_found_empty(void)
{
	KnHandoff *handoff = kn_handoff_new(100);
	guint8 out[4];
	gsize n_out;

	kn_handoff_push(handoff, "a", 1, NULL, 0);
	g_assert_false(is_readable(handoff));
	kn_handoff_signal(handoff);
	g_assert_true(is_readable(handoff));
	g_assert_true(kn_handoff_pop(handoff, out, sizeof out, &n_out));
	g_assert_true(is_readable(handoff));
	g_assert_false(kn_handoff_pop(handoff, out, sizeof out, &n_out));
	g_assert_false(is_readable(handoff));
	kn_handoff_free(handoff);
}

enum { N_MESSAGES = 50000, N_PRODUCERS = 3 };

typedef struct {
	KnHandoff *handoff;
	guint8 id;
} Producer;

static void *
produce(void *data)
{
	const Producer *producer = data;

	for (guint32 i = 0; i < N_MESSAGES; i++) {
		while (!kn_handoff_push(producer->handoff, &producer->id, 1, &i, sizeof i))
			kn_handoff_signal(producer->handoff);
		if (i % 7 == 0)
			kn_handoff_signal(producer->handoff);
	}
	kn_handoff_signal(producer->handoff);
	return NULL;
}

static void
keeps_each_producers_order_between_threads_and_loses_no_wake_up(void)
{
	KnHandoff *handoff = kn_handoff_new(4096);
	Producer producers[N_PRODUCERS];
	pthread_t threads[N_PRODUCERS];
	guint32 next[N_PRODUCERS] = {0};
	guint n_left = N_MESSAGES * N_PRODUCERS;

	for (guint8 i = 0; i < N_PRODUCERS; i++) {
		producers[i] = (Producer){handoff, i};
		g_assert_cmpint(pthread_create(&threads[i], NULL, produce, &producers[i]), ==, 0);
	}
	while (n_left > 0) {
		struct pollfd fd = {.fd = kn_handoff_fd(handoff), .events = POLLIN};
		guint8 out[5];
		gsize n_out;
		guint32 value;
		/* a minute only bounds a hang: a lost wake-up fails here */
		g_assert_cmpint(poll(&fd, 1, 60000), ==, 1);
		while (kn_handoff_pop(handoff, out, sizeof out, &n_out)) {
			memcpy(&value, out + 1, sizeof value);
			g_assert_cmpuint(value, ==, next[out[0]]);
			next[out[0]]++;
			n_left--;
		}
	}
	for (guint i = 0; i < N_PRODUCERS; i++)
		pthread_join(threads[i], NULL);
	kn_handoff_free(handoff);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/handoff/" #name, name)
	ADD(comes_out_in_order_across_the_end_of_the_ring);
	ADD(a_full_ring_refuses_whole_messages_and_counts_them);
	ADD(a_message_longer_than_the_buffer_is_cut_and_its_length_told);
	ADD(is_readable_from_a_signal_until_it_was_found_empty);
	ADD(keeps_each_producers_order_between_threads_and_loses_no_wake_up);
#undef ADD
	return g_test_run();
}
