/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/bluez-error.h"

#include <string.h>

#define BLUEZ "org.bluez.Error."
#define DBUS  "org.freedesktop.DBus.Error."

typedef enum {
	PLAIN = 0,
	PENDING = 1 << 0,
	CANCELED = 1 << 1,
	PREFIX = 1 << 2, /* the name ends in a dot: every name below it */
} Mark;

/* message: NULL any. The first match wins, so exact rows stand before general ones. */
typedef struct {
	const gchar *name;
	const gchar *message;
	KnBluezClass class;
	Mark marks;
} Rule;

static const Rule rules[] = {
	{BLUEZ "InProgress", "Operation already in progress", KN_BLUEZ_ALREADY, PLAIN},
	{BLUEZ "InProgress", NULL, KN_BLUEZ_BUSY, PLAIN},
	{BLUEZ "AlreadyConnected", NULL, KN_BLUEZ_ALREADY, PLAIN},
	/* strerror(EALREADY) of the kernel, not bluetoothd's own InProgress */
	{BLUEZ "Failed", "Operation already in progress", KN_BLUEZ_BUSY, PENDING},
	{BLUEZ "Failed", "Operation now in progress", KN_BLUEZ_BUSY, PENDING},
	{BLUEZ "Failed", "le-connection-abort-by-local", KN_BLUEZ_TRANSIENT, PLAIN},
	{BLUEZ "Failed", "Software caused connection abort", KN_BLUEZ_TRANSIENT, PLAIN},
	/* said for LE too; before May 2025 it also hid a lost bond */
	{BLUEZ "Failed", "br-connection-canceled", KN_BLUEZ_TRANSIENT, CANCELED},
	{BLUEZ "Failed", "le-connection-canceled", KN_BLUEZ_TRANSIENT, CANCELED},
	{BLUEZ "Failed", "le-connection-key-missing", KN_BLUEZ_BOND_LOST, PLAIN},
	{BLUEZ "Failed", "br-connection-key-missing", KN_BLUEZ_BOND_LOST, PLAIN},
	{BLUEZ "Failed", "le-connection-concurrent-connection-limit", KN_BLUEZ_NO_SLOT, PLAIN},
	{BLUEZ "Failed", "br-connection-concurrent-connection-limit", KN_BLUEZ_NO_SLOT, PLAIN},
	{BLUEZ "Failed", "Too many links", KN_BLUEZ_NO_SLOT, PLAIN},
	{BLUEZ "Failed", "le-connection-adapter-not-powered", KN_BLUEZ_ADAPTER_DOWN, PLAIN},
	{BLUEZ "Failed", "br-connection-adapter-not-powered", KN_BLUEZ_ADAPTER_DOWN, PLAIN},
	{BLUEZ "Failed", "le-connection-timeout", KN_BLUEZ_SLOW, PLAIN},
	{BLUEZ "Failed", "le-connection-refused", KN_BLUEZ_SLOW, PLAIN},
	{BLUEZ "Failed", "le-connection-busy", KN_BLUEZ_SLOW, PLAIN},
	{BLUEZ "Failed", "le-connection-unknown", KN_BLUEZ_SLOW, PLAIN},
	{BLUEZ "Failed", "le-connection-gatt-browsing", KN_BLUEZ_SLOW, PLAIN},
	{BLUEZ "Failed", "Input/output error", KN_BLUEZ_SLOW, PLAIN},
	{BLUEZ "Failed", "Host is down", KN_BLUEZ_SLOW, PLAIN},
	{BLUEZ "Failed", "Connection timed out", KN_BLUEZ_SLOW, PLAIN},
	{BLUEZ "Failed", "Connection refused", KN_BLUEZ_SLOW, PLAIN},
	{BLUEZ "Failed", "Not connected", KN_BLUEZ_LINK_LOST, PLAIN},
	{BLUEZ "Failed", "Not Connected", KN_BLUEZ_LINK_LOST, PLAIN},
	{BLUEZ "NotConnected", NULL, KN_BLUEZ_LINK_LOST, PLAIN},
	{BLUEZ "NotReady", NULL, KN_BLUEZ_ADAPTER_DOWN, PLAIN},
	{BLUEZ "NotPermitted", "Notify acquired", KN_BLUEZ_BUSY, PLAIN},
	{BLUEZ "NotPermitted", "Write acquired", KN_BLUEZ_BUSY, PLAIN},
	{BLUEZ "NotPermitted", "Not paired", KN_BLUEZ_NEED_PAIR, PLAIN},
	{BLUEZ "NotPermitted", NULL, KN_BLUEZ_PERMANENT, PLAIN},
	{BLUEZ "NotAuthorized", NULL, KN_BLUEZ_PERMANENT, PLAIN},
	{BLUEZ "InvalidArguments", NULL, KN_BLUEZ_PERMANENT, PLAIN},
	{BLUEZ "InvalidValueLength", NULL, KN_BLUEZ_PERMANENT, PLAIN},
	{BLUEZ "InvalidOffset", NULL, KN_BLUEZ_PERMANENT, PLAIN},
	{BLUEZ "NotSupported", NULL, KN_BLUEZ_PERMANENT, PLAIN},
	{BLUEZ "DoesNotExist", NULL, KN_BLUEZ_GONE, PLAIN},
	{BLUEZ "AlreadyExists", NULL, KN_BLUEZ_PAIR_FAILED, PLAIN},
	{BLUEZ "Authentication", NULL, KN_BLUEZ_PAIR_FAILED, PREFIX},
	{BLUEZ "ConnectionAttemptFailed", NULL, KN_BLUEZ_PAIR_FAILED, PLAIN},
	{DBUS "UnknownObject", NULL, KN_BLUEZ_GONE, PLAIN},
	{DBUS "UnknownMethod", NULL, KN_BLUEZ_GONE, PLAIN},
	{DBUS "UnknownInterface", NULL, KN_BLUEZ_GONE, PLAIN},
	{DBUS "ServiceUnknown", NULL, KN_BLUEZ_DAEMON_DOWN, PLAIN},
	{DBUS "NameHasNoOwner", NULL, KN_BLUEZ_DAEMON_DOWN, PLAIN},
	{DBUS "NoReply", NULL, KN_BLUEZ_DAEMON_DOWN, PLAIN},
	{DBUS "Disconnected", NULL, KN_BLUEZ_DAEMON_DOWN, PLAIN},
	{DBUS "Spawn.", NULL, KN_BLUEZ_DAEMON_DOWN, PREFIX},
	/* the bus policy: a person has to change it */
	{DBUS "AccessDenied", NULL, KN_BLUEZ_PERMANENT, PLAIN},
};

