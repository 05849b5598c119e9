/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* A damaged database is set aside where a file has one name only, as on most sticks. */

#include "history.h"

#include "store/aside.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* somebody puts a file there at the last moment; borrowed */
static const gchar *taken_name;

/* libc's, for this program */
int
link(const char *from, const char *to)
{
	if (taken_name)
		g_assert_true(g_file_set_contents(taken_name, "mine", 4, NULL));
	errno = EPERM;
	return -1;
}

/* the database of a hub with a massager and records, which cannot be used any more; the hub is closed */
typedef struct {
	Fixture fixture;
	guint64 hub_id;
	gchar *path;    /* owned */
	gchar *aside;   /* owned */
	gchar *waiting; /* owned */
	GBytes *bytes;  /* owned: as it is damaged */
} Scene;

static void
scene_init(Scene *scene)
{
	static const guint8 nothing[4096];
	Fixture *fixture = &scene->fixture;
	gint fd;

	fixture_init(fixture);
	tape_samples(fixture, 50, 300);
	fixture_store(fixture, 1, 50);
	scene->hub_id = fixture->db->hub_id;
	scene->path = g_strdup(fixture->db->path);
	scene->aside = g_strconcat(scene->path, ".damaged-1", NULL);
	scene->waiting = g_strconcat(scene->path, ".replacing", NULL);
	history_close_hub(fixture);
	fd = open(scene->path, O_WRONLY);
	g_assert_cmpint(pwrite(fd, nothing, sizeof nothing, 0), ==, sizeof nothing);
	close(fd);
	scene->bytes = history_read_file(scene->path);
}

static void
scene_clear(Scene *scene)
{
	fixture_clear(&scene->fixture);
	g_free(scene->path);
	g_free(scene->aside);
	g_free(scene->waiting);
	g_bytes_unref(scene->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

static void
open_damaged(Scene *scene)
{
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*");
	history_open_hub(&scene->fixture);
	g_test_assert_expected_messages();
}

static void
assert_went_on(Scene *scene)
{
	g_autoptr(GBytes) kept = history_read_file(scene->aside);
	g_autoptr(GArray) losses = kn_aside_losses(scene->fixture.db, NULL);

	g_assert_true(g_bytes_equal(kept, scene->bytes));
	g_assert_cmpuint(scene->fixture.db->hub_id, ==, scene->hub_id);
	g_assert_cmpint(fixture_count(&scene->fixture, "SELECT count(*) FROM device"), ==, 1);
	g_assert_cmpuint(losses->len, ==, 1);
	g_assert_false(g_file_test(scene->waiting, G_FILE_TEST_EXISTS));
}

static void
a_file_with_one_name_is_set_aside_too(void)
{
	g_auto(Scene) scene = {0};

	scene_init(&scene);
	open_damaged(&scene);
	assert_went_on(&scene);
}

static void
killed_while_there_is_no_database_the_next_start_goes_on(void)
{
	g_auto(Scene) scene = {0};
	g_autofree gchar *journal = NULL;
	g_autofree gchar *kept = NULL;
	g_autofree gchar *text = NULL;

	scene_init(&scene);
	open_damaged(&scene);
	history_close_hub(&scene.fixture);
	/* as it was before the last step, with the journal of what is damaged */
	journal = g_strconcat(scene.path, "-journal", NULL);
	g_assert_cmpint(g_rename(scene.path, scene.waiting), ==, 0);
	g_assert_true(g_file_set_contents(journal, "of another", -1, NULL));
	history_open_hub(&scene.fixture);
	assert_went_on(&scene);
	/* it may be needed to read that one */
	kept = g_strconcat(scene.aside, "-journal", NULL);
	g_assert_true(g_file_get_contents(kept, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "of another");
}

static void
killed_before_the_damaged_one_was_moved_it_is_set_aside_anew(void)
{
	g_auto(Scene) scene = {0};

	scene_init(&scene);
	history_write_file(scene.waiting, scene.bytes);
	open_damaged(&scene);
	assert_went_on(&scene);
}

static void
nothing_is_written_over(void)
{
	g_auto(Scene) scene = {0};
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) still = NULL;
	g_autofree gchar *foreign = NULL;

	scene_init(&scene);
	taken_name = scene.aside;
	g_assert_null(kn_db_open(scene.fixture.directory, &error));
	taken_name = NULL;
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_IO);
	g_assert_true(g_file_get_contents(scene.aside, &foreign, NULL, NULL));
	g_assert_cmpstr(foreign, ==, "mine");
	still = history_read_file(scene.path);
	g_assert_true(g_bytes_equal(still, scene.bytes));
	/* another name is free */
	g_free(g_steal_pointer(&scene.aside));
	scene.aside = g_strconcat(scene.path, ".damaged-2", NULL);
	open_damaged(&scene);
	assert_went_on(&scene);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/aside/" #name, name)
	ADD(a_file_with_one_name_is_set_aside_too);
	ADD(killed_while_there_is_no_database_the_next_start_goes_on);
	ADD(killed_before_the_damaged_one_was_moved_it_is_set_aside_anew);
	ADD(nothing_is_written_over);
	return g_test_run();
}
