/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/check.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { QUIET_MS = 2000, MTU_MIN = 185 };

gboolean
kn_check_rule(KnCheck *check, gboolean is_so, guint section, const gchar *rule,
	      const gchar *otherwise, ...)
{
	g_autofree gchar *seen = NULL;
	va_list arguments;

	if (is_so) {
		check->n_ok++;
		printf("ok      %2u  %s\n", section, rule);
		return TRUE;
	}
	va_start(arguments, otherwise);
	seen = g_strdup_vprintf(otherwise, arguments);
	va_end(arguments);
	if (g_cancellable_is_cancelled(check->stop)) {
		kn_check_untried(check, section, rule, "it was stopped");
		return FALSE;
	}
	check->n_failed++;
	printf("FAILED  %2u  %s: %s\n", section, rule, seen);
	return FALSE;
}

void
kn_check_untried(KnCheck *check, guint section, const gchar *rule, const gchar *why)
{
	check->n_untried++;
	printf("-       %2u  %s: not tried, %s\n", section, rule, why);
}

gboolean
kn_check_is_over(const KnCheck *check)
{
	return check->talk.is_lost || g_cancellable_is_cancelled(check->stop);
}

/* a rule that another program on this machine may keep from being tried */
static gboolean
reach(KnCheck *check, gboolean is_so, const gchar *rule, const GError *error)
{
	if (is_so || !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BUSY))
		return kn_check_rule(check, is_so, 1, rule, "%s", error ? error->message : "");
	check->is_cut_short = TRUE;
	kn_check_untried(check, 1, rule, error->message);
	return FALSE;
}

/* ---- GATT and INFO ---- */

static gboolean
check_characteristics(KnCheck *check)
{
	static const struct {
		KnCheckPart part;
		const gchar *flag;
		const gchar *rule;
	} parts[] = {
		{KN_CHECK_INFO, "read", "INFO is there and can be read"},
		{KN_CHECK_DATA, "notify", "DATA is there and notifies"},
		{KN_CHECK_CONTROL, "write", "CONTROL is there and takes writes with a response"},
	};
	gboolean is_all = TRUE;

	for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
		gboolean is_there = kn_check_link_has(check->talk.link, parts[i].part);
		is_all &= kn_check_rule(
			check,
			is_there && kn_check_link_has_flag(check->talk.link, parts[i].part,
							   parts[i].flag),
			1, parts[i].rule,
			is_there ? "it is there without \"%s\"" : "it is not there", parts[i].flag);
	}
	return is_all;
}

static gboolean
check_info(KnCheck *check)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) first = kn_check_link_read_info(check->talk.link, &error);
	g_autoptr(GBytes) second = first ? kn_check_link_read_info(check->talk.link, &error) : NULL;
	guint8 again[KN_INFO_BYTES_MAX];
	const guint8 *bytes;
	gsize n_bytes = 0;
	KnDecodeStatus status;

	if (!kn_check_rule(check, second != NULL, 2, "INFO is read", "%s",
			   error ? error->message : ""))
		return FALSE;
	bytes = g_bytes_get_data(first, &n_bytes);
	kn_check_rule(check, n_bytes <= KN_INFO_BYTES_MAX, 2, "INFO has at most 512 bytes",
		      "%" G_GSIZE_FORMAT " bytes", n_bytes);
	kn_check_rule(check, g_bytes_equal(first, second), 2, "INFO is the same when read again",
		      "other bytes came");
	status = kn_decode_info(bytes, n_bytes, &check->info);
	if (!kn_check_rule(check, status == KN_DECODE_OK, 2,
			   "INFO is of protocol 1 and within its bounds", "%s",
			   status == KN_DECODE_PROTOBUF  ? "it is no Info message"
			   : status == KN_DECODE_VERSION ? "it is of another protocol"
							 : "serial, nodes or a full scale"))
		return FALSE;
	kn_check_rule(check,
		      kn_encode_info(&check->info, again, sizeof again) == n_bytes &&
			      memcmp(again, bytes, n_bytes) == 0,
		      3, "INFO is encoded canonically", "the same message has other bytes");
	return TRUE;
}