static gboolean
rule_matches(const Rule *rule, const gchar *name, const gchar *message)
{
	gboolean is_name = (rule->marks & PREFIX) ? g_str_has_prefix(name, rule->name)
						  : g_str_equal(name, rule->name);
	return is_name && (!rule->message || g_str_equal(rule->message, message));
}

/* "Operation failed with ATT error: 0x0e" */
static gint
att_code_parse(const gchar *message)
{
	const gchar *at = strstr(message, "ATT error: 0x");
	if (!at)
		return KN_BLUEZ_NO_ATT;
	gchar *end = NULL;
	const gchar *digits = at + strlen("ATT error: 0x");
	if (!g_ascii_isxdigit(digits[0]))
		return KN_BLUEZ_NO_ATT;
	guint64 code = g_ascii_strtoull(digits, &end, 16);
	return code <= 0xff ? (gint)code : KN_BLUEZ_NO_ATT;
}

static KnBluezClass
att_class(gint code)
{
	switch (code) {
	case 0x0e: /* unlikely error */
	case 0x11: /* insufficient resources */
		return KN_BLUEZ_TRANSIENT;
	case 0x05: /* authentication, encryption key size, encryption */
	case 0x0c:
	case 0x0f:
		return KN_BLUEZ_NEED_PAIR;
	default: /* 0x80 to 0x9f are the profile's own words, and KTP/1 has none for reads and writes */
		return KN_BLUEZ_PERMANENT;
	}
}

KnBluezVerdict
kn_bluez_error_classify(const gchar *name, const gchar *message)
{
	KnBluezVerdict verdict = {.class = KN_BLUEZ_TRANSIENT, .att_code = KN_BLUEZ_NO_ATT};
	const gchar *text = message ? message : "";
	if (!name)
		name = "";
	if (g_str_equal(name, BLUEZ "Failed"))
		verdict.att_code = att_code_parse(text);
	if (verdict.att_code != KN_BLUEZ_NO_ATT) {
		verdict.class = att_class(verdict.att_code);
		return verdict;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		if (!rule_matches(&rules[i], name, text))
			continue;
		verdict.class = rules[i].class;
		verdict.is_attempt_pending = (rules[i].marks & PENDING) != 0;
		verdict.hints_bond_lost = (rules[i].marks & CANCELED) != 0;
		return verdict;
	}
	verdict.is_unknown = TRUE;
	return verdict;
}

const gchar *
kn_bluez_class_name(KnBluezClass class)
{
	static const gchar *const names[] = {
		"already",      "busy",        "transient",   "slow",      "no-slot",
		"adapter-down", "gone",        "daemon-down", "need-pair", "bond-lost",
		"link-lost",    "pair-failed", "permanent",
	};
	return (guint) class < G_N_ELEMENTS(names) ? names[class] : "unknown";
}
