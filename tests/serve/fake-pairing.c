/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the part of the fake owner that pairs: as far as the test moves it on */

#include "fake-hub.h"

gboolean
fake_pair(gpointer user, const KnAllow *allow, GError **error)
{
	FakeHub *hub = user;

	if (hub->error_code != 0) {
		g_set_error_literal(error, KN_HUB_ERROR, hub->error_code, "as the test wanted");
		return FALSE;
	}
	hub->allowed = *allow;
	g_free(hub->pairing_address);
	g_free(hub->pairing_label);
	hub->pairing_address = g_strdup(allow->address);
	hub->pairing_label = g_strdup(allow->label);
	hub->pairing =
		(KnPairingView){.address = hub->pairing_address, .state = "searching", .error = ""};
	return TRUE;
}

void
fake_answer_pairing(gpointer user, const KnPairingAnswer *answer)
{
	FakeHub *hub = user;

	hub->pairing_answer = *answer;
	hub->n_pairing_answers++;
}

void
fake_cancel_pairing(gpointer user)
{
	FakeHub *hub = user;

	hub->n_pairing_cancels++;
	hub->pairing.state = "failed";
	hub->pairing.is_over = TRUE;
	hub->pairing.error = "it was given up";
	/* the owner tells at once, from inside of it */
	if (hub->server != NULL)
		kn_server_pairing_changed(hub->server);
}

gboolean
fake_get_pairing(gpointer user, KnPairingView *ret_view)
{
	FakeHub *hub = user;

	*ret_view = hub->pairing;
	return hub->pairing_address != NULL;
}
