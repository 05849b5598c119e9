/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the hub's process: the pipeline over the real writer and its database, which is slow, full, or gone with the process */

#include "soak.h"

#include "store/reader.h"
#include <glib/gstdio.h>

#define WALL_US  G_GINT64_CONSTANT(1800000000000000) /* the day it begins */
#define UP_US    SOAK_MINUTE                         /* since when the machine runs then */
#define RETRY_US (KN_STORE_RETRY_MS * SOAK_MS)
#define BUSY_US  (20 * SOAK_SECOND)
#define IDLE_US  (15 * SOAK_SECOND)

KnNow
soak_now(const SoakWorld *world)
{
	return (KnNow){.boottime_us = world->now_us + UP_US,
		       .utc_us = WALL_US + world->now_us + world->wall_offset_us,
		       .quality = world->quality};
}

static SoakNode *
find(SoakWorld *world, gint64 device_id)
{
	for (guint i = 0; i < SOAK_NODES; i++)
		if (world->nodes[i].id == device_id)
			return &world->nodes[i];
	soak_fail(world, NULL, "nobody is device %" G_GINT64_FORMAT, device_id);
}

/* ---- the store: as store-thread.c, a batch that fails stays and is tried again, in order ---- */

static void on_store(SoakWorld *world, SoakNode *node, guint64 arg);

/* FALSE: the disk did not take it */
static gboolean
write_first(SoakWorld *world)
{
	KnBatch *batch = g_queue_peek_head(&world->commits);
	g_autoptr(GError) error = NULL;
	g_autoptr(KnCommit) commit = kn_writer_commit(&world->writer, batch, &error);

	if (!commit) {
		world->stats.n_commit_failures++;
		if (!g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_FULL))
			soak_fail(world, NULL, "the disk is fine, and yet: %s", error->message);
		return FALSE;
	}
	if (commit->batch_id != batch->id)
		soak_fail(world, NULL, "the store answers for another batch");
	world->stats.n_commits++;
	soak_books_commit(world, batch);
	g_queue_pop_head(&world->commits);
	return TRUE;
}

static void
run_store(SoakWorld *world)
{
	KnNow now = soak_now(world);
	guint64 batch_id;
	KnBatch *batch;

	world->busy_us = world->now_us;
	while ((batch = g_queue_peek_head(&world->commits)) != NULL) {
		batch_id = batch->id;
		if (!write_first(world)) {
			soak_at(world, world->now_us + RETRY_US, on_store, NULL, world->hub_epoch);
			return;
		}
		kn_batch_free(batch);
		kn_pipeline_committed(world->pipeline, batch_id, &now);
	}
}

static void
on_store(SoakWorld *world, SoakNode *node, guint64 arg)
{
	if (world->is_hub_up && world->hub_epoch == arg)
		run_store(world);
}

/* ---- what the pipeline asks for ---- */

static gboolean
on_control(gpointer user, gint64 device_id, const guint8 *bytes, gsize n_bytes)
{
	return soak_air_write(find(user, device_id), bytes, n_bytes);
}

static void
on_commit(gpointer user, KnBatch *batch)
{
	SoakWorld *world = user;

	g_queue_push_tail(&world->commits, batch);
	soak_at(world,
		world->now_us + SOAK_MS +
			soak_between(world, world->commit_delay_us / 2, world->commit_delay_us),
		on_store, NULL, world->hub_epoch);
}

static void
on_event(gpointer user, gint64 device_id, KnEventKind kind, const gchar *detail)
{
	/* of the hub itself: its clock */
	if (device_id == 0)
		soak_note_all(user, detail);
	else
		soak_note(find(user, device_id), "%s: %s", kn_event_kind_name(kind), detail);
}

