/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/running.h"

KnRunning *
kn_running_new(const ktp_Info *info, gint64 info_id)
{
	KnRunning *running = g_new0(KnRunning, 1);

	running->info_id = info_id;
	running->splitter = kn_splitter_new(info);
	running->fold = kn_fold_new(info);
	return running;
}

void
kn_running_free(KnRunning *running)
{
	if (!running)
		return;
	kn_splitter_free(running->splitter);
	kn_fold_free(running->fold);
	g_free(running);
}

static void
fold(KnRunning *running, const KnRegion *region, const KnBlockItem *item)
{
	gboolean is_start = item->record.which_body == ktp_Record_session_start_tag;

	if (is_start) {
		running->is_one = running->first_seq == 0;
		running->first_seq = item->seq;
	}
	if (!running->is_one || running->has_ended || item->seq > region->last_seq)
		return;
	running->has_ended = item->record.which_body == ktp_Record_session_end_tag;
	if (item->record.which_body == ktp_Record_samples_tag)
		kn_fold_push_values(running->fold, &item->record, item->values_hpa);
	else
		kn_fold_push(running->fold, &item->record);
}

void
kn_running_push(KnRunning *running, const KnRegion *region, const KnBlockItem *item)
{
	kn_splitter_push_values(running->splitter, &item->record, item->values_hpa);
	if (item->seq <= region->last_seq)
		fold(running, region, item);
}

static gboolean
is_it(const KnRunning *running, const GArray *spans)
{
	const KnSpan *span = spans->len == 1 ? &g_array_index(spans, KnSpan, 0) : NULL;

	return running->is_one && span && span->has_start && span->first_seq == running->first_seq;
}

gboolean
kn_running_measure(const KnRunning *running, const GArray *spans, KnSessionMetrics *ret_metrics)
{
	if (!is_it(running, spans))
		return FALSE;
	kn_fold_finish(running->fold, ret_metrics);
	return TRUE;
}

static gchar *
key_of(const KnRegion *region)
{
	return g_strdup_printf("%" G_GINT64_FORMAT "/%u", region->log_key, region->boot);
}

KnRunning *
kn_running_take(KnDb *db, const KnRegion *region, KnRange touched, gint64 info_id)
{
	g_autofree gchar *key = key_of(region);
	g_autoptr(KnRunning) running = NULL;
	g_autofree gchar *kept_key = NULL;
	gpointer stolen_key = NULL, stolen = NULL;

	if (!g_hash_table_steal_extended(db->running, key, &stolen_key, &stolen))
		return NULL;
	kept_key = stolen_key;
	running = stolen;
	if (running->first_seq != region->first_seq || running->next_seq != touched.first ||
	    running->info_id != info_id)
		return NULL;
	return g_steal_pointer(&running);
}

/* the one that was kept the longest time ago, if that is long enough; NULL: all go on */
static const gchar *
find_dead(KnDb *db)
{
	GHashTableIter iter;
	gpointer key, value;
	const gchar *found = NULL;
	guint64 oldest = G_MAXUINT64;

	g_hash_table_iter_init(&iter, db->running);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const KnRunning *running = value;
		if (running->turn >= oldest)
			continue;
		oldest = running->turn;
		found = key;
	}
	return found && db->n_running_turns - oldest >= KN_RUNNING_PATIENCE ? found : NULL;
}

static gboolean
make_room(KnDb *db)
{
	const gchar *dead;

	if (g_hash_table_size(db->running) < KN_RUNNING_MAX)
		return TRUE;
	dead = find_dead(db);
	return dead && g_hash_table_remove(db->running, dead);
}

void
kn_running_keep(KnDb *db, const KnRegion *region, const GArray *spans, KnRunning *running)
{
	const KnBlockHead *last =
		&g_array_index(region->heads, KnBlockHead, region->heads->len - 1);
	g_autoptr(KnRunning) owned = running;

	if (!is_it(running, spans) || g_array_index(spans, KnSpan, 0).state != KN_SESSION_OPEN)
		return;
	/* who finds no room has gone on, too: so the turns of those that do not grow old */
	db->n_running_turns++;
	if (!make_room(db))
		return;
	running->turn = db->n_running_turns;
	running->next_seq = last->last_seq + 1;
	g_hash_table_insert(db->running, key_of(region), g_steal_pointer(&owned));
}
