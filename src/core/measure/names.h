/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The field's words for enumerated values, the same in JSON and on the terminal. Never NULL: "unknown-7" for a strange number. */

#include "core/log/ledger.h"
#include "core/measure/session.h"
#include "telemetry.pb.h"

const gchar *kn_name_kind(ktp_Kind kind);       /* "back14", "roller", "foam-roll" */
const gchar *kn_name_region(ktp_Region region); /* "upper-trapezius"; unspecified: "free" */
const gchar *kn_name_side(ktp_Side side);       /* "left", "right", "centre" */
const gchar *kn_name_quality(ktp_ClockQuality quality);
const gchar *
kn_name_gap_reason(KnGapReason reason); /* "open", "overwritten", "unreadable", "erased" */
const gchar *
kn_name_session_state(KnSessionState state); /* "open", "ended", "interrupted", "quiet", "cut" */
