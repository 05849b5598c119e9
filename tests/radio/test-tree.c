/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/tree.h"

#include <string.h>

#define ADAPTER  "/org/bluez/hci0"
#define DEVICE   ADAPTER "/dev_C0_FF_EE_00_00_01"
#define SERVICE  DEVICE "/service0010"
#define ADDRESS  "C0:FF:EE:00:00:01"
#define STRANGER "0000180f-0000-1000-8000-00805f9b34fb"

static guint
add(KnTree *tree, const gchar *path, const gchar *interface, const gchar *properties)
{
	g_autoptr(GError) error = NULL;
	g_autofree gchar *device = NULL;
	g_autoptr(GVariant) parsed =
		g_variant_parse(G_VARIANT_TYPE_VARDICT, properties, NULL, NULL, &error);
	g_assert_no_error(error);
	return kn_tree_add(tree, path, interface, parsed, 1000, &device);
}

static guint
change(KnTree *tree, const gchar *path, const gchar *interface, const gchar *properties)
{
	g_autoptr(GError) error = NULL;
	g_autofree gchar *device = NULL;
	g_autoptr(GVariant) parsed =
		g_variant_parse(G_VARIANT_TYPE_VARDICT, properties, NULL, NULL, &error);
	g_assert_no_error(error);
	return kn_tree_change(tree, path, interface, parsed, 2000, &device);
}

static void
add_piece(KnTree *tree, guint piece)
{
	switch (piece) {
	case 0:
		add(tree, SERVICE, "org.bluez.GattService1",
		    "{'UUID': <'" KN_UUID_SERVICE "'>, 'Device': <objectpath '" DEVICE "'>}");
		break;
	case 1:
		add(tree, SERVICE "/char0011", "org.bluez.GattCharacteristic1",
		    "{'UUID': <'" KN_UUID_INFO "'>, 'Service': <objectpath '" SERVICE
		    "'>, 'Flags': <['read']>}");
		break;
	case 2:
		add(tree, SERVICE "/char0013", "org.bluez.GattCharacteristic1",
		    "{'UUID': <'" KN_UUID_DATA "'>, 'Service': <objectpath '" SERVICE
		    "'>, 'Flags': <['notify']>}");
		break;
	default:
		add(tree, SERVICE "/char0016", "org.bluez.GattCharacteristic1",
		    "{'UUID': <'" KN_UUID_CONTROL "'>, 'Service': <objectpath '" SERVICE
		    "'>, 'Flags': <['write']>}");
		break;
	}
}

static void
add_device(KnTree *tree)
{
	add(tree, ADAPTER, "org.bluez.Adapter1",
	    "{'Address': <'00:11:22:33:44:55'>, 'Powered': <true>}");
	add(tree, DEVICE, "org.bluez.Device1",
	    "{'Address': <'" ADDRESS "'>, 'Adapter': <objectpath '" ADAPTER
	    "'>, 'Bonded': <true>, 'Connected': <true>}");
}

static void
any_order_of_the_four_objects_is_complete_in_the_end(void)
{
	guint n_orders = 0;
	for (guint order = 0; order < 256; order++) {
		guint at[4] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6};
		guint all = 1u << at[0] | 1u << at[1] | 1u << at[2] | 1u << at[3];
		if (all != 15)
			continue;
		n_orders++;
		g_autoptr(KnTree) tree = kn_tree_new(NULL);
		KnTreeGatt gatt;
		add_device(tree);
		for (guint i = 0; i < 4; i++) {
			g_assert_false(kn_tree_find_gatt(tree, DEVICE, &gatt));
			add_piece(tree, at[i]);
		}
		g_assert_true(kn_tree_find_gatt(tree, DEVICE, &gatt));
		g_assert_cmpstr(gatt.info, ==, SERVICE "/char0011");
		g_assert_cmpstr(gatt.data, ==, SERVICE "/char0013");
		g_assert_cmpstr(gatt.control, ==, SERVICE "/char0016");
	}
	g_assert_cmpuint(n_orders, ==, 24);
}

static void
a_characteristic_with_wrong_flags_is_not_the_one(void)
{
	g_autoptr(KnTree) tree = kn_tree_new(NULL);
	KnTreeGatt gatt;
	add_device(tree);
	for (guint i = 0; i < 4; i++)
		add_piece(tree, i);
	add(tree, SERVICE "/char0013", "org.bluez.GattCharacteristic1",
	    "{'UUID': <'" KN_UUID_DATA "'>, 'Service': <objectpath '" SERVICE
	    "'>, 'Flags': <['indicate']>}");
	g_assert_false(kn_tree_find_gatt(tree, DEVICE, &gatt));
}

