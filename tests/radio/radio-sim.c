/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio-fixture.h"

/* what is asked of the simulator */

static GVariant *
ask_sim(Fixture *f, const gchar *method, GVariant *parameters)
{
	g_autoptr(GError) error = NULL;
	GVariant *result = g_dbus_connection_call_sync(
		f->control, "org.knead.Sim", "/org/knead/sim", "org.knead.Sim1", method, parameters,
		NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
	g_assert_no_error(error);
	return result;
}

void
kn_test_sim(Fixture *f, const gchar *method, GVariant *parameters)
{
	g_variant_unref(ask_sim(f, method, parameters));
}

GVariant *
kn_test_sim_status(Fixture *f, const gchar *address)
{
	g_autoptr(GVariant) result = ask_sim(f, "Status", g_variant_new("(s)", address));
	return g_variant_get_child_value(result, 0);
}

gboolean
kn_test_sim_is_connected(Fixture *f, const gchar *address)
{
	g_autoptr(GVariant) status = kn_test_sim_status(f, address);
	gboolean is_connected = FALSE;
	g_assert_true(g_variant_lookup(status, "connected", "b", &is_connected));
	return is_connected;
}

void
kn_test_sim_fail_next(Fixture *f, const gchar *method, const gchar *error, const gchar *message,
		      guint count)
{
	g_autofree gchar *name = g_strconcat("org.bluez.Error.", error, NULL);
	kn_test_sim(f, "FailNext", g_variant_new("(sssu)", method, name, message, count));
}
