/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The kinds of massagers that can be simulated, and how they describe themselves. */

#include "telemetry.pb.h"
#include <glib.h>

/* kind: "back14", "roller", "foam-roll". FALSE for another word, or a serial that is empty or longer than 32 bytes. */
gboolean kn_model_describe(const gchar *kind, const gchar *serial, ktp_Info *ret_info);
/* What it advertises as its name: the model, never a person's name. */
const gchar *kn_model_name(ktp_Kind kind);
