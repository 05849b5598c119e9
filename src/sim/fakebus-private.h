/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The insides of the fake org.bluez: fakebus.c (life, faults, routing), fakebus-adapter.c, fakebus-device.c (links), fakebus-known.c (addresses and bonds),
 * fakebus-pair.c (Device1.Pair), fakebus-agent.c (who answers for a person), fakebus-gatt.c (services and notifications). */

#include "sim/bus-tree.h"
#include "sim/fakebus.h"
#include "sim/gatt-names.h"

#define KN_BLUEZ_PATH        "/org/bluez"
#define KN_AGENTS_INTERFACE  "org.bluez.AgentManager1"
#define KN_ADAPTER_INTERFACE "org.bluez.Adapter1"
#define KN_DEVICE_INTERFACE  "org.bluez.Device1"
#define KN_SERVICE_INTERFACE "org.bluez.GattService1"
#define KN_CHRC_INTERFACE    "org.bluez.GattCharacteristic1"

enum {
	KN_FAKE_ADVERT_MS = 400,        /* a slow advertiser */
	KN_FAKE_CONNECT_MS = 120,       /* discovery stopped */
	KN_FAKE_CONNECT_SCAN_MS = 1300, /* discovery running (BlueZ 5.82, measured) */
	KN_FAKE_ABSENT_MS = 5000,       /* until a Connect to a device out of range fails */
	KN_FAKE_RESOLVE_MS = 150,
	KN_FAKE_DISCONNECT_MS = 100,
	KN_FAKE_CUT_OFF_MS = 60, /* until a link falls that cannot be encrypted */
	KN_FAKE_TICK_MS = 20,
};

typedef enum {
	KN_FAKE_IDLE,
	KN_FAKE_CONNECTING,
	KN_FAKE_CONNECTED,
	KN_FAKE_RESOLVED,
	KN_FAKE_DISCONNECTING, /* still connected to the eye */
} KnFakeLink;

/* what makes a radio hear again that has gone deaf */
typedef enum {
	KN_FAKE_WELL,
	/* a StopDiscovery that ends a session which nobody has: what windows that are started and stopped in order never do */
	KN_FAKE_CURE_SCAN,
	KN_FAKE_CURE_POWER,
	KN_FAKE_CURE_BLUETOOTHD,
	KN_FAKE_CURE_NONE,
} KnFakeCure;

/* how a pairing ends, if not well */
typedef enum {
	KN_FAKE_PAIR_UNREACHED, /* there is no link */
	KN_FAKE_PAIR_CANCELED,  /* by who asked for it, or by another call */
	KN_FAKE_PAIR_CUT_OFF,   /* the link is lost */
	KN_FAKE_PAIR_FAILED,    /* the digits are wrong, or somebody said no */
} KnFakePairEnd;

typedef struct KnFakePairing KnFakePairing;

struct KnFakeDevice {
	KnFakebus *bus;       /* borrowed: it owns us */
	KnMassager *massager; /* owned */
	gchar *address;       /* owned: upper case; the identity */
	gchar *air_address;   /* owned: as heard while it is not bonded */
	guint n_air_addresses;
	gchar *path; /* owned */
	gboolean is_bonded;
	gboolean is_key_lost; /* bonded here, and the keys do not fit any more */
	gboolean is_kept;     /* the object stays though it is not bonded */
	gboolean is_present;
	guint expiry;  /* source id: until the object goes */
	guint removal; /* source id: it goes now, with its bond */
	KnFakeLink link;
	guint link_timer;           /* of the step that is under way */
	KnBusCall *connect_call;    /* owned; NULL none */
	KnBusCall *disconnect_call; /* owned; NULL none */
	KnBusCall *remove_call;     /* owned: the object goes with the link; NULL none */
	KnFakePairing *pairing;     /* owned; NULL none */
	KnBusCall *paired_call;     /* owned: bonded, and not told yet; NULL none */
	gint notify_fd;             /* our end; -1 none */
	guint notify_hup;           /* source id */
	gchar *notify_sender;       /* owned; of StartNotify; NULL none */
	guint pump;                 /* source id */
	KnBusCall *write_call;      /* owned: under way; NULL none */
	GBytes *written;            /* owned: of the last one */
	guint write_timer;          /* until its answer */
	gint64 paced_us;            /* link pacing: until when the link is busy */
	guint n_info_bytes;         /* INFO is so long; 0 as it is */
	guint64 n_notified;
	guint64 n_socket_dropped;
	guint64 n_connects;
};

typedef struct {
	gchar *method;  /* owned */
	gchar *name;    /* owned */
	gchar *message; /* owned */
	guint count;
} KnFakeFailure;

struct KnFakebus {
	gchar *bus_address;     /* owned; NULL system */
	gchar *adapter_address; /* owned */
	gchar *adapter_path;    /* owned: "/org/bluez/hci0" */
	guint temporary_s;      /* TemporaryTimeout of bluetoothd; 0: for good */
	KnSimReadyFunc ready;
	gpointer user;
	KnBusTree *tree;      /* owned; NULL while bluetoothd is gone */
	GPtrArray *devices;   /* owned: KnFakeDevice */
	GHashTable *scanners; /* owned: unique name -> watch id of it */
	GPtrArray *failures;  /* owned: KnFakeFailure */
	GPtrArray *agents;    /* owned: KnFakeAgent, the default one first */
	gboolean is_plugged;
	gboolean is_powered;
	KnFakeCure silent;     /* nothing is heard until then */
	gboolean is_filtered;  /* the last filter asked for our service alone */
	gboolean has_stranger; /* somebody advertises who is no massager */
	gboolean is_stranger_bonded;
	guint n_links_max;        /* 0: as many as are wanted */
	gboolean is_limit_hidden; /* one too many fails as if for the weather */
	guint speed;              /* how many times faster than a radio; 1 as it is */
	guint tick;               /* source id */
	guint advert;             /* source id; 0 when nobody scans */
	guint n_adverts;
};

