/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A bounded first-in first-out of byte messages from one thread to another, the only way between our threads: pthread mutex and
 * eventfd (GLib's futex locks are invisible to ThreadSanitizer). Any number of producers, one consumer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct KnHandoff KnHandoff;

/* capacity_bytes: of messages, each counted with 4 bytes of length. NULL when memory or descriptors are out. */
KnHandoff *kn_handoff_new(size_t capacity_bytes);
/* Both sides have stopped using it. */
void kn_handoff_free(KnHandoff *handoff);

/* Copies head then body in as one message. False when it does not fit: nothing was written, and it was counted. */
bool kn_handoff_push(KnHandoff *handoff, const void *head, size_t n_head, const void *body,
		     size_t n_body);
/* Makes the descriptor readable: once after any number of pushes. */
void kn_handoff_signal(KnHandoff *handoff);

/* Copies the oldest message out and returns true; false when there is none (the descriptor is then no longer readable).
 * A message longer than n_bytes is cut, *ret_n_message still tells its length. */
bool kn_handoff_pop(KnHandoff *handoff, void *ret_bytes, size_t n_bytes, size_t *ret_n_message);

/* Readable after a signal until a pop finds nothing. For poll() or a main loop source; owned by the handoff. */
int kn_handoff_fd(const KnHandoff *handoff);
/* Messages refused because the ring was full, and the most bytes ever held. */
uint64_t kn_handoff_n_dropped(KnHandoff *handoff);
size_t kn_handoff_peak_bytes(KnHandoff *handoff);
