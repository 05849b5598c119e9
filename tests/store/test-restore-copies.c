/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Several files of one name, from several sticks and several hubs: what is told as lost of one is not answered by another. */

#include "history.h"

#include "core/log/loss.h"
#include "store/aside.h"
#include <glib/gstdio.h>
#include <string.h>

#define DAY_US G_GINT64_CONSTANT(86400000000)
enum {
	SPOILED = 7,
	OLDER = 150
}; /* the block with records 181 to 210, and how many an older copy has */

/* a hub that is gone, of which there are files, and the one they are brought back to */
typedef struct {
	Fixture lost;
	Fixture here;
	gchar *path;   /* owned: where each file is given from */
	GBytes *older; /* owned: sound, of before what the other has lost */
	GBytes *sound; /* owned */
} Copies;

static void
copies_init(Copies *copies)
{
	Fixture *lost = &copies->lost;

	fixture_init(lost);
	tape_history(lost);
	copies->path = g_strdup(lost->db->path);
	history_store_in_pieces(lost, 1, OLDER);
	history_close_hub(lost);
	copies->older = history_read_file(copies->path);
	history_open_hub(lost);
	history_store_in_pieces(lost, OLDER + 1, tape_newest(lost));
	history_close_hub(lost);
	copies->sound = history_read_file(copies->path);
	fixture_prepare(&copies->here);
}

static void
copies_clear(Copies *copies)
{
	history_open_hub(&copies->lost);
	fixture_clear(&copies->lost);
	history_open_hub(&copies->here);
	fixture_clear(&copies->here);
	g_free(copies->path);
	g_bytes_unref(copies->older);
	g_bytes_unref(copies->sound);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Copies, copies_clear)

static void
give(Copies *copies, GBytes *bytes)
{
	history_write_file(copies->path, bytes);
	(void)history_restore(&copies->here, copies->path, NULL);
}

static GArray *
told(Fixture *hub)
{
	GArray *losses;

	history_open_hub(hub);
	losses = kn_aside_losses(hub->db, NULL);
	g_assert_nonnull(losses);
	history_close_hub(hub);
	return losses;
}

static void
an_older_sound_copy_does_not_take_back_what_was_lost_after_it(void)
{
	g_auto(Copies) copies = {0};
	g_autoptr(GArray) before = NULL;
	g_autoptr(GArray) after = NULL;
	g_autoptr(GArray) mended = NULL;
	g_autoptr(GBytes) spoiled = NULL;

	copies_init(&copies);
	history_spoil_block(copies.path, SPOILED);
	spoiled = history_read_file(copies.path);
	give(&copies, spoiled);
	before = told(&copies.here);
	g_assert_cmpuint(before->len, ==, 1);
	for (guint i = 0; i < 2; i++) {
		give(&copies, copies.older);
		g_clear_pointer(&after, g_array_unref);
		after = told(&copies.here);
		g_assert_cmpuint(after->len, ==, 1);
		g_assert_cmpint(g_array_index(after, KnLoss, 0).from_us, ==,
				g_array_index(before, KnLoss, 0).from_us);
		g_assert_cmpint(g_array_index(after, KnLoss, 0).to_us, ==,
				g_array_index(before, KnLoss, 0).to_us);
	}
	/* the same time in a copy that has it */
	give(&copies, copies.sound);
	mended = told(&copies.here);
	g_assert_cmpuint(mended->len, ==, 0);
}

