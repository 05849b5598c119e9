/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * One simulated massager: firmware, the person who uses it, the week in its flash, and the faults that tests ask for. Pure: now_us
 * is CLOCK_BOOTTIME, passed in; the device's own clock is that plus an offset.
 */

#include "sim/firmware.h"
#include "sim/pairing.h"
#include "sim/signal.h"

typedef struct {
	gchar *kind;    /* owned: as kn_model_describe */
	gchar *address; /* owned: "AA:BB:CC:DD:EE:FF"; NULL on a real adapter, which has one */
	gchar *adapter; /* owned: "hci1"; NULL behind the fake org.bluez */
	gchar *name;    /* owned: as advertised on a real adapter; NULL: the model's */
	gchar *serial;  /* owned */
	guint64 seed;
	gboolean is_bonded;
	/* ---- behind the fake org.bluez only ---- */
	KnPairing pairing;
	gboolean is_private; /* hides behind a random address until it is bonded */
	guint patience_s;    /* of a pairing that nobody answers */
	/* ---- */
	guint history_days; /* a session a day; 0 none */
	guint boots;        /* 1 or 2: the history is of so many boots */
	gsize flash_bytes;
	guint16 mtu;
	guint round_trip_ms; /* that a control write takes on the fake bus */
	guint pace_per_s;    /* notifications the link carries in a second; 0: no limit */
	guint rate_hz;       /* of pressure samples; 0: as such a device does */
} KnMassagerSpec;

typedef struct {
	KnFirmwareStatus firmware;
	gboolean is_session_active;
	guint64 n_live_dropped; /* by DropLive */
} KnMassagerStatus;

typedef struct KnMassager KnMassager;

/* spec: copied; its kind and serial are valid. utc_us: for clock anchors in the history. */
KnMassager *kn_massager_new(const KnMassagerSpec *spec, gint64 now_us, gint64 utc_us);
void kn_massager_free(KnMassager *massager);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnMassager, kn_massager_free)

const KnMassagerSpec *kn_massager_spec(const KnMassager *massager);
const ktp_Info *kn_massager_info(const KnMassager *massager);
guint64 kn_massager_t_ms(const KnMassager *massager, gint64 now_us); /* of the device's clock */
void kn_massager_get_status(const KnMassager *massager, gint64 now_us,
			    KnMassagerStatus *ret_status);
/* bit 0: has records that are not trimmed; bit 1: in use */
guint8 kn_massager_advert_flags(const KnMassager *massager, gint64 now_us);

/* Lets time pass: records what the person does. */
void kn_massager_advance(KnMassager *massager, gint64 now_us);
void kn_massager_link_up(KnMassager *massager);
void kn_massager_control(KnMassager *massager, gint64 now_us, const guint8 *bytes, gsize n_bytes);
/* As kn_firmware_next, less what DropLive takes away. */
gsize kn_massager_next(KnMassager *massager, gint64 now_us,
		       guint8 ret_bytes[KN_NOTIFICATION_BYTES_MAX]);

/* A session of so many ms begins now. FALSE when one is running. */
gboolean kn_massager_start_session(KnMassager *massager, gint64 now_us, guint64 duration_ms,
				   KnScenario scenario);
void kn_massager_stop_session(KnMassager *massager, gint64 now_us);
/* A live session of its own, once a hub has switched Live on and drained the history (or some seconds later). */
void kn_massager_plan_live_session(KnMassager *massager, guint64 duration_ms);
/* Banks a whole session at once, as if it had happened while nobody listened: after the last record; when there is not that much
 * time between it and now, the device's clock is moved on. FALSE when a session is running. */
gboolean kn_massager_bank_session(KnMassager *massager, gint64 now_us, guint64 duration_ms,
				  KnScenario scenario);
/* Banks a session for each day of spec.history_days, the last one some hours before now. */
void kn_massager_bank_history(KnMassager *massager, gint64 now_us, gint64 utc_us);

/* ---- faults ---- */
void kn_massager_drop_live(KnMassager *massager, guint n_notifications);
void kn_massager_hold_fetch(KnMassager *massager, gboolean is_held);
/* Every transmission of seq has a wrong CRC. */
void kn_massager_spoil(KnMassager *massager, guint64 seq);
/* seq is, or will be, banked with a right CRC and a body that no decoder takes. FALSE when it is no longer in flash. */
gboolean kn_massager_garble(KnMassager *massager, guint64 seq);
/* Banks bytes as they are, except that a leading seq field gets the next seq. FALSE when empty or too long. */
gboolean kn_massager_append_raw(KnMassager *massager, const guint8 *bytes, gsize n_bytes,
				guint64 *ret_seq);
void kn_massager_overwrite_oldest(KnMassager *massager, guint64 n_records);
void kn_massager_format(KnMassager *massager);
/* An open session ends without SessionEnd. */
void kn_massager_reboot(KnMassager *massager, gint64 now_us);
/* While Live is on, its newest record again and again, so many a second; 0 ends it. */
void kn_massager_flood(KnMassager *massager, guint per_s);
/* While Live is on, so many notifications that no hub can read. */
typedef enum { KN_SPOIL_HEADER, KN_SPOIL_LENGTH, KN_SPOIL_CRC } KnSpoil;
void kn_massager_send_malformed(KnMassager *massager, guint n_notifications, KnSpoil how);
void kn_massager_ignore_clock(KnMassager *massager, gboolean is_ignored);
void kn_massager_set_protocol(KnMassager *massager, guint protocol);
void kn_massager_set_owner(KnMassager *massager, guint64 hub_id);

/* ---- the truth, for tests ---- */
/* GBytes: every record body ever made, in the order it was banked, of all logs. Borrowed. */
const GPtrArray *kn_massager_truth(const KnMassager *massager);
const KnFlash *kn_massager_flash(const KnMassager *massager);
