/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/reader.h"

#include "store/curve.h"
#include "store/devices.h"
#include "store/edits.h"
#include "store/gaps.h"
#include "store/infos.h"
#include "store/logs.h"
#include "store/sessions.h"
#include "store/sql.h"
#include "store/words.h"

static void
stored_device_free(KnStoredDevice *stored)
{
	if (!stored)
		return;
	kn_device_free(stored->device);
	g_clear_pointer(&stored->ledgers, g_ptr_array_unref);
	g_free(stored);
}

void
kn_session_detail_free(KnSessionDetail *detail)
{
	if (!detail)
		return;
	kn_session_free(detail->session);
	kn_device_free(detail->device);
	g_clear_pointer(&detail->info, g_bytes_unref);
	g_clear_pointer(&detail->gaps, g_array_unref);
	g_free(detail->curve_hpa);
	g_free(detail);
}

static void
ledger_free(gpointer data)
{
	kn_ledger_clear(data);
	g_free(data);
}

static KnLedger *
load_ledger(KnDb *db, gint64 log_key, GError **error)
{
	g_autoptr(KnLogState) log = kn_logs_load(db, log_key, error);
	KnLedger *ledger;

	if (!log)
		return NULL;
	ledger = g_new0(KnLedger, 1);
	kn_ledger_init(ledger, log->log_id);
	kn_rangeset_unite(&ledger->durable, &log->durable);
	kn_rangeset_unite(&ledger->named, &log->named);
	kn_rangeset_unite(&ledger->erased, &log->erased);
	ledger->first_seq = log->first_seq;
	ledger->newest_seq = log->newest_seq;
	ledger->is_newest_known = log->is_newest_known;
	kn_ledger_loaded(ledger);
	return ledger;
}

static gboolean
load_device(KnDb *db, gint64 device_id, KnStoredDevice *stored, GError **error)
{
	/* A log that is begun has the highest number, and one that is written to the newest block; but a restore brings older ones with higher
	 * numbers and newer blocks than the one in use: that has the newest session. Where one of the two hubs did not know the time there are
	 * some with a time and some without, and neither kind may push the other out: by turns. */
	g_autoptr(GArray) keys = kn_sql_select_ids(
		db,
		"SELECT log_key FROM (SELECT log_key FROM (SELECT l.log_key, "
		"coalesce(l.newest_block_id, 0) AS block_id, coalesce((SELECT start_utc_us FROM "
		"session AS s WHERE s.log_key = l.log_key AND s.first_seq > 0 ORDER BY s.first_seq "
		"DESC LIMIT 1), 0) AS start_us FROM log AS l WHERE l.device_id = ?1) ORDER BY "
		"log_key = (SELECT max(log_key) FROM log WHERE device_id = ?1) DESC, "
		"block_id = (SELECT max(newest_block_id) FROM log WHERE device_id = ?1) DESC, "
		"row_number() OVER (PARTITION BY start_us = 9223372036854775807 ORDER BY start_us "
		"DESC, block_id DESC, log_key DESC), log_key DESC LIMIT ?2) ORDER BY log_key",
		KN_SQL_INTS(device_id, KN_STORE_LOGS_LOADED), error);

	stored->ledgers = g_ptr_array_new_with_free_func(ledger_free);
	stored->device = kn_devices_load(db, device_id, error);
	if (!keys || !stored->device)
		return FALSE;
	for (guint i = 0; i < keys->len; i++) {
		KnLedger *ledger = load_ledger(db, g_array_index(keys, gint64, i), error);
		if (!ledger)
			return FALSE;
		g_ptr_array_add(stored->ledgers, ledger);
	}
	return TRUE;
}

