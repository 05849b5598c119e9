/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* The chain of a log's blocks, damaged: it is not believed, and nothing is made anew of what it leads to. */

#include "fixture.h"

#include "store/sql.h"

enum { N_RECORDS = 90 };

/* 30 records a batch; LOG_ID's are blocks 1, 3 and 5, another log's are blocks 2, 4 and 6 */
static void
store_two_logs(Fixture *fixture)
{
	fixture_init(fixture);
	tape_start(fixture);
	tape_samples(fixture, N_RECORDS + 9, 300);
	for (guint64 first = 1; first < N_RECORDS; first += 30) {
		g_autoptr(KnBatch) other = fixture_batch(fixture, first, first + 29);
		g_autoptr(KnCommit) commit = NULL;

		fixture_store(fixture, first, first + 29);
		g_array_index(other->logs, KnLogNote, 0).log_id = 7;
		((KnBlock *)other->blocks->pdata[0])->log_id = 7;
		commit = kn_writer_commit(&fixture->writer, other, NULL);
		g_assert_nonnull(commit);
	}
}

static gchar *
told(const GPtrArray *sessions)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < sessions->len; i++) {
		const KnSession *session = sessions->pdata[i];
		g_string_append_printf(text, "%" G_GUINT64_FORMAT " %d %" G_GUINT64_FORMAT "; ",
				       session->log_id, session->revision,
				       session->metrics.n_samples);
	}
	return g_string_free(text, FALSE);
}

static void
refuse_after(const gchar *damage)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) before = NULL, after = NULL;
	g_autofree gchar *told_before = NULL, *told_after = NULL;
	g_autoptr(KnBatch) batch = NULL;
	g_autoptr(GError) error = NULL;

	g_test_message("%s", damage);
	store_two_logs(&fixture);
	before = fixture_sessions(&fixture);
	g_assert_cmpuint(before->len, ==, 2);
	/* nothing is left in memory of how far the session has come, and no reference is looked at */
	fixture_reopen(&fixture);
	g_assert_true(kn_sql_run(fixture.db, "PRAGMA foreign_keys=OFF", KN_SQL_NONE, NULL));
	g_assert_true(kn_sql_run(fixture.db, damage, KN_SQL_NONE, NULL));
	batch = fixture_batch(&fixture, N_RECORDS + 1, N_RECORDS + 10);
	g_assert_null(kn_writer_commit(&fixture.writer, batch, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED);
	after = fixture_sessions(&fixture);
	told_before = told(before);
	told_after = told(after);
	g_assert_cmpstr(told_after, ==, told_before);
}

static void
one_that_leads_into_another_log_is_not_believed(void)
{
	refuse_after("UPDATE block SET prev_block_id = 2 WHERE block_id = 5");
	refuse_after("UPDATE block SET log_key = (SELECT log_key FROM block WHERE block_id = 2) "
		     "WHERE block_id = 3");
	refuse_after("UPDATE log SET newest_block_id = 6");
}

static void
one_that_breaks_off_is_not_taken_for_a_short_one(void)
{
	refuse_after("UPDATE block SET prev_block_id = 77 WHERE block_id = 5");
	refuse_after("UPDATE block SET prev_block_id = 5 WHERE block_id = 5");
	refuse_after("DELETE FROM block WHERE block_id = 3");
	refuse_after("UPDATE log SET newest_block_id = 77");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/chain/" #name, name)
	ADD(one_that_leads_into_another_log_is_not_believed);
	ADD(one_that_breaks_off_is_not_taken_for_a_short_one);
	return g_test_run();
}
