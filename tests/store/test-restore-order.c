/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* What people did there and here has one order, whichever database is brought back first: that in which it was done. */

#include "history.h"
#include "wishes.h"

#include "store/edits.h"
#include "store/sessions.h"

/* of the first of three sessions: its place, for edits that a file is to have */
#define EDIT(kind, first, last, at_us)                                                           \
	"INSERT INTO edit (log_key, device_boot, kind, first_seq, last_seq, at_us, uid) SELECT " \
	"log_key, device_boot, " #kind ", " first ", " last ", " #at_us                          \
	", 1000 FROM session ORDER BY session.first_seq LIMIT 1;"
#define CUT(at_us)    EDIT(1, "first_seq + 5", "first_seq + 5", at_us)
#define JOIN(at_us)   EDIT(2, "first_seq", "last_seq", at_us)
#define DELETE(at_us) EDIT(3, "first_seq", "last_seq", at_us)
#define NOTHING       "DELETE FROM edit;"

static const gint64 starts_us[] = {NOON, NOON + 50 * S, NOON + 100 * S};

typedef struct {
	Fixture lost;
	Fixture here;
	gchar *path; /* owned: of the lost one */
} Hubs;

/* has_records: the massager has sent all of it here, too */
static void
hubs_init(Hubs *hubs, gboolean has_records)
{
	people_record(&hubs->lost, starts_us, G_N_ELEMENTS(starts_us));
	hubs->path = g_strdup(hubs->lost.db->path);
	history_close_hub(&hubs->lost);
	if (has_records)
		people_record(&hubs->here, starts_us, G_N_ELEMENTS(starts_us));
	else
		fixture_init(&hubs->here);
}

static void
hubs_clear(Hubs *hubs)
{
	history_open_hub(&hubs->lost);
	fixture_clear(&hubs->lost);
	fixture_clear(&hubs->here);
	g_free(hubs->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Hubs, hubs_clear)

/* a file in which this was done, and nothing else */
static void
bring_back(Hubs *hubs, const gchar *done_there)
{
	g_autofree gchar *sql = g_strconcat(NOTHING, done_there, NULL);

	history_run_sql(hubs->path, sql);
	history_close_hub(&hubs->here);
	(void)history_restore(&hubs->here, hubs->path, NULL);
	history_open_hub(&hubs->here);
}

static gint64
count(Hubs *hubs, const gchar *sql)
{
	return fixture_count(&hubs->here, sql);
}

/* the first session, which may be in two parts; a deleted one is there, and in no list */
static gint64
n_parts(Hubs *hubs)
{
	return count(hubs, "SELECT count(*) FROM session") - 2;
}

static guint
n_listed(Hubs *hubs)
{
	const KnSessionQuery query = {0, G_MAXINT64 - 1, 0, .limit = 10};
	g_autoptr(GPtrArray) sessions = kn_sessions_query(hubs->here.db, &query, NULL);

	g_assert_nonnull(sessions);
	return sessions->len;
}

static void
of_two_edits_from_two_files_the_later_holds_whichever_comes_first(void)
{
	static const struct {
		const gchar *files[2];
		gint64 n_parts;
	} cases[] = {
		/* a join covers the cuts that were made before it, and no later one */
		{{CUT(100), JOIN(200)}, 1},
		{{JOIN(200), CUT(100)}, 1},
		{{JOIN(100), CUT(200)}, 2},
		{{CUT(200), JOIN(100)}, 2},
	};

	for (guint has_records = 0; has_records < 2; has_records++)
		for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
			g_auto(Hubs) hubs = {0};

			hubs_init(&hubs, has_records != 0);
			bring_back(&hubs, cases[i].files[0]);
			bring_back(&hubs, cases[i].files[1]);
			for (guint again = 0; again < 2; again++) {
				g_assert_cmpint(n_parts(&hubs), ==, cases[i].n_parts);
				g_assert_cmpint(count(&hubs, "SELECT count(*) FROM edit"), ==, 2);
				g_assert_cmpint(count(&hubs, "SELECT at_us FROM edit WHERE edit_id "
							     "= 2"),
						==, 200);
				bring_back(&hubs, cases[i].files[again]);
			}
		}
}

