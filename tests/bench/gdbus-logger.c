/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * A baseline for the benchmark: what a competent C program does without thinking about load. GDBus signals, one row a sample time with a
 * column a node, a commit each second. usage: gdbus-logger BUS_ADDRESS DATABASE DEVICE_PATH...  (the devices are connected already)
 * Prints "ready" when all stream, and on SIGTERM what it has stored.
 */

#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include "core/wire/frame.h"
#include <gio/gio.h>
#include <glib-unix.h>
#include <sqlite3.h>
#include <stdio.h>

enum { NODES = 14 };
#define CHRC "org.bluez.GattCharacteristic1"

typedef struct {
	GHashTable *devices; /* data characteristic's path to its number */
	sqlite3 *db;
	sqlite3_stmt *insert;
	ktp_Info info;
	GMainLoop *loop;
	guint64 n_notifications;
	guint64 n_values;
} Logger;

static void
execute(Logger *logger, const gchar *sql)
{
	if (sqlite3_exec(logger->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		g_error("%s: %s", sql, sqlite3_errmsg(logger->db));
}

static void
insert_rows(Logger *logger, gint device, const ktp_SampleBlock *block)
{
	uint16_t values_hpa[KN_VALUES_MAX];
	size_t n_values = kn_decode_values(block, values_hpa);

	for (guint k = 0; k < block->n; k++) {
		guint at = 0;
		sqlite3_bind_int(logger->insert, 1, device);
		sqlite3_bind_int64(logger->insert, 2,
				   (gint64)(block->t0_ms * 1000 + k * block->period_us));
		for (guint node = 0; node < NODES; node++) {
			if (block->node_mask & 1u << node)
				sqlite3_bind_int(logger->insert, 3 + (gint)node,
						 values_hpa[at++ * block->n + k]);
			else
				sqlite3_bind_null(logger->insert, 3 + (gint)node);
		}
		if (sqlite3_step(logger->insert) != SQLITE_DONE)
			g_error("insert: %s", sqlite3_errmsg(logger->db));
		sqlite3_reset(logger->insert);
	}
	logger->n_values += n_values;
}

static void
on_signal(GDBusConnection *connection, const gchar *sender, const gchar *path,
	  const gchar *interface, const gchar *name, GVariant *parameters, gpointer data)
{
	Logger *logger = data;
	gpointer device;
	g_autoptr(GVariant) changed = g_variant_get_child_value(parameters, 1);
	g_autoptr(GVariant) value =
		g_variant_lookup_value(changed, "Value", G_VARIANT_TYPE_BYTESTRING);
	KnFrameReader reader;
	const guint8 *body;
	const guint8 *bytes;
	gsize n_body;
	gsize n_bytes;

	if (!value || !g_hash_table_lookup_extended(logger->devices, path, NULL, &device))
		return;
	bytes = g_variant_get_fixed_array(value, &n_bytes, 1);
	logger->n_notifications++;
	if (kn_frame_open(&reader, bytes, n_bytes) != KN_FRAME_OK || reader.kind == KN_FRAME_REPLY)
		return;
	while (kn_frame_next(&reader, &body, &n_body) == KN_FRAME_OK) {
		ktp_Record record;
		bool is_canonical;
		if (kn_decode_record(body, n_body, &logger->info, &record, &is_canonical) ==
			    KN_DECODE_OK &&
		    record.which_body == ktp_Record_samples_tag)
			insert_rows(logger, GPOINTER_TO_INT(device), &record.body.samples);
	}
}

static gboolean
on_commit(gpointer data)
{
	execute(data, "COMMIT; BEGIN");
	return G_SOURCE_CONTINUE;
}

static gboolean
on_end(gpointer data)
{
	g_main_loop_quit(((Logger *)data)->loop);
	return G_SOURCE_CONTINUE;
}

static void
call(GDBusConnection *bus, const gchar *path, const gchar *method, GVariant *parameters)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_sync(bus, "org.bluez", path, CHRC, method, parameters, NULL,
					    G_DBUS_CALL_FLAGS_NONE, 30000, NULL, &error);

	if (!reply)
		g_error("%s %s: %s", path, method, error->message);
}

static void
start(Logger *logger, GDBusConnection *bus, const gchar *device, gint number)
{
	const ktp_Control live = {.which_op = ktp_Control_live_tag, .op.live.is_on = true};
	g_autofree gchar *data = g_strconcat(device, "/service0010/char0013", NULL);
	g_autofree gchar *control = g_strconcat(device, "/service0010/char0016", NULL);
	guint8 bytes[KN_CONTROL_BYTES_MAX];
	gsize n = kn_encode_control(&live, bytes, sizeof bytes);

	g_hash_table_insert(logger->devices, g_strdup(data), GINT_TO_POINTER(number));
	call(bus, data, "StartNotify", NULL);
	call(bus, control, "WriteValue",
	     g_variant_new("(@aya{sv})",
			   g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, n, 1), NULL));
}

int
main(int argc, char **argv)
{
	Logger logger = {.info = {.protocol = 1, .nodes_count = NODES}};
	g_autoptr(GError) error = NULL;
	GDBusConnection *bus = g_dbus_connection_new_for_address_sync(
		argv[1],
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
		NULL, NULL, &error);

	if (!bus || sqlite3_open(argv[2], &logger.db) != SQLITE_OK)
		g_error("cannot begin: %s", error ? error->message : "no database");
	for (guint i = 0; i < NODES; i++)
		logger.info.nodes[i].full_scale_hpa = KN_PRESSURE_MAX_HPA;
	execute(&logger,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"CREATE TABLE sample (device INTEGER, t_us INTEGER, n0, n1, n2, n3, n4, n5, n6,"
		" n7, n8, n9, n10, n11, n12, n13, PRIMARY KEY (device, t_us)) WITHOUT ROWID; "
		"BEGIN");
	sqlite3_prepare_v2(logger.db,
			   "INSERT OR IGNORE INTO sample VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
			   -1, &logger.insert, NULL);
	logger.devices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	logger.loop = g_main_loop_new(NULL, FALSE);
	g_dbus_connection_signal_subscribe(bus, "org.bluez", "org.freedesktop.DBus.Properties",
					   "PropertiesChanged", NULL, CHRC,
					   G_DBUS_SIGNAL_FLAGS_NONE, on_signal, &logger, NULL);
	for (int i = 3; i < argc; i++)
		start(&logger, bus, argv[i], i);
	g_timeout_add_seconds(1, on_commit, &logger);
	g_unix_signal_add(SIGTERM, on_end, &logger);
	printf("ready\n");
	fflush(stdout);
	g_main_loop_run(logger.loop);
	execute(&logger, "COMMIT");
	printf("{\"n_notifications\": %" G_GUINT64_FORMAT ", \"n_values\": %" G_GUINT64_FORMAT
	       "}\n",
	       logger.n_notifications, logger.n_values);
	sqlite3_finalize(logger.insert);
	sqlite3_close(logger.db);
	g_main_loop_unref(logger.loop);
	g_hash_table_unref(logger.devices);
	return 0;
}