static gboolean
check_listen(KnCheck *check)
{
	g_autoptr(GError) error = NULL;
	guint16 mtu = 0;
	gboolean is_listening = kn_check_link_listen(check->talk.link, &mtu, &error);

	kn_check_talk_begin(&check->talk);
	if (!reach(check, is_listening, "DATA can be subscribed to", error))
		return FALSE;
	kn_check_rule(check, mtu >= MTU_MIN, 1, "the ATT MTU is at least 185", "it is %u", mtu);
	kn_check_rule(check, kn_check_is_quiet(&check->talk, QUIET_MS), 5,
		      "it says nothing until it is asked", "a notification came");
	return TRUE;
}

/* what every notification has to be */
static void
check_tally(KnCheck *check)
{
	const KnCheckTally *tally = &check->talk.tally;
	const struct {
		guint n_bad;
		const gchar *rule;
	} rules[] = {
		{tally->n_empty, "no notification is empty"},
		{tally->n_too_long, "no notification is longer than 182 bytes"},
		{tally->n_bad_header, "every notification is of one kind"},
		{tally->n_bad_version, "every notification is of version 1"},
		{tally->n_bad_body, "every body has its length and its CRC"},
		{tally->n_bad_reply, "every reply is one, encoded canonically"},
		{tally->n_counter_jumps, "the counter begins at 0 and goes on by 1"},
		{tally->n_unasked, "nothing comes that was not asked for"},
	};

	if (tally->n_notifications == 0)
		return;

	for (guint i = 0; i < G_N_ELEMENTS(rules); i++)
		kn_check_rule(check, rules[i].n_bad == 0, 3, rules[i].rule,
			      "%u of %u notifications", rules[i].n_bad, tally->n_notifications);
}

static gboolean
check_connect(KnCheck *check, const gchar *rule)
{
	g_autoptr(GError) error = NULL;
	gboolean is_connected = kn_check_link_connect(check->talk.link, &error);

	return reach(check, is_connected, rule, error);
}

static void
check_device(KnCheck *check)
{
	static void (*const parts[])(KnCheck * check) = {kn_check_clock, kn_check_history,
							 kn_check_live, kn_check_refusals};

	if (!check_connect(check, "it can be connected") || !check_characteristics(check) ||
	    !check_info(check) || !check_listen(check) || !kn_check_state(check, NULL))
		return;
	for (guint i = 0; i < G_N_ELEMENTS(parts) && !kn_check_is_over(check); i++)
		parts[i](check);
	if (kn_check_is_over(check))
		return;
	kn_check_settle(&check->talk);
	kn_check_link_disconnect(check->talk.link);
	if (check_connect(check, "it can be connected again") && check_listen(check))
		kn_check_state(check, "log and records outlive the link");
}

/* also of what ended early */
static void
sum_up(KnCheck *check)
{
	check_tally(check);
	if (g_cancellable_is_cancelled(check->stop))
		puts("It was stopped; what is missing here was not tried.");
	else if (check->talk.tally.n_notifications > 0 || check->talk.is_lost)
		kn_check_rule(check, !check->talk.is_lost, 1, "the link holds", "it fell");
	printf("%u rules hold, %u do not, %u could not be tried\n", check->n_ok, check->n_failed,
	       check->n_untried);
}

static gboolean
on_signal(gpointer user)
{
	g_cancellable_cancel(user);
	return G_SOURCE_CONTINUE;
}

gint
kn_check_run(const gchar *bus_address, const gchar *address)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GCancellable) stop = g_cancellable_new();
	g_autoptr(KnCheckLink) link = kn_check_link_new(bus_address, address, stop, &error);
	KnCheck check = {.talk.link = link, .stop = stop};
	guint terminate, interrupt;

	if (link == NULL) {
		fprintf(stderr, "knead-sim: %s\n", error->message);
		return 1;
	}
	terminate = g_unix_signal_add(SIGTERM, on_signal, stop);
	interrupt = g_unix_signal_add(SIGINT, on_signal, stop);
	setvbuf(stdout, NULL, _IOLBF, 0); /* each line as it is known, also into a pipe */
	printf("%s against proto/README.md; the number is the section\n", address);
	check_device(&check);
	kn_check_link_disconnect(link);
	sum_up(&check);
	g_source_remove(terminate);
	g_source_remove(interrupt);
	return check.n_failed > 0 || check.is_cut_short || g_cancellable_is_cancelled(stop);
}
