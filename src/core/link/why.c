/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/link/why-private.h"

enum {
	FAR_DBM = -85, /* below, links of this kind of radio begin to fail */
	MINUTE_MS = 60 * 1000,
	HOUR_MS = 60 * MINUTE_MS,
};

/* %N the name, %A the address, %T and %B those of its twin; what else is to be said is put in by code */
static const struct {
	const gchar *name;
	const gchar *text;
	const gchar *next;
} causes[] = {
	[KN_WHY_NO_BUS] = {"no-bus", "This machine's message bus (D-Bus) does not answer.",
			   "Start it: sudo systemctl start dbus"},
	[KN_WHY_NO_BLUETOOTHD] = {"no-bluetoothd",
				  "This machine's Bluetooth service is not running.",
				  "Start it: sudo systemctl start bluetooth"},
	[KN_WHY_MUTE_BLUETOOTHD] = {"mute-bluetoothd",
				    "This machine's Bluetooth service does not answer.",
				    "Start it anew: sudo systemctl restart bluetooth"},
	[KN_WHY_NO_ADAPTER] = {"no-adapter", "This machine has no Bluetooth adapter.",
			       "Plug one in; if there is one, see: bluetoothctl list"},
	[KN_WHY_ADAPTER_OFF] = {"adapter-off", "Bluetooth is switched off on this machine.",
				"Switch it on: rfkill unblock bluetooth && bluetoothctl power on"},
	[KN_WHY_NOT_ALLOWED] = {"not-allowed", "%N is not recorded: nobody has allowed it.",
				"Allow it: sudo knead allow %A"},
	[KN_WHY_QUARANTINED] = {"quarantined", "%N is left alone until",
				"Check its firmware. It is tried again by itself."},
	[KN_WHY_NOT_BONDED] = {"not-bonded", "%N is not paired with this machine.",
			       "Pair it: press its button, then: sudo knead pair %A"},
	[KN_WHY_BOND_LOST] = {"bond-lost", "%N does not know this machine any more.",
			      "Pair it anew: press its button, then: sudo knead pair %A"},
	[KN_WHY_BOND_SUSPECTED] =
		{"bond-suspected", "%N answers and hangs up at once, again and again.",
		 "Bring it nearer. If it stays so, it has forgotten this machine: press its "
		 "button, then: sudo knead pair %A"},
	[KN_WHY_SERIAL_CONFLICT] =
		{"serial-conflict",
		 "%N tells the same model and serial as %T: it may be a copy, and "
		 "nothing of it is recorded.",
		 "Forget one: sudo knead forget %A (or %B)"},
	[KN_WHY_NEWER_PROTOCOL] =
		{"newer-protocol",
		 "%N speaks a newer protocol than this hub, which can not read what it has.",
		 "Update knead: sudo apt update && sudo apt install kneadd knead"},
	[KN_WHY_UNSUPPORTED] =
		{"unsupported", "%N can not be read",
		 "Check its firmware; then wait ten minutes, or: sudo systemctl restart "
		 "kneadd"},
	[KN_WHY_LISTENER] = {"listener", "Another program on this machine listens to %N.",
			     "Close the other program; the hub tries again by itself."},
	[KN_WHY_NO_SLOT] = {"no-slot", "%N waits",
			    "Nothing has to be done: it keeps what it records until then. A second "
			    "Bluetooth adapter serves more at once."},
	[KN_WHY_RADIO_FAILED] =
		{"radio-failed", "This machine's Bluetooth seems to have failed",
		 "Switch this machine off and on again, or pull its Bluetooth adapter out and put "
		 "it back."},
	[KN_WHY_CANNOT_LISTEN] = {"cannot-listen",
				  "The hub can not listen for %N: Bluetooth refuses",
				  KN_WHY_NEXT_LISTEN},
	[KN_WHY_NOT_HEARD] = {"not-heard", "%N was not heard", "Switch it on, near this machine."},
	[KN_WHY_CONNECTING] = {"connecting", "The hub is connecting to %N",
			       "Wait a minute; if it stays so, bring it nearer or restart it."},
	[KN_WHY_STORAGE] = {"storage", "%N is connected, but nothing can be stored.",
			    "See what is wrong: knead status"},
	[KN_WHY_STUCK] = {"stuck", "%N is connected, but does not send what it has",
			  "The hub asks again by itself. If it stays so, restart the massager."},
	[KN_WHY_CLOCK_NEVER_SET] = {"clock-never-set", "%N does not", "Check its firmware."},
	[KN_WHY_FOREIGN_OWNER] =
		{"foreign-owner",
		 "%N belongs to another hub: it is recorded here too, but its memory is never "
		 "cleared.",
		 "To own it: reset it as delivered, then sudo knead pair %A"},
	[KN_WHY_FETCHING] = {"fetching", "%N is connected and sends what it has", ""},
	[KN_WHY_NOTHING_BANKED] =
		{"nothing-banked",
		 "%N is connected, and all is here, but it has recorded no use for",
		 "If it was used meanwhile, it does not record: check its firmware."},
	[KN_WHY_WELL] = {"well", "%N is connected, and everything it has is here.", ""},
};
G_STATIC_ASSERT(G_N_ELEMENTS(causes) == KN_WHY_CAUSES);

