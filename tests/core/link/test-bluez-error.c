/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/bluez-error.h"

#define B "org.bluez.Error."
#define D "org.freedesktop.DBus.Error."

typedef struct {
	const gchar *name;
	const gchar *message;
	KnBluezClass class;
	gboolean is_attempt_pending;
	gboolean hints_bond_lost;
} Row;

/* the strings of BlueZ's src/error.c, device.c and gatt-client.c, and of libdbus; one row for each thing that is said */
static const Row rows[] = {
	{B "InProgress", "Operation already in progress", KN_BLUEZ_ALREADY, FALSE, FALSE},
	{B "InProgress", "In Progress", KN_BLUEZ_BUSY, FALSE, FALSE},
	{B "InProgress", "br-connection-busy", KN_BLUEZ_BUSY, FALSE, FALSE},
	{B "Failed", "Operation already in progress", KN_BLUEZ_BUSY, TRUE, FALSE},
	{B "Failed", "le-connection-abort-by-local", KN_BLUEZ_TRANSIENT, FALSE, FALSE},
	{B "Failed", "br-connection-canceled", KN_BLUEZ_TRANSIENT, FALSE, TRUE},
	{B "Failed", "le-connection-key-missing", KN_BLUEZ_BOND_LOST, FALSE, FALSE},
	{B "Failed", "br-connection-key-missing", KN_BLUEZ_BOND_LOST, FALSE, FALSE},
	{B "Failed", "Software caused connection abort", KN_BLUEZ_TRANSIENT, FALSE, FALSE},
	{B "Failed", "le-connection-timeout", KN_BLUEZ_SLOW, FALSE, FALSE},
	{B "Failed", "le-connection-refused", KN_BLUEZ_SLOW, FALSE, FALSE},
	{B "Failed", "le-connection-busy", KN_BLUEZ_SLOW, FALSE, FALSE},
	{B "Failed", "le-connection-unknown", KN_BLUEZ_SLOW, FALSE, FALSE},
	{B "Failed", "le-connection-gatt-browsing", KN_BLUEZ_SLOW, FALSE, FALSE},
	{B "Failed", "Input/output error", KN_BLUEZ_SLOW, FALSE, FALSE},
	{B "Failed", "Host is down", KN_BLUEZ_SLOW, FALSE, FALSE},
	{B "Failed", "le-connection-concurrent-connection-limit", KN_BLUEZ_NO_SLOT, FALSE, FALSE},
	{B "NotReady", "Resource Not Ready", KN_BLUEZ_ADAPTER_DOWN, FALSE, FALSE},
	{B "Failed", "le-connection-adapter-not-powered", KN_BLUEZ_ADAPTER_DOWN, FALSE, FALSE},
	{D "UnknownObject",
	 "Method \"Connect\" with signature \"\" on interface \"org.bluez.Device1\" doesn't "
	 "exist\n",
	 KN_BLUEZ_GONE, FALSE, FALSE},
	{D "UnknownMethod",
	 "Method \"AcquireNotify\" with signature \"a{sv}\" on interface "
	 "\"org.bluez.GattCharacteristic1\" doesn't "
	 "exist\n",
	 KN_BLUEZ_GONE, FALSE, FALSE},
	{D "UnknownObject",
	 "Method \"StartNotify\" with signature \"\" on interface "
	 "\"org.bluez.GattCharacteristic1\" doesn't exist\n",
	 KN_BLUEZ_GONE, FALSE, FALSE},
	{B "DoesNotExist", "Does Not Exist", KN_BLUEZ_GONE, FALSE, FALSE},
	{D "ServiceUnknown", "The name org.bluez was not provided by any .service files",
	 KN_BLUEZ_DAEMON_DOWN, FALSE, FALSE},
	{D "NameHasNoOwner", "Could not get owner of name 'org.bluez': no such name",
	 KN_BLUEZ_DAEMON_DOWN, FALSE, FALSE},
	{D "NoReply", "Message recipient disconnected from message bus without replying",
	 KN_BLUEZ_DAEMON_DOWN, FALSE, FALSE},
	{D "Disconnected", NULL, KN_BLUEZ_DAEMON_DOWN, FALSE, FALSE},
	{D "Spawn.ChildExited", "Launch helper exited with unknown return code 1",
	 KN_BLUEZ_DAEMON_DOWN, FALSE, FALSE},
	{B "NotPermitted", "Not paired", KN_BLUEZ_NEED_PAIR, FALSE, FALSE},
	{B "NotPermitted", "Read not permitted", KN_BLUEZ_PERMANENT, FALSE, FALSE},
	{B "NotPermitted", "Notify acquired", KN_BLUEZ_BUSY, FALSE, FALSE},
	{B "NotAuthorized", "Operation Not Authorized", KN_BLUEZ_PERMANENT, FALSE, FALSE},
	{B "Failed", "Not connected", KN_BLUEZ_LINK_LOST, FALSE, FALSE},
	{B "NotConnected", "Not Connected", KN_BLUEZ_LINK_LOST, FALSE, FALSE},
	{B "InvalidArguments", "Invalid Length", KN_BLUEZ_PERMANENT, FALSE, FALSE},
	{B "InvalidArguments", "Invalid offset", KN_BLUEZ_PERMANENT, FALSE, FALSE},
	{B "NotSupported", "Operation is not supported", KN_BLUEZ_PERMANENT, FALSE, FALSE},
	{B "AlreadyConnected", "Already Connected", KN_BLUEZ_ALREADY, FALSE, FALSE},
	{B "AlreadyExists", "Already Exists", KN_BLUEZ_PAIR_FAILED, FALSE, FALSE},
	{B "AuthenticationFailed", "Authentication Failed", KN_BLUEZ_PAIR_FAILED, FALSE, FALSE},
	{B "AuthenticationCanceled", "Authentication Canceled", KN_BLUEZ_PAIR_FAILED, FALSE, FALSE},
	{B "AuthenticationRejected", "Authentication Rejected", KN_BLUEZ_PAIR_FAILED, FALSE, FALSE},
	{B "AuthenticationTimeout", "Authentication Timeout", KN_BLUEZ_PAIR_FAILED, FALSE, FALSE},
	{B "ConnectionAttemptFailed", "Page Timeout", KN_BLUEZ_PAIR_FAILED, FALSE, FALSE},
	{D "AccessDenied", "Rejected send message", KN_BLUEZ_PERMANENT, FALSE, FALSE},
};

