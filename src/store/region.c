/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/region.h"

#include "core/measure/session.h"
#include "store/blocks.h"
#include "store/edits.h"
#include "store/infos.h"
#include "store/sql.h"

/* A sample stands for its period, up to a second: with this much without a touch the session
 * before is over for certain. */
#define CERTAINLY_QUIET_MS (KN_SESSION_QUIET_MS + KN_PERIOD_MAX_US / 1000)

/* of records as they came; unpacked they take about as much */
enum { KEPT_BYTES_MAX = 512 * 1024 };

typedef struct {
	gboolean is_found;
	gboolean is_end;
	guint64 seq;
} Mark;

void
kn_region_clear(KnRegion *region)
{
	g_clear_pointer(&region->heads, g_array_unref);
	g_clear_pointer(&region->kept, g_ptr_array_unref);
}

static gboolean
find_marks(KnDb *db, gint64 log_key, guint32 boot, KnRange touched, Mark *ret_before,
	   Mark *ret_after, GError **error)
{
	gint64 before[2] = {0}, after[2] = {0};

	if (!kn_sql_get(db,
			"SELECT seq, is_end FROM mark WHERE log_key = ?1 AND device_boot = ?2 AND "
			"seq < ?3 ORDER BY seq DESC LIMIT 1",
			KN_SQL_INTS(log_key, boot, (gint64)touched.first), before, 2,
			&ret_before->is_found, error) ||
	    !kn_sql_get(db,
			"SELECT seq, is_end FROM mark WHERE log_key = ?1 AND device_boot = ?2 AND "
			"seq > ?3 ORDER BY seq LIMIT 1",
			KN_SQL_INTS(log_key, boot, (gint64)touched.last), after, 2,
			&ret_after->is_found, error))
		return FALSE;
	ret_before->seq = (guint64)before[0];
	ret_before->is_end = before[1] != 0;
	ret_after->seq = (guint64)after[0];
	ret_after->is_end = after[1] != 0;
	return TRUE;
}

/* Without a SessionStart in force, sessions are told apart by 120 s without contact: blocks
 * before such a pause need not be read, if the pause was known before the touched records came.
 * Returns the index of the first head to read. */
static guint
skip_quiet(const GArray *heads, guint64 touched_seq)
{
	guint i = 0, first;
	guint64 since_t_ms;

	while (i < heads->len && g_array_index(heads, KnBlockHead, i).last_seq < touched_seq)
		i++;
	if (i == 0)
		return 0;
	first = i;
	since_t_ms = g_array_index(heads, KnBlockHead, i - 1).last_t_ms;
	while (i-- > 0) {
		const KnBlockHead *head = &g_array_index(heads, KnBlockHead, i);
		if (head->has_touch && since_t_ms > head->touch_last_t_ms &&
		    since_t_ms - head->touch_last_t_ms > CERTAINLY_QUIET_MS)
			return first;
		if (head->has_touch)
			since_t_ms = MIN(since_t_ms, head->touch_first_t_ms);
		first = i;
	}
	return first;
}

static void
drop_heads(KnRegion *region, gboolean is_started, KnRange touched)
{
	GArray *heads = region->heads;
	guint n_read = heads->len, n_skipped;

	while (n_read > 0 &&
	       g_array_index(heads, KnBlockHead, n_read - 1).first_seq > region->read_to_seq)
		n_read--;
	g_array_set_size(heads, n_read);
	if (is_started)
		return;
	n_skipped = skip_quiet(heads, touched.first);
	if (n_skipped == 0)
		return;
	g_array_remove_range(heads, 0, n_skipped);
	region->first_seq =
		heads->len > 0 ? g_array_index(heads, KnBlockHead, 0).first_seq : touched.first;
}

/* Where the records of a boot can begin: behind the last session of those before it, since seq rises with the boots. Without that
 * the first session after each power-on would walk over all blocks that its massager ever filled. */
static gboolean
find_begin(KnDb *db, gint64 log_key, guint32 boot, KnRange touched, guint64 *ret_seq,
	   GError **error)
{
	gint64 last_seq = 0;
	gboolean is_found;

	if (!kn_sql_get(db,
			"SELECT last_seq FROM session WHERE log_key = ?1 AND device_boot < ?2 "
			"ORDER BY device_boot DESC, first_t_ms DESC LIMIT 1",
			KN_SQL_INTS(log_key, boot), &last_seq, 1, &is_found, error))
		return FALSE;
	/* a massager that counts its boots in another way than it may */
	if (is_found && (guint64)last_seq >= touched.first)
		is_found = FALSE;
	*ret_seq = is_found ? (guint64)last_seq + 1 : 0;
	return TRUE;
}