/* Neither needs a session behind the loss: what is lost may be the last there is, and a hub may never know the time. */
static void
a_sound_copy_mends_what_is_behind_all_sessions_and_what_nobody_can_date(void)
{
	for (guint is_dated = 0; is_dated < 2; is_dated++) {
		g_auto(Copies) copies = {0};
		g_autoptr(GArray) losses = NULL;
		g_autoptr(GArray) mended = NULL;
		g_autoptr(GBytes) spoiled = NULL;

		copies_init(&copies);
		history_open_hub(&copies.lost);
		tape_samples(&copies.lost, 60, 0);
		history_store_in_pieces(&copies.lost, tape_newest(&copies.lost) - 59,
					tape_newest(&copies.lost));
		history_close_hub(&copies.lost);
		if (!is_dated)
			history_run_sql(copies.path, "DELETE FROM anchor");
		g_bytes_unref(copies.sound);
		copies.sound = history_read_file(copies.path);
		history_run_sql(copies.path, "UPDATE block SET data = zeroblob(length(data)) WHERE "
					     "block_id = (SELECT max(block_id) FROM block)");
		spoiled = history_read_file(copies.path);
		give(&copies, spoiled);
		losses = told(&copies.here);
		g_assert_cmpuint(losses->len, ==, 1);
		give(&copies, copies.sound);
		mended = told(&copies.here);
		g_assert_cmpuint(mended->len, ==, 0);
	}
}

#define SPAN_OF_OTHER "INSERT INTO loss (from_us, to_us, file) VALUES (1000, 2000, '%s')"

/* Of another hub: what it had lost of its own, and of what had been brought to it. */
static GBytes *
make_other(const gchar *name_of_loss)
{
	g_auto(Fixture) other = {0};
	g_autofree gchar *sql = g_strdup_printf(SPAN_OF_OTHER, name_of_loss);
	g_autofree gchar *path = NULL;
	GBytes *bytes;

	fixture_init(&other);
	path = g_strdup(other.db->path);
	history_close_hub(&other);
	history_run_sql(path, sql);
	bytes = history_read_file(path);
	history_open_hub(&other);
	return bytes;
}

static void
give_as(Fixture *hub, const gchar *directory, const gchar *name, GBytes *bytes)
{
	g_autofree gchar *path = g_build_filename(directory, name, NULL);

	history_write_file(path, bytes);
	(void)history_restore(hub, path, NULL);
	g_assert_cmpint(g_unlink(path), ==, 0);
}

/* a sound database of the same hub, which speaks of later than the loss */
static GBytes *
with_hub_of(GBytes *whose)
{
	g_auto(Fixture) same = {0};
	g_autofree gchar *path = NULL;
	g_autofree gchar *sql = NULL;
	g_autofree gchar *whose_path = NULL;
	GBytes *bytes;

	fixture_init(&same);
	tape_history(&same);
	history_store_in_pieces(&same, 1, tape_newest(&same));
	path = g_strdup(same.db->path);
	history_close_hub(&same);
	whose_path = g_strconcat(path, ".whose", NULL);
	history_write_file(whose_path, whose);
	sql = g_strdup_printf("ATTACH '%s' AS w; UPDATE hub SET hub_id = (SELECT hub_id FROM "
			      "w.hub); DETACH w",
			      whose_path);
	history_run_sql(path, sql);
	bytes = history_read_file(path);
	g_assert_cmpint(g_unlink(whose_path), ==, 0);
	history_open_hub(&same);
	return bytes;
}

static void
what_another_hub_had_lost_is_mended_by_its_own_file_and_by_no_other_hubs(void)
{
	static const gchar *const names[] = {"knead.db.damaged-1", "restored/knead.db.damaged-1"};

	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		for (guint is_beside = 0; is_beside < 2; is_beside++) {
			g_auto(Fixture) here = {0};
			g_autofree gchar *away = fixture_make_directory();
			g_autofree gchar *path = NULL;
			g_autoptr(GBytes) other = make_other(names[i]);
			g_autoptr(GBytes) theirs = with_hub_of(other);
			g_autoptr(GBytes) ours = NULL;
			g_autoptr(GArray) noted = NULL;
			g_autoptr(GArray) left = NULL;
			g_autoptr(GArray) mended = NULL;

			fixture_init(&here);
			path = g_strdup(here.db->path);
			history_close_hub(&here);
			ours = history_read_file(path);
			give_as(&here, is_beside ? here.directory : away, "theirs.db", other);
			noted = told(&here);
			g_assert_cmpuint(noted->len, ==, 1);
			/* every hub has one of that name, this one, too */
			give_as(&here, away, "knead.db.damaged-1", ours);
			give_as(&here, here.directory, "knead.db.damaged-1", ours);
			left = told(&here);
			g_assert_cmpuint(left->len, ==, 1);
			give_as(&here, away, "knead.db.damaged-1", theirs);
			mended = told(&here);
			g_assert_cmpuint(mended->len, ==, 0);
			fixture_remove_directory(away);
			history_open_hub(&here);
		}
}

