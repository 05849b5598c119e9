/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* The document that describes the socket: openapi.json, which a test holds against the routes, the commands and real answers. */

#include "kn-openapi.h"
#include "serve/routes.h"

void
kn_handle_openapi(KnRequest *request)
{
	g_autoptr(GBytes) bytes =
		g_resource_lookup_data(kn_openapi_get_resource(), "/org/knead/serve/openapi.json",
				       G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
	gsize n_bytes = 0;
	const gchar *text = g_bytes_get_data(bytes, &n_bytes);

	kn_request_answer_text(request, g_strndup(text, n_bytes));
}
