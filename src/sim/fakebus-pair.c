/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * Device1.Pair as a central sees it. From the sources of bluetoothd 5.87 (device.c, adapter.c, agent.c; 5.66 and 5.82 differ where it is said):
 * whom it asks, how each end is called, what stays of the link and of the object. From the kernel: which question follows from what both
 * sides can do, and that the link of a pairing that nobody answers is cut.
 */

#include "sim/fakebus-agent.h"

enum {
	AIR_MS = 80,      /* a round of messages with the massager */
	KEY_MS = 60,      /* a person at the massager types a digit */
	SAYS_NO_MS = 150, /* or says no */
	PASSKEY_DIGITS = 6,
};

typedef enum {
	ASKS_NOTHING,
	ASKS_PASSKEY,
	ASKS_CONFIRMATION,
	SHOWS_PASSKEY,
	IS_UNSAFE, /* nobody can tell whether somebody is in between, and this massager does not stand for that */
} Question;

struct KnFakePairing {
	KnFakeDevice *device;      /* borrowed: it owns us */
	KnBusCall *call;           /* owned */
	KnFakeAgent *agent;        /* owned; NULL none */
	GCancellable *cancellable; /* owned: of the question */
	guint caller;              /* watch */
	guint step;                /* source id */
	guint patience;            /* source id */
	gboolean made_link;
	gboolean is_asked; /* the agent, and it has not answered */
	gboolean is_right; /* its answer */
	guint32 number;
	guint16 n_typed;
};

static void
pairing_free(KnFakePairing *pairing)
{
	g_clear_handle_id(&pairing->caller, g_bus_unwatch_name);
	g_clear_handle_id(&pairing->step, g_source_remove);
	g_clear_handle_id(&pairing->patience, g_source_remove);
	g_cancellable_cancel(pairing->cancellable);
	g_object_unref(pairing->cancellable);
	g_clear_pointer(&pairing->agent, kn_fake_agent_unref);
	g_free(pairing);
}

static KnPairing
kind_of(const KnFakePairing *pairing)
{
	return kn_massager_spec(pairing->device->massager)->pairing;
}

static Question
question_of(const KnFakePairing *pairing)
{
	/* columns: DisplayOnly, DisplayYesNo, KeyboardOnly, NoInputNoOutput, KeyboardDisplay (Core 5.4, 3-H table 2.8) */
	static const Question questions[][KN_FAKE_CAPABILITIES] = {
		[KN_PAIRING_JUST_WORKS] = {ASKS_NOTHING, ASKS_NOTHING, ASKS_NOTHING, ASKS_NOTHING,
					   ASKS_NOTHING},
		[KN_PAIRING_DISPLAY] = {IS_UNSAFE, IS_UNSAFE, ASKS_PASSKEY, IS_UNSAFE,
					ASKS_PASSKEY},
		[KN_PAIRING_CONFIRM] = {IS_UNSAFE, ASKS_CONFIRMATION, ASKS_PASSKEY, IS_UNSAFE,
					ASKS_CONFIRMATION},
		[KN_PAIRING_REFUSE] = {IS_UNSAFE, ASKS_CONFIRMATION, ASKS_PASSKEY, IS_UNSAFE,
				       ASKS_CONFIRMATION},
		/* with keys on both sides a person would have to think of digits: not told apart here */
		[KN_PAIRING_TYPE] = {SHOWS_PASSKEY, SHOWS_PASSKEY, IS_UNSAFE, IS_UNSAFE,
				     SHOWS_PASSKEY},
	};

	return questions[kind_of(pairing)][kn_fake_agent_capability(pairing->agent)];
}

/* ---- the end ---- */

static void
answer(KnBusCall *call, KnFakePairEnd how)
{
	static const struct {
		const gchar *name;
		const gchar *message;
	} errors[] = {
		[KN_FAKE_PAIR_UNREACHED] = {"ConnectionAttemptFailed", "Page Timeout"},
		[KN_FAKE_PAIR_CANCELED] = {"AuthenticationCanceled", "Authentication Canceled"},
		[KN_FAKE_PAIR_CUT_OFF] = {"AuthenticationCanceled", "Authentication Canceled"},
		[KN_FAKE_PAIR_FAILED] = {"AuthenticationFailed", "Authentication Failed"},
	};
	g_autofree gchar *name = g_strconcat("org.bluez.Error.", errors[how].name, NULL);

	kn_bus_call_error(call, name, errors[how].message);
}

