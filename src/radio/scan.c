/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/scan.h"

#include "radio/timers.h"

#define ADAPTER_INTERFACE "org.bluez.Adapter1"

typedef enum {
	SCAN_OFF,
	SCAN_STARTING, /* SetDiscoveryFilter or StartDiscovery is under way */
	SCAN_ON,
	SCAN_STOPPING,
} ScanState;

struct KnScan {
	KnBluez *bluez; /* borrowed: outlives us */
	gchar *path;    /* owned */
	gdouble scale;
	void (*kick)(gpointer user);
	gpointer user;             /* borrowed: outlives us */
	GCancellable *cancellable; /* owned */
	KnListen *listen;          /* borrowed: outlives us */
	ScanState state;
	gboolean is_second_try;  /* a session of ours was there already, and was reset */
	gboolean is_to_be_reset; /* whatever session of ours there may be is ended first */
	gint64 quiet_us;         /* from when on it is quiet after a scan */
	gchar *error;            /* owned: as kn_scan_error */
};

static void start(KnScan *scan);

static gint64
scaled_us(const KnScan *scan, guint ms)
{
	return (gint64)kn_scale_ms(scan->scale, ms) * 1000;
}

static void
call(KnScan *scan, const gchar *method, GVariant *parameters, guint timeout_ms, KnBluezReply reply)
{
	KnBluezCall what = {.path = scan->path,
			    .interface = ADAPTER_INTERFACE,
			    .method = method,
			    .parameters = parameters,
			    .reply_type = "()",
			    .timeout_ms = timeout_ms};
	kn_bluez_call(scan->bluez, &what, scan->cancellable, reply, scan);
}

static void
rest(KnScan *scan)
{
	scan->state = SCAN_OFF;
	scan->quiet_us = g_get_monotonic_time() + scaled_us(scan, KN_WAIT_QUIET_MS);
	scan->kick(scan->user);
}

static void
on_stopped(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
	   const KnBluezFault *fault G_GNUC_UNUSED)
{
	KnScan *scan = user;
	rest(scan); /* an error says that there was no session of ours: as good */
}

static void
stop(KnScan *scan)
{
	scan->state = SCAN_STOPPING;
	call(scan, "StopDiscovery", NULL, KN_WAIT_SCAN_STOP_MS, on_stopped);
}

static void
on_reset(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
	 const KnBluezFault *fault G_GNUC_UNUSED)
{
	KnScan *scan = user;
	start(scan);
}

static void
on_started(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
	   const KnBluezFault *fault)
{
	KnScan *scan = user;
	gboolean is_already = fault && fault->verdict.class == KN_BLUEZ_ALREADY;
	if (is_already && !scan->is_second_try) {
		scan->is_second_try = TRUE;
		call(scan, "StopDiscovery", NULL, KN_WAIT_SCAN_STOP_MS, on_reset);
		return;
	}
	if (fault && !is_already) {
		g_info("scanning did not start: %s", fault->text);
		g_free(scan->error);
		scan->error = g_strdup(fault->text);
		kn_listen_failed(scan->listen, g_get_monotonic_time());
		rest(scan);
		return;
	}
	scan->state = SCAN_ON;
	g_clear_pointer(&scan->error, g_free);
	kn_listen_started(scan->listen, g_get_monotonic_time());
	scan->kick(scan->user);
}

static void
on_filtered(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
	    const KnBluezFault *fault)
{
	KnScan *scan = user;
	if (fault)
		g_info("no scan filter: %s",
		       fault->text); /* every device is checked again anyway */
	call(scan, "StartDiscovery", NULL, KN_WAIT_SCAN_START_MS, on_started);
}

static void
start(KnScan *scan)
{
	static const gchar *const uuids[] = {KN_UUID_SERVICE, NULL};
	GVariantBuilder filter;
	g_variant_builder_init(&filter, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&filter, "{sv}", "Transport", g_variant_new_string("le"));
	if (!scan->listen->is_to_all)
		g_variant_builder_add(&filter, "{sv}", "UUIDs", g_variant_new_strv(uuids, -1));
	g_variant_builder_add(&filter, "{sv}", "DuplicateData", g_variant_new_boolean(FALSE));
	scan->state = SCAN_STARTING;
	call(scan, "SetDiscoveryFilter", g_variant_new("(a{sv})", &filter), KN_WAIT_SCAN_STOP_MS,
	     on_filtered);
}

/* the adapter went off: bluetoothd has ended the session, and no answer counts any more */
static void
reset(KnScan *scan)
{
	if (scan->state != SCAN_OFF) {
		g_cancellable_cancel(scan->cancellable);
		g_object_unref(scan->cancellable);
		scan->cancellable = g_cancellable_new();
	}
	scan->state = SCAN_OFF;
	scan->quiet_us = 0;
	kn_listen_cut(scan->listen, g_get_monotonic_time());
}

static void
begin(KnScan *scan)
{
	scan->is_second_try = scan->is_to_be_reset;
	if (!scan->is_to_be_reset) {
		start(scan);
		return;
	}
	scan->is_to_be_reset = FALSE;
	scan->state = SCAN_STARTING;
	call(scan, "StopDiscovery", NULL, KN_WAIT_SCAN_STOP_MS, on_reset);
}

gint64
kn_scan_plan(KnScan *scan, const KnScanWish *wish, gint64 now_us)
{
	gint64 again_us = G_MAXINT64;
	if (!wish->is_powered) {
		reset(scan);
		return G_MAXINT64;
	}
	/* the answer kicks */
	if (scan->state != SCAN_OFF && scan->state != SCAN_ON)
		return G_MAXINT64;
	KnListenAction action =
		kn_listen_plan(scan->listen, wish->is_needed, wish->is_held, now_us, &again_us);
	if (action == KN_LISTEN_START)
		begin(scan);
	else if (action == KN_LISTEN_STOP)
		stop(scan);
	else if (wish->is_held && scan->quiet_us > now_us)
		return scan->quiet_us;
	return again_us;
}

void
kn_scan_listen(KnScan *scan)
{
	kn_listen_soon(scan->listen);
}

void
kn_scan_restart(KnScan *scan)
{
	scan->is_to_be_reset = TRUE;
	kn_listen_soon(scan->listen);
	scan->kick(scan->user);
}

const gchar *
kn_scan_error(const KnScan *scan)
{
	return scan->error ? scan->error : "";
}

gboolean
kn_scan_is_quiet(const KnScan *scan, gint64 now_us)
{
	return scan->state == SCAN_OFF && now_us >= scan->quiet_us;
}

KnScan *
kn_scan_new(KnBluez *bluez, const gchar *adapter, gdouble scale, KnListen *listen,
	    void (*kick)(gpointer user), gpointer user)
{
	KnScan *scan = g_new0(KnScan, 1);
	scan->bluez = bluez;
	scan->path = g_strdup(adapter);
	scan->scale = scale;
	scan->listen = listen;
	scan->kick = kick;
	scan->user = user;
	scan->cancellable = g_cancellable_new();
	return scan;
}

void
kn_scan_free(KnScan *scan)
{
	if (!scan)
		return;
	kn_listen_cut(scan->listen, g_get_monotonic_time());
	g_cancellable_cancel(scan->cancellable);
	g_object_unref(scan->cancellable);
	g_free(scan->error);
	g_free(scan->path);
	g_free(scan);
}