static void
removing_an_adapter_removes_what_is_below_it(void)
{
	g_autoptr(KnTree) tree = kn_tree_new(NULL);
	KnTreeGatt gatt;
	add_device(tree);
	for (guint i = 0; i < 4; i++)
		add_piece(tree, i);
	g_assert_nonnull(kn_tree_find(tree, ADDRESS));
	kn_tree_remove(tree, "/org/bluez/hci",
		       "org.bluez.Adapter1"); /* a prefix in letters is no parent */
	g_assert_nonnull(kn_tree_find(tree, ADDRESS));
	kn_tree_remove(tree, ADAPTER, "org.bluez.Adapter1");
	g_assert_null(kn_tree_find(tree, ADDRESS));
	g_assert_false(kn_tree_find_gatt(tree, DEVICE, &gatt));
	g_assert_cmpuint(g_hash_table_size(kn_tree_adapters(tree)), ==, 0);
}

static void
the_bonded_object_of_several_adapters_is_chosen(void)
{
	g_autoptr(KnTree) tree = kn_tree_new(NULL);
	add_device(tree);
	add(tree, "/org/bluez/hci1", "org.bluez.Adapter1", "{'Powered': <true>}");
	add(tree, "/org/bluez/hci1/dev_C0_FF_EE_00_00_01", "org.bluez.Device1",
	    "{'Address': <'" ADDRESS
	    "'>, 'Adapter': <objectpath '/org/bluez/hci1'>, 'Connected': <true>, "
	    "'UUIDs': <['" KN_UUID_SERVICE "']>}");
	g_assert_cmpuint(kn_tree_n_devices(tree), ==, 2);
	g_assert_cmpstr(kn_tree_find(tree, ADDRESS)->path, ==, DEVICE);
}

static void
devices_that_are_neither_ours_nor_bonded_are_not_kept(void)
{
	g_autoptr(KnTree) tree = kn_tree_new(NULL);
	/* but they are on the air */
	g_assert_cmpuint(add(tree, DEVICE, "org.bluez.Device1",
			     "{'Address': <'" ADDRESS "'>, 'Adapter': <objectpath '" ADAPTER
			     "'>, 'UUIDs': <['" STRANGER "']>, 'RSSI': <int16 -40>}"),
			 ==, KN_TREE_ON_AIR);
	g_assert_cmpuint(kn_tree_n_devices(tree), ==, 0);
	g_assert_cmpuint(change(tree, DEVICE, "org.bluez.Device1", "{'RSSI': <int16 -41>}"), ==,
			 KN_TREE_ON_AIR);
	g_assert_cmpuint(change(tree, DEVICE, "org.bluez.Device1", "{'Trusted': <true>}"), ==, 0);
	/* once it is bonded its address is not known here: everything has to be read again */
	g_assert_cmpuint(change(tree, DEVICE, "org.bluez.Device1", "{'Bonded': <true>}"), ==,
			 KN_TREE_MISSING);
}

static void
wrong_types_are_as_if_absent(void)
{
	g_autoptr(KnTree) tree = kn_tree_new(NULL);
	g_autoptr(GVariant) not_a_dict = g_variant_ref_sink(g_variant_new_uint32(7));
	gchar *device = NULL;
	g_assert_cmpuint(kn_tree_add(tree, DEVICE, "org.bluez.Device1", not_a_dict, 1, &device), ==,
			 0);
	add(tree, DEVICE, "org.bluez.Device1",
	    "{'Address': <7>, 'Adapter': <objectpath '" ADAPTER "'>, 'Bonded': <true>}");
	add(tree, DEVICE, "org.bluez.Device1",
	    "{'Address': <'" ADDRESS "'>, 'Adapter': <'" ADAPTER "'>, 'Bonded': <true>}");
	add(tree, DEVICE, "org.bluez.Device1",
	    "{'Address': <'short'>, 'Adapter': <objectpath '" ADAPTER "'>, 'Bonded': <true>}");
	add(tree, DEVICE, "org.bluez.Device1",
	    "{'Address': <'" ADDRESS "'>, 'Adapter': <objectpath '" ADAPTER
	    "'>, 'Bonded': <'yes'>}");
	g_assert_cmpuint(kn_tree_n_devices(tree), ==, 0);
	add_device(tree);
	change(tree, DEVICE, "org.bluez.Device1",
	       "{'Connected': <'no'>, 'RSSI': <-3>, 'Name': <[1, 2]>}");
	g_assert_true(kn_tree_find(tree, ADDRESS)->is_connected);
	g_assert_false(kn_tree_find(tree, ADDRESS)->has_signal);
	add(tree, "/", "org.bluez.GattService1",
	    "{'UUID': <'" KN_UUID_SERVICE "'>, 'Device': <objectpath '/'>}");
	add(tree, "/a/b", "org.bluez.GattCharacteristic1",
	    "{'UUID': <'" KN_UUID_DATA "'>, 'Service': <objectpath '/'>}");
}