GPtrArray *
kn_reader_load(KnDb *db, GError **error)
{
	g_autoptr(GPtrArray) devices =
		g_ptr_array_new_with_free_func((GDestroyNotify)stored_device_free);
	g_autoptr(GArray) ids = kn_devices_list(db, error);

	if (!ids)
		return NULL;
	for (guint i = 0; i < ids->len; i++) {
		KnStoredDevice *stored = g_new0(KnStoredDevice, 1);
		g_ptr_array_add(devices, stored);
		if (!load_device(db, g_array_index(ids, gint64, i), stored, error))
			return NULL;
	}
	return g_steal_pointer(&devices);
}

static gint
compare_gaps(gconstpointer a, gconstpointer b)
{
	const KnGap *first = a, *second = b;

	return first->first_seq < second->first_seq ? -1 : first->first_seq > second->first_seq;
}

/* names as they are noted; what is open is what the ledger lacks, noted or not. Gaps beside the
 * session are told as well. */
static GArray *
find_gaps(KnDb *db, gint64 log_key, const KnSpan *span, GError **error)
{
	g_autoptr(KnLogState) log = kn_logs_load(db, log_key, error);
	g_autoptr(GArray) gaps = g_array_new(FALSE, FALSE, sizeof(KnGap));
	g_autoptr(GArray) rows = NULL;
	KnRange range = {span->first_seq, span->last_seq}, hole;
	guint64 from, limit;

	if (!log)
		return NULL;
	range = kn_log_state_stretch(log, range);
	/* behind a SessionStart or SessionEnd it is not a gap of this session */
	from = span->has_start ? span->first_seq : MAX(range.first, log->first_seq);
	limit = span->has_end ? span->last_seq
			      : MIN(range.last, MAX(log->newest_seq, span->last_seq));
	rows = kn_gaps_load(db, log_key, (gint64)span->first_seq - 1, (gint64)span->last_seq + 1,
			    error);
	if (!rows)
		return NULL;
	for (guint i = 0; i < rows->len; i++) {
		const KnGapRow *row = &g_array_index(rows, KnGapRow, i);
		if (row->gap.reason != KN_GAP_OPEN)
			g_array_append_val(gaps, row->gap);
	}
	kn_rangeset_unite(&log->durable, &log->named);
	while (from <= limit && kn_rangeset_next_hole(&log->durable, from, limit, &hole)) {
		KnGap gap = {hole.first, hole.last, KN_GAP_OPEN};
		g_array_append_val(gaps, gap);
		from = hole.last + 1;
	}
	g_array_sort(gaps, compare_gaps);
	return g_steal_pointer(&gaps);
}

static gboolean
fill_detail(KnDb *db, KnSessionRow *row, guint n_slices, KnSessionDetail *detail, GError **error)
{
	detail->device = kn_devices_load(db, row->session.device_id, error);
	if (!detail->device || !kn_infos_get_bytes(db, row->info_id, &detail->info, error))
		return FALSE;
	detail->gaps = find_gaps(db, row->log_key, &row->session.span, error);
	if (!detail->gaps)
		return FALSE;
	detail->n_nodes = row->session.metrics.n_nodes;
	if (n_slices > 0 && !kn_curve_read(db, &row->session, n_slices, detail, error))
		return FALSE;
	if (!kn_words_load(db, row->log_key, &row->session, error) ||
	    !kn_edits_is_deleted(db, row->session.id, &row->session.is_deleted, error))
		return FALSE;
	detail->session = g_memdup2(&row->session, sizeof row->session);
	row->session.zone = NULL;
	row->session.person_label = NULL;
	row->session.word = NULL;
	return TRUE;
}

KnSessionDetail *
kn_reader_detail(KnDb *db, gint64 session_id, guint n_slices, GError **error)
{
	g_autoptr(KnSessionRow) row = kn_sessions_load(db, session_id, error);
	g_autoptr(KnSessionDetail) detail = g_new0(KnSessionDetail, 1);

	if (!row || !fill_detail(db, row, MIN(n_slices, 400), detail, error))
		return NULL;
	return g_steal_pointer(&detail);
}
