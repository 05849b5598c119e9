/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/print.h"

#include "ctl/format.h"
#include <string.h>

enum { BATTERY_LOW_PERMILLE = 200, SYNC_LATE_DAYS = 3 };

/* of gaps: more sessions are counted, more strange reasons passed over */
enum { SESSIONS_NAMED = 3, REASONS_MAX = 8 };

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
kn_print_device_name_fit(const KnTerm *term, JsonObject *device, guint n_columns)
{
	g_autofree gchar *name = kn_print_device_name(term, device);
	g_autofree gchar *address = kn_term_text(term, kn_doc_text(device, "address"));
	g_autofree gchar *end = NULL;
	gsize n_bytes = strlen(address);

	if (kn_doc_text(device, "label")[0] != '\0' || n_bytes == 0 ||
	    kn_term_columns(name) <= n_columns)
		return kn_term_fit(term, name, n_columns);
	if (kn_term_columns(address) <= n_columns)
		return kn_term_fit(term, address, n_columns);
	/* of one that is long the hub has made sure that it is ASCII */
	end = g_strconcat(kn_term_pick(term, "…", "~"),
			  address + n_bytes - MIN(n_bytes, MAX(n_columns, 1) - 1), NULL);
	return kn_term_fit(term, end, n_columns);
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

/* "2 of 1,204 records missing (0.2 %)" */
static gchar *
missing_words(JsonObject *document)
{
	guint64 missing = (guint64)MAX(missing_of(document), 0);
	guint64 expected = (guint64)MAX(kn_doc_int(document, "expected", 0), 1);
	g_autofree gchar *n = kn_format_count(missing);
	g_autofree gchar *of = kn_format_count(expected);
	gdouble percent = 100 * (gdouble)missing / (gdouble)expected;

	if (percent < 0.1)
		return g_strdup_printf("%s of %s records missing (under 0.1 %%)", n, of);
	return g_strdup_printf("%s of %s records missing (%.1f %%)", n, of, percent);
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

/* what became of them, and what would bring them back */
static const struct {
	const gchar *reason;
	const gchar *one; /* what one of them does */
	const gchar *many;
} reasons[] = {
	{"open", "comes when the massager is in range and linked",
	 "come when the massager is in range and linked"},
	{"overwritten", "is gone for good: the massager's memory ran over before the hub came",
	 "are gone for good: the massager's memory ran over before the hub came"},
	{"unreadable", "is gone for good: the massager's memory did not give it back whole",
	 "are gone for good: the massager's memory did not give them back whole"},
	{"erased", "was erased, as somebody asked", "were erased, as somebody asked"},
};

typedef struct {
	gint64 n_records;
	GArray *ids; /* owned: gint64 of the sessions, each once; of a session's own gaps none */
} Missing;

static void
missing_clear(Missing *missing)
{
	g_clear_pointer(&missing->ids, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Missing, missing_clear)

static void
add_id(GArray *ids, gint64 id)
{
	for (guint i = 0; i < ids->len; i++)
		if (g_array_index(ids, gint64, i) == id)
			return;
	if (id > 0)
		g_array_append_val(ids, id);
}

static Missing
count_reason(JsonArray *gaps, const gchar *reason)
{
	Missing missing = {.ids = g_array_new(FALSE, FALSE, sizeof(gint64))};

	for (guint i = 0; i < kn_doc_length(gaps); i++) {
		JsonObject *gap = kn_doc_at(gaps, i);

		if (!g_str_equal(kn_doc_text(gap, "reason"), reason))
			continue;
		missing.n_records += MAX(kn_doc_int(gap, "n_records", 0), 0);
		add_id(missing.ids, kn_doc_int(gap, "session_id", 0));
	}
	return missing;
}

/* " of session 11", " of sessions 12, 11 and 3 more": where to look */
static gchar *
session_words(const GArray *ids)
{
	GString *words = g_string_new(ids->len == 0   ? ""
				      : ids->len == 1 ? " of session "
						      : " of sessions ");

	for (guint i = 0; i < MIN(ids->len, (guint)SESSIONS_NAMED); i++)
		g_string_append_printf(words, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "",
				       g_array_index(ids, gint64, i));
	if (ids->len > SESSIONS_NAMED)
		g_string_append_printf(words, " and %u more", ids->len - SESSIONS_NAMED);
	return g_string_free(words, FALSE);
}

/* "3 of session 11 come when …"; a reason that is not known here is told as it came */
static gchar *
reason_line(JsonArray *gaps, const gchar *reason, const gchar *one, const gchar *many)
{
	g_auto(Missing) missing = count_reason(gaps, reason);
	g_autofree gchar *n = kn_format_count((guint64)missing.n_records);
	g_autofree gchar *sessions = session_words(missing.ids);

	if (missing.n_records == 0)
		return NULL;
	return g_strdup_printf("%s%s %s", n, sessions, missing.n_records == 1 ? one : many);
}

static gboolean
is_known_reason(const gchar *reason)
{
	for (guint i = 0; i < G_N_ELEMENTS(reasons); i++)
		if (g_str_equal(reasons[i].reason, reason))
			return TRUE;
	return FALSE;
}

static void
add_strange_reasons(GPtrArray *lines, JsonArray *gaps)
{
	static const KnTerm plain = {.width = 80};
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < kn_doc_length(gaps) && g_hash_table_size(seen) < REASONS_MAX; i++) {
		const gchar *reason = kn_doc_text(kn_doc_at(gaps, i), "reason");
		g_autofree gchar *clean = kn_term_text(&plain, reason);
		g_autofree gchar *words = g_strconcat("missing: ", clean, NULL);
		gchar *line = NULL;

		if (is_known_reason(reason) || !g_hash_table_add(seen, (gpointer)reason))
			continue;
		line = reason_line(gaps, reason, words, words);
		if (line != NULL)
			g_ptr_array_add(lines, line);
	}
}

static gint64
count_named(JsonArray *gaps)
{
	gint64 n = 0;

	for (guint i = 0; i < kn_doc_length(gaps); i++)
		n += MAX(kn_doc_int(kn_doc_at(gaps, i), "n_records", 0), 0);
	return n;
}

/* what no gap in the document names */
static void
add_rest(GPtrArray *lines, JsonObject *document)
{
	gint64 rest = missing_of(document) - count_named(kn_doc_array(document, "gaps"));
	g_autofree gchar *n = kn_format_count((guint64)MAX(rest, 0));

	if (kn_doc_bool(document, "is_gaps_cut"))
		g_ptr_array_add(lines, g_strdup("more sessions lack some than are named here: "
						"ask for fewer days"));
	else if (rest > 0)
		g_ptr_array_add(lines,
				g_strdup_printf("%s not named yet: the massager is still to say "
						"whether it has %s",
						n, rest == 1 ? "it" : "them"));
}

GPtrArray *
kn_print_completeness_lines(JsonObject *document)
{
	JsonArray *gaps = kn_doc_array(document, "gaps");
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

	if (missing_of(document) <= 0) {
		g_ptr_array_add(lines,
				g_strdup(kn_doc_bool(document, "is_completeness_known")
						 ? "all that the massager recorded is here"
						 : "not known yet whether all of it is here"));
		return lines;
	}
	g_ptr_array_add(lines, missing_words(document));
	for (guint i = 0; i < G_N_ELEMENTS(reasons); i++) {
		gchar *line = reason_line(gaps, reasons[i].reason, reasons[i].one, reasons[i].many);

		if (line != NULL)
			g_ptr_array_add(lines, line);
	}
	add_strange_reasons(lines, gaps);
	add_rest(lines, document);
	return lines;
}

/* "before …" or "from … to …": of what a restore left only its own time is told */
static gchar *
format_loss_time(JsonObject *loss)
{
	g_autofree gchar *to = kn_format_when(kn_doc_text(loss, "to"), "");
	g_autofree gchar *from = kn_format_when(kn_doc_text(loss, "from"), "");

	return kn_doc_has(loss, "from")
		       ? g_strdup_printf("from %s to %s", from, to)
		       : g_strdup_printf("before %s (since when is not known)", to);
}

/* Of those in the database in use, or of those that were set aside; the newest decides. NULL: there is none. New. */
static gchar *
loss_words(JsonArray *losses, const gchar *start, gboolean is_in_use)
{
	JsonObject *last = NULL;
	guint n = 0;
	g_autofree gchar *when = NULL;
	g_autofree gchar *others = NULL;

	for (guint i = 0; i < kn_doc_length(losses); i++) {
		JsonObject *loss = kn_doc_at(losses, i);

		if (kn_doc_bool(loss, "is_in_use") != is_in_use)
			continue;
		last = loss;
		n++;
	}
	if (n == 0)
		return NULL;
	when = format_loss_time(last);
	others = kn_format_plural(n - 1, "other time", "other times");
	return g_strdup_printf(
		"%s: %s, and of what was recorded %s%s%s some %s, see: man kneadd", start,
		is_in_use ? "records on the hub's disk are damaged"
			  : "the hub's database was damaged",
		when, n > 1 ? ", and at " : "", n > 1 ? others : "",
		is_in_use
			? "cannot be read any more. A backup may have it"
			: "is not here. kneadd --restore brings back what can still be read of it");
}

gchar *
kn_print_loss(JsonObject *document)
{
	JsonArray *losses = kn_doc_array(document, "data_loss");
	/* what can be brought back comes first: each kind has an advice of its own */
	g_autofree gchar *aside = loss_words(losses, "Lost", FALSE);
	g_autofree gchar *in_use = loss_words(losses, aside != NULL ? "Also lost" : "Lost", TRUE);

	if (aside != NULL && in_use != NULL)
		return g_strconcat(aside, ". ", in_use, NULL);
	return aside != NULL ? g_steal_pointer(&aside) : g_steal_pointer(&in_use);
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