const gchar *
kn_why_name(KnWhyCause cause)
{
	return (guint)cause < G_N_ELEMENTS(causes) ? causes[cause].name : "unknown";
}

void
kn_why_clear(KnWhy *why)
{
	g_clear_pointer(&why->text, g_free);
	g_clear_pointer(&why->next, g_free);
}

static KnWhyCause
judge_radio(const KnWhyFacts *facts)
{
	if (!facts->has_bus)
		return KN_WHY_NO_BUS;
	if (!facts->has_bluetoothd)
		return KN_WHY_NO_BLUETOOTHD;
	if (facts->is_bluetoothd_mute)
		return KN_WHY_MUTE_BLUETOOTHD;
	if (!facts->has_adapter)
		return KN_WHY_NO_ADAPTER;
	return facts->is_adapter_on ? KN_WHY_WELL : KN_WHY_ADAPTER_OFF;
}

static KnWhyCause
judge_stream(const KnWhyFacts *facts)
{
	if (facts->sends_newer)
		return KN_WHY_NEWER_PROTOCOL;
	if (facts->is_storage_degraded)
		return KN_WHY_STORAGE;
	if (facts->is_stuck)
		return KN_WHY_STUCK;
	if (facts->is_clock_unset || facts->is_clock_untold)
		return KN_WHY_CLOCK_NEVER_SET;
	if (facts->is_foreign_owned)
		return KN_WHY_FOREIGN_OWNER;
	if (facts->n_missing > 0 || !facts->is_newest_known)
		return KN_WHY_FETCHING;
	return facts->idle_ms >= KN_WHY_IDLE_MS ? KN_WHY_NOTHING_BANKED : KN_WHY_WELL;
}

static KnWhyCause
judge_link(const KnWhyFacts *facts)
{
	switch (facts->link) {
	case KN_WHY_LINK_NOT_BONDED:
		return KN_WHY_NOT_BONDED;
	case KN_WHY_LINK_BOND_LOST:
		return KN_WHY_BOND_LOST;
	case KN_WHY_LINK_UNSUPPORTED:
		if (facts->refusal == KN_WHY_REFUSED_SERIAL)
			return KN_WHY_SERIAL_CONFLICT;
		return facts->refusal == KN_WHY_REFUSED_PROTOCOL ? KN_WHY_NEWER_PROTOCOL
								 : KN_WHY_UNSUPPORTED;
	case KN_WHY_LINK_BUSY:
		return KN_WHY_LISTENER;
	case KN_WHY_LINK_SEARCHING:
		return KN_WHY_NOT_HEARD;
	case KN_WHY_LINK_WAITING:
		return facts->unseen_ms >= 0 && facts->unseen_ms < MINUTE_MS ? KN_WHY_CONNECTING
									     : KN_WHY_NOT_HEARD;
	case KN_WHY_LINK_CONNECTING:
	case KN_WHY_LINK_STARTING:
		return KN_WHY_CONNECTING;
	case KN_WHY_LINK_READY:
		break;
	}
	return judge_stream(facts);
}

