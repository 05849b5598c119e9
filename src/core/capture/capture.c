/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/capture/capture.h"

#include "core/base/text.h"
#include "core/wire/crc32.h"
#include <string.h>

G_DEFINE_QUARK(kn_capture_error_quark, kn_capture_error)

#define SIGNATURE "# knead-capture: 1"

static const gchar *const words[] = {
	[KN_ENTRY_CLOCK] = "clock",
	[KN_ENTRY_UP] = "up",
	[KN_ENTRY_NOTIFICATION] = "n",
	[KN_ENTRY_DOWN] = "down",
};

typedef struct {
	const gchar *text; /* borrowed */
	gsize n_bytes;
	gsize at;      /* of the next line */
	gsize line_at; /* of this one */
	guint number;  /* of this one, from 1 */
	KnCapture *capture;
	guint64 t_us;
	gboolean is_up;
} Reader;

static gboolean
refuse(const Reader *reader, KnCaptureError code, const gchar *why, GError **error)
{
	g_set_error(error, KN_CAPTURE_ERROR, code, "line %u: %s", reader->number, why);
	return FALSE;
}

static void
entry_clear(gpointer data)
{
	KnCaptureEntry *entry = data;

	g_clear_pointer(&entry->bytes, g_bytes_unref);
	g_clear_pointer(&entry->text, g_free);
}

/* ---- one line ---- */

static GBytes *
read_hex(const gchar *hex)
{
	gsize n = strlen(hex);
	g_autofree guint8 *bytes = NULL;

	if (n == 0 || n % 2 != 0 || strspn(hex, "0123456789abcdef") != n)
		return NULL;
	bytes = g_malloc(n / 2);
	for (gsize i = 0; i < n / 2; i++)
		bytes[i] = (guint8)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
				    g_ascii_xdigit_value(hex[2 * i + 1]));
	return g_bytes_new_take(g_steal_pointer(&bytes), n / 2);
}

static gboolean
read_header(Reader *reader, const gchar *line, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(line + 2, ": ", 2);

	if (g_strv_length(parts) != 2 || parts[0][0] == '\0')
		return refuse(reader, KN_CAPTURE_ERROR_SYNTAX, "a header is \"# key: value\"",
			      error);
	g_hash_table_replace(reader->capture->header, kn_text_clean(parts[0], -1),
			     kn_text_clean(parts[1], -1));
	return TRUE;
}

/* fields: word, time, value, and a fourth one for a clock */
static gboolean
fill_entry(const Reader *reader, gchar **fields, KnCaptureEntry *entry, GError **error)
{
	guint64 quality = 0;

	switch (entry->kind) {
	case KN_ENTRY_CLOCK:
		if (!fields[3] ||
		    !g_ascii_string_to_signed(fields[2], 10, G_MININT64 / 4, G_MAXINT64 / 4,
					      &entry->utc_us, NULL) ||
		    !g_ascii_string_to_unsigned(fields[3], 10, 0, 2, &quality, NULL))
			return refuse(reader, KN_CAPTURE_ERROR_RANGE,
				      "a clock is \"clock T_US UTC_US QUALITY\", quality 0 to 2",
				      error);
		entry->quality = (ktp_ClockQuality)quality;
		return TRUE;
	case KN_ENTRY_UP:
	case KN_ENTRY_NOTIFICATION:
		entry->bytes = fields[3] ? NULL : read_hex(fields[2]);
		if (!entry->bytes)
			return refuse(reader, KN_CAPTURE_ERROR_SYNTAX,
				      "bytes are pairs of 0-9 and a-f, and nothing behind", error);
		return TRUE;
	case KN_ENTRY_DOWN:
		entry->text = kn_text_clean(fields[2], -1);
		return TRUE;
	}
	return FALSE;
}

static gboolean
fits(const Reader *reader, const KnCaptureEntry *entry, GError **error)
{
	if (entry->t_us < reader->t_us)
		return refuse(reader, KN_CAPTURE_ERROR_RANGE, "time goes back", error);
	if (reader->capture->entries->len == 0 && entry->kind != KN_ENTRY_CLOCK)
		return refuse(reader, KN_CAPTURE_ERROR_RANGE, "the first entry is a clock", error);
	if (reader->capture->entries->len >= KN_CAPTURE_ENTRIES_MAX)
		return refuse(reader, KN_CAPTURE_ERROR_RANGE, "there are too many entries", error);
	if (entry->kind == KN_ENTRY_UP && reader->is_up)
		return refuse(reader, KN_CAPTURE_ERROR_RANGE, "the link is up already", error);
	if ((entry->kind == KN_ENTRY_NOTIFICATION || entry->kind == KN_ENTRY_DOWN) &&
	    !reader->is_up)
		return refuse(reader, KN_CAPTURE_ERROR_RANGE, "the link is not up", error);
	return TRUE;
}

static gboolean
read_entry(Reader *reader, const gchar *line, GError **error)
{
	/* a reason may hold blanks; of the others each field is one word */
	g_auto(GStrv) fields = g_strsplit(line, " ", g_str_has_prefix(line, "down ") ? 3 : 5);
	KnCaptureEntry entry = {0};
	guint kind = 0;

	while (kind < G_N_ELEMENTS(words) && g_strcmp0(words[kind], fields[0]) != 0)
		kind++;
	if (kind == G_N_ELEMENTS(words) || g_strv_length(fields) < 3)
		return refuse(reader, KN_CAPTURE_ERROR_SYNTAX, "this is no line of a capture",
			      error);
	entry.kind = (KnEntryKind)kind;
	if (!g_ascii_string_to_unsigned(fields[1], 10, 0, KN_CAPTURE_T_MAX_US, &entry.t_us, NULL))
		return refuse(reader, KN_CAPTURE_ERROR_RANGE, "the time is no number of us", error);
	if (!fill_entry(reader, fields, &entry, error) || !fits(reader, &entry, error)) {
		entry_clear(&entry);
		return FALSE;
	}
	reader->t_us = entry.t_us;
	if (entry.kind == KN_ENTRY_UP || entry.kind == KN_ENTRY_DOWN)
		reader->is_up = entry.kind == KN_ENTRY_UP;
	g_array_append_val(reader->capture->entries, entry);
	return TRUE;
}

