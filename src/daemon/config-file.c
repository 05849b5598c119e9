/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/config-file.h"

#include "core/base/text.h"
#include "core/log/device.h"
#include "daemon/config-check.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef enum {
	TEXT,
	LIST,
	SWITCH,
} SettingKind;

static const struct {
	const gchar *group;
	const gchar *key;
	gsize offset;
	SettingKind kind;
	gchar *(*check)(const gchar *value); /* of a text; NULL: a name of which any may be */
} settings[] = {
	{"hub", "zone", G_STRUCT_OFFSET(KnConfig, zone), TEXT, kn_config_check_zone},
	{"hub", "state-dir", G_STRUCT_OFFSET(KnConfig, state_directory), TEXT,
	 kn_config_check_path},
	{"socket", "path", G_STRUCT_OFFSET(KnConfig, socket_path), TEXT, kn_config_check_socket},
	{"socket", "read-group", G_STRUCT_OFFSET(KnConfig, read_group), TEXT, NULL},
	{"socket", "admin-group", G_STRUCT_OFFSET(KnConfig, admin_group), TEXT, NULL},
	{"radio", "bus", G_STRUCT_OFFSET(KnConfig, bus_address), TEXT, kn_config_check_bus},
	{"radio", "adapters", G_STRUCT_OFFSET(KnConfig, adapters), LIST, NULL},
	{"radio", "power-cycle", G_STRUCT_OFFSET(KnConfig, may_power_cycle), SWITCH, NULL},
	{"radio", "restart-bluetooth", G_STRUCT_OFFSET(KnConfig, may_restart_bluetooth), SWITCH,
	 NULL},
};

static gboolean
refuse(GError **error, const gchar *path, const gchar *group, const gchar *key, const gchar *why)
{
	g_autofree gchar *clean_group = kn_text_clean(group, -1);
	g_autofree gchar *clean_key = key ? kn_text_clean(key, -1) : NULL;

	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "%s: [%s]%s%s: %s",
		    path, clean_group, clean_key ? " " : "", clean_key ? clean_key : "", why);
	return FALSE;
}

/* names of all groups, or of all keys of one */
static gchar *
known_names(const gchar *group)
{
	GString *names = g_string_new(NULL);
	const gchar *last = "";

	for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
		const gchar *name = group ? settings[i].key : settings[i].group;
		if ((group && !g_str_equal(settings[i].group, group)) || g_str_equal(name, last))
			continue;
		g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", name);
		last = name;
	}
	return g_string_free(names, FALSE);
}

static gboolean
read_list(const gchar *path, gsize at, const gchar *value, gchar ***ret_list, GError **error)
{
	g_auto(GStrv) items = g_strsplit_set(value, "; ,", -1);
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	guint n_addresses = 0;

	for (gsize i = 0; items[i]; i++) {
		g_autofree gchar *address = kn_device_normalize_address(items[i]);
		if (items[i][0] == '\0')
			continue;
		if (!address)
			return refuse(error, path, settings[at].group, settings[at].key,
				      "an adapter's address looks like AA:BB:CC:DD:EE:FF (see "
				      "bluetoothctl list); separate them by semicolons");
		g_strv_builder_add(builder, address);
		n_addresses++;
	}
	/* as an empty list it would mean "none", to whoever forgot an address after a semicolon */
	if (n_addresses == 0)
		return refuse(error, path, settings[at].group, settings[at].key,
			      "there is no address; take the line out to use all adapters");
	*ret_list = g_strv_builder_end(builder);
	return TRUE;
}

/* checked even if the command line wins */
static gboolean
take_text(KnConfig *config, const gchar *path, gsize at, gchar *owned_value, GError **error)
{
	gchar **field = G_STRUCT_MEMBER_P(config, settings[at].offset);
	g_autofree gchar *value = owned_value;
	g_autofree gchar *wrong = settings[at].check ? settings[at].check(value) : NULL;

	if (wrong)
		return refuse(error, path, settings[at].group, settings[at].key, wrong);
	if (!*field)
		*field = g_steal_pointer(&value);
	return TRUE;
}

static gboolean
take_list(KnConfig *config, const gchar *path, gsize at, const gchar *value, GError **error)
{
	gchar ***list = G_STRUCT_MEMBER_P(config, settings[at].offset);
	gchar **fresh = NULL;

	if (!read_list(path, at, value, &fresh, error))
		return FALSE;
	g_strfreev(*list);
	*list = fresh;
	return TRUE;
}

