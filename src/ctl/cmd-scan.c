/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/print.h"
#include "ctl/progress.h"

enum { NEAR_DBM = -65, FAR_DBM = -85 };

static const gchar *
distance_of(gint64 signal_dbm)
{
	if (signal_dbm == 0)
		return "here";
	if (signal_dbm >= NEAR_DBM)
		return "near";
	return signal_dbm >= FAR_DBM ? "some way off" : "far away";
}

/* what to do with it next; NULL: nothing is missing */
static gchar *
next_of(JsonObject *device)
{
	const gchar *address = kn_doc_text(device, "address");

	if (kn_doc_bool(device, "is_enrolled"))
		return NULL;
	if (kn_doc_bool(device, "is_bonded"))
		return g_strdup_printf("have it recorded: sudo knead allow %s", address);
	return g_strdup_printf("pair it, and have it recorded: press its button, then: sudo knead "
			       "pair %s",
			       address);
}

static void
append_found(const KnTerm *term, GString *out, JsonObject *device)
{
	g_autofree gchar *address = kn_term_text(term, kn_doc_text(device, "address"));
	const gchar *known = kn_doc_text(device, "label");
	g_autofree gchar *name =
		kn_term_text(term, known[0] != '\0' ? known : kn_doc_text(device, "name"));
	gint64 signal_dbm = kn_doc_int(device, "signal_dbm", 0);
	g_autofree gchar *next = next_of(device);
	g_autofree gchar *clean = next != NULL ? kn_term_text(term, next) : NULL;
	g_autoptr(GString) line = g_string_new(NULL);

	g_string_append(out, "  ");
	kn_term_paint(term, out, KN_STYLE_TITLE, name[0] != '\0' ? name : address);
	g_string_append_c(out, '\n');
	g_string_append_printf(line, "%s; %s", address, distance_of(signal_dbm));
	if (signal_dbm != 0)
		g_string_append_printf(line, " (%" G_GINT64_FORMAT " dBm)", signal_dbm);
	g_string_append(line, kn_doc_bool(device, "is_bonded") ? "; paired" : "; not paired");
	if (kn_doc_bool(device, "is_enrolled"))
		g_string_append(line, "; recorded");
	kn_print_wrapped(term, out, "    ", line->str);
	if (clean != NULL)
		kn_print_wrapped(term, out, "    ", clean);
}

static void
print_scan(const KnTerm *term, GString *out, JsonObject *job)
{
	JsonArray *devices = kn_doc_array(kn_doc_object(job, "result"), "devices");
	gboolean has_listened = kn_doc_bool(kn_doc_object(job, "result"), "has_listened");

	if (!has_listened)
		g_string_append(out,
				"The hub did not come to listen: Bluetooth refused, or was busy.\n"
				"  Try again. If it stays so: knead status\n");
	if (!has_listened && kn_doc_length(devices) == 0)
		return;
	if (kn_doc_length(devices) == 0) {
		g_string_append(out, "No massager was heard.\n"
				     "  Switch it on, hold it near this machine, and try again.\n");
		return;
	}
	kn_term_paint(term, out, KN_STYLE_TITLE, "In range");
	g_string_append_c(out, '\n');
	for (guint i = 0; i < kn_doc_length(devices); i++)
		append_found(term, out, kn_doc_at(devices, i));
}

gint
kn_cmd_scan(KnCall *call, const gchar *argument)
{
	g_autofree gchar *begin = call->seconds > 0
					  ? g_strdup_printf("/v1/scans?seconds=%d", call->seconds)
					  : g_strdup("/v1/scans");
	g_autoptr(JsonNode) begun = NULL;
	g_autoptr(JsonNode) job = NULL;
	gint failed = kn_call_ask(call, begin, "{}", &begun);

	if (failed == KN_EXIT_OK)
		failed = kn_progress_wait_for_job(call, "Listening", NULL, begun, &job);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, job);
	else
		print_scan(&call->term, call->out, kn_doc_root(job));
	return KN_EXIT_OK;
}
