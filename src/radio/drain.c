/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/drain.h"

#include "core/base/handoff.h"
#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	/* of one socket in one tick: no stream starves the others; a full socket holds 278 */
	READS_MAX = 512,
	DISPATCH_MAX = 256, /* messages in one turn of the main loop */
};

typedef enum { MESSAGE_PACKET = 1, MESSAGE_ENDED } MessageKind;

typedef struct {
	guint32 stream;
	guint32 kind;
} Head;

typedef struct {
	Head head;
	guint8 bytes[KN_DRAIN_PACKET_BYTES_MAX];
} Message;

typedef struct {
	guint32 id; /* 0: free */
	int fd;
	gboolean has_ended; /* no longer polled */
} Stream;

struct KnDrain {
	pthread_t thread;
	pthread_mutex_t lock; /* of everything down to stats */
	pthread_cond_t changed;
	gboolean must_stop;
	Stream streams[KN_DRAIN_STREAMS_MAX];
	guint32 last_id;
	gboolean has_pending; /* read, but the ring was full */
	gsize n_pending;
	Message pending;
	KnDrainStats stats;

	KnHandoff *ring; /* owned */
	guint tick_ms;
	/* main thread only */
	KnDrainEvents events;
	gpointer user; /* borrowed: outlives us */
	guint source_id;
	gboolean is_delivering;
};

/* ---- drain thread, or main thread in kn_drain_remove; always with the lock ---- */

static gboolean
push(KnDrain *drain, Head head, const guint8 *bytes, gsize n_bytes)
{
	if (kn_handoff_push(drain->ring, &head, sizeof head, bytes, n_bytes))
		return TRUE;
	drain->stats.n_ring_full++;
	return FALSE;
}

/* a packet cannot be put back into its socket, so one waits here */
static void
push_packet(KnDrain *drain, gsize n_bytes)
{
	drain->n_pending = n_bytes;
	drain->has_pending = !push(drain, drain->pending.head, drain->pending.bytes, n_bytes);
}

static gboolean
flush_pending(KnDrain *drain)
{
	if (drain->has_pending)
		push_packet(drain, drain->n_pending);
	return !drain->has_pending;
}

static gboolean
is_hung_up(int fd)
{
	struct pollfd hup = {.fd = fd};
	return poll(&hup, 1, 0) > 0 && (hup.revents & (POLLHUP | POLLERR | POLLNVAL));
}

static gssize
receive(KnDrain *drain, int fd, gboolean *ret_is_cut)
{
	struct iovec iov = {.iov_base = drain->pending.bytes,
			    .iov_len = sizeof drain->pending.bytes};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
	gssize n;
	do
		n = recvmsg(fd, &message, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	*ret_is_cut = n > 0 && (message.msg_flags & MSG_TRUNC);
	return n;
}

static void
end_stream(KnDrain *drain, Stream *stream)
{
	Head head = {.stream = stream->id, .kind = MESSAGE_ENDED};
	stream->has_ended = push(drain, head, NULL, 0);
}

/*
 * Reads until there is nothing, the ring is full or the bound is reached. A read of nothing is an empty notification, or the end, and
 * only POLLHUP tells which. Once hung up the two cannot be told apart any more: reading goes on to the bound, which is beyond
 * what a socket holds, and then it is the end.
 */
static void
read_stream(KnDrain *drain, Stream *stream)
{
	gboolean has_hung_up = FALSE;
	gssize n = 0;
	for (guint i = 0; i < READS_MAX && !drain->has_pending; i++) {
		gboolean is_cut = FALSE;
		n = receive(drain, stream->fd, &is_cut);
		if (n < 0) {
			has_hung_up = (errno != EAGAIN && errno != EWOULDBLOCK) || has_hung_up;
			break;
		}
		has_hung_up = has_hung_up || (n == 0 && is_hung_up(stream->fd));
		drain->stats.n_empty += n == 0 && !has_hung_up;
		drain->stats.n_truncated += is_cut;
		if (n == 0 && has_hung_up)
			continue;
		drain->pending.head = (Head){.stream = stream->id, .kind = MESSAGE_PACKET};
		push_packet(drain, is_cut ? 0 : (gsize)n);
	}
	if (has_hung_up && n <= 0)
		end_stream(drain, stream);
}

static void
read_all(KnDrain *drain)
{
	struct pollfd fds[KN_DRAIN_STREAMS_MAX];
	Stream *polled[KN_DRAIN_STREAMS_MAX];
	nfds_t n = 0;
	gboolean had_pending = drain->has_pending;
	if (!flush_pending(drain))
		return;
	if (had_pending)
		kn_handoff_signal(drain->ring);
	for (guint i = 0; i < KN_DRAIN_STREAMS_MAX; i++) {
		Stream *stream = &drain->streams[i];
		if (!stream->id || stream->has_ended)
			continue;
		fds[n] = (struct pollfd){.fd = stream->fd, .events = POLLIN};
		polled[n++] = stream;
	}
	if (!n || poll(fds, n, 0) <= 0)
		return;
	for (nfds_t i = 0; i < n; i++) {
		if (fds[i].revents && !drain->has_pending)
			read_stream(drain, polled[i]);
	}
	kn_handoff_signal(drain->ring);
}

static gboolean
has_work(const KnDrain *drain)
{
	if (drain->has_pending)
		return TRUE;
	for (guint i = 0; i < KN_DRAIN_STREAMS_MAX; i++) {
		if (drain->streams[i].id && !drain->streams[i].has_ended)
			return TRUE;
	}
	return FALSE;
}

static void
wait_for_tick(KnDrain *drain)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	glong ns = until.tv_nsec + (glong)(drain->tick_ms % 1000) * 1000000;
	until.tv_sec += (time_t)(drain->tick_ms / 1000) + ns / 1000000000;
	until.tv_nsec = ns % 1000000000;
	int failed = 0;
	while (!failed && !drain->must_stop)
		failed = pthread_cond_timedwait(&drain->changed, &drain->lock, &until);
}

