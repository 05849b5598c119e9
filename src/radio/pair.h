/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* One pairing of the radio: looks for the device, takes its adapter for itself, calls Pair(), and asks the person what bluetoothd asks. */

#include "radio/radio-private.h"

/* address: upper case. is_stale: what bond there is on this side is removed first. Told by changed, from an idle or a callback, whenever its status is another. */
KnPair *kn_pair_new(KnRadio *radio, const gchar *address, gboolean is_stale);
void kn_pair_free(KnPair *pair);
void kn_pair_get(const KnPair *pair, KnPairStatus *ret_status);
/* Called in every round. */
void kn_pair_step(KnPair *pair);
gboolean kn_pair_is_over(const KnPair *pair);
/* TRUE: every adapter that is not held listens. */
gboolean kn_pair_searches(const KnPair *pair);
/* TRUE: nobody else may scan or connect on this adapter. */
gboolean kn_pair_holds(const KnPair *pair, const gchar *adapter);
/* The adapter it holds is quiet: it may begin. */
void kn_pair_granted(KnPair *pair);
void kn_pair_answer(KnPair *pair, const KnPairAnswer *answer);
void kn_pair_cancel(KnPair *pair);
