/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio-fixture.h"

/* what a monitor on the bus saw of the radio */

void
kn_test_forget_calls(Fixture *f)
{
	g_mutex_lock(&f->lock);
	g_ptr_array_set_size(f->calls, 0);
	g_mutex_unlock(&f->lock);
}

guint
kn_test_n_calls(Fixture *f, const gchar *method)
{
	guint n = 0;
	const gchar *us = g_dbus_connection_get_unique_name(f->control);
	g_mutex_lock(&f->lock);
	for (guint i = 0; i < f->calls->len; i++) {
		g_auto(GStrv) parts = g_strsplit(f->calls->pdata[i], " ", 2);
		n += g_str_equal(parts[1], method) && !g_str_equal(parts[0], us);
	}
	g_mutex_unlock(&f->lock);
	return n;
}

gchar *
kn_test_calls(Fixture *f)
{
	GString *calls = g_string_new(NULL);
	const gchar *us = g_dbus_connection_get_unique_name(f->control);
	g_mutex_lock(&f->lock);
	for (guint i = 0; i < f->calls->len; i++) {
		g_auto(GStrv) parts = g_strsplit(f->calls->pdata[i], " ", 2);
		if (g_str_equal(parts[1], "SetDiscoveryFilter") || g_str_equal(parts[0], us))
			continue;
		g_string_append_printf(calls, "%s%s", calls->len ? " " : "", parts[1]);
	}
	g_mutex_unlock(&f->lock);
	return g_string_free(calls, FALSE);
}

gchar *
kn_test_radio_name(Fixture *f)
{
	gchar *name = NULL;
	const gchar *us = g_dbus_connection_get_unique_name(f->control);
	g_mutex_lock(&f->lock);
	for (guint i = 0; i < f->calls->len && !name; i++) {
		g_auto(GStrv) parts = g_strsplit(f->calls->pdata[i], " ", 2);
		if (!g_str_equal(parts[0], us))
			name = g_strdup(parts[0]);
	}
	g_mutex_unlock(&f->lock);
	g_assert_nonnull(name);
	return name;
}

guint
kn_test_n_match_rules(Fixture *f)
{
	g_autoptr(GError) error = NULL;
	g_autofree gchar *name = kn_test_radio_name(f);
	g_autoptr(GVariant) result = g_dbus_connection_call_sync(
		f->control, "org.freedesktop.DBus", "/org/freedesktop/DBus",
		"org.freedesktop.DBus.Debug.Stats", "GetConnectionStats",
		g_variant_new("(s)", name), G_VARIANT_TYPE("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, -1,
		NULL, &error);
	g_assert_no_error(error);
	g_autoptr(GVariant) stats = g_variant_get_child_value(result, 0);
	guint32 n = 0;
	g_assert_true(g_variant_lookup(stats, "MatchRules", "u", &n));
	return n;
}
