/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/massager-private.h"
#include "sim/model.h"

#define MINUTE_US (G_GINT64_CONSTANT(60) * 1000000)
#define HOUR_US   (60 * MINUTE_US)
#define DAY_US    (24 * HOUR_US)

enum {
	LIVE_QUIET_US =
		3 * 1000000, /* nothing was fetched for so long: the hub has what it wants */
	LIVE_WAIT_US = 30 * 1000000,  /* it will not come to an end: begin anyway */
	BETWEEN_SESSIONS_MS = 200000, /* more than the 120 s that part two sessions */
};

KnMassager *
kn_massager_new(const KnMassagerSpec *spec, gint64 now_us, gint64 utc_us)
{
	KnMassager *massager = g_new0(KnMassager, 1);
	ktp_Info info = {0};

	massager->spec = *spec;
	massager->spec.kind = g_strdup(spec->kind);
	massager->spec.address = g_strdup(spec->address);
	massager->spec.serial = g_strdup(spec->serial);
	massager->spec.adapter = g_strdup(spec->adapter);
	massager->spec.name = g_strdup(spec->name);
	massager->random = spec->seed;
	if (!kn_model_describe(spec->kind, spec->serial, &info))
		g_warning("%s: not a kind of massager, or not a serial",
			  spec->address != NULL ? spec->address : spec->adapter);
	if (spec->rate_hz > 0)
		info.sample_period_us = G_USEC_PER_SEC / spec->rate_hz;
	/* switched on a day before its first session */
	massager->firmware =
		kn_firmware_new(&info, spec->flash_bytes, kn_firmware_random(&massager->random), 1,
				now_us - (spec->history_days + 1) * DAY_US);
	massager->garbled = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	massager->truth = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	kn_massager_bank_history(massager, now_us, utc_us);
	return massager;
}

void
kn_massager_free(KnMassager *massager)
{
	if (massager == NULL)
		return;
	g_free(massager->spec.kind);
	g_free(massager->spec.address);
	g_free(massager->spec.serial);
	g_free(massager->spec.adapter);
	g_free(massager->spec.name);
	kn_recorder_free(massager->recorder);
	kn_firmware_free(massager->firmware);
	g_hash_table_unref(massager->garbled);
	g_ptr_array_unref(massager->truth);
	g_free(massager);
}

const KnMassagerSpec *
kn_massager_spec(const KnMassager *massager)
{
	return &massager->spec;
}

const ktp_Info *
kn_massager_info(const KnMassager *massager)
{
	return kn_firmware_info(massager->firmware);
}

const KnFlash *
kn_massager_flash(const KnMassager *massager)
{
	return kn_firmware_flash(massager->firmware);
}

guint64
kn_massager_t_ms(const KnMassager *massager, gint64 now_us)
{
	return kn_firmware_t_ms(massager->firmware, now_us);
}

void
kn_massager_get_status(const KnMassager *massager, gint64 now_us, KnMassagerStatus *ret_status)
{
	kn_firmware_get_status(massager->firmware, now_us, &ret_status->firmware);
	ret_status->is_session_active = massager->recorder != NULL;
	ret_status->n_live_dropped = massager->n_live_dropped;
}

guint8
kn_massager_advert_flags(const KnMassager *massager, gint64 now_us)
{
	KnFirmwareStatus status;

	kn_firmware_get_status(massager->firmware, now_us, &status);
	return (status.newest_seq > status.trimmed_to_seq ? 1 : 0) | (status.is_in_use ? 2 : 0);
}

/* ---- banking ---- */

static void
bank(KnMassager *massager, ktp_Record *record)
{
	if (!kn_firmware_bank(massager->firmware, record))
		g_warning("%s: a record does not fit a notification", massager->spec.address);
	kn_massager_note_banked(massager);
}

static void
record_until(KnMassager *massager, guint64 t_ms)
{
	ktp_Record record;

	while (massager->recorder != NULL && kn_recorder_next(massager->recorder, t_ms, &record))
		bank(massager, &record);
	if (massager->recorder == NULL)
		return;
	kn_firmware_set_charge(massager->firmware, kn_recorder_charge_permille(massager->recorder));
	if (!kn_recorder_is_over(massager->recorder))
		return;
	g_clear_pointer(&massager->recorder, kn_recorder_free);
	kn_firmware_set_in_use(massager->firmware, FALSE);
}

static void
begin(KnMassager *massager, guint64 start_t_ms, guint64 duration_ms, KnScenario scenario)
{
	massager->recorder = kn_recorder_new(
		kn_massager_info(massager), scenario, kn_firmware_random(&massager->random),
		start_t_ms, duration_ms, kn_firmware_charge_permille(massager->firmware));
	kn_firmware_set_in_use(massager->firmware, TRUE);
}

gboolean
kn_massager_start_session(KnMassager *massager, gint64 now_us, guint64 duration_ms,
			  KnScenario scenario)
{
	guint64 t_ms = kn_firmware_t_ms(massager->firmware, now_us);

	if (massager->recorder != NULL || duration_ms == 0)
		return FALSE;
	begin(massager, MAX(t_ms, kn_firmware_last_t_ms(massager->firmware)), duration_ms,
	      scenario);
	record_until(massager, t_ms);
	return TRUE;
}