/* what stays of the link and of the object */
static void
leave(KnFakeDevice *device, KnFakePairEnd how, gboolean made_link)
{
	if (device->link == KN_FAKE_CONNECTING)
		kn_fake_device_drop_link(device);
	/* up to 5.82 a link that was there before stayed, whatever happened */
	else if (how == KN_FAKE_PAIR_FAILED || (how == KN_FAKE_PAIR_CANCELED && made_link))
		kn_fake_device_hang_up(device);
	/* 5.82 and later: while the link is up the object is not made temporary again */
	if (device->link == KN_FAKE_IDLE)
		device->is_kept = FALSE;
	kn_fake_device_expire(device);
}

void
kn_fake_pairing_end(KnFakeDevice *device, KnFakePairEnd how)
{
	KnFakePairing *pairing = g_steal_pointer(&device->pairing);
	gboolean made_link;

	if (pairing == NULL)
		return;
	made_link = pairing->made_link;
	/* of what was only shown it is told nothing */
	if (pairing->is_asked)
		kn_fake_agent_cancel(pairing->agent);
	answer(pairing->call, how);
	pairing_free(pairing);
	leave(device, how, made_link);
}

void
kn_fake_pairing_abandon(KnFakeDevice *device)
{
	if (device->pairing != NULL) {
		if (device->pairing->is_asked)
			kn_fake_agent_answered(device->pairing->agent);
		kn_bus_call_forget(device->pairing->call);
		g_clear_pointer(&device->pairing, pairing_free);
	}
	g_clear_pointer(&device->paired_call, kn_bus_call_forget);
}

void
kn_fake_pairing_told(KnFakeDevice *device)
{
	if (device->paired_call == NULL)
		return;
	kn_fake_device_set(device, "Paired", g_variant_new_boolean(TRUE));
	kn_bus_call_return(g_steal_pointer(&device->paired_call), NULL);
}

/* Both have the keys. Who pairs hears of it once the services are known, or the link is gone. */
static void
bond(KnFakePairing *pairing)
{
	KnFakeDevice *device = pairing->device;

	device->paired_call = pairing->call;
	g_clear_pointer(&device->pairing, pairing_free);
	kn_fake_device_bond(device);
	if (device->link == KN_FAKE_RESOLVED)
		kn_fake_pairing_told(device);
}

/* ---- the steps ---- */

static gboolean
on_decided(gpointer user)
{
	KnFakePairing *pairing = user;

	pairing->step = 0;
	if (pairing->is_right)
		bond(pairing);
	else
		kn_fake_pairing_end(pairing->device, KN_FAKE_PAIR_FAILED);
	return G_SOURCE_REMOVE;
}

static void
decide(KnFakePairing *pairing, gboolean is_right, guint ms)
{
	pairing->is_right = is_right;
	g_clear_handle_id(&pairing->step, g_source_remove);
	pairing->step = g_timeout_add(kn_fake_ms(pairing->device->bus, ms), on_decided, pairing);
}

static void
on_answered(GObject *source, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) value =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
	KnFakePairing *pairing = user;
	guint32 typed = G_MAXUINT32;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	pairing->is_asked = FALSE;
	kn_fake_agent_answered(pairing->agent);
	if (value != NULL && question_of(pairing) == ASKS_CONFIRMATION &&
	    g_variant_is_of_type(value, G_VARIANT_TYPE_UNIT))
		typed = pairing->number;
	else if (value != NULL && g_variant_is_of_type(value, G_VARIANT_TYPE("(u)")))
		g_variant_get(value, "(u)", &typed);
	decide(pairing, typed == pairing->number && kind_of(pairing) != KN_PAIRING_REFUSE, AIR_MS);
}

static void
ask(KnFakePairing *pairing, const gchar *method, GVariant *parameters)
{
	pairing->is_asked = kn_fake_agent_ask(pairing->agent, method, parameters,
					      pairing->cancellable, on_answered, pairing);
	if (!pairing->is_asked)
		decide(pairing, FALSE, AIR_MS); /* it is still at somebody else's */
}

static gboolean
on_out_of_patience(gpointer user)
{
	KnFakePairing *pairing = user;

	pairing->patience = 0;
	kn_fake_device_drop_link(pairing->device);
	return G_SOURCE_REMOVE;
}

