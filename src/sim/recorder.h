/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The part of the firmware that turns a session into records: SessionStart, SampleBlocks split so that each fits a notification,
 * Motion, Battery, SessionEnd, in the order of their ticks. Pure: asked for what is due by a tick.
 */

#include "sim/signal.h"

typedef struct KnRecorder KnRecorder;

/* info: copied. start_t_ms: device tick. boot: for the size of records. charge_permille: at the start. */
KnRecorder *kn_recorder_new(const ktp_Info *info, KnScenario scenario, guint64 seed,
			    guint64 start_t_ms, guint64 duration_ms, guint charge_permille);
void kn_recorder_free(KnRecorder *recorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnRecorder, kn_recorder_free)

/* The next record that is due at t_ms or before; seq and boot are left to the firmware. FALSE: none is due yet. */
gboolean kn_recorder_next(KnRecorder *recorder, guint64 t_ms, ktp_Record *ret_record);
/* The person stops at t_ms: what was sampled until then comes, then SessionEnd. */
void kn_recorder_stop(KnRecorder *recorder, guint64 t_ms);
gboolean kn_recorder_is_over(const KnRecorder *recorder);
guint kn_recorder_charge_permille(const KnRecorder *recorder);
