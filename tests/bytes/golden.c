/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "golden.h"

#include "core/capture/capture.h"

static GBytes *
bytes_of_hex(const gchar *hex)
{
	GByteArray *bytes = g_byte_array_new();

	for (gsize i = 0; hex[i] != '\0' && hex[i + 1] != '\0'; i += 2) {
		guint8 byte = (guint8)(g_ascii_xdigit_value(hex[i]) << 4 |
				       g_ascii_xdigit_value(hex[i + 1]));
		g_byte_array_append(bytes, &byte, 1);
	}
	return g_byte_array_free_to_bytes(bytes);
}

static void
add(GPtrArray *all, GHashTable *seen, GBytes *bytes /* owned */)
{
	if (g_hash_table_contains(seen, bytes)) {
		g_bytes_unref(bytes);
		return;
	}
	g_hash_table_add(seen, g_bytes_ref(bytes));
	g_ptr_array_add(all, bytes);
}

static void
add_page(GPtrArray *all, GHashTable *seen, const gchar *name, const gchar *key)
{
	g_autofree gchar *path = g_build_filename(g_getenv("KN_VECTORS_DIR"), name, NULL);
	g_autoptr(GKeyFile) page = g_key_file_new();
	g_auto(GStrv) groups = NULL;
	g_autoptr(GError) error = NULL;

	g_key_file_load_from_file(page, path, G_KEY_FILE_NONE, &error);
	g_assert_no_error(error);
	groups = g_key_file_get_groups(page, NULL);
	for (guint i = 0; groups[i]; i++) {
		g_autofree gchar *hex = g_key_file_get_value(page, groups[i], key, NULL);
		if (hex && *hex)
			add(all, seen, bytes_of_hex(hex));
	}
}

static void
add_capture(GPtrArray *all, GHashTable *seen, const gchar *path, KnEntryKind kind)
{
	g_autofree gchar *text = NULL;
	g_autoptr(KnCapture) capture = NULL;
	g_autoptr(GError) error = NULL;
	gsize n_bytes;

	g_assert_true(g_file_get_contents(path, &text, &n_bytes, NULL));
	capture = kn_capture_parse(text, n_bytes, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < capture->entries->len; i++) {
		const KnCaptureEntry *entry = &g_array_index(capture->entries, KnCaptureEntry, i);
		if (entry->kind == kind)
			add(all, seen, g_bytes_ref(entry->bytes));
	}
}

static void
add_captures(GPtrArray *all, GHashTable *seen, KnEntryKind kind)
{
	const gchar *top = g_getenv("KN_CAPTURES_DIR");
	g_autoptr(GDir) models = g_dir_open(top, 0, NULL);
	const gchar *model;

	while ((model = g_dir_read_name(models))) {
		g_autofree gchar *folder = g_build_filename(top, model, NULL);
		g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
		const gchar *name;
		while (files && (name = g_dir_read_name(files))) {
			g_autofree gchar *path = g_build_filename(folder, name, NULL);
			if (g_str_has_suffix(name, ".cap"))
				add_capture(all, seen, path, kind);
		}
	}
}

static GPtrArray *
gather(gboolean is_with_captures, KnEntryKind kind)
{
	GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_bytes_hash, g_bytes_equal,
							   (GDestroyNotify)g_bytes_unref, NULL);

	if (kind == KN_ENTRY_UP) {
		add_page(all, seen, "info.txt", "info");
	} else {
		add_page(all, seen, "records.txt", "notification");
		add_page(all, seen, "replies.txt", "notification");
	}
	if (is_with_captures)
		add_captures(all, seen, kind);
	return all;
}

GPtrArray *
golden_notifications(void)
{
	return gather(TRUE, KN_ENTRY_NOTIFICATION);
}

GPtrArray *
golden_vectors(void)
{
	return gather(FALSE, KN_ENTRY_NOTIFICATION);
}

GPtrArray *
golden_infos(void)
{
	return gather(TRUE, KN_ENTRY_UP);
}