static void
every_row_has_its_class(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		KnBluezVerdict verdict = kn_bluez_error_classify(rows[i].name, rows[i].message);
		g_test_message("%s: %s", rows[i].name, rows[i].message);
		g_assert_cmpstr(kn_bluez_class_name(verdict.class), ==,
				kn_bluez_class_name(rows[i].class));
		g_assert_cmpint(verdict.is_attempt_pending, ==, rows[i].is_attempt_pending);
		g_assert_cmpint(verdict.hints_bond_lost, ==, rows[i].hints_bond_lost);
		g_assert_cmpint(verdict.att_code, ==, KN_BLUEZ_NO_ATT);
		g_assert_false(verdict.is_unknown);
	}
}

static KnBluezClass
expected_att_class(guint code)
{
	if (code == 14 || code == 17)
		return KN_BLUEZ_TRANSIENT;
	if (code == 5 || code == 12 || code == 15)
		return KN_BLUEZ_NEED_PAIR;
	return KN_BLUEZ_PERMANENT;
}

static void
an_att_code_is_read_from_the_message(void)
{
	for (guint code = 0; code < 256; code++) {
		g_autofree gchar *message =
			g_strdup_printf("Operation failed with ATT error: 0x%02x", code);
		KnBluezVerdict verdict = kn_bluez_error_classify(B "Failed", message);
		g_assert_cmpint(verdict.att_code, ==, (gint)code);
		g_assert_cmpint(verdict.class, ==, expected_att_class(code));
		g_assert_false(verdict.is_unknown);
	}
}

static void
a_broken_att_code_is_unknown(void)
{
	static const gchar *const messages[] = {
		"Operation failed with ATT error: 0x",
		"Operation failed with ATT error: 0xzz",
		"Operation failed with ATT error: 0x100",
		"Operation failed with ATT error: 0xffffffffffffffffffff",
		"Operation failed with ATT error: 0x-1",
	};
	for (gsize i = 0; i < G_N_ELEMENTS(messages); i++) {
		KnBluezVerdict verdict = kn_bluez_error_classify(B "Failed", messages[i]);
		g_assert_cmpint(verdict.att_code, ==, KN_BLUEZ_NO_ATT);
		g_assert_true(verdict.is_unknown);
	}
}

static void
what_is_unknown_is_transient_and_flagged(void)
{
	static const Row unknown[] = {
		{B "Failed", "le-connection-something-new", 0, FALSE, FALSE},
		{B "Failed", NULL, 0, FALSE, FALSE},
		{B "Flux", "", 0, FALSE, FALSE},
		{"com.example.Error", "Operation already in progress", 0, FALSE, FALSE},
		{B "InProgressAndMore", "In Progress", 0, FALSE, FALSE},
		{"", "", 0, FALSE, FALSE},
		{NULL, NULL, 0, FALSE, FALSE},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(unknown); i++) {
		KnBluezVerdict verdict =
			kn_bluez_error_classify(unknown[i].name, unknown[i].message);
		g_assert_cmpint(verdict.class, ==, KN_BLUEZ_TRANSIENT);
		g_assert_true(verdict.is_unknown);
	}
}

static void
every_class_has_a_name_of_its_own(void)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	for (gint class = KN_BLUEZ_ALREADY; class <= KN_BLUEZ_PERMANENT; class ++)
		g_assert_true(g_hash_table_add(
			names, (gpointer)kn_bluez_class_name((KnBluezClass) class)));
	g_assert_false(g_hash_table_contains(names, "unknown"));
	g_assert_cmpstr(kn_bluez_class_name((KnBluezClass)99), ==, "unknown");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/bluez-error/every_row_has_its_class", every_row_has_its_class);
	g_test_add_func("/core/bluez-error/an_att_code_is_read_from_the_message",
			an_att_code_is_read_from_the_message);
	g_test_add_func("/core/bluez-error/a_broken_att_code_is_unknown",
			a_broken_att_code_is_unknown);
	g_test_add_func("/core/bluez-error/what_is_unknown_is_transient_and_flagged",
			what_is_unknown_is_transient_and_flagged);
	g_test_add_func("/core/bluez-error/every_class_has_a_name_of_its_own",
			every_class_has_a_name_of_its_own);
	return g_test_run();
}
