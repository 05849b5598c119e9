/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what the control interface sees of the fake org.bluez */

#include "sim/fakebus-private.h"

static gpointer
find(gpointer place, const gchar *address)
{
	KnFakebus *bus = place;

	for (guint i = 0; i < bus->devices->len; i++) {
		KnFakeDevice *device = bus->devices->pdata[i];
		if (g_ascii_strcasecmp(device->address, address) == 0)
			return device;
	}
	return NULL;
}

static gchar **
list(gpointer place)
{
	KnFakebus *bus = place;
	gchar **addresses = g_new0(gchar *, bus->devices->len + 1);

	for (guint i = 0; i < bus->devices->len; i++)
		addresses[i] = g_strdup(((KnFakeDevice *)bus->devices->pdata[i])->address);
	return addresses;
}

static KnMassager *
get_massager(gpointer thing)
{
	return ((KnFakeDevice *)thing)->massager;
}

static void
get_link(gconstpointer thing, KnSimLink *ret_link)
{
	kn_fake_device_get_link(thing, ret_link);
}

static void
pump(gpointer thing)
{
	kn_fake_device_pump(thing);
}

static void
drop_link(gpointer thing)
{
	kn_fake_device_drop_link(thing);
}

static void
set_present(gpointer thing, gboolean is_present)
{
	kn_fake_device_set_present(thing, is_present);
}

static gboolean
lose_bond(gpointer thing)
{
	return kn_fake_device_lose_bond(thing);
}

static void
set_info_length(gpointer thing, guint n_bytes)
{
	((KnFakeDevice *)thing)->n_info_bytes = n_bytes;
}

static void
set_bluez(gpointer place, gboolean is_running)
{
	kn_fakebus_set_bluez(place, is_running);
}

static void
set_adapter(gpointer place, gboolean is_plugged)
{
	kn_fakebus_set_adapter(place, is_plugged);
}

static void
move_adapter(gpointer place, const gchar *name)
{
	kn_fakebus_move_adapter(place, name);
}

static void
set_powered(gpointer place, gboolean is_powered)
{
	kn_fakebus_set_powered(place, is_powered);
}

static void
set_links(gpointer place, guint n_links)
{
	((KnFakebus *)place)->n_links_max = n_links;
}

static void
hide_limit(gpointer place, gboolean is_hidden)
{
	((KnFakebus *)place)->is_limit_hidden = is_hidden;
}

static gboolean
set_silent(gpointer place, const gchar *cure)
{
	return kn_fake_adapter_silence(place, cure);
}

static void
set_stranger(gpointer place, gboolean is_there)
{
	((KnFakebus *)place)->has_stranger = is_there;
}

static void
bond_stranger(gpointer place)
{
	kn_fake_adapter_bond_stranger(place);
}

static void
set_speed(gpointer place, guint times)
{
	((KnFakebus *)place)->speed = times;
}

static void
fail_next(gpointer place, const gchar *method, const gchar *error_name, const gchar *message,
	  guint count)
{
	kn_fakebus_fail_next(place, method, error_name, message, count);
}

KnSimPlace
kn_fakebus_place(KnFakebus *bus)
{
	static const KnSimPlaceType type = {.find = find,
					    .list = list,
					    .get_massager = get_massager,
					    .get_link = get_link,
					    .pump = pump,
					    .drop_link = drop_link,
					    .set_present = set_present,
					    .lose_bond = lose_bond,
					    .set_info_length = set_info_length,
					    .set_bluez = set_bluez,
					    .set_adapter = set_adapter,
					    .move_adapter = move_adapter,
					    .set_powered = set_powered,
					    .set_links = set_links,
					    .hide_limit = hide_limit,
					    .set_speed = set_speed,
					    .set_silent = set_silent,
					    .set_stranger = set_stranger,
					    .bond_stranger = bond_stranger,
					    .fail_next = fail_next};

	return (KnSimPlace){&type, bus};
}