void
kn_massager_stop_session(KnMassager *massager, gint64 now_us)
{
	guint64 t_ms = kn_firmware_t_ms(massager->firmware, now_us);

	if (massager->recorder == NULL)
		return;
	record_until(massager, t_ms);
	if (massager->recorder != NULL)
		kn_recorder_stop(massager->recorder, t_ms);
	record_until(massager, t_ms);
}

gboolean
kn_massager_bank_session(KnMassager *massager, gint64 now_us, guint64 duration_ms,
			 KnScenario scenario)
{
	guint64 t_ms = kn_firmware_t_ms(massager->firmware, now_us);
	guint64 start_t_ms = kn_firmware_last_t_ms(massager->firmware) + BETWEEN_SESSIONS_MS;

	if (massager->recorder != NULL || duration_ms == 0)
		return FALSE;
	if (start_t_ms + duration_ms > t_ms)
		kn_firmware_skip_time(massager->firmware, start_t_ms + duration_ms - t_ms);
	begin(massager, start_t_ms, duration_ms, scenario);
	record_until(massager, start_t_ms + duration_ms);
	return TRUE;
}

void
kn_massager_bank_history(KnMassager *massager, gint64 now_us, gint64 utc_us)
{
	guint days = massager->spec.history_days;
	gint64 boot_us = now_us - (days + 1) * DAY_US;

	for (guint day = 0; day < days; day++) {
		guint64 drawn = kn_firmware_random(&massager->random);
		gint64 ago_us =
			(days - 1 - day) * DAY_US + 4 * HOUR_US + (gint64)(drawn % 120) * MINUTE_US;
		/* seven of these are 8,000 to 15,000 records of a back14 */
		guint64 duration_ms = (390 + (drawn >> 32) % 210) * 1000;
		gint64 start_us = now_us - ago_us - (gint64)duration_ms * 1000;
		if (massager->spec.boots > 1 && day == days / 2) {
			/* the earlier boot was seen by another hub, which set its clock; its battery was then changed */
			ktp_Record anchor = {.which_body = ktp_Record_clock_anchor_tag,
					     .t_ms = kn_firmware_last_t_ms(massager->firmware) +
						     1000};
			anchor.body.clock_anchor.unix_us =
				(guint64)(utc_us - now_us + boot_us) + anchor.t_ms * 1000;
			anchor.body.clock_anchor.quality = ktp_CLOCK_SYNCED;
			anchor.body.clock_anchor.hub_id = kn_firmware_random(&massager->random);
			bank(massager, &anchor);
			boot_us = start_us - HOUR_US;
			kn_massager_reboot(massager, boot_us);
			kn_firmware_set_charge(massager->firmware, 1000);
		}
		begin(massager, (guint64)(start_us - boot_us) / 1000, duration_ms,
		      day % 3 == 1 ? KN_SCENARIO_HOLDS : KN_SCENARIO_MIXED);
		record_until(massager, (guint64)(start_us - boot_us) / 1000 + duration_ms);
	}
}

void
kn_massager_plan_live_session(KnMassager *massager, guint64 duration_ms)
{
	massager->live_session_ms = duration_ms;
}

static void
begin_planned_session(KnMassager *massager, gint64 now_us)
{
	KnFirmwareStatus status;
	gboolean is_drained;

	kn_firmware_get_status(massager->firmware, now_us, &status);
	if (!status.is_live) {
		massager->live_since_us = 0;
		return;
	}
	if (massager->live_since_us == 0)
		massager->live_since_us = now_us;
	is_drained = status.trimmed_to_seq == status.newest_seq ||
		     now_us - massager->fetched_us >= LIVE_QUIET_US;
	if (now_us - massager->live_since_us < LIVE_QUIET_US ||
	    (!is_drained && now_us - massager->live_since_us < LIVE_WAIT_US))
		return;
	if (kn_massager_start_session(massager, now_us, massager->live_session_ms,
				      KN_SCENARIO_MIXED))
		massager->live_session_ms = 0;
}

void
kn_massager_advance(KnMassager *massager, gint64 now_us)
{
	if (massager->live_session_ms > 0)
		begin_planned_session(massager, now_us);
	record_until(massager, kn_firmware_t_ms(massager->firmware, now_us));
}

/* ---- the link ---- */

void
kn_massager_link_up(KnMassager *massager)
{
	kn_firmware_link_reset(massager->firmware);
}

void
kn_massager_control(KnMassager *massager, gint64 now_us, const guint8 *bytes, gsize n_bytes)
{
	kn_firmware_control(massager->firmware, now_us, bytes, n_bytes);
	kn_massager_note_banked(massager);
}

gsize
kn_massager_next(KnMassager *massager, gint64 now_us, guint8 ret_bytes[KN_NOTIFICATION_BYTES_MAX])
{
	gsize n_bytes = kn_massager_next_fault(massager, now_us, ret_bytes);

	if (n_bytes > 0)
		return n_bytes;
	n_bytes = kn_firmware_next(massager->firmware, now_us, ret_bytes);
	while (n_bytes > 0 && massager->n_drop_live > 0 && (ret_bytes[1] & 0x0f) == KN_FRAME_LIVE) {
		massager->n_drop_live--;
		massager->n_live_dropped++;
		n_bytes = kn_firmware_next(massager->firmware, now_us, ret_bytes);
	}
	if (n_bytes > 0 && (ret_bytes[1] & 0x0f) == KN_FRAME_HISTORY)
		massager->fetched_us = now_us;
	return n_bytes;
}
