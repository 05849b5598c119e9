/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* a capture from somebody: what is accepted is in order, and is written as it was read */

#include "fuzz.h"

#include "core/capture/capture.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KnCapture) capture = kn_capture_parse((const gchar *)bytes, n_bytes, &error);
	gboolean is_up = FALSE;
	guint64 t_us = 0;

	g_assert((capture == NULL) == (error != NULL));
	for (guint i = 0; capture && i < capture->entries->len; i++) {
		const KnCaptureEntry *entry = &g_array_index(capture->entries, KnCaptureEntry, i);

		g_assert(i > 0 || entry->kind == KN_ENTRY_CLOCK);
		g_assert(entry->t_us >= t_us);
		t_us = entry->t_us;
		if (entry->kind == KN_ENTRY_UP || entry->kind == KN_ENTRY_DOWN) {
			g_assert(is_up == (entry->kind == KN_ENTRY_DOWN));
			is_up = !is_up;
		}
		g_assert(entry->kind != KN_ENTRY_NOTIFICATION || is_up);
	}
	return 0;
}
