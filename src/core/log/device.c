/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/device.h"

#include <string.h>

/* 2026-01-01: whoever was allowed before was so by a clock that was not set */
#define ENROLLED_MIN_US G_GINT64_CONSTANT(1767225600000000)

KnDevice *
kn_device_copy(const KnDevice *device)
{
	KnDevice *copy = g_new(KnDevice, 1);

	*copy = *device;
	copy->address = g_strdup(device->address);
	copy->label = g_strdup(device->label);
	copy->info = device->info ? g_bytes_ref(device->info) : NULL;
	return copy;
}

void
kn_device_free(KnDevice *device)
{
	if (!device)
		return;
	g_free(device->address);
	g_free(device->label);
	g_clear_pointer(&device->info, g_bytes_unref);
	g_free(device);
}

gint64
kn_device_idle_us(const KnDevice *device, const KnNow *now)
{
	gint64 since_us = MAX(device->used_us, device->enrolled_us);

	if (now->quality == ktp_CLOCK_UNKNOWN || since_us == G_MAXINT64 ||
	    device->enrolled_us < ENROLLED_MIN_US)
		return -1;
	return MAX(now->utc_us - since_us, 0);
}

gchar *
kn_device_normalize_address(const gchar *text)
{
	enum { ADDRESS_CHARS = 17 };

	if (strlen(text) != ADDRESS_CHARS)
		return NULL;
	for (guint i = 0; i < ADDRESS_CHARS; i++) {
		gboolean is_fine = i % 3 == 2 ? text[i] == ':' : g_ascii_isxdigit(text[i]);
		if (!is_fine)
			return NULL;
	}
	return g_ascii_strup(text, ADDRESS_CHARS);
}