static gboolean
on_key(gpointer user)
{
	KnFakePairing *pairing = user;

	kn_fake_agent_tell(
		pairing->agent, "DisplayPasskey",
		g_variant_new("(ouq)", pairing->device->path, pairing->number, pairing->n_typed));
	if (pairing->n_typed++ < PASSKEY_DIGITS)
		return G_SOURCE_CONTINUE;
	pairing->step = 0;
	decide(pairing, TRUE, AIR_MS);
	return G_SOURCE_REMOVE;
}

static gboolean
on_begun(gpointer user)
{
	KnFakePairing *pairing = user;
	const gchar *path = pairing->device->path;
	Question question = question_of(pairing);

	pairing->step = 0;
	pairing->patience =
		g_timeout_add_seconds(kn_massager_spec(pairing->device->massager)->patience_s,
				      on_out_of_patience, pairing);
	if (question == ASKS_PASSKEY) {
		kn_pairing_show("passkey", pairing->number);
		ask(pairing, "RequestPasskey", g_variant_new("(o)", path));
	} else if (question == ASKS_CONFIRMATION) {
		kn_pairing_show("confirm", pairing->number);
		ask(pairing, "RequestConfirmation", g_variant_new("(ou)", path, pairing->number));
		if (kind_of(pairing) == KN_PAIRING_REFUSE)
			decide(pairing, FALSE, SAYS_NO_MS);
	} else if (question == SHOWS_PASSKEY) {
		pairing->step =
			g_timeout_add(kn_fake_ms(pairing->device->bus, KEY_MS), on_key, pairing);
	} else {
		decide(pairing, question == ASKS_NOTHING, AIR_MS);
	}
	return G_SOURCE_REMOVE;
}

void
kn_fake_pairing_linked(KnFakeDevice *device)
{
	device->pairing->step =
		g_timeout_add(kn_fake_ms(device->bus, AIR_MS), on_begun, device->pairing);
}

/* ---- calls ---- */

static void
on_caller_gone(GDBusConnection *connection, const gchar *name, gpointer user)
{
	KnFakeDevice *device = ((KnFakePairing *)user)->device;

	kn_fake_pairing_end(device, KN_FAKE_PAIR_CANCELED);
	kn_fake_device_hang_up(device); /* also a link that was there before */
}

void
kn_fake_pair(KnFakeDevice *device, KnBusCall *call)
{
	KnFakebus *bus = device->bus;
	KnFakeAgent *agent = kn_fake_agent_for(bus, kn_bus_call_sender(call));
	KnFakePairing *pairing;

	/* whatever comes of it, but an address that changes is worth nothing */
	device->is_kept = !kn_fake_device_is_hidden(device);
	if (device->pairing != NULL || device->connect_call != NULL) {
		kn_bus_call_error(call, "org.bluez.Error.InProgress", "In Progress");
		return;
	}
	if (device->is_bonded) {
		kn_bus_call_error(call, "org.bluez.Error.AlreadyExists", "Already Exists");
		return;
	}
	if (!bus->is_powered) {
		answer(call, KN_FAKE_PAIR_FAILED);
		leave(device, KN_FAKE_PAIR_FAILED, FALSE);
		return;
	}
	pairing = g_new0(KnFakePairing, 1);
	pairing->device = device;
	pairing->call = call;
	pairing->agent = agent != NULL ? kn_fake_agent_ref(agent) : NULL;
	pairing->cancellable = g_cancellable_new();
	pairing->number = (guint32)g_random_int_range(0, 1000000);
	pairing->made_link = !kn_fake_device_is_linked(device);
	pairing->caller = g_bus_watch_name_on_connection(
		kn_bus_tree_connection(bus->tree), kn_bus_call_sender(call),
		G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_caller_gone, pairing, NULL);
	device->pairing = pairing;
	if (pairing->made_link)
		kn_fake_device_link(device);
	else
		kn_fake_pairing_linked(device);
}

void
kn_fake_cancel_pairing(KnFakeDevice *device, KnBusCall *call)
{
	if (device->pairing != NULL) {
		kn_fake_pairing_end(device, KN_FAKE_PAIR_CANCELED);
		kn_bus_call_return(call, NULL);
		return;
	}
	/* since 5.65: the keys go, the link with them, and Bonded does not tell */
	if (device->is_bonded) {
		device->is_key_lost = TRUE;
		kn_fake_device_drop_link(device);
	}
	kn_bus_call_error(call, "org.bluez.Error.DoesNotExist", "Does Not Exist");
}
