/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What an answer to Pair() means to a person. The messages are those of bluetoothd 5.66 to 5.82 (new_authentication_return in device.c). */

#include "radio/bluez.h"

/* In words that follow "pairing failed:"; borrowed as long as the fault. */
const gchar *kn_pair_words(const KnBluezFault *fault);
/* FALSE: somebody else had paired it. fault: NULL when it went well. */
gboolean kn_pair_was_first(const KnBluezFault *fault);