static void
what_was_done_here_has_its_place_by_its_time_too(void)
{
	for (guint is_later_there = 0; is_later_there < 2; is_later_there++) {
		KnByHand split = {.kind = KN_BY_HAND_SPLIT, .after_ms = 2000, .uid = 1000};
		g_auto(Hubs) hubs = {0};
		KnByHandDone done;

		hubs_init(&hubs, TRUE);
		split.id = people_id_of(&hubs.here, 0);
		g_assert_true(kn_edits_do(hubs.here.db, &split, 150, &done, NULL));
		bring_back(&hubs, is_later_there ? JOIN(200) : JOIN(100));
		g_assert_cmpint(n_parts(&hubs), ==, is_later_there ? 1 : 2);
	}
}

static void
a_clock_that_went_back_turns_no_order_round(void)
{
	for (guint is_first = 0; is_first < 2; is_first++) {
		g_auto(Hubs) hubs = {0};

		hubs_init(&hubs, FALSE);
		if (is_first)
			bring_back(&hubs, DELETE(100));
		/* the join was the second to be made, by a clock that stood at 1970 */
		bring_back(&hubs, CUT(200) JOIN(5));
		if (!is_first)
			bring_back(&hubs, DELETE(100));
		g_assert_cmpint(n_parts(&hubs), ==, 1);
		g_assert_cmpint(count(&hubs, "SELECT edit_id FROM edit WHERE kind = 3"), ==, 1);
		g_assert_cmpint(count(&hubs, "SELECT edit_id FROM edit WHERE kind = 2"), ==, 3);
	}
}

static void
what_was_taken_back_in_one_of_two_files_is_taken_back(void)
{
	for (guint is_first = 0; is_first < 2; is_first++) {
		static const gchar held[] = CUT(100) DELETE(200);
		static const gchar taken_back[] =
			CUT(100) DELETE(200) "UPDATE edit SET undone_us = 300";
		g_auto(Hubs) hubs = {0};

		hubs_init(&hubs, FALSE);
		bring_back(&hubs, is_first ? taken_back : held);
		if (!is_first)
			g_assert_cmpuint(n_listed(&hubs), ==, 2);
		bring_back(&hubs, is_first ? held : taken_back);
		g_assert_cmpint(n_parts(&hubs), ==, 1);
		g_assert_cmpuint(n_listed(&hubs), ==, 3);
		g_assert_cmpint(count(&hubs, "SELECT count(*) FROM edit WHERE undone_us = 300"), ==,
				2);
	}
}

static void
a_session_that_was_here_and_is_deleted_there_has_a_new_revision(void)
{
	static const gchar first[] = "SELECT revision FROM session ORDER BY first_seq";
	static const gchar others[] = "SELECT sum(revision) FROM session WHERE first_seq > "
				      "(SELECT min(first_seq) FROM session)";
	g_auto(Hubs) hubs = {0};
	gint64 before[2];

	hubs_init(&hubs, TRUE);
	before[0] = count(&hubs, first);
	before[1] = count(&hubs, others);
	for (guint i = 0; i < 2; i++) {
		bring_back(&hubs, DELETE(100));
		g_assert_cmpint(count(&hubs, first), ==, before[0] + 1);
	}
	bring_back(&hubs, DELETE(100) "UPDATE edit SET undone_us = 300");
	g_assert_cmpint(count(&hubs, first), ==, before[0] + 2);
	g_assert_cmpint(count(&hubs, others), ==, before[1]);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/restore-order/" #name, name)
	ADD(of_two_edits_from_two_files_the_later_holds_whichever_comes_first);
	ADD(what_was_done_here_has_its_place_by_its_time_too);
	ADD(a_clock_that_went_back_turns_no_order_round);
	ADD(what_was_taken_back_in_one_of_two_files_is_taken_back);
	ADD(a_session_that_was_here_and_is_deleted_there_has_a_new_revision);
	return g_test_run();
}
