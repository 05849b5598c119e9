/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/writer.h"

#include "store/anchors.h"
#include "store/devices.h"
#include "store/enrolled.h"
#include "store/events.h"
#include "store/hub-boots.h"
#include "store/infos.h"
#include "store/sql.h"
#include "store/touched.h"
#include "store/write-block.h"

/* one transaction under way */
typedef struct {
	KnWriter *writer;     /* borrowed */
	const KnBatch *batch; /* borrowed */
	KnTouched touched;
	KnBlockCounts counts;
} Work;

static KnLogState *
log_state(Work *work, gint64 device_id, guint64 log_id, GError **error)
{
	gint64 log_key;

	if (!kn_logs_get_key(work->writer->db, device_id, log_id, &log_key, error))
		return NULL;
	return kn_logs_load(work->writer->db, log_key, error);
}

static gboolean
write_infos(Work *work, GError **error)
{
	for (guint i = 0; i < work->batch->infos->len; i++)
		if (!kn_infos_add(work->writer->db, work->batch->infos->pdata[i], error))
			return FALSE;
	return TRUE;
}

static gboolean
write_blocks(Work *work, GError **error)
{
	for (guint i = 0; i < work->batch->blocks->len; i++) {
		const KnBlock *block = work->batch->blocks->pdata[i];
		g_autoptr(KnLogState) log = log_state(work, block->device_id, block->log_id, error);
		if (!log || !kn_write_block(work->writer->db, log, block, work->batch->at_us,
					    &work->touched, &work->counts, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
write_logs(Work *work, GError **error)
{
	for (guint i = 0; i < work->batch->logs->len; i++) {
		const KnLogNote *note = &g_array_index(work->batch->logs, KnLogNote, i);
		g_autoptr(KnLogState) log = log_state(work, note->device_id, note->log_id, error);
		KnTouchedLog *changes;
		if (!log)
			return FALSE;
		if (note->newest_seq > KN_SEQ_MAX || note->first_seq > KN_SEQ_MAX)
			continue;
		changes = kn_touched_log(&work->touched, log);
		if (note->is_newest_known && !log->is_newest_known)
			changes->is_newly_known = TRUE;
		if (note->newest_seq > log->newest_seq)
			kn_rangeset_add(&changes->changed, log->newest_seq + 1, note->newest_seq);
		if (!kn_logs_note(work->writer->db, log->log_key, note, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
write_gaps(Work *work, GError **error)
{
	for (guint i = 0; i < work->batch->gaps->len; i++) {
		const KnGapNote *note = &g_array_index(work->batch->gaps, KnGapNote, i);
		g_autoptr(KnLogState) log = log_state(work, note->device_id, note->log_id, error);
		const KnGap *gap = &note->gap;
		if (!log || !kn_logs_note_gap(work->writer->db, log->log_key, note, error))
			return FALSE;
		if (gap->first_seq <= gap->last_seq && gap->last_seq <= KN_SEQ_MAX)
			kn_rangeset_add(&kn_touched_log(&work->touched, log)->changed,
					gap->first_seq, gap->last_seq);
	}
	return TRUE;
}

static gboolean
write_hub_anchors(Work *work, GError **error)
{
	for (guint i = 0; i < work->batch->hub_anchors->len; i++)
		if (!kn_hub_boots_note(work->writer->db,
				       &g_array_index(work->batch->hub_anchors, KnHubAnchor, i),
				       &work->touched, error))
			return FALSE;
	return TRUE;
}

static gboolean
write_anchors(Work *work, GError **error)
{
	for (guint i = 0; i < work->batch->anchors->len; i++) {
		const KnAnchor *anchor = &g_array_index(work->batch->anchors, KnAnchor, i);
		gboolean is_new;
		guint64 from_t_ms;
		gint64 log_key;
		if (!kn_logs_get_key(work->writer->db, anchor->device_id, anchor->log_id, &log_key,
				     error) ||
		    !kn_anchors_add(work->writer->db, log_key, anchor, &is_new, &from_t_ms, error))
			return FALSE;
		if (is_new)
			kn_touched_add_times(&work->touched, log_key, anchor->boot, from_t_ms);
	}
	return TRUE;
}

static gboolean
write_conflict(Work *work, const KnConflict *conflict, GError **error)
{
	KnDb *db = work->writer->db;
	g_autoptr(KnStatement) insert = NULL;
	gsize n_bytes;
	gconstpointer bytes = g_bytes_get_data(conflict->bytes, &n_bytes);
	gint64 log_key;

	if (!kn_logs_get_key(db, conflict->device_id, conflict->log_id, &log_key, error))
		return FALSE;
	insert = kn_sql_start(
		db,
		"INSERT INTO conflict (log_key, seq, seen_us, bytes) SELECT ?1, ?2, ?3, ?4 "
		"WHERE (SELECT count(*) FROM conflict WHERE log_key = ?1) < " KN_CONFLICTS_KEPT,
		KN_SQL_INTS(log_key, (gint64)conflict->seq, conflict->at_us), error);
	return insert && kn_sql_bind_blob(insert, 4, bytes, n_bytes, error) &&
	       kn_sql_finish(insert, error);
}

static gboolean
write_device_notes(Work *work, GError **error)
{
	const KnBatch *batch = work->batch;

	for (guint i = 0; i < batch->conflicts->len; i++)
		if (!write_conflict(work, batch->conflicts->pdata[i], error))
			return FALSE;
	for (guint i = 0; i < batch->batteries->len; i++)
		if (!kn_devices_note_battery(work->writer->db,
					     &g_array_index(batch->batteries, KnBatteryNote, i),
					     error))
			return FALSE;
	for (guint i = 0; i < batch->synced->len; i++)
		if (!kn_devices_note_synced(work->writer->db,
					    g_array_index(batch->synced, gint64, i),
					    batch->synced_us, error))
			return FALSE;
	return TRUE;
}

static gboolean
collect_uses(KnDb *db, const GArray *changed, GArray *uses, GError **error)
{
	for (guint i = 0; i < changed->len; i++) {
		KnDeviceUse use = {.device_id =
					   g_array_index(changed, KnChangedSession, i).device_id};
		gboolean is_there = FALSE;

		for (guint k = 0; k < uses->len && !is_there; k++)
			is_there = g_array_index(uses, KnDeviceUse, k).device_id == use.device_id;
		if (is_there)
			continue;
		if (!kn_devices_get_used(db, use.device_id, &use.used_us, error))
			return FALSE;
		g_array_append_val(uses, use);
	}
	return TRUE;
}

/* infos before the blocks that are read with them; the ledger before what is judged by it;
 * sessions last */
static gboolean
write_all(Work *work, GArray *changed, GArray *uses, GError **error)
{
	const gchar *zone = work->batch->zone ? work->batch->zone : work->writer->zone;
	KnDeriver deriver = {work->writer->db, zone, changed};

	return kn_db_begin(work->writer->db, error) && write_infos(work, error) &&
	       write_blocks(work, error) && write_logs(work, error) && write_gaps(work, error) &&
	       write_hub_anchors(work, error) && write_anchors(work, error) &&
	       write_device_notes(work, error) &&
	       kn_touched_derive(&work->touched, &deriver, error) &&
	       collect_uses(work->writer->db, changed, uses, error) &&
	       kn_events_write(work->writer->db, work->batch->events, error) &&
	       kn_db_commit(work->writer->db, error);
}

KnCommit *
kn_writer_commit(KnWriter *writer, const KnBatch *batch, GError **error)
{
	g_autoptr(GArray) changed = g_array_new(FALSE, FALSE, sizeof(KnChangedSession));
	g_autoptr(GArray) uses = g_array_new(FALSE, FALSE, sizeof(KnDeviceUse));
	Work work = {.writer = writer, .batch = batch};
	KnCommit *commit;
	gboolean is_written;

	kn_touched_init(&work.touched);
	is_written = write_all(&work, changed, uses, error);
	kn_touched_clear(&work.touched);
	if (!is_written) {
		kn_db_rollback(writer->db);
		return NULL;
	}
	if (writer->db->is_brought_new)
		kn_enrolled_keep(writer->db);
	writer->n_blocks += work.counts.n_blocks;
	writer->raw_bytes += work.counts.raw_bytes;
	writer->stored_bytes += work.counts.stored_bytes;
	commit = g_new0(KnCommit, 1);
	commit->batch_id = batch->id;
	commit->sessions = g_steal_pointer(&changed);
	commit->uses = g_steal_pointer(&uses);
	if (batch->events->len > 0)
		commit->last_event_id =
			((const KnEvent *)batch->events->pdata[batch->events->len - 1])->id;
	return commit;
}

KnDevice *
kn_writer_allow(KnDb *db, const KnAllow *allow, gint64 now_us, GError **error)
{
	KnDevice *device;
	gint64 device_id;

	if (kn_db_begin(db, error) && kn_devices_enrol(db, allow, now_us, &device_id, error) &&
	    (!allow->has_shown_from ||
	     kn_logs_note_shown(db, device_id, allow->shown_from_us != 0, error))) {
		device = kn_devices_load(db, device_id, error);
		if (device && kn_db_commit(db, error)) {
			kn_enrolled_keep(db);
			return device;
		}
		kn_device_free(device);
	}
	kn_db_rollback(db);
	return NULL;
}

KnDevice *
kn_writer_forget(KnDb *db, gint64 device_id, GError **error)
{
	KnDevice *device;

	if (kn_db_begin(db, error) && kn_devices_forget(db, device_id, error)) {
		device = kn_devices_load(db, device_id, error);
		if (device && kn_db_commit(db, error)) {
			kn_enrolled_keep(db);
			return device;
		}
		kn_device_free(device);
	}
	kn_db_rollback(db);
	return NULL;
}
