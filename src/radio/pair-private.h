/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What pair.c (the steps) and pair-bond.c (a bond that is worth nothing) share; nobody else includes it. */

#include "radio/agent.h"
#include "radio/pair.h"

struct KnPair {
	KnRadio *radio; /* borrowed: owns us */
	gchar *address; /* owned: as typed; the identity once there is a bond */
	KnPairState state;
	guint32 number;
	gboolean was_asked;  /* a person was, here or on the massager */
	gboolean is_refused; /* the person here said no */
	gboolean is_just_works;
	gboolean was_paired_already;
	gboolean is_stale;         /* the bond of this side is worth nothing */
	gboolean is_begun;         /* the adapter was granted: device is the one */
	gboolean was_removed;      /* it is a stranger again */
	gboolean is_removing;      /* its bond is being removed */
	gboolean is_called;        /* Pair() is under way */
	gboolean had_link;         /* somebody else made it */
	gchar *device;             /* owned: path; NULL not found yet */
	gchar *adapter;            /* owned: path; NULL not found yet */
	gchar *error;              /* owned: words; "" none */
	KnAgent *agent;            /* owned */
	GCancellable *cancellable; /* owned */
	guint timer_id;            /* until when this state may last */
};

/* Does nothing if it is over. error: words, borrowed. A bond that is there by then makes it a success. */
void kn_pair_end(KnPair *pair, KnPairState state, const gchar *error);
/* From now on; ms at full scale. */
void kn_pair_set_deadline(KnPair *pair, guint ms);
/* The bond of this side goes, after the link if there is one; then it is looked for anew, or the pairing has failed. */
void kn_pair_remove_bond(KnPair *pair);
