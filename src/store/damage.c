/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/damage.h"

#include "store/anchors.h"
#include "store/sql.h"

void
kn_damage_init(KnDamage *damage)
{
	*damage = (KnDamage){g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
			     g_array_new(FALSE, FALSE, sizeof(KnLossSpan)), 0};
}

void
kn_damage_clear(KnDamage *damage)
{
	g_clear_pointer(&damage->placed, g_hash_table_unref);
	g_clear_pointer(&damage->spans, g_array_unref);
}

static void
add_instant(KnLossSpan *span, gint64 utc_us)
{
	span->from_us = MIN(span->from_us, utc_us);
	span->to_us = MAX(span->to_us, utc_us + 1);
}

/* by its head, which may be what is damaged */
static gboolean
place_by_head(KnDb *db, gint64 block_id, KnLossSpan *span)
{
	gint64 head[4] = {0};
	gboolean is_found;

	if (!kn_sql_get(db,
			"SELECT log_key, device_boot, first_t_ms, last_t_ms FROM block WHERE "
			"block_id = ?1",
			KN_SQL_INTS(block_id), head, 4, &is_found, NULL))
		return FALSE;
	for (guint i = 2; is_found && i < 4; i++) {
		KnWallTime time = {0};
		if (!kn_anchors_place(db, head[0], (guint32)head[1], (guint64)head[i], &time, NULL))
			return FALSE;
		if (time.is_known)
			add_instant(span, time.utc_us);
	}
	return TRUE;
}

/* by the sessions that are known to have records in it */
static gboolean
place_by_sessions(KnDb *db, gint64 block_id, KnLossSpan *span)
{
	gint64 times[2] = {0};

	if (!kn_sql_get(db,
			"SELECT coalesce(min(s.start_utc_us), 0), "
			"coalesce(max(s.start_utc_us + s.duration_ms * 1000), 0) FROM "
			"session_block AS b CROSS JOIN session AS s ON s.session_id = b.session_id "
			"WHERE b.block_id = ?1 AND s.start_utc_us < 9223372036854775807",
			KN_SQL_INTS(block_id), times, 2, NULL, NULL))
		return FALSE;
	if (times[1] != 0) {
		add_instant(span, times[0]);
		add_instant(span, times[1]);
	}
	return TRUE;
}

static void
place(KnDamage *damage, KnDb *db, gint64 block_id)
{
	KnLossSpan span = {G_MAXINT64, G_MININT64};
	gboolean is_head = place_by_head(db, block_id, &span);

	if (!place_by_sessions(db, block_id, &span) && !is_head)
		return;
	g_hash_table_add(damage->placed, g_memdup2(&block_id, sizeof block_id));
	if (span.from_us < span.to_us)
		g_array_append_val(damage->spans, span);
}

GArray *
kn_damage_news(KnDamage *damage, KnDb *db)
{
	g_autofree gchar *file = g_path_get_basename(db->path);
	GArray *losses = NULL;
	GHashTableIter iter;
	gpointer id;

	if (!db->handle || g_hash_table_size(db->damaged) == damage->n_told)
		return NULL;
	damage->n_told = g_hash_table_size(db->damaged);
	losses = g_array_new(FALSE, TRUE, sizeof(KnLoss));
	g_hash_table_iter_init(&iter, db->damaged);
	while (g_hash_table_iter_next(&iter, &id, NULL))
		if (!g_hash_table_contains(damage->placed, id))
			place(damage, db, *(gint64 *)id);
	kn_loss_spans_join(damage->spans);
	for (guint i = 0; i < damage->spans->len; i++) {
		const KnLossSpan *span = &g_array_index(damage->spans, KnLossSpan, i);
		KnLoss loss = {.from_us = span->from_us, .to_us = span->to_us, .is_counted = TRUE};
		g_strlcpy(loss.file, file, sizeof loss.file);
		g_array_append_val(losses, loss);
	}
	return losses;
}
