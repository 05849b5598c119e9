/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/event.h"

static const struct {
	const gchar *name;
	KnEventClass event_class;
} kinds[] = {
	[KN_EVENT_LINK_UP] = {"link_up", KN_CLASS_LINK},
	[KN_EVENT_LINK_DOWN] = {"link_down", KN_CLASS_LINK},
	[KN_EVENT_CAUGHT_UP] = {"caught_up", KN_CLASS_LINK},
	[KN_EVENT_DEVICE_STUCK] = {"device_stuck", KN_CLASS_ALARM},
	[KN_EVENT_NOTHING_BANKED] = {"nothing_banked", KN_CLASS_LINK},
	[KN_EVENT_GAP_NAMED] = {"gap_named", KN_CLASS_ALARM},
	[KN_EVENT_NEW_LOG] = {"new_log", KN_CLASS_LINK},
	[KN_EVENT_FOREIGN_OWNER] = {"foreign_owner", KN_CLASS_ALARM},
	[KN_EVENT_CONFLICT] = {"conflict", KN_CLASS_ALARM},
	[KN_EVENT_SESSION_ENDED] = {"session_ended", KN_CLASS_SESSION},
	[KN_EVENT_DEVICE_ERROR] = {"device_error", KN_CLASS_ALARM},
	[KN_EVENT_QUARANTINED] = {"quarantined", KN_CLASS_ALARM},
	[KN_EVENT_SERIAL_CONFLICT] = {"serial_conflict", KN_CLASS_ALARM},
	[KN_EVENT_SESSION_STORED] = {"session_stored", KN_CLASS_SESSION},
	[KN_EVENT_RADIO_STATE] = {"radio_state", KN_CLASS_LINK},
	[KN_EVENT_RADIO_RESCUE] = {"radio_rescue", KN_CLASS_LINK},
	[KN_EVENT_RADIO_FAILED] = {"radio_failed", KN_CLASS_ALARM},
	[KN_EVENT_ALLOWED] = {"allowed", KN_CLASS_LINK},
	[KN_EVENT_FORGOTTEN] = {"forgotten", KN_CLASS_LINK},
	[KN_EVENT_LINK_REFUSED] = {"link_refused", KN_CLASS_ALARM},
	[KN_EVENT_STORAGE_DEGRADED] = {"storage_degraded", KN_CLASS_ALARM},
	[KN_EVENT_STORAGE_RECOVERED] = {"storage_recovered", KN_CLASS_ALARM},
	[KN_EVENT_STORAGE_FULL] = {"storage_full", KN_CLASS_ALARM},
	[KN_EVENT_STORAGE_ROOM] = {"storage_room", KN_CLASS_ALARM},
	[KN_EVENT_STORAGE_DAMAGED] = {"storage_damaged", KN_CLASS_ALARM},
	[KN_EVENT_CLOCK_SET] = {"clock_set", KN_CLASS_LINK},
	[KN_EVENT_REZONED] = {"rezoned", KN_CLASS_SESSION},
	[KN_EVENT_HANDED_OUT] = {"handed_out", KN_CLASS_SESSION},
	[KN_EVENT_RETURNED] = {"returned", KN_CLASS_SESSION},
	[KN_EVENT_ASSIGNED] = {"assigned", KN_CLASS_SESSION},
	[KN_EVENT_RATED] = {"rated", KN_CLASS_SESSION},
	[KN_EVENT_SESSION_EDITED] = {"session_edited", KN_CLASS_SESSION},
	[KN_EVENT_DATA_LOSS] = {"data_loss", KN_CLASS_ALARM},
	[KN_EVENT_STARTED] = {"started", KN_CLASS_LINK},
};
G_STATIC_ASSERT(G_N_ELEMENTS(kinds) == KN_EVENT_KINDS);

static const gchar *const classes[] = {
	[KN_CLASS_SESSION] = "session",
	[KN_CLASS_LINK] = "link",
	[KN_CLASS_ALARM] = "alarm",
	[KN_CLASS_LIVE] = "live",
};

const gchar *
kn_event_kind_name(KnEventKind kind)
{
	return (guint)kind < G_N_ELEMENTS(kinds) ? kinds[kind].name : "unknown";
}

gboolean
kn_event_kind_of(const gchar *name, KnEventKind *ret_kind)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (g_strcmp0(kinds[i].name, name) != 0)
			continue;
		*ret_kind = (KnEventKind)i;
		return TRUE;
	}
	return FALSE;
}

KnEventClass
kn_event_class(KnEventKind kind)
{
	return (guint)kind < G_N_ELEMENTS(kinds) ? kinds[kind].event_class : KN_CLASS_ALARM;
}

const gchar *
kn_event_class_name(KnEventClass event_class)
{
	return (guint)event_class < G_N_ELEMENTS(classes) && classes[event_class]
		       ? classes[event_class]
		       : "unknown";
}

gboolean
kn_event_classes_parse(const gchar *words, guint *ret_mask)
{
	g_auto(GStrv) list = g_strsplit(words, ",", -1);
	guint mask = 0;

	for (guint i = 0; list[i]; i++) {
		guint at = KN_CLASS_SESSION;
		while (at < G_N_ELEMENTS(classes) && !g_str_equal(classes[at], list[i]))
			at++;
		if (at == G_N_ELEMENTS(classes) || mask & 1u << at)
			return FALSE;
		mask |= 1u << at;
	}
	if (mask == 0)
		return FALSE;
	*ret_mask = mask;
	return TRUE;
}

gboolean
kn_event_is_wanted(const KnEvent *event, guint class_mask, gint64 device_id)
{
	return (class_mask & 1u << kn_event_class(event->kind)) &&
	       (device_id == 0 || event->device_id == device_id);
}

KnEvent *
kn_event_new(KnEventKind kind, gint64 device_id, const gchar *detail)
{
	KnEvent *event = g_new0(KnEvent, 1);

	event->kind = kind;
	event->device_id = device_id;
	event->detail = g_strdup(detail ? detail : "");
	return event;
}

KnEvent *
kn_event_copy(const KnEvent *event)
{
	KnEvent *copy = g_memdup2(event, sizeof *event);

	copy->detail = g_strdup(event->detail);
	return copy;
}

void
kn_event_free(KnEvent *event)
{
	if (!event)
		return;
	g_free(event->detail);
	g_free(event);
}
