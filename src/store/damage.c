/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/damage.h"

#include "store/anchors.h"
#include "store/sql.h"

#define NEAR_US G_GINT64_CONSTANT(86400000000) /* a day: what a head may be off its sessions */
enum { TRIES_MAX = 16 };                       /* of placing the same ones */

typedef struct {
	gint64 log_key;
	guint32 boot;
	gint64 first_seq;
	gint64 last_seq;
	gint64 t_ms[2]; /* of the first record and of the last */
} Head;

void
kn_damage_init(KnDamage *damage)
{
	*damage = (KnDamage){g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
			     g_array_new(FALSE, FALSE, sizeof(KnLossSpan)), 0, 0, 0};
}

void
kn_damage_clear(KnDamage *damage)
{
	g_clear_pointer(&damage->placed, g_hash_table_unref);
	g_clear_pointer(&damage->spans, g_array_unref);
}

/* of a block that is not placed yet; nothing in it: from_us behind to_us */
typedef struct {
	KnLossSpan span;
	gboolean is_asked; /* all that could tell */
} Doubt;

static void
add_instant(KnLossSpan *span, gint64 utc_us)
{
	span->from_us = MIN(span->from_us, utc_us);
	span->to_us = MAX(span->to_us, utc_us + 1);
}

static gboolean
is_placed(const KnLossSpan *span)
{
	return span->from_us < span->to_us;
}

/* ---- by the sessions that are known to have records in it ---- */

static gboolean
place_by_sessions(KnDb *db, gint64 block_id, const Head *head, KnLossSpan *span)
{
	gint64 times[2] = {0};

	if (!kn_sql_get(db,
			"SELECT coalesce(min(s.start_utc_us), 0), "
			"coalesce(max(s.start_utc_us + s.duration_ms * 1000), 0) FROM session AS s "
			"WHERE s.log_key = ?2 AND s.first_seq BETWEEN coalesce((SELECT "
			"max(first_seq) FROM session WHERE log_key = ?2 AND first_seq <= ?3), 0) "
			"AND ?4 AND s.start_utc_us < 9223372036854775807 AND EXISTS (SELECT 1 FROM "
			"session_block AS b WHERE b.session_id = s.session_id AND b.block_id = ?1)",
			KN_SQL_INTS(block_id, head->log_key, head->first_seq, head->last_seq),
			times, 2, NULL, NULL))
		return FALSE;
	if (times[1] != 0) {
		add_instant(span, times[0]);
		add_instant(span, times[1]);
	}
	return TRUE;
}

/* Of those whose head does not tell, or is gone. Nothing is found by its block, so this reads all there is: once for all of them. */
static gboolean
walk_over_sessions(KnDb *db, GHashTable *doubts)
{
	g_autoptr(KnStatement) row = kn_sql_start(
		db,
		"SELECT b.block_id, s.start_utc_us, s.start_utc_us + s.duration_ms * 1000 FROM "
		"session_block AS b CROSS JOIN session AS s ON s.session_id = b.session_id "
		"WHERE s.start_utc_us < 9223372036854775807",
		KN_SQL_NONE, NULL);
	gboolean is_row = row != NULL;

	while (is_row) {
		gint64 block_id;
		Doubt *doubt;
		if (!kn_sql_step(row, &is_row, NULL))
			return FALSE;
		if (!is_row)
			return TRUE;
		block_id = sqlite3_column_int64(row, 0);
		doubt = g_hash_table_lookup(doubts, &block_id);
		if (!doubt)
			continue;
		add_instant(&doubt->span, sqlite3_column_int64(row, 1));
		add_instant(&doubt->span, sqlite3_column_int64(row, 2));
	}
	return FALSE;
}

/* ---- by its head, which may be what is damaged ---- */

/* What the head may say: near the sessions, and where there are none, nothing that is still to come. */
static gboolean
find_limits(KnDb *db, const Head *head, const KnLossSpan *span, KnLossSpan *ret_limits)
{
	gint64 newest_us = 0;

	if (is_placed(span)) {
		*ret_limits = (KnLossSpan){span->from_us - NEAR_US, span->to_us + NEAR_US};
		return TRUE;
	}
	if (!kn_sql_get(db,
			"SELECT max(coalesce((SELECT start_utc_us + duration_ms * 1000 FROM "
			"session WHERE start_utc_us < 9223372036854775807 ORDER BY start_utc_us "
			"DESC LIMIT 1), 0), coalesce((SELECT utc_us FROM anchor WHERE log_key = ?1 "
			"AND device_boot <= 4294967295 ORDER BY device_boot DESC, t_ms DESC LIMIT "
			"1), 0))",
			KN_SQL_INTS(head->log_key), &newest_us, 1, NULL, NULL))
		return FALSE;
	*ret_limits = (KnLossSpan){G_MININT64, newest_us + NEAR_US};
	return TRUE;
}