static void
names_from_the_air_lose_their_escapes(void)
{
	g_autoptr(KnTree) tree = kn_tree_new(NULL);
	add_device(tree);
	change(tree, DEVICE, "org.bluez.Device1", "{'Name': <'a\\u001b]52;c;\\u202eb'>}");
	g_assert_cmpstr(kn_tree_find(tree, ADDRESS)->name, ==, "a]52;c;b");
}

static void
only_an_advertisement_counts_as_heard(void)
{
	g_autoptr(KnTree) tree = kn_tree_new(NULL);
	add_device(tree);
	g_assert_cmpint(kn_tree_find(tree, ADDRESS)->heard_us, ==, 0);
	g_assert_cmpuint(change(tree, DEVICE, "org.bluez.Device1", "{'Trusted': <true>}"), ==,
			 KN_TREE_CHANGED);
	g_assert_cmpint(kn_tree_find(tree, ADDRESS)->heard_us, ==, 0);
	g_assert_cmpuint(change(tree, DEVICE, "org.bluez.Device1", "{'RSSI': <int16 -60>}"), ==,
			 KN_TREE_CHANGED | KN_TREE_HEARD | KN_TREE_ON_AIR);
	g_assert_cmpint(kn_tree_find(tree, ADDRESS)->heard_us, ==, 2000);
	g_assert_cmpint(kn_tree_find(tree, ADDRESS)->signal_dbm, ==, -60);
	g_assert_true(kn_tree_find(tree, ADDRESS)->has_signal);
	/* of some controllers nobody learns how loud it was */
	g_assert_cmpuint(change(tree, DEVICE, "org.bluez.Device1", "{'RSSI': <int16 127>}"), ==,
			 KN_TREE_CHANGED | KN_TREE_HEARD | KN_TREE_ON_AIR);
	g_assert_cmpint(kn_tree_find(tree, ADDRESS)->signal_dbm, ==, 0);
	g_assert_false(kn_tree_find(tree, ADDRESS)->has_signal);
}

static void
add_numbered(KnTree *tree, guint i, gint64 heard_us)
{
	g_autofree gchar *path = g_strdup_printf(ADAPTER "/dev_%06u", i);
	g_autofree gchar *text =
		g_strdup_printf("{'Address': <'00:00:00:%02X:%02X:%02X'>, "
				"'Adapter': <objectpath '" ADAPTER "'>, 'RSSI': <int16 -50>, "
				"'UUIDs': <['" KN_UUID_SERVICE "']>}",
				i >> 16, i >> 8 & 255, i & 255);
	g_autoptr(GVariant) parsed =
		g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
	g_autofree gchar *device = NULL;
	kn_tree_add(tree, path, "org.bluez.Device1", parsed, heard_us, &device);
}

static void
the_longest_unheard_makes_room_but_never_a_bonded_one(void)
{
	g_autoptr(KnTree) tree = kn_tree_new(NULL);
	add_device(tree); /* bonded, never heard */
	for (guint i = 0; i < 5000; i++)
		add_numbered(tree, i, 10 + i);
	g_assert_cmpuint(kn_tree_n_devices(tree), ==, 512);
	g_assert_nonnull(kn_tree_find(tree, ADDRESS));
	g_assert_null(kn_tree_find(tree, "00:00:00:00:00:00"));
	g_assert_nonnull(kn_tree_find(tree, "00:00:00:00:13:87")); /* 4999 */
}

