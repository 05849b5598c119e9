/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Waiting for BlueZ, for knead-sim --check: the main context turns meanwhile, so that a signal can cancel stop, which ends every wait. */

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

typedef struct {
	const gchar *path;
	const gchar *interface;
	const gchar *method;
	GVariant *parameters; /* taken when floating */
	const gchar *reply_type;
} KnCheckCall;

/* New, or NULL with an error without D-Bus names in it. stop and ret_fds: may be NULL. G_IO_ERROR_BUSY: as kn_check_set_taken. */
GVariant *kn_check_call(GDBusConnection *connection, GCancellable *stop, const KnCheckCall *what,
			GUnixFDList **ret_fds, GError **error);
/* G_IO_ERROR_BUSY: another program of this machine connects, listens or writes, and what to do about it. */
void kn_check_set_taken(GError **error);
/* fd: -1 only lets time pass. FALSE: nothing could be read until then (of the monotonic clock), or it was stopped. */
gboolean kn_check_await(GCancellable *stop, gint fd, gint64 until_us);