extern const gchar *const kn_fakebus_xml;

/* what takes so long over the air, at the speed of this bus; at least 1 ms */
static inline guint
kn_fake_ms(const KnFakebus *bus, guint ms)
{
	return MAX(ms / MAX(bus->speed, 1), 1);
}

/* adapter */
void kn_fake_adapter_publish(KnFakebus *bus);
void kn_fake_adapter_remove(KnFakebus *bus);
void kn_fake_adapter_call(KnFakebus *bus, const gchar *method, GVariant *parameters,
			  KnBusCall *call);
void kn_fake_adapter_stop_scans(KnFakebus *bus);
void kn_fake_adapter_cure(KnFakebus *bus, KnFakeCure cure);
/* cure: scan, power, bluetoothd, none; "" well. FALSE: no such word. */
gboolean kn_fake_adapter_silence(KnFakebus *bus, const gchar *cure);
/* The stranger is known from now on, and paired. */
void kn_fake_adapter_bond_stranger(KnFakebus *bus);
/* It is there, switched on, and not deaf. */
gboolean kn_fake_adapter_hears(const KnFakebus *bus);

/* agents: with is_told they get Release */
void kn_fake_agents_publish(KnFakebus *bus);
void kn_fake_agents_drop(KnFakebus *bus, gboolean is_told);
void kn_fake_agents_call(KnFakebus *bus, const gchar *method, GVariant *parameters,
			 KnBusCall *call);

/* pairing: linked, when the link that it asked for is up; end does nothing when none runs; told, when who paired may hear of it; abandon is an
 * end without a word */
void kn_fake_pair(KnFakeDevice *device, KnBusCall *call);
void kn_fake_cancel_pairing(KnFakeDevice *device, KnBusCall *call);
void kn_fake_pairing_linked(KnFakeDevice *device);
void kn_fake_pairing_end(KnFakeDevice *device, KnFakePairEnd how);
void kn_fake_pairing_told(KnFakeDevice *device);
void kn_fake_pairing_abandon(KnFakeDevice *device);

/* faults */
void kn_fakebus_set_bluez(KnFakebus *bus, gboolean is_running); /* bluetoothd gone, and back */
void kn_fakebus_set_adapter(KnFakebus *bus, gboolean is_plugged);
/* Unplugged, and plugged in under another name ("hci1"). */
void kn_fakebus_move_adapter(KnFakebus *bus, const gchar *name);
void kn_fakebus_set_powered(KnFakebus *bus, gboolean is_powered);
void kn_fakebus_fail_next(KnFakebus *bus, const gchar *method, const gchar *error_name,
			  const gchar *message, guint count);

/* device, known: settle names the object by what is known of its address; expire lets it go after a while, unless something keeps it */
gboolean kn_fake_device_is_hidden(const KnFakeDevice *device);
void kn_fake_device_settle(KnFakeDevice *device);
void kn_fake_device_expire(KnFakeDevice *device);
void kn_fake_device_bond(KnFakeDevice *device);
gboolean kn_fake_device_lose_bond(KnFakeDevice *device);
/* The object and its bond go, at once or after the link; call is answered, and taken. removed: the link has gone. */
void kn_fake_device_remove(KnFakeDevice *device, KnBusCall *call);
void kn_fake_device_removed(KnFakeDevice *device);

/* device: the object and the link; link makes one, for the pairing that runs; hang_up ends it after a moment; resolve finds its services then */
void kn_fake_device_set(KnFakeDevice *device, const gchar *property, GVariant *value);
void kn_fake_device_link(KnFakeDevice *device);
void kn_fake_device_hang_up(KnFakeDevice *device);
void kn_fake_device_resolve(KnFakeDevice *device);
void kn_fake_device_get_link(const KnFakeDevice *device, KnSimLink *ret_link);
void kn_fake_device_drop_link(KnFakeDevice *device);
void kn_fake_device_set_present(KnFakeDevice *device, gboolean is_present);
void kn_fake_device_pump(KnFakeDevice *device);
void kn_fake_device_free(gpointer device);
void kn_fake_device_publish(KnFakeDevice *device);
void kn_fake_device_unpublish(KnFakeDevice *device);
void kn_fake_device_advertise(KnFakeDevice *device, guint n_advert);
void kn_fake_device_forget_signal(KnFakeDevice *device);
void kn_fake_device_call(KnFakeDevice *device, const gchar *method, KnBusCall *call);
gboolean kn_fake_device_is_linked(const KnFakeDevice *device);

/* gatt: services and notifications of a linked device */
void kn_fake_gatt_publish(KnFakeDevice *device);
void kn_fake_gatt_remove(KnFakeDevice *device);
void kn_fake_gatt_call(KnFakeDevice *device, const gchar *path, const gchar *method,
		       GVariant *parameters, KnBusCall *call);
