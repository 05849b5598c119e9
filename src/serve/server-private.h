/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the files of this room share; nobody else includes it, but its tests. */

#include "serve/listener.h"
#include "serve/peercred.h"
#include "serve/server.h"
#include <libsoup/soup.h>

enum {
	KN_HEADER_BYTES_MAX = 8 * 1024,
	KN_REQUEST_BYTES_MAX = 64 * 1024,
	KN_CLIENTS_MAX = 32,
	KN_CLIENTS_PER_UID_MAX = 8,
	KN_REFUSALS_MAX =
		16, /* clients over a limit that are being told so at one time; more are just closed */
	KN_READ_TIMEOUT_MS =
		10000, /* for the whole request: a client has it ready or is hostile (guess) */
	KN_REFUSE_TIMEOUT_MS = 2000,
	KN_ANSWER_TIMEOUT_MS = 30000, /* a page query on a bad SD card takes seconds */
	KN_WRITE_TIMEOUT_MS = 10000,  /* without a byte taken */
	/* a person who types does not ask meanwhile: bluetoothd gives them 60 s */
	KN_PATIENCE_MS = 75000,
	KN_PAGE_MAX = 400,
};

typedef struct KnRequest KnRequest;
typedef struct KnStream KnStream;

typedef struct {
	guint read_ms;
	guint refuse_ms;
	guint answer_ms;
	guint write_ms;
	guint patience_ms; /* with a job that nobody asks for */
} KnServerTimeouts;

typedef void (*KnPeerFunc)(gint fd, KnPeer *ret_peer);

struct KnServer {
	KnHub hub;
	gpointer user; /* borrowed: outlives the server */
	KnListener listener;
	SoupServer *soup;       /* owned */
	GSource *accept_source; /* owned; NULL while descriptors are short */
	GSource *resume_source; /* owned; NULL unless so */
	KnPeerRule rule;
	guint64 pairing_job_id; /* the newest; 0 none */
	gchar *read_group;      /* owned or NULL */
	gchar *admin_group;     /* owned or NULL */
	KnPeerFunc read_peer;
	KnServerTimeouts timeouts;
	GPtrArray *clients;  /* borrowed KnClient: each takes itself out when its stream closes */
	GPtrArray *requests; /* owned references: KnRequest not answered yet */
	GPtrArray *jobs;     /* owned: KnJob, oldest first */
	guint64 last_job_id;
	GPtrArray *followers; /* borrowed KnFollower: each takes itself out when its stream ends */
	/* until the stream ends: the store gives a slow reader up before its stream is, and must not take its next question for one of
	 * another backup, begun meanwhile */
	gboolean *
		is_backup_read; /* owned, a reference (g_rc_box): its owner may answer a backup when the server is gone */
	KnServerStats stats;
};

/* for tests: other peers than this process, shorter waits. */
void kn_server_set_peer_func(KnServer *server, KnPeerFunc func);
void kn_server_set_timeouts(KnServer *server, const KnServerTimeouts *timeouts);
