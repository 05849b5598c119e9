/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Scanning on one adapter: the calls that core/link/listen.h decides on, one at a time, and the quiet after them that a Connect wants.
 */

#include "core/link/listen.h"
#include "radio/bluez.h"

typedef struct KnScan KnScan;

/* kick: called after anything changed, to be answered by kn_scan_plan. adapter: object path. listen: borrowed, outlives the scan. */
KnScan *kn_scan_new(KnBluez *bluez, const gchar *adapter, gdouble scale, KnListen *listen,
		    void (*kick)(gpointer user), gpointer user);
void kn_scan_free(KnScan *scan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnScan, kn_scan_free)

typedef struct {
	gboolean is_powered;
	gboolean is_needed; /* a device is searched here */
	gboolean is_held;   /* somebody connects here, or wants to */
} KnScanWish;

/* Starts or stops as is due. Returns when to call again: a time, or G_MAXINT64. */
gint64 kn_scan_plan(KnScan *scan, const KnScanWish *wish, gint64 now_us);
/* The next window starts now. */
void kn_scan_listen(KnScan *scan);
/* So does it, and whatever session bluetoothd may still have for us is ended before. */
void kn_scan_restart(KnScan *scan);
/* In bluetoothd's words, why listening did not begin the last time; "" it did. Borrowed until the main loop runs again. */
const gchar *kn_scan_error(const KnScan *scan);
/* Not scanning, and not just stopped. Time must be given, as the quiet after a scan ends by itself. */
gboolean kn_scan_is_quiet(const KnScan *scan, gint64 now_us);
