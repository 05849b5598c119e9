/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the files app*.c share; nobody else includes it. */

#include "core/pipeline/pipeline.h"
#include "daemon/app.h"
#include "daemon/hub-clock.h"
#include "radio/radio.h"

enum { KN_APP_SEEN_MAX = 512, KN_APP_DEVICES_MAX = 64 };

/* a KTP device that was heard; enrolled or not */
typedef struct {
	gchar *address; /* owned */
	gchar *name;    /* owned: cleaned */
	gint16 signal_dbm;
	gboolean is_bonded;
	gint64 seen_us; /* UTC */
} KnAppSeen;

struct KnApp {
	const KnConfig *config; /* borrowed: outlives the app */
	GTimeZone *zone; /* owned: held, so that local days do not read the zone file each time */
	GMainLoop *loop; /* owned */
	KnStore *store;  /* owned */
	KnPipeline *pipeline; /* owned */
	KnRadio *radio;       /* owned */
	KnServer *server;     /* owned */
	GPtrArray *devices;   /* owned: KnDevice, all ever enrolled */
	GHashTable *seen;     /* owned: address (borrowed from value) to KnAppSeen */
	GHashTable *asks;     /* owned: questions of clients that the store has not answered yet */
	gint64 started_boottime_us;
	guint tick_source; /* 0: none is needed */
	guint signal_sources[2];
	guint n_links_up;
};

KnDevice *kn_app_find_device(const KnApp *app, gint64 device_id);
KnDevice *kn_app_find_address(const KnApp *app, const gchar *address);
/* A device was enrolled or allowed again: the pipeline and the radio learn of it. */
void kn_app_add_device(KnApp *app, const KnDevice *device, const GPtrArray *ledgers);

/* app-hub.c: what the socket asks for */
void kn_app_fill_hub(KnHub *ret_hub);
/* The store is closed and answers nobody any more: what is still asked is answered with an error. */
void kn_app_refuse_asks(KnApp *app);
/* app-status.c: the status document */
JsonNode *kn_app_build_status(KnApp *app);
