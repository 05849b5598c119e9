/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Several files of one name, from several sticks and several hubs: what is told as lost of one is not answered by another. */

#include "history.h"

#include "core/log/loss.h"
#include "store/aside.h"
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

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/restore-copies/" #name, name)
	ADD(an_older_sound_copy_does_not_take_back_what_was_lost_after_it);
	return g_test_run();
}