/* the link ends as soon as the machine is stepped; a quarantine says for how long */
static void
on_refuse(gpointer user, gint64 device_id, const KnRefusal *refusal, gboolean is_news)
{
	SoakWorld *world = user;
	SoakNode *node = find(world, device_id);
	KnNow now = soak_now(world);

	node->is_refused = TRUE;
	node->refusal_us = refusal->kind == KN_REFUSAL_QUARANTINE
				   ? MAX(refusal->until_us - now.boottime_us, 1)
				   : 0;
	world->stats.n_quarantines += refusal->kind == KN_REFUSAL_QUARANTINE && is_news;
	world->is_kicked = TRUE;
}

static void
on_renew(gpointer user, gint64 device_id)
{
	SoakWorld *world = user;

	find(world, device_id)->is_silent = TRUE;
	world->stats.n_renewals++;
	world->is_kicked = TRUE;
}

/* each second while something goes on; a quiet link has nothing that a second changes */
static void
on_tick(SoakWorld *world, SoakNode *node, guint64 arg)
{
	KnNow now = soak_now(world);
	gboolean is_busy = world->now_us - world->busy_us < BUSY_US;

	if (!world->is_hub_up || world->hub_epoch != arg)
		return;
	kn_pipeline_tick(world->pipeline, &now);
	soak_at(world, world->now_us + (is_busy ? SOAK_SECOND : IDLE_US), on_tick, NULL, arg);
}

/* ---- life and death ---- */

void
soak_hub_set_disk_full(SoakWorld *world, gboolean is_full)
{
	const gchar *sql = is_full ? "PRAGMA max_page_count=1" : "PRAGMA max_page_count=1073741823";

	world->is_disk_full = is_full;
	/* less than there are means: as many as there are */
	if (world->db && sqlite3_exec(world->db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		soak_fail(world, NULL, "the disk cannot be filled");
}

static void
load(SoakWorld *world)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) devices = kn_reader_load(world->db, &error);

	g_assert_no_error(error);
	for (guint i = 0; i < devices->len; i++) {
		const KnStoredDevice *stored = devices->pdata[i];
		SoakNode *node = find(world, stored->device->id);
		soak_books_loaded(node, stored->ledgers);
		kn_pipeline_add_device(world->pipeline, stored->device->id, stored->device->info,
				       stored->ledgers);
		kn_pipeline_set_enrolled(world->pipeline, stored->device->id, (gint64)i + 1);
		kn_link_init(&node->link, &world->times, world->seed + node->number);
		node->armed_us = G_MAXINT64;
	}
}

/* as a database is found after a kill: nobody wrote that it was closed */
static void
mark_killed(SoakWorld *world)
{
	g_autofree gchar *path = g_build_filename(world->directory, "knead.db", NULL);
	sqlite3 *handle = NULL;

	if (sqlite3_open(path, &handle) != SQLITE_OK ||
	    sqlite3_exec(handle, "UPDATE hub SET is_clean = 0", NULL, NULL, NULL) != SQLITE_OK)
		soak_fail(world, NULL, "the database cannot be marked");
	sqlite3_close(handle);
}

void
soak_hub_start(SoakWorld *world)
{
	/* the machine itself is never started again */
	const KnPipelineConfig config = {
		.hub_id = SOAK_HUB_ID, .timer_scale = 1.0, .hub_boot_id = 1};
	const KnPipelineSink sink = {on_control, on_commit, on_event, on_refuse, on_renew};
	GError *error = NULL;

	if (world->was_killed)
		mark_killed(world);
	world->db = kn_db_open(world->directory, &error);
	g_assert_no_error(error);
	if (world->db->was_clean == world->was_killed)
		soak_fail(world, NULL, "the database does not know how the hub ended");
	world->writer = (KnWriter){.db = world->db, .zone = "Europe/Berlin"};
	soak_hub_set_disk_full(world, world->is_disk_full);
	world->pipeline = kn_pipeline_new(&config, &sink, world);
	world->is_hub_up = TRUE;
	soak_turns_start(world);
	load(world);
	world->hub_epoch++;
	world->is_kicked = TRUE;
	soak_note_all(world, "the hub starts");
	soak_at(world, world->now_us + SOAK_SECOND, on_tick, NULL, world->hub_epoch);
}