static gboolean
read_end(Reader *reader, const gchar *line, GError **error)
{
	g_autofree gchar *wanted = NULL;
	g_autoptr(GString) right = g_string_new(NULL);

	kn_capture_append_end(right, reader->line_at,
			      kn_crc32((const guint8 *)reader->text, reader->line_at));
	wanted = g_strndup(right->str, right->len - 1);
	if (!g_str_equal(line, wanted))
		return refuse(reader, KN_CAPTURE_ERROR_DAMAGED,
			      "what stands before is not what was written", error);
	if (reader->at < reader->n_bytes)
		return refuse(reader, KN_CAPTURE_ERROR_SYNTAX, "something stands behind the end",
			      error);
	reader->capture->is_whole = TRUE;
	return TRUE;
}

static gboolean
read_line(Reader *reader, const gchar *line, GError **error)
{
	if (reader->number == 1 && !g_str_equal(line, SIGNATURE))
		return refuse(reader, KN_CAPTURE_ERROR_SYNTAX,
			      "a capture begins with \"" SIGNATURE "\"", error);
	if (g_str_has_prefix(line, "# "))
		return read_header(reader, line, error);
	if (g_str_has_prefix(line, "end "))
		return read_end(reader, line, error);
	return read_entry(reader, line, error);
}

/* *ret_line NULL: there is no more */
static gboolean
take_line(Reader *reader, gchar **ret_line, GError **error)
{
	const gchar *from = reader->text + reader->at;
	gsize n_left = reader->n_bytes - reader->at;
	const gchar *feed = n_left > 0 ? memchr(from, '\n', n_left) : NULL;
	gsize n = feed ? (gsize)(feed - from) : n_left;

	*ret_line = NULL;
	reader->line_at = reader->at;
	reader->number++;
	/* a last line without its feed was cut: it is not one of those that are right */
	if (!feed && reader->number > 1)
		return TRUE;
	if (n > KN_CAPTURE_LINE_BYTES_MAX || memchr(from, '\0', n))
		return refuse(reader, KN_CAPTURE_ERROR_SYNTAX, "the line is too long, or no text",
			      error);
	*ret_line = g_strndup(from, n);
	reader->at += feed ? n + 1 : n;
	return TRUE;
}

KnCapture *
kn_capture_parse(const gchar *text, gsize n_bytes, GError **error)
{
	g_autoptr(KnCapture) capture = g_new0(KnCapture, 1);
	Reader reader = {.text = text, .n_bytes = n_bytes, .capture = capture};

	capture->header = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	capture->entries = g_array_new(FALSE, FALSE, sizeof(KnCaptureEntry));
	g_array_set_clear_func(capture->entries, entry_clear);
	while (TRUE) {
		g_autofree gchar *line = NULL;
		if (!take_line(&reader, &line, error))
			return NULL;
		if (!line)
			return g_steal_pointer(&capture);
		if (!read_line(&reader, line, error))
			return NULL;
	}
}

void
kn_capture_free(KnCapture *capture)
{
	if (!capture)
		return;
	g_hash_table_unref(capture->header);
	g_array_unref(capture->entries);
	g_free(capture);
}

const gchar *
kn_capture_get(const KnCapture *capture, const gchar *key)
{
	const gchar *value = g_hash_table_lookup(capture->header, key);

	return value ? value : "";
}

/* ---- writing ---- */

void
kn_capture_append_header(GString *text, const gchar *key, const gchar *value)
{
	g_autofree gchar *clean = kn_text_clean(value, -1);

	if (text->len == 0)
		g_string_append(text, SIGNATURE "\n");
	g_string_append_printf(text, "# %s: %s\n", key, clean);
}

void
kn_capture_append_clock(GString *text, guint64 t_us, gint64 utc_us, ktp_ClockQuality quality)
{
	g_string_append_printf(text, "%s %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %u\n",
			       words[KN_ENTRY_CLOCK], t_us, utc_us, (guint)quality);
}

void
kn_capture_append_bytes(GString *text, KnEntryKind kind, guint64 t_us, const guint8 *bytes,
			gsize n_bytes)
{
	g_string_append_printf(text, "%s %" G_GUINT64_FORMAT " ", words[kind], t_us);
	for (gsize i = 0; i < n_bytes; i++)
		g_string_append_printf(text, "%02x", bytes[i]);
	g_string_append_c(text, '\n');
}

void
kn_capture_append_down(GString *text, guint64 t_us, const gchar *reason)
{
	g_autofree gchar *clean = kn_text_clean(reason, -1);

	g_string_append_printf(text, "%s %" G_GUINT64_FORMAT " %s\n", words[KN_ENTRY_DOWN], t_us,
			       clean[0] != '\0' ? clean : "-");
}

void
kn_capture_append_end(GString *text, guint64 n_bytes, guint32 crc32)
{
	g_string_append_printf(text, "end %" G_GUINT64_FORMAT " %08x\n", n_bytes, crc32);
}
