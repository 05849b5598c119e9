/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/control-device.h"
#include "core/wire/encode.h"

/* ---- the person ---- */

static gboolean
get_session(GVariant *parameters, guint64 *ret_duration_ms, KnScenario *ret_scenario)
{
	const gchar *scenario;
	guint32 seconds;

	g_variant_get(parameters, "(&su&s)", NULL, &seconds, &scenario);
	*ret_duration_ms = (guint64)seconds * 1000;
	return seconds > 0 &&
	       kn_scenario_parse(*scenario != '\0' ? scenario : "mixed", ret_scenario);
}

static KnSimOutcome
start_session(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	guint64 duration_ms;
	KnScenario scenario;

	if (!get_session(parameters, &duration_ms, &scenario))
		return KN_SIM_ARGUMENTS;
	if (!kn_massager_start_session(device->massager, kn_sim_now_us(), duration_ms, scenario))
		return KN_SIM_REFUSED;
	device->type->pump(device->thing);
	return KN_SIM_OK;
}

static KnSimOutcome
stop_session(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	kn_massager_stop_session(device->massager, kn_sim_now_us());
	device->type->pump(device->thing);
	return KN_SIM_OK;
}

static KnSimOutcome
bank_session(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	guint64 duration_ms;
	KnScenario scenario;

	if (!get_session(parameters, &duration_ms, &scenario))
		return KN_SIM_ARGUMENTS;
	return kn_massager_bank_session(device->massager, kn_sim_now_us(), duration_ms, scenario)
		       ? KN_SIM_OK
		       : KN_SIM_REFUSED;
}

/* ---- what is so ---- */

static void
add_number(GVariantDict *dict, const gchar *name, guint64 number)
{
	g_variant_dict_insert(dict, name, "t", number);
}

static void
add_truth(GVariantDict *dict, const gchar *name, gboolean is_so)
{
	g_variant_dict_insert(dict, name, "b", is_so);
}

static KnSimOutcome
status(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	KnMassagerStatus now;
	KnSimLink link;
	GVariantDict dict;

	kn_massager_get_status(device->massager, kn_sim_now_us(), &now);
	device->type->get_link(device->thing, &link);
	g_variant_dict_init(&dict, NULL);
	add_number(&dict, "seq", now.firmware.newest_seq + 1);
	add_number(&dict, "oldest", now.firmware.oldest_seq);
	add_number(&dict, "newest", now.firmware.newest_seq);
	add_number(&dict, "trimmed_to", now.firmware.trimmed_to_seq);
	add_number(&dict, "log_id", now.firmware.log_id);
	add_number(&dict, "boot", now.firmware.boot);
	add_number(&dict, "owner", now.firmware.owner_hub_id);
	add_number(&dict, "t_ms", now.firmware.t_ms);
	add_truth(&dict, "live", now.firmware.is_live);
	add_truth(&dict, "clock_set", now.firmware.is_clock_set);
	add_truth(&dict, "session_active", now.is_session_active);
	add_truth(&dict, "identifying", now.firmware.t_ms < now.firmware.identify_until_ms);
	add_truth(&dict, "connected", link.is_connected);
	add_truth(&dict, "present", link.is_present);
	add_truth(&dict, "notifying", link.is_notifying);
	add_number(&dict, "n_dropped", now.n_live_dropped + link.n_socket_dropped);
	add_number(&dict, "n_live_dropped", now.n_live_dropped);
	add_number(&dict, "n_live_skipped", now.firmware.n_live_skipped);
	add_number(&dict, "n_socket_dropped", link.n_socket_dropped);
	add_number(&dict, "n_notified", link.n_notified);
	add_number(&dict, "n_connects", link.n_connects);
	add_number(&dict, "n_fetches", now.firmware.n_fetches);
	add_number(&dict, "n_records_fetched", now.firmware.n_records_fetched);
	add_number(&dict, "n_trims", now.firmware.n_trims);
	*ret_result = g_variant_new("(@a{sv})", g_variant_dict_end(&dict));
	return KN_SIM_OK;
}

static GVariant *
bytes_variant(const guint8 *bytes, gsize n_bytes)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, n_bytes, 1);
}

static KnSimOutcome
info(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	guint8 bytes[KN_INFO_BYTES_MAX];
	gsize n_bytes = kn_encode_info(kn_massager_info(device->massager), bytes, sizeof bytes);

	*ret_result = g_variant_new("(@ay)", bytes_variant(bytes, n_bytes));
	return KN_SIM_OK;
}

static KnSimOutcome
dump_log(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	const GPtrArray *truth = kn_massager_truth(device->massager);
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("aay"));
	for (guint i = 0; i < truth->len; i++) {
		gsize n_bytes;
		const guint8 *bytes = g_bytes_get_data(truth->pdata[i], &n_bytes);
		g_variant_builder_add_value(&builder, bytes_variant(bytes, n_bytes));
	}
	*ret_result = g_variant_new("(aay)", &builder);
	return KN_SIM_OK;
}

static KnSimOutcome
dump_flash(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	const KnFlash *flash = kn_massager_flash(device->massager);
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("aay"));
	for (guint64 seq = kn_flash_oldest_seq(flash); seq <= kn_flash_newest_seq(flash); seq++) {
		gsize n_frame;
		const guint8 *frame = kn_flash_read(flash, seq, &n_frame);
		if (frame != NULL)
			g_variant_builder_add_value(&builder, bytes_variant(frame, n_frame));
	}
	*ret_result = g_variant_new("(aay)", &builder);
	return KN_SIM_OK;
}

/* ---- faults of a device ---- */