/* Whatever was on its way to the disk got there, and nobody heard of it, or it did not. */
static void
lose_commits(SoakWorld *world, gboolean is_kill)
{
	while (!g_queue_is_empty(&world->commits)) {
		KnBatch *batch = g_queue_peek_head(&world->commits);
		if ((is_kill && soak_chance(world, 500)) || !write_first(world))
			break;
		kn_batch_free(batch);
	}
	g_queue_clear_full(&world->commits, (GDestroyNotify)kn_batch_free);
}

/* bluetoothd ends what its client had asked for; a link stays, unless the client took leave */
static void
abandon(SoakNode *node, gboolean is_kill)
{
	node->call_epoch++;
	node->is_acquired = node->is_told_up = node->is_refused = node->is_writing = FALSE;
	node->is_silent = FALSE;
	g_queue_clear_full(&node->writes, (GDestroyNotify)g_bytes_unref);
	if (!is_kill || node->is_attempt || soak_chance(node->world, 300))
		soak_bluez_lose(node);
}

void
soak_hub_stop(SoakWorld *world, gboolean is_kill)
{
	KnNow now = soak_now(world);

	soak_note_all(world, is_kill ? "the hub is killed" : "the hub is stopped");
	world->is_hub_up = FALSE;
	world->was_killed = is_kill;
	world->stats.n_kills++;
	for (guint i = 0; i < SOAK_NODES; i++)
		abandon(&world->nodes[i], is_kill);
	for (guint i = 0; i < SOAK_ADAPTERS; i++)
		world->adapters[i].is_scanning = FALSE;
	soak_turns_stop(world);
	if (!is_kill)
		kn_pipeline_flush(world->pipeline, &now);
	lose_commits(world, is_kill);
	g_clear_pointer(&world->pipeline, kn_pipeline_free);
	g_clear_pointer(&world->db, kn_db_close);
}

static void
enrol(SoakWorld *world)
{
	g_autoptr(KnDb) db = NULL;
	GError *error = NULL;

	db = kn_db_open(world->directory, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < SOAK_NODES; i++) {
		g_autofree gchar *address = g_strdup_printf("AA:BB:CC:DD:EE:%02X", i);
		const KnAllow allow = {.address = address, .label = ""};
		g_autoptr(KnDevice) device = kn_writer_allow(db, &allow, WALL_US, &error);
		g_assert_no_error(error);
		world->nodes[i].id = device->id;
	}
}

void
soak_hub_init(SoakWorld *world)
{
	/* memory, where there is some: a soak is not about the disk's speed */
	gboolean has_memory = g_file_test("/dev/shm", G_FILE_TEST_IS_DIR);
	g_autofree gchar *template = g_build_filename(has_memory ? "/dev/shm" : g_get_tmp_dir(),
						      "knead-soak-XXXXXX", NULL);

	world->directory = g_strdup(g_mkdtemp(template));
	g_assert_nonnull(world->directory);
	world->quality = ktp_CLOCK_SYNCED;
	g_queue_init(&world->commits);
	enrol(world);
	soak_hub_start(world);
}

void
soak_hub_clear(SoakWorld *world)
{
	g_autoptr(GDir) dir = NULL;
	const gchar *name;

	g_queue_clear_full(&world->commits, (GDestroyNotify)kn_batch_free);
	g_clear_pointer(&world->pipeline, kn_pipeline_free);
	soak_turns_stop(world);
	g_clear_pointer(&world->db, kn_db_close);
	dir = g_dir_open(world->directory, 0, NULL);
	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(world->directory, name, NULL);
		g_unlink(path);
	}
	g_rmdir(world->directory);
	g_free(world->directory);
}
