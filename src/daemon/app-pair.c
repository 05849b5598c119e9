/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* a pairing, from a person's wish to a massager that is recorded */

#include "daemon/app-private.h"

#include <string.h>

/* paired, and the store is still at it: its answer belongs to this one */
static gboolean
is_enrolling(const KnApp *app)
{
	return app->pairing.is_enrolling && !app->pairing.is_enrolled && !app->pairing.error;
}

gboolean
kn_app_pair(gpointer user, const KnAllow *allow, GError **error)
{
	KnApp *app = user;
	g_auto(KnWhy) why = {0};

	if (kn_radio_get_state(app->radio) != KN_RADIO_READY) {
		kn_app_explain(app, allow->address, &why);
		g_set_error(error, KN_HUB_ERROR, KN_HUB_ERROR_NOT_READY, "%s %s", why.text,
			    why.next);
		return FALSE;
	}
	/* before anybody presses a button for nothing */
	if (!kn_app_may_allow(app, allow->address, error))
		return FALSE;
	if (is_enrolling(app) || !kn_radio_pair(app->radio, allow->address)) {
		g_set_error_literal(error, KN_HUB_ERROR, KN_HUB_ERROR_BUSY,
				    "another massager is being paired");
		return FALSE;
	}
	g_free(app->pairing.label);
	g_free(app->pairing.error);
	app->pairing = (KnAppPairing){.wish = *allow, .label = g_strdup(allow->label)};
	return TRUE;
}

void
kn_app_answer_pairing(gpointer user, const KnPairingAnswer *answer)
{
	const KnPairAnswer given = {answer->has_passkey, answer->passkey, answer->is_yes};

	kn_radio_answer_pair(((KnApp *)user)->radio, &given);
}

void
kn_app_cancel_pairing(gpointer user)
{
	kn_radio_cancel_pair(((KnApp *)user)->radio);
}

gboolean
kn_app_get_pairing(gpointer user, KnPairingView *ret_view)
{
	const KnApp *app = user;
	KnPairStatus status;
	gboolean is_bonded;

	if (!kn_radio_get_pair(app->radio, &status))
		return FALSE;
	is_bonded = status.state == KN_PAIR_DONE;
	*ret_view = (KnPairingView){
		.address = status.address,
		.state = is_bonded && !app->pairing.is_enrolled ? "enrolling"
								: kn_pair_state_name(status.state),
		.has_number = status.state == KN_PAIR_WANTS_CONFIRMATION ||
			      status.state == KN_PAIR_SHOWS_PASSKEY,
		.number = status.number,
		.is_over = status.state == KN_PAIR_FAILED || app->pairing.is_enrolled ||
			   app->pairing.error != NULL,
		.is_bonded = is_bonded,
		.is_paired = is_bonded && app->pairing.is_enrolled,
		.is_just_works = status.is_just_works,
		.was_recorded = app->pairing.was_recorded,
		.was_paired_already = status.was_paired_already,
		.error = app->pairing.error != NULL ? app->pairing.error : status.error,
	};
	return TRUE;
}

static void
on_enrolled(const KnDevice *device, const GError *error, gpointer user)
{
	KnApp *app = user;

	app->pairing.is_enrolled = device != NULL;
	if (error)
		app->pairing.error = g_strdup(error->message);
	if (app->server)
		kn_server_pairing_changed(app->server);
}

/* allowed, and read at least once: what it holds is known to be the person's */
static gboolean
was_recorded(const KnApp *app, const gchar *address)
{
	const KnDevice *device = kn_app_find_address(app, address);

	return device && device->is_allowed &&
	       kn_pipeline_get_info(app->pipeline, device->id) != NULL;
}

void
kn_app_pair_changed(gpointer user)
{
	KnApp *app = user;
	KnPairStatus status;

	if (!kn_radio_get_pair(app->radio, &status))
		return;
	if (status.state == KN_PAIR_DONE && !app->pairing.is_enrolling) {
		app->pairing.is_enrolling = TRUE;
		app->pairing.was_recorded = was_recorded(app, status.address);
		app->pairing.wish.address = status.address;
		app->pairing.wish.label = app->pairing.label;
		kn_app_allow(app, &app->pairing.wish, on_enrolled, app);
	}
	kn_server_pairing_changed(app->server);
}