static gboolean
is_cut_off(const KnWhyFacts *facts)
{
	return facts->is_allowed && facts->is_bond_suspected &&
	       (facts->link == KN_WHY_LINK_SEARCHING || facts->link == KN_WHY_LINK_WAITING ||
		facts->link == KN_WHY_LINK_CONNECTING || facts->link == KN_WHY_LINK_STARTING);
}

/* a link that stands is no matter of it, and neither is one that was put aside */
static gboolean
is_cut_by_adapter(const KnWhyFacts *facts)
{
	return facts->is_allowed && facts->is_adapter_failed &&
	       (facts->link == KN_WHY_LINK_SEARCHING || facts->link == KN_WHY_LINK_WAITING ||
		facts->link == KN_WHY_LINK_CONNECTING || facts->link == KN_WHY_LINK_STARTING);
}

static KnWhyCause
judge(const KnWhyFacts *facts)
{
	KnWhyCause radio = judge_radio(facts);

	if (radio != KN_WHY_WELL)
		return radio;
	if (facts->is_allowed && facts->refusal == KN_WHY_REFUSED_QUARANTINE)
		return KN_WHY_QUARANTINED;
	if (is_cut_off(facts))
		return KN_WHY_BOND_SUSPECTED;
	if (kn_why_is_in_line(facts))
		return KN_WHY_NO_SLOT;
	if (is_cut_by_adapter(facts))
		return KN_WHY_RADIO_FAILED;
	/* a link that fails again and again is looked for between the tries, but that is not what is wrong */
	if (facts->is_allowed && facts->link == KN_WHY_LINK_SEARCHING &&
	    facts->last_error[0] != '\0' && facts->unseen_ms >= 0 && facts->unseen_ms < MINUTE_MS)
		return KN_WHY_CONNECTING;
	if (!facts->is_allowed)
		return KN_WHY_NOT_ALLOWED;
	return kn_why_is_unheard(facts) ? KN_WHY_CANNOT_LISTEN : judge_link(facts);
}

static void
append_attempt(GString *text, const KnWhyFacts *facts)
{
	if (facts->n_attempts > 1)
		g_string_append_printf(text, ", attempt %u", facts->n_attempts);
	if (facts->last_error[0] != '\0')
		g_string_append_printf(text, "; the last one failed: %s", facts->last_error);
	if (facts->signal_dbm != 0 && facts->signal_dbm < FAR_DBM)
		g_string_append_printf(text, "; it is far away (%d dBm)", facts->signal_dbm);
	g_string_append_c(text, '.');
}

static void
append_missing(GString *text, const KnWhyFacts *facts, const gchar *untold)
{
	if (facts->is_newest_known)
		g_string_append_printf(text, ": %" G_GUINT64_FORMAT " records to go.",
				       facts->n_missing);
	else
		g_string_append(text, untold);
}

static void
append_clock(GString *text, const KnWhyFacts *facts)
{
	if (!facts->is_clock_unset)
		g_string_append(text, " answer when it is asked what time it is: sessions of it "
				      "may have no date.");
	else if (facts->is_hub_clock_unset)
		g_string_append(text, " know what time it is, and neither does this machine: "
				      "sessions have no date.");
	else
		g_string_append(text, " know what time it is, though it was told: when it "
				      "restarts, sessions may have no date.");
}

