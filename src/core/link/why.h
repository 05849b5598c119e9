/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Why a massager is not being recorded right now: the first stage that fails, in one line, and what to do about it. Pure. */

#include <glib.h>

/* in the order in which they are looked at: a later one means nothing while an earlier one fails */
typedef enum {
	KN_WHY_NO_BUS,
	KN_WHY_NO_BLUETOOTHD,
	KN_WHY_MUTE_BLUETOOTHD,
	KN_WHY_NO_ADAPTER,
	KN_WHY_ADAPTER_OFF,
	KN_WHY_NOT_ALLOWED,
	KN_WHY_QUARANTINED,
	KN_WHY_NOT_BONDED,
	KN_WHY_BOND_LOST,
	KN_WHY_BOND_SUSPECTED,
	KN_WHY_SERIAL_CONFLICT,
	KN_WHY_NEWER_PROTOCOL,
	KN_WHY_UNSUPPORTED,
	KN_WHY_LISTENER,
	KN_WHY_NO_SLOT,
	KN_WHY_RADIO_FAILED,
	KN_WHY_CANNOT_LISTEN,
	KN_WHY_NOT_HEARD,
	KN_WHY_CONNECTING,
	KN_WHY_STORAGE,
	KN_WHY_STUCK,
	KN_WHY_CLOCK_NEVER_SET,
	KN_WHY_FOREIGN_OWNER,
	KN_WHY_FETCHING,
	KN_WHY_NOTHING_BANKED,
	KN_WHY_WELL,
} KnWhyCause;
enum { KN_WHY_CAUSES = KN_WHY_WELL + 1 };
/* all is here, and so long there was nothing new: then it is told, for a person may have used it meanwhile */
#define KN_WHY_IDLE_MS G_GINT64_CONSTANT(172800000)
/* of no massager: for who looks what is in range */
#define KN_WHY_CANNOT_LISTEN_AT_ALL                                                             \
	"The hub can not listen: Bluetooth refuses. It tries again by itself. If it stays so: " \
	"sudo systemctl restart bluetooth"
const gchar *kn_why_name(KnWhyCause cause); /* "no-bus" …, the word in JSON and in the manual */

typedef enum {
	KN_WHY_LINK_SEARCHING,
	KN_WHY_LINK_WAITING, /* it is there; for its turn, or for a pause to end */
	KN_WHY_LINK_NOT_BONDED,
	KN_WHY_LINK_BOND_LOST,
	KN_WHY_LINK_CONNECTING,
	KN_WHY_LINK_STARTING, /* connected; up to streaming */
	KN_WHY_LINK_BUSY,
	KN_WHY_LINK_UNSUPPORTED,
	KN_WHY_LINK_READY,
} KnWhyLink;

/* why the hub itself does not serve it; all but QUARANTINE with UNSUPPORTED */
typedef enum {
	KN_WHY_REFUSED_NOT,
	KN_WHY_REFUSED_PROTOCOL,
	KN_WHY_REFUSED_SERIAL,
	KN_WHY_REFUSED_QUARANTINE, /* wherever its link stands */
} KnWhyRefusal;

typedef struct {
	const gchar *name;    /* what to call it: label or address */
	const gchar *address; /* for commands to type */
	gboolean has_bus;
	gboolean has_bluetoothd;
	gboolean is_bluetoothd_mute; /* it is there, and does not answer */
	gboolean has_adapter;
	gboolean is_adapter_on;
	gboolean is_allowed;
	gboolean is_known; /* was recorded once, and forgotten since */
	KnWhyLink link;
	guint n_attempts;
	gboolean is_bond_suspected;   /* kn_link_suspects_bond */
	const gchar *last_error;      /* in words; "" none */
	gboolean is_taking_turns;     /* there are more massagers than links */
	guint place_in_line;          /* 1 the next; 0 not known */
	guint n_links_max;            /* that the adapter carries; 0 not known */
	gboolean is_adapter_refusing; /* it refuses links, though there is none on it */
	gboolean is_adapter_failed;   /* its adapter does not work, whatever was tried … */
	gboolean is_adapter_deaf;     /* … as not even strangers are heard … */
	gint64 trouble_ms;            /* … for so long */
	gint64 unseen_ms;             /* since it was heard last; -1 never */
	gint64 unlistened_ms;         /* since the hub listened; -1 never */
	gint signal_dbm;              /* when it was heard last; 0 not known */
	/* its adapter does not let the hub listen, again and again; why, in words, "" none */
	gboolean is_listening_refused;
	const gchar *listen_error;
	/* for so long not even strangers were heard on it; 0 or less: they are, or nobody knows */
	gint64 deaf_ms;
	KnWhyRefusal refusal;
	const gchar *offence;      /* QUARANTINE: "sent …" */
	gchar until[6];            /* QUARANTINE: "14:20", local time */
	const gchar *twin_name;    /* SERIAL: what to call the other one */
	const gchar *twin_address; /* SERIAL */
	gboolean sends_newer;      /* it is connected, and its records are of a newer protocol */
	gboolean is_storage_degraded;
	gboolean is_stuck;        /* it is asked again and again, and sends nothing */
	gboolean is_clock_unset;  /* it was asked, and does not know the time */
	gboolean is_clock_untold; /* it was asked, and does not answer */
	gboolean is_hub_clock_unset;
	gboolean is_foreign_owned;
	gboolean is_newest_known; /* it has told what it holds */
	guint64 n_missing;        /* records still to fetch */
	gint64 idle_ms; /* since the newest use it recorded, or since it was allowed; -1 nobody knows */
} KnWhyFacts;

typedef struct {
	KnWhyCause cause;
	gchar *text; /* owned: one sentence */
	gchar *next; /* owned: one thing to do; "" nothing */
} KnWhy;
void kn_why_clear(KnWhy *why);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnWhy, kn_why_clear)

/* The first cause that holds, in the order of KnWhyCause; clear ret_why. */
void kn_why_judge(const KnWhyFacts *facts, KnWhy *ret_why);
