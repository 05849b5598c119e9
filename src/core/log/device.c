/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/device.h"

#include <string.h>

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