/* what only this device's facts can say */
static void
append_particulars(GString *text, KnWhyCause cause, const KnWhyFacts *facts)
{
	g_autofree gchar *trouble = kn_why_ago(facts->trouble_ms);
	g_autofree gchar *idle = kn_why_ago(facts->idle_ms);

	switch (cause) {
	case KN_WHY_NOT_ALLOWED:
		if (facts->is_known)
			g_string_append(text, " It was forgotten; what it gave is kept.");
		return;
	case KN_WHY_UNSUPPORTED:
		g_string_append_printf(text, "%s%s.", facts->last_error[0] ? ": " : "",
				       facts->last_error);
		return;
	case KN_WHY_NO_SLOT:
		kn_why_append_turn(text, facts);
		return;
	case KN_WHY_RADIO_FAILED:
		g_string_append_printf(text, ": for %s it %s.", trouble,
				       !facts->is_adapter_deaf       ? "could connect to nobody"
				       : facts->is_listening_refused ? "could not even listen"
								     : "has heard nobody at all");
		return;
	case KN_WHY_CANNOT_LISTEN:
		kn_why_append_refusal(text, facts);
		return;
	case KN_WHY_NOT_HEARD:
		kn_why_append_silence(text, facts);
		return;
	case KN_WHY_CONNECTING:
		append_attempt(text, facts);
		return;
	case KN_WHY_QUARANTINED:
		g_string_append_printf(text, " %s: it %s.", facts->until, facts->offence);
		return;
	case KN_WHY_STUCK:
		append_missing(text, facts, ": it answers nothing.");
		return;
	case KN_WHY_CLOCK_NEVER_SET:
		append_clock(text, facts);
		return;
	case KN_WHY_NOTHING_BANKED:
		g_string_append_printf(text, " %s.", idle);
		return;
	case KN_WHY_FETCHING:
		append_missing(text, facts, "; how much that is it has not told yet.");
		return;
	default:
		return;
	}
}

/* NULL: no such letter */
static const gchar *
word_for(gchar letter, const KnWhyFacts *facts)
{
	switch (letter) {
	case 'N':
		return facts->name;
	case 'A':
		return facts->address;
	case 'T':
		return facts->twin_name;
	case 'B':
		return facts->twin_address;
	default:
		return NULL;
	}
}

static GString *
fill_in(const gchar *template, const KnWhyFacts *facts)
{
	GString *text = g_string_new(NULL);

	for (; *template != '\0'; template ++) {
		const gchar *word = template[0] == '%' ? word_for(template[1], facts) : NULL;
		if (!word) {
			g_string_append_c(text, *template);
			continue;
		}
		g_string_append(text, word);
		template ++;
	}
	return text;
}

static const gchar *
next_for(KnWhyCause cause, const KnWhyFacts *facts)
{
	if (cause == KN_WHY_CLOCK_NEVER_SET && facts->is_clock_unset && facts->is_hub_clock_unset)
		return "Set this machine's clock: sudo timedatectl set-ntp true";
	if (cause == KN_WHY_NO_SLOT && facts->is_adapter_refusing)
		return KN_WHY_NEXT_REFUSING;
	if (cause == KN_WHY_NOT_HEARD && facts->deaf_ms > 0)
		return KN_WHY_NEXT_DEAF;
	/* where one massager is all that could be tried, it may be that one */
	if (cause == KN_WHY_RADIO_FAILED && !facts->is_adapter_deaf)
		return "Switch %N off and on. If that does not help, switch this machine off and "
		       "on again, or pull its Bluetooth adapter out and put it back.";
	return causes[cause].next;
}

void
kn_why_judge(const KnWhyFacts *facts, KnWhy *ret_why)
{
	KnWhyCause cause = judge(facts);
	GString *text = fill_in(causes[cause].text, facts);

	append_particulars(text, cause, facts);
	*ret_why = (KnWhy){cause, g_string_free(text, FALSE),
			   g_string_free(fill_in(next_for(cause, facts), facts), FALSE)};
}