static void
many_services_of_one_device_are_capped(void)
{
	g_autoptr(KnTree) tree = kn_tree_new(NULL);
	KnTreeGatt gatt;
	add_device(tree);
	for (guint i = 0; i < 300; i++) {
		g_autofree gchar *path = g_strdup_printf(DEVICE "/service%04x", i);
		add(tree, path, "org.bluez.GattService1",
		    "{'UUID': <'" KN_UUID_SERVICE "'>, 'Device': <objectpath '" DEVICE "'>}");
	}
	g_assert_false(kn_tree_find_gatt(tree, DEVICE, &gatt));
	kn_tree_remove(tree, DEVICE, "org.bluez.Device1");
	add_device(tree);
	for (guint i = 0; i < 4; i++)
		add_piece(tree, i);
	g_assert_true(kn_tree_find_gatt(tree, DEVICE, &gatt));
}

static gboolean
is_found_behind(guint n_services)
{
	g_autoptr(KnTree) tree = kn_tree_new(NULL);
	KnTreeGatt gatt;
	add_device(tree);
	for (guint i = 0; i < n_services; i++) {
		g_autofree gchar *path = g_strdup_printf(DEVICE "/service%04x", 0x1000 + i);
		add(tree, path, "org.bluez.GattService1",
		    "{'UUID': <'" KN_UUID_SERVICE "'>, 'Device': <objectpath '" DEVICE "'>}");
	}
	for (guint i = 0; i < 4; i++)
		add_piece(tree, i);
	return kn_tree_find_gatt(tree, DEVICE, &gatt);
}

static void
sixteen_attributes_of_ours_are_kept_of_one_device(void)
{
	g_assert_true(is_found_behind(KN_TREE_ATTRS_MAX - 4));
	g_assert_false(is_found_behind(KN_TREE_ATTRS_MAX - 3));
	g_assert_false(is_found_behind(10 * KN_TREE_ATTRS_MAX));
}

static void
services_of_others_take_no_room(void)
{
	g_autoptr(KnTree) tree = kn_tree_new(NULL);
	KnTreeGatt gatt;
	add_device(tree);
	for (guint i = 0; i < 3000; i++) {
		g_autofree gchar *path = g_strdup_printf(DEVICE "/service%04x", 0x1000 + i);
		add(tree, path, "org.bluez.GattService1",
		    "{'UUID': <'0000180f-0000-1000-8000-00805f9b34fb'>, "
		    "'Device': <objectpath '" DEVICE "'>}");
	}
	for (guint i = 0; i < 4; i++)
		add_piece(tree, i);
	g_assert_true(kn_tree_find_gatt(tree, DEVICE, &gatt));
}

/* whether a device is taken for ours that tells our service behind so many others */
static gboolean
is_ours_behind(guint n_uuids)
{
	g_autoptr(KnTree) tree = kn_tree_new(NULL);
	g_autoptr(GString) text = g_string_new("{'Address': <'" ADDRESS "'>, 'Adapter': "
					       "<objectpath '" ADAPTER "'>, 'UUIDs': <[");
	for (guint i = 0; i < n_uuids; i++)
		g_string_append_printf(text, "'0000%04x-0000-1000-8000-00805f9b34fb', ", i);
	g_string_append(text, "'" KN_UUID_SERVICE "']>}");
	add(tree, DEVICE, "org.bluez.Device1", text->str);
	return kn_tree_n_devices(tree) == 1;
}

static void
of_its_uuids_256_are_looked_at(void)
{
	g_assert_true(is_ours_behind(KN_TREE_UUIDS_MAX - 1));
	g_assert_false(is_ours_behind(KN_TREE_UUIDS_MAX));
	g_assert_false(is_ours_behind(10 * KN_TREE_UUIDS_MAX));
}

#define ADD(name) g_test_add_func("/radio/tree/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(any_order_of_the_four_objects_is_complete_in_the_end);
	ADD(a_characteristic_with_wrong_flags_is_not_the_one);
	ADD(removing_an_adapter_removes_what_is_below_it);
	ADD(the_bonded_object_of_several_adapters_is_chosen);
	ADD(devices_that_are_neither_ours_nor_bonded_are_not_kept);
	ADD(wrong_types_are_as_if_absent);
	ADD(names_from_the_air_lose_their_escapes);
	ADD(only_an_advertisement_counts_as_heard);
	ADD(the_longest_unheard_makes_room_but_never_a_bonded_one);
	ADD(many_services_of_one_device_are_capped);
	ADD(sixteen_attributes_of_ours_are_kept_of_one_device);
	ADD(services_of_others_take_no_room);
	ADD(of_its_uuids_256_are_looked_at);
	return g_test_run();
}