/* by a name that has no room, or is no text */
static void
a_file_beside_the_database_is_known_again_by_any_name(void)
{
	static const gchar *const names[] = {
		"knead-of-the-practice-in-the-town-by-the-river-before-the-move-2026.db",
		"kn\351ad.db",
	};

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_auto(Copies) copies = {0};
		g_autoptr(GBytes) spoiled = NULL;
		g_autoptr(GArray) losses = NULL;
		g_autoptr(GArray) mended = NULL;

		copies_init(&copies);
		history_spoil_block(copies.path, SPOILED);
		spoiled = history_read_file(copies.path);
		for (guint k = 0; k < 2; k++) {
			g_clear_pointer(&losses, g_array_unref);
			give_as(&copies.here, copies.here.directory, names[i], spoiled);
			losses = told(&copies.here);
			g_assert_cmpuint(losses->len, ==, 1);
			g_assert_true(
				g_utf8_validate(g_array_index(losses, KnLoss, 0).file, -1, NULL));
		}
		give_as(&copies.here, copies.here.directory, names[i], copies.sound);
		mended = told(&copies.here);
		g_assert_cmpuint(mended->len, ==, 0);
	}
}

/* the moved one first, as the manual lets, and then the sound one under another name */
static void
a_file_that_another_one_completes_is_named_and_is_without_loss_when_given_once_more(void)
{
	g_auto(Copies) copies = {0};
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GBytes) spoiled = NULL;
	g_autoptr(GArray) losses = NULL;
	g_autoptr(GArray) mended = NULL;
	g_autofree gchar *sound_path = NULL;
	guint n_naming = 0;

	copies_init(&copies);
	sound_path = g_strconcat(copies.path, ".sound", NULL);
	history_write_file(sound_path, copies.sound);
	history_spoil_block(copies.path, SPOILED);
	spoiled = history_read_file(copies.path);
	give(&copies, spoiled);
	(void)history_restore(&copies.here, sound_path, lines);
	losses = told(&copies.here);
	g_assert_cmpuint(losses->len, ==, 1);
	for (guint i = 0; i < lines->len; i++)
		n_naming += strstr(lines->pdata[i], g_array_index(losses, KnLoss, 0).file) &&
			    strstr(lines->pdata[i], "once more");
	g_assert_cmpuint(n_naming, ==, 1);
	give(&copies, spoiled);
	mended = told(&copies.here);
	g_assert_cmpuint(mended->len, ==, 0);
	g_ptr_array_set_size(lines, 0);
	(void)history_restore(&copies.here, sound_path, lines);
	g_assert_cmpuint(lines->len, ==, 0);
	g_assert_cmpint(g_unlink(sound_path), ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/restore-copies/" #name, name)
	ADD(an_older_sound_copy_does_not_take_back_what_was_lost_after_it);
	ADD(a_sound_copy_mends_what_is_behind_all_sessions_and_what_nobody_can_date);
	ADD(what_another_hub_had_lost_is_mended_by_its_own_file_and_by_no_other_hubs);
	ADD(a_file_that_another_one_completes_is_named_and_is_without_loss_when_given_once_more);
	ADD(a_file_beside_the_database_is_known_again_by_any_name);
	return g_test_run();
}
