/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/config-check.h"

#include "core/base/text.h"
#include "core/base/zone.h"
#include <gio/gio.h>
#include <string.h>

/* sockaddr_un.sun_path less its end, and less the ".new" under which serve/ makes the socket */
enum { SOCKET_PATH_MAX = 107 - 4 };

gchar *
kn_config_check_zone(const gchar *value)
{
	g_autofree gchar *clean = NULL;

	if (kn_zone_is_known(value))
		return NULL;
	clean = kn_text_clean(value, -1);
	return g_strdup_printf("\"%s\" is no known time zone; take a name like Europe/Berlin "
			       "(timedatectl list-timezones)",
			       clean);
}

gchar *
kn_config_check_path(const gchar *value)
{
	return g_path_is_absolute(value) ? NULL : g_strdup("write the whole path, from / on");
}

gchar *
kn_config_check_socket(const gchar *value)
{
	if (strlen(value) > SOCKET_PATH_MAX)
		return g_strdup_printf("the path has more than %d bytes; choose a shorter one",
				       SOCKET_PATH_MAX);
	return kn_config_check_path(value);
}

gchar *
kn_config_check_bus(const gchar *value)
{
	g_autoptr(GError) wrong = NULL;
	g_autofree gchar *clean = NULL;

	/* the second alone takes an empty text for an address, the first alone any transport */
	if (g_dbus_is_address(value) && g_dbus_is_supported_address(value, &wrong))
		return NULL;
	clean = wrong ? kn_text_clean_words(wrong->message) : NULL;
	return g_strdup_printf("this is no D-Bus address%s%s; it looks like "
			       "unix:path=/run/dbus/system_bus_socket",
			       clean ? " that can be used: " : "", clean ? clean : "");
}
