/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/base/handoff.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct KnHandoff {
	pthread_mutex_t lock; /* guards all below but fd */
	uint8_t *ring;        /* owned: capacity bytes */
	size_t capacity;
	size_t start; /* of the oldest message */
	size_t n_used;
	size_t n_used_peak;
	uint64_t n_dropped;
	int fd; /* owned: eventfd */
};

KnHandoff *
kn_handoff_new(size_t capacity_bytes)
{
	KnHandoff *handoff = calloc(1, sizeof *handoff);

	if (!handoff)
		return NULL;
	handoff->capacity = capacity_bytes;
	handoff->ring = malloc(capacity_bytes);
	handoff->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!handoff->ring || handoff->fd < 0 || pthread_mutex_init(&handoff->lock, NULL) != 0) {
		if (handoff->fd >= 0)
			close(handoff->fd);
		free(handoff->ring);
		free(handoff);
		return NULL;
	}
	return handoff;
}

void
kn_handoff_free(KnHandoff *handoff)
{
	if (!handoff)
		return;
	pthread_mutex_destroy(&handoff->lock);
	close(handoff->fd);
	free(handoff->ring);
	free(handoff);
}

static void
ring_write(KnHandoff *handoff, const void *bytes, size_t n_bytes)
{
	size_t at = (handoff->start + handoff->n_used) % handoff->capacity;
	size_t n_first = handoff->capacity - at < n_bytes ? handoff->capacity - at : n_bytes;

	if (n_bytes == 0)
		return;
	memcpy(handoff->ring + at, bytes, n_first);
	memcpy(handoff->ring, (const uint8_t *)bytes + n_first, n_bytes - n_first);
	handoff->n_used += n_bytes;
}

/* copies at most n_wanted of the next n_bytes out, and takes all n_bytes */
static void
ring_read(KnHandoff *handoff, void *ret_bytes, size_t n_wanted, size_t n_bytes)
{
	size_t n_copy = n_wanted < n_bytes ? n_wanted : n_bytes;
	size_t n_first = handoff->capacity - handoff->start < n_copy
				 ? handoff->capacity - handoff->start
				 : n_copy;

	if (n_copy > 0) {
		memcpy(ret_bytes, handoff->ring + handoff->start, n_first);
		memcpy((uint8_t *)ret_bytes + n_first, handoff->ring, n_copy - n_first);
	}
	handoff->start = (handoff->start + n_bytes) % handoff->capacity;
	handoff->n_used -= n_bytes;
	/* an empty ring begins anew: its far end is then never touched, and costs no memory */
	if (handoff->n_used == 0)
		handoff->start = 0;
}

bool
kn_handoff_push(KnHandoff *handoff, const void *head, size_t n_head, const void *body,
		size_t n_body)
{
	size_t n_message = n_head + n_body;
	uint32_t length = (uint32_t)n_message;
	bool has_room;

	pthread_mutex_lock(&handoff->lock);
	has_room = n_message <= UINT32_MAX - sizeof length &&
		   handoff->capacity - handoff->n_used >= sizeof length + n_message;
	if (has_room) {
		ring_write(handoff, &length, sizeof length);
		ring_write(handoff, head, n_head);
		ring_write(handoff, body, n_body);
		if (handoff->n_used > handoff->n_used_peak)
			handoff->n_used_peak = handoff->n_used;
	} else {
		handoff->n_dropped++;
	}
	pthread_mutex_unlock(&handoff->lock);
	return has_room;
}

void
kn_handoff_signal(KnHandoff *handoff)
{
	const uint64_t one = 1;
	ssize_t n;

	/* a full counter (EAGAIN) is readable already */
	n = write(handoff->fd, &one, sizeof one);
	(void)n;
}

bool
kn_handoff_pop(KnHandoff *handoff, void *ret_bytes, size_t n_bytes, size_t *ret_n_message)
{
	uint32_t length;
	bool has_message;

	pthread_mutex_lock(&handoff->lock);
	has_message = handoff->n_used > 0;
	if (has_message) {
		ring_read(handoff, &length, sizeof length, sizeof length);
		ring_read(handoff, ret_bytes, n_bytes, length);
		*ret_n_message = length;
	} else {
		/* under the lock: a push that follows signals after this, so no wake-up is lost */
		uint64_t count;
		ssize_t n = read(handoff->fd, &count, sizeof count);
		(void)n;
	}
	pthread_mutex_unlock(&handoff->lock);
	return has_message;
}

int
kn_handoff_fd(const KnHandoff *handoff)
{
	return handoff->fd;
}

uint64_t
kn_handoff_n_dropped(KnHandoff *handoff)
{
	uint64_t n_dropped;

	pthread_mutex_lock(&handoff->lock);
	n_dropped = handoff->n_dropped;
	pthread_mutex_unlock(&handoff->lock);
	return n_dropped;
}

size_t
kn_handoff_peak_bytes(KnHandoff *handoff)
{
	size_t n_peak;

	pthread_mutex_lock(&handoff->lock);
	n_peak = handoff->n_used_peak;
	pthread_mutex_unlock(&handoff->lock);
	return n_peak;
}
