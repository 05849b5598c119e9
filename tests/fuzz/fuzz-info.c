/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* INFO, and the other messages that come bare */

#include "fuzz.h"

#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include <glib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	uint8_t again[KN_INFO_BYTES_MAX];
	ktp_Control control;
	ktp_Reply reply;
	ktp_Info info;

	(void)kn_decode_control(bytes, n_bytes, &control);
	(void)kn_decode_reply(bytes, n_bytes, &reply);
	if (kn_decode_info(bytes, n_bytes, &info) != KN_DECODE_OK)
		return 0;
	g_assert(info.nodes_count > 0 && info.nodes_count <= KN_NODES_MAX);
	g_assert(info.serial.size > 0);
	for (guint i = 0; i < info.nodes_count; i++)
		g_assert(info.nodes[i].full_scale_hpa > 0 &&
			 info.nodes[i].full_scale_hpa <= KN_PRESSURE_MAX_HPA);
	(void)kn_encode_info(&info, again, sizeof again);
	return 0;
}