static gboolean
take_switch(KnConfig *config, const gchar *path, gsize at, const gchar *value, GError **error)
{
	gboolean *field = G_STRUCT_MEMBER_P(config, settings[at].offset);

	if (!g_str_equal(value, "yes") && !g_str_equal(value, "no"))
		return refuse(error, path, settings[at].group, settings[at].key, "write yes or no");
	*field = g_str_equal(value, "yes");
	return TRUE;
}

static gboolean
take(KnConfig *config, const gchar *path, GKeyFile *file, gsize at, GError **error)
{
	g_autofree gchar *value =
		g_key_file_get_string(file, settings[at].group, settings[at].key, NULL);

	if (!value)
		return refuse(error, path, settings[at].group, settings[at].key,
			      "the value is not UTF-8 text, or has an escape that is none");
	g_strstrip(value);
	if (value[0] == '\0')
		return refuse(error, path, settings[at].group, settings[at].key,
			      "there is no value; take the line out to get the default");
	switch (settings[at].kind) {
	case LIST:
		return take_list(config, path, at, value, error);
	case SWITCH:
		return take_switch(config, path, at, value, error);
	default:
		return take_text(config, path, at, g_steal_pointer(&value), error);
	}
}

static gboolean
find_setting(const gchar *group, const gchar *key, gsize *ret_at)
{
	for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
		if (!g_str_equal(settings[i].group, group) ||
		    (key && !g_str_equal(settings[i].key, key)))
			continue;
		*ret_at = i;
		return TRUE;
	}
	return FALSE;
}

static gboolean
take_group(KnConfig *config, const gchar *path, GKeyFile *file, const gchar *group, GError **error)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
	gboolean is_known_group;
	gsize at;

	is_known_group = find_setting(group, NULL, &at);
	for (gsize i = 0; is_known_group && keys && keys[i]; i++) {
		g_autofree gchar *names = known_names(group);
		g_autofree gchar *why =
			g_strconcat("there is no such key; known here: ", names, NULL);
		if (!find_setting(group, keys[i], &at))
			return refuse(error, path, group, keys[i], why);
		if (!take(config, path, file, at, error))
			return FALSE;
	}
	if (!is_known_group) {
		g_autofree gchar *names = known_names(NULL);
		g_autofree gchar *why = g_strconcat("there is no such group; known: ", names, NULL);
		return refuse(error, path, group, NULL, why);
	}
	return TRUE;
}

/* path is for messages */
static gboolean
parse_text(KnConfig *config, const gchar *path, const gchar *text, gsize n_text, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) wrong = NULL;
	g_auto(GStrv) groups = NULL;

	if (n_text > 0 &&
	    (memchr(text, '\0', n_text) || !g_utf8_validate(text, (gssize)n_text, NULL))) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_UNKNOWN_ENCODING,
			    "%s: this is not UTF-8 text", path);
		return FALSE;
	}
	if (!g_key_file_load_from_data(file, text, n_text, G_KEY_FILE_NONE, &wrong)) {
		g_autofree gchar *clean = kn_text_clean_words(wrong->message);
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE,
			    "%s: %s; write [group] lines and key=value lines", path, clean);
		return FALSE;
	}
	groups = g_key_file_get_groups(file, NULL);
	for (gsize i = 0; groups[i]; i++)
		if (!take_group(config, path, file, groups[i], error))
			return FALSE;
	return TRUE;
}

static gboolean
fail_reading(GError **error, const gchar *path, const gchar *why)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s cannot be read: %s", path, why);
	return FALSE;
}

gboolean
kn_config_file_read(KnConfig *config, const gchar *path, gboolean is_required, GError **error)
{
	/* a pipe or a device would block the reader or never end */
	gint fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	g_autofree gchar *text = g_malloc(KN_CONFIG_BYTES_MAX + 1);
	struct stat info = {0};
	gssize n = 0;
	gsize n_text = 0;

	if (fd < 0 && errno == ENOENT && !is_required)
		return TRUE;
	if (fd < 0)
		return fail_reading(error, path, g_strerror(errno));
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
		close(fd);
		return fail_reading(error, path, "it is not a file");
	}
	do {
		n = read(fd, text + n_text, KN_CONFIG_BYTES_MAX + 1 - n_text);
		n_text += n > 0 ? (gsize)n : 0;
	} while ((n > 0 && n_text <= KN_CONFIG_BYTES_MAX) || (n < 0 && errno == EINTR));
	close(fd);
	if (n < 0)
		return fail_reading(error, path, g_strerror(errno));
	if (n_text > KN_CONFIG_BYTES_MAX)
		return fail_reading(error, path, "it has more than 64 KiB");
	return parse_text(config, path, text, n_text, error);
}