static KnSimOutcome
drop_live(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	guint32 n_notifications;

	g_variant_get(parameters, "(&su)", NULL, &n_notifications);
	kn_massager_drop_live(device->massager, n_notifications);
	return KN_SIM_OK;
}

static KnSimOutcome
hold_fetch(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	gboolean is_held;

	g_variant_get(parameters, "(&sb)", NULL, &is_held);
	kn_massager_hold_fetch(device->massager, is_held);
	return KN_SIM_OK;
}

static KnSimOutcome
corrupt_record(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	const gchar *mode;
	guint64 seq;

	g_variant_get(parameters, "(&st&s)", NULL, &seq, &mode);
	if (g_str_equal(mode, "undecodable"))
		return kn_massager_garble(device->massager, seq) ? KN_SIM_OK : KN_SIM_REFUSED;
	if (!g_str_equal(mode, "crc"))
		return KN_SIM_ARGUMENTS;
	kn_massager_spoil(device->massager, seq);
	return KN_SIM_OK;
}

static KnSimOutcome
append_raw(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	g_autoptr(GVariant) record = g_variant_get_child_value(parameters, 1);
	gsize n_bytes;
	const guint8 *bytes = g_variant_get_fixed_array(record, &n_bytes, 1);
	guint64 seq;

	if (!kn_massager_append_raw(device->massager, bytes, n_bytes, &seq))
		return KN_SIM_ARGUMENTS;
	*ret_result = g_variant_new("(t)", seq);
	device->type->pump(device->thing);
	return KN_SIM_OK;
}

static KnSimOutcome
overwrite_oldest(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	guint64 n_records;

	g_variant_get(parameters, "(&st)", NULL, &n_records);
	kn_massager_overwrite_oldest(device->massager, n_records);
	return KN_SIM_OK;
}

static KnSimOutcome
format(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	kn_massager_format(device->massager);
	return KN_SIM_OK;
}

static KnSimOutcome
reboot(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	device->type->drop_link(device->thing);
	kn_massager_reboot(device->massager, kn_sim_now_us());
	return KN_SIM_OK;
}

static KnSimOutcome
set_owner(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	guint64 hub_id;

	g_variant_get(parameters, "(&st)", NULL, &hub_id);
	kn_massager_set_owner(device->massager, hub_id);
	return KN_SIM_OK;
}

static KnSimOutcome
flood(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	guint32 per_s;

	g_variant_get(parameters, "(&su)", NULL, &per_s);
	kn_massager_flood(device->massager, per_s);
	device->type->pump(device->thing);
	return KN_SIM_OK;
}

static KnSimOutcome
send_malformed(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	static const gchar *const ways[] = {
		[KN_SPOIL_HEADER] = "header", [KN_SPOIL_LENGTH] = "length", [KN_SPOIL_CRC] = "crc"};
	const gchar *how;
	guint32 n_notifications;

	g_variant_get(parameters, "(&su&s)", NULL, &n_notifications, &how);
	for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
		if (!g_str_equal(ways[i], how))
			continue;
		kn_massager_send_malformed(device->massager, n_notifications, (KnSpoil)i);
		device->type->pump(device->thing);
		return KN_SIM_OK;
	}
	return KN_SIM_ARGUMENTS;
}

static KnSimOutcome
ignore_clock(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	gboolean is_ignored;

	g_variant_get(parameters, "(&sb)", NULL, &is_ignored);
	kn_massager_ignore_clock(device->massager, is_ignored);
	return KN_SIM_OK;
}

static KnSimOutcome
set_protocol(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	guint32 protocol;

	g_variant_get(parameters, "(&su)", NULL, &protocol);
	kn_massager_set_protocol(device->massager, protocol);
	return KN_SIM_OK;
}

static KnSimOutcome
disconnect(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	device->type->drop_link(device->thing);
	return KN_SIM_OK;
}

static KnSimOutcome
vanish(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	device->type->set_present(device->thing, FALSE);
	return KN_SIM_OK;
}

static KnSimOutcome
come_back(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	device->type->set_present(device->thing, TRUE);
	return KN_SIM_OK;
}

static KnSimOutcome
lose_bond(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	return device->type->lose_bond(device->thing) ? KN_SIM_OK : KN_SIM_REFUSED;
}

static KnSimOutcome
set_info_length(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result)
{
	guint32 n_bytes;

	if (device->type->set_info_length == NULL)
		return KN_SIM_REFUSED;
	g_variant_get(parameters, "(&su)", NULL, &n_bytes);
	device->type->set_info_length(device->thing, n_bytes);
	return KN_SIM_OK;
}

static const KnSimDeviceMethod device_methods[] = {
	{"StartSession", start_session},
	{"StopSession", stop_session},
	{"BankSession", bank_session},
	{"Status", status},
	{"Info", info},
	{"DumpLog", dump_log},
	{"DumpFlash", dump_flash},
	{"DropLive", drop_live},
	{"HoldFetch", hold_fetch},
	{"CorruptRecord", corrupt_record},
	{"AppendRaw", append_raw},
	{"OverwriteOldest", overwrite_oldest},
	{"Format", format},
	{"Reboot", reboot},
	{"SetOwner", set_owner},
	{"Flood", flood},
	{"SendMalformed", send_malformed},
	{"IgnoreClock", ignore_clock},
	{"SetProtocol", set_protocol},
	{"Disconnect", disconnect},
	{"Vanish", vanish},
	{"Return", come_back},
	{"LoseBond", lose_bond},
	{"SetInfoLength", set_info_length},
};

const KnSimDeviceMethod *
kn_sim_find_device_method(const gchar *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(device_methods); i++)
		if (g_str_equal(name, device_methods[i].name))
			return &device_methods[i];
	return NULL;
}