static gboolean
find(KnDb *db, gint64 log_key, guint32 boot, KnRange touched, KnRegion *ret_region, GError **error)
{
	KnRegion region = {.log_key = log_key, .boot = boot};
	Mark before, after;

	if (!find_marks(db, log_key, boot, touched, &before, &after, error))
		return FALSE;
	if (before.is_found)
		region.first_seq = before.is_end ? before.seq + 1 : before.seq;
	else if (!find_begin(db, log_key, boot, touched, &region.first_seq, error))
		return FALSE;
	region.last_seq = G_MAXINT64;
	region.read_to_seq = G_MAXINT64;
	if (after.is_found) {
		region.last_seq = after.is_end ? after.seq : after.seq - 1;
		region.read_to_seq = after.seq;
	}
	region.heads = kn_blocks_find(db, log_key, boot, region.first_seq, error);
	if (!region.heads)
		return FALSE;
	region.kept = g_ptr_array_new_with_free_func((GDestroyNotify)kn_block_reader_free);
	drop_heads(&region, before.is_found && !before.is_end, touched);
	*ret_region = region;
	return TRUE;
}

gboolean
kn_region_find(KnDb *db, gint64 log_key, guint32 boot, KnRange touched, KnRegion *ret_region,
	       GError **error)
{
	g_auto(KnRegion) region = {0};
	KnRange wider;

	/* each turn takes in one more join at least */
	do {
		kn_region_clear(&region);
		if (!find(db, log_key, boot, touched, &region, error))
			return FALSE;
		wider = (KnRange){region.first_seq, region.last_seq};
		if (!kn_edits_widen(db, log_key, boot, &wider, error))
			return FALSE;
		if (wider.first >= region.first_seq && wider.last <= region.last_seq)
			break;
		touched.first = MIN(touched.first, wider.first);
		touched.last = wider.last > region.last_seq ? wider.last : touched.last;
	} while (TRUE);
	*ret_region = region;
	region = (KnRegion){0};
	return TRUE;
}

gint64
kn_region_info_id(const KnRegion *region, KnRange range)
{
	gint64 info_id = 0;

	for (guint i = 0; i < region->heads->len; i++) {
		const KnBlockHead *head = &g_array_index(region->heads, KnBlockHead, i);
		if (head->first_seq <= range.last && head->last_seq >= range.first)
			info_id = MAX(info_id, head->info_id);
	}
	return info_id;
}

void
kn_region_reader_init(KnRegionReader *reader, KnDb *db, KnRegion *region, KnRange range,
		      const ktp_Info *info)
{
	guint32 nodes = G_MAXUINT32;

	if (info->nodes_count < KN_NODES_MAX)
		nodes = (UINT32_C(1) << info->nodes_count) - 1;
	*reader = (KnRegionReader){.db = db, .region = region, .range = range, .nodes = nodes};
}

static void
close_current(KnRegionReader *reader)
{
	if (reader->is_owned)
		kn_block_reader_free(reader->reader);
	reader->reader = NULL;
}

void
kn_region_reader_clear(KnRegionReader *reader)
{
	close_current(reader);
}

/* the block of head at, kept by the region or to be closed by the reader */
static gboolean
open_block(KnRegionReader *reader, guint at, const KnBlockHead *head, GError **error)
{
	KnRegion *region = reader->region;

	if (at < region->kept->len && region->kept->pdata[at]) {
		reader->reader = region->kept->pdata[at];
		reader->is_owned = FALSE;
		kn_block_reader_rewind(reader->reader);
		return TRUE;
	}
	if (!kn_blocks_try_open(reader->db, head->block_id, NULL, &reader->reader, error))
		return FALSE;
	if (!reader->reader)
		return TRUE;
	reader->is_owned = region->kept_bytes + head->raw_bytes > KEPT_BYTES_MAX;
	if (reader->is_owned)
		return TRUE;
	if (at >= region->kept->len)
		g_ptr_array_set_size(region->kept, (gint)at + 1);
	region->kept->pdata[at] = reader->reader;
	region->kept_bytes += head->raw_bytes;
	return TRUE;
}

static gboolean
open_next(KnRegionReader *reader, GError **error)
{
	guint at = reader->at++;
	const KnBlockHead *head = &g_array_index(reader->region->heads, KnBlockHead, at);

	if (head->last_seq < reader->range.first || head->first_seq > reader->range.last)
		return TRUE;
	if (!kn_infos_get(reader->db, head->info_id, &reader->info, error))
		return FALSE;
	/* what came before any description is kept, but says nothing */
	if (!reader->info)
		return TRUE;
	return open_block(reader, at, head, error);
}

static gboolean
is_wanted(const KnRegionReader *reader, const ktp_Record *record)
{
	if (record->seq < reader->range.first || record->seq > reader->range.last)
		return FALSE;
	return record->which_body != ktp_Record_samples_tag ||
	       (record->body.samples.node_mask & ~reader->nodes) == 0;
}

gboolean
kn_region_reader_next(KnRegionReader *reader, KnBlockItem *ret_item, gboolean *ret_is_record,
		      GError **error)
{
	*ret_is_record = FALSE;
	while (reader->reader || reader->at < reader->region->heads->len) {
		if (!reader->reader && !open_next(reader, error))
			return FALSE;
		while (reader->reader &&
		       kn_block_reader_next_accepted(reader->reader, reader->info, ret_item)) {
			if (!is_wanted(reader, &ret_item->record))
				continue;
			*ret_is_record = TRUE;
			return TRUE;
		}
		close_current(reader);
	}
	return TRUE;
}
