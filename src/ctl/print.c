/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/print.h"

#include "ctl/format.h"
#include <string.h>

enum { BATTERY_LOW_PERMILLE = 200, SYNC_LATE_DAYS = 3 };

gchar *
kn_print_device_name(const KnTerm *term, JsonObject *device)
{
	const gchar *label = kn_doc_text(device, "label");
	const gchar *kind = kn_doc_text(device, "kind");
	const gchar *address = kn_doc_text(device, "address");
	g_autofree gchar *words = NULL;

	if (label[0] != '\0')
		return kn_term_text(term, label);
	if (address[0] == '\0')
		return g_strdup("a massager");
	words = g_strconcat(kind[0] != '\0' ? kind : "massager", " ", address, NULL);
	return kn_term_text(term, words);
}

gchar *
kn_print_battery(JsonObject *device)
{
	JsonObject *battery = kn_doc_object(device, "battery");
	gint64 charge = kn_doc_int(battery, "charge_permille", -1);
	g_autofree gchar *percent = NULL;

	if (charge < 0)
		return g_strdup("");
	percent = kn_format_percent(charge);
	return g_strconcat("battery ", percent,
			   kn_doc_bool(battery, "is_charging") ? ", charging" : "", NULL);
}

gchar *
kn_print_device_trouble(JsonObject *device, const gchar *now, gboolean *ret_is_urgent)
{
	JsonObject *battery = kn_doc_object(device, "battery");
	gint64 charge = kn_doc_int(battery, "charge_permille", 1000);
	gint days = kn_format_days_ago(kn_doc_text(device, "synced"), now);
	gboolean is_low = charge < BATTERY_LOW_PERMILLE && !kn_doc_bool(battery, "is_charging");
	/* one that is connected is being fetched right now: there is nothing to do */
	gboolean is_linked = g_str_equal(kn_doc_text(device, "link"), "ready");
	gboolean is_late = kn_doc_has(device, "synced") && days >= SYNC_LATE_DAYS && !is_linked;
	g_autoptr(GString) words = g_string_new(NULL);

	if (is_low)
		g_string_append(words, "charge it");
	if (is_late)
		g_string_append_printf(words, "%snot synced for %d days%s", is_low ? "; " : "",
				       days, is_low ? "" : ": bring it near the hub");
	else if (!kn_doc_has(device, "synced") && !is_linked)
		g_string_append_printf(words, "%snot synced yet%s", is_low ? "; " : "",
				       is_low ? "" : ": bring it near the hub");
	*ret_is_urgent = words->len > 0;
	return g_strdup(words->str);
}

gchar *
kn_print_sides(JsonObject *document)
{
	gint64 symmetry = kn_doc_int(document, "symmetry_permille", G_MININT64);
	gint64 left = 0;

	if (symmetry < -1000 || symmetry > 1000)
		return NULL;
	/* the left share of both, in whole percent; the right one is the rest, so that they add up */
	left = (1000 + symmetry + 10) / 20;
	return g_strdup_printf("left %" G_GINT64_FORMAT " %%, right %" G_GINT64_FORMAT " %%", left,
			       100 - left);
}

/* ---- completeness ---- */

static gint64
missing_of(JsonObject *document)
{
	return kn_doc_int(document, "expected", 0) - kn_doc_int(document, "stored", 0);
}

static gchar *
missing_words(JsonObject *document)
{
	g_autofree gchar *n = kn_format_count((guint64)MAX(missing_of(document), 0));
	g_autofree gchar *of =
		kn_format_count((guint64)MAX(kn_doc_int(document, "expected", 0), 0));

	return g_strdup_printf("%s of %s records missing", n, of);
}

gchar *
kn_print_completeness(JsonObject *document)
{
	if (missing_of(document) > 0)
		return missing_words(document);
	return g_strdup(kn_doc_bool(document, "is_completeness_known")
				? "complete"
				: "not known yet if complete");
}

static const struct {
	const gchar *reason;
	const gchar *words;
} reasons[] = {
	{"open", "will be fetched when the device is in range"},
	{"overwritten", "lost: the massager's memory ran over before the hub came"},
	{"unreadable", "lost: the massager could not read them back without a fault"},
	{"erased", "erased, as somebody asked"},
};

static gint64
count_reason(JsonArray *gaps, const gchar *reason)
{
	gint64 n = 0;

	for (guint i = 0; i < kn_doc_length(gaps); i++) {
		JsonObject *gap = kn_doc_at(gaps, i);

		if (g_str_equal(kn_doc_text(gap, "reason"), reason))
			n += MAX(kn_doc_int(gap, "n_records", 0), 0);
	}
	return n;
}

GPtrArray *
kn_print_completeness_lines(JsonObject *document)
{
	JsonArray *gaps = kn_doc_array(document, "gaps");
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_autofree gchar *missing = missing_words(document);
	guint n_reasons = 0;
	guint only = 0;

	if (missing_of(document) <= 0) {
		g_ptr_array_add(lines,
				g_strdup(kn_doc_bool(document, "is_completeness_known")
						 ? "all that the massager recorded is here"
						 : "not known yet whether all of it is here"));
		return lines;
	}
	for (guint i = 0; i < G_N_ELEMENTS(reasons); i++) {
		if (count_reason(gaps, reasons[i].reason) == 0)
			continue;
		n_reasons++;
		only = i;
	}
	if (n_reasons == 1)
		g_ptr_array_add(lines, g_strdup_printf("%s, %s", missing, reasons[only].words));
	else
		g_ptr_array_add(lines, g_strdup(missing));
	for (guint i = 0; i < G_N_ELEMENTS(reasons) && n_reasons > 1; i++) {
		g_autofree gchar *n =
			kn_format_count((guint64)count_reason(gaps, reasons[i].reason));

		if (!g_str_equal(n, "0"))
			g_ptr_array_add(lines, g_strdup_printf("%s %s", n, reasons[i].words));
	}
	return lines;
}

gchar *
kn_print_loss(JsonObject *document)
{
	JsonArray *losses = kn_doc_array(document, "data_loss");
	guint n = kn_doc_length(losses);
	g_autofree gchar *when =
		n > 0 ? kn_format_when(kn_doc_text(kn_doc_at(losses, n - 1), "to"), "") : NULL;

	if (n == 0)
		return NULL;
	return g_strdup_printf("Lost: the hub's database was damaged on %s. Of what was before, "
			       "only what the massagers still held is here; kneadd --restore "
			       "brings back more, see: man kneadd",
			       when);
}

void
kn_print_wrapped(const KnTerm *term, GString *out, const gchar *indent, const gchar *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	guint n_indent = kn_term_columns(indent);
	guint n = 0;

	for (guint i = 0; words[i] != NULL; i++) {
		guint n_word = kn_term_columns(words[i]);

		if (n > 0 && n + 1 + n_word > term->width) {
			g_string_append_c(out, '\n');
			n = 0;
		}
		g_string_append(out, n == 0 ? indent : " ");
		g_string_append(out, words[i]);
		n += n_word + (n == 0 ? n_indent : 1);
	}
	g_string_append_c(out, '\n');
}