static gboolean
place_by_head(KnDb *db, const Head *head, KnLossSpan *span)
{
	KnLossSpan limits;

	if (!find_limits(db, head, span, &limits))
		return FALSE;
	for (guint i = 0; i < G_N_ELEMENTS(head->t_ms); i++) {
		KnWallTime time = {0};
		if (head->t_ms[i] < 0)
			continue;
		if (!kn_anchors_place(db, head->log_key, head->boot, (guint64)head->t_ms[i], &time,
				      NULL))
			return FALSE;
		if (time.is_known && time.utc_us >= limits.from_us && time.utc_us < limits.to_us)
			add_instant(span, time.utc_us);
	}
	return TRUE;
}

static Doubt
place(KnDb *db, gint64 block_id)
{
	Doubt doubt = {{G_MAXINT64, G_MININT64}, FALSE};
	gint64 row[6] = {0};
	gboolean is_found, is_by_sessions;
	Head head;

	if (!kn_sql_get(db,
			"SELECT log_key, device_boot, first_seq, last_seq, first_t_ms, last_t_ms "
			"FROM block WHERE block_id = ?1",
			KN_SQL_INTS(block_id), row, 6, &is_found, NULL))
		return doubt;
	head = (Head){row[0], (guint32)row[1], row[2], row[3], {row[4], row[5]}};
	is_by_sessions = !is_found || place_by_sessions(db, block_id, &head, &doubt.span);
	doubt.is_asked = (!is_found || place_by_head(db, &head, &doubt.span)) && is_by_sessions;
	return doubt;
}

/* ---- all of them ---- */

static void
settle(KnDamage *damage, gint64 block_id, const KnLossSpan *span)
{
	g_hash_table_add(damage->placed, g_memdup2(&block_id, sizeof block_id));
	if (is_placed(span))
		g_array_append_vals(damage->spans, span, 1);
}

static void
settle_all(KnDamage *damage, KnDb *db)
{
	g_autoptr(GHashTable) doubts =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	GHashTableIter iter;
	gpointer id, value;
	gboolean is_walked;

	g_hash_table_iter_init(&iter, db->damaged);
	while (g_hash_table_iter_next(&iter, &id, NULL)) {
		Doubt doubt;
		if (g_hash_table_contains(damage->placed, id))
			continue;
		doubt = place(db, *(gint64 *)id);
		if (is_placed(&doubt.span))
			settle(damage, *(gint64 *)id, &doubt.span);
		else
			g_hash_table_insert(doubts, g_memdup2(id, sizeof(gint64)),
					    g_memdup2(&doubt, sizeof doubt));
	}
	is_walked = g_hash_table_size(doubts) == 0 || walk_over_sessions(db, doubts);
	g_hash_table_iter_init(&iter, doubts);
	while (g_hash_table_iter_next(&iter, &id, &value)) {
		const Doubt *doubt = value;
		if (is_placed(&doubt->span) || (is_walked && doubt->is_asked))
			settle(damage, *(gint64 *)id, &doubt->span);
	}
}

/* What cannot be asked now is asked again at the next calls, but not for ever. */
static void
count_told(KnDamage *damage, KnDb *db)
{
	guint n_damaged = g_hash_table_size(db->damaged);

	damage->n_tries = n_damaged == damage->n_seen ? damage->n_tries + 1 : 1;
	damage->n_seen = n_damaged;
	damage->n_told =
		damage->n_tries < TRIES_MAX ? g_hash_table_size(damage->placed) : n_damaged;
}

GArray *
kn_damage_news(KnDamage *damage, KnDb *db)
{
	g_autofree gchar *file = g_path_get_basename(db->path);
	GArray *losses = NULL;
	guint n_placed = g_hash_table_size(damage->placed);

	if (!db->handle || g_hash_table_size(db->damaged) == damage->n_told)
		return NULL;
	settle_all(damage, db);
	count_told(damage, db);
	if (g_hash_table_size(damage->placed) == n_placed)
		return NULL;
	kn_loss_spans_join(damage->spans);
	losses = g_array_new(FALSE, TRUE, sizeof(KnLoss));
	for (guint i = 0; i < damage->spans->len; i++) {
		const KnLossSpan *span = &g_array_index(damage->spans, KnLossSpan, i);
		KnLoss loss = {.from_us = span->from_us, .to_us = span->to_us, .is_counted = TRUE};
		g_strlcpy(loss.file, file, sizeof loss.file);
		g_array_append_val(losses, loss);
	}
	return losses;
}