static void *
run(void *data)
{
	KnDrain *drain = data;
	pthread_mutex_lock(&drain->lock);
	while (!drain->must_stop) {
		if (!has_work(drain)) {
			pthread_cond_wait(&drain->changed, &drain->lock);
			continue;
		}
		wait_for_tick(drain);
		read_all(drain);
	}
	pthread_mutex_unlock(&drain->lock);
	return NULL;
}

/* ---- main thread ---- */

static gboolean
deliver_one(KnDrain *drain)
{
	Message message;
	gsize n = 0;
	if (!kn_handoff_pop(drain->ring, &message, sizeof message, &n) || n < sizeof message.head)
		return FALSE;
	if (message.head.kind == MESSAGE_ENDED)
		drain->events.ended(drain->user, message.head.stream);
	else
		drain->events.packet(drain->user, message.head.stream, message.bytes,
				     n - sizeof message.head);
	return TRUE;
}

static gboolean
on_readable(gint fd G_GNUC_UNUSED, GIOCondition condition G_GNUC_UNUSED, gpointer user)
{
	KnDrain *drain = user;
	drain->is_delivering = TRUE;
	for (guint i = 0; i < DISPATCH_MAX && deliver_one(drain); i++)
		;
	drain->is_delivering = FALSE;
	return G_SOURCE_CONTINUE;
}

void
kn_drain_deliver(KnDrain *drain)
{
	if (drain->is_delivering)
		return;
	drain->is_delivering = TRUE;
	while (deliver_one(drain))
		;
	drain->is_delivering = FALSE;
}

guint32
kn_drain_add(KnDrain *drain, int fd)
{
	guint32 id = 0;
	pthread_mutex_lock(&drain->lock);
	for (guint i = 0; i < KN_DRAIN_STREAMS_MAX && !id; i++) {
		if (drain->streams[i].id)
			continue;
		id = ++drain->last_id;
		drain->streams[i] = (Stream){.id = id, .fd = fd};
	}
	pthread_cond_signal(&drain->changed);
	pthread_mutex_unlock(&drain->lock);
	if (!id)
		close(fd);
	return id;
}

static void
remove_stream(KnDrain *drain, Stream *stream)
{
	if (!stream->has_ended && flush_pending(drain)) {
		read_stream(drain, stream);
		kn_handoff_signal(drain->ring);
	}
	close(stream->fd);
	*stream = (Stream){.id = 0};
}

void
kn_drain_remove(KnDrain *drain, guint32 id)
{
	pthread_mutex_lock(&drain->lock);
	for (guint i = 0; id && i < KN_DRAIN_STREAMS_MAX; i++) {
		if (drain->streams[i].id == id)
			remove_stream(drain, &drain->streams[i]);
	}
	pthread_mutex_unlock(&drain->lock);
}

void
kn_drain_get_stats(KnDrain *drain, KnDrainStats *ret_stats)
{
	pthread_mutex_lock(&drain->lock);
	*ret_stats = drain->stats;
	pthread_mutex_unlock(&drain->lock);
	ret_stats->ring_peak_bytes = kn_handoff_peak_bytes(drain->ring);
}

KnDrain *
kn_drain_new(guint tick_ms, gsize ring_bytes, const KnDrainEvents *events, gpointer user)
{
	KnHandoff *ring = kn_handoff_new(ring_bytes);
	if (!ring)
		return NULL;
	KnDrain *drain = g_new0(KnDrain, 1);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&drain->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&drain->lock, NULL);
	drain->ring = ring;
	drain->tick_ms = tick_ms;
	drain->events = *events;
	drain->user = user;
	if (pthread_create(&drain->thread, NULL, run, drain)) {
		pthread_cond_destroy(&drain->changed);
		pthread_mutex_destroy(&drain->lock);
		kn_handoff_free(ring);
		g_free(drain);
		return NULL;
	}
	drain->source_id = g_unix_fd_add(kn_handoff_fd(ring), G_IO_IN, on_readable, drain);
	return drain;
}

void
kn_drain_free(KnDrain *drain)
{
	if (!drain)
		return;
	pthread_mutex_lock(&drain->lock);
	drain->must_stop = TRUE;
	pthread_cond_signal(&drain->changed);
	pthread_mutex_unlock(&drain->lock);
	pthread_join(drain->thread, NULL);
	g_source_remove(drain->source_id);
	for (guint i = 0; i < KN_DRAIN_STREAMS_MAX; i++) {
		if (drain->streams[i].id)
			close(drain->streams[i].fd);
	}
	kn_handoff_free(drain->ring);
	pthread_cond_destroy(&drain->changed);
	pthread_mutex_destroy(&drain->lock);
	g_free(drain);
}
