/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* A database that cannot be used any more: kept, replaced, and what the new one still knows. */

#include "fixture.h"

#include "core/log/loss.h"
#include "store/aside.h"
#include "store/devices.h"
#include "store/sql.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

enum { N_RECORDS = 400, HEADER_BYTES = 100 };

typedef struct {
	Fixture fixture;
	gchar *path;  /* owned: of the database */
	gchar *aside; /* owned: where it is kept */
	guint64 hub_id;
	GBytes *bytes; /* owned: the database as it was damaged */
} Scene;

/* a hub with one allowed and one forgotten massager, and a session, which was stopped */
static void
scene_init(Scene *scene)
{
	g_autoptr(KnDevice) other = NULL;
	g_autoptr(KnDevice) forgotten = NULL;
	Fixture *fixture = &scene->fixture;

	fixture_init(fixture);
	other = kn_writer_allow(fixture->db,
				&(KnAllow){.address = "AA:BB:CC:DD:EE:02",
					   .label = "old\none",
					   .has_shown_from = TRUE,
					   .shown_from_us = 77},
				2, NULL);
	forgotten = kn_writer_forget(fixture->db, other->id, NULL);
	g_assert_nonnull(forgotten);
	tape_start(fixture);
	tape_samples(fixture, N_RECORDS, 300);
	tape_end(fixture, 320 * N_RECORDS);
	fixture_store(fixture, 1, tape_newest(fixture));
	scene->hub_id = fixture->db->hub_id;
	scene->path = g_strdup(fixture->db->path);
	scene->aside = g_strconcat(scene->path, ".damaged-1", NULL);
	kn_db_close(g_steal_pointer(&fixture->db));
}

static void
scene_clear(Scene *scene)
{
	fixture_clear(&scene->fixture);
	g_clear_pointer(&scene->bytes, g_bytes_unref);
	g_free(scene->path);
	g_free(scene->aside);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

static GBytes *
read_file(const gchar *path)
{
	gchar *bytes;
	gsize n_bytes;

	g_assert_true(g_file_get_contents(path, &bytes, &n_bytes, NULL));
	return g_bytes_new_take(bytes, n_bytes);
}

static void
forget_the_second_copy(const Scene *scene)
{
	g_autofree gchar *path = g_strconcat(scene->path, ".enrolled", NULL);

	g_assert_cmpint(g_unlink(path), ==, 0);
}

static void
flip(const Scene *scene, gsize at, guint8 mask)
{
	gint fd = open(scene->path, O_RDWR | O_CLOEXEC);
	guint8 byte;

	g_assert_cmpint(pread(fd, &byte, 1, (off_t)at), ==, 1);
	byte ^= mask;
	g_assert_cmpint(pwrite(fd, &byte, 1, (off_t)at), ==, 1);
	close(fd);
}

/* Opens, which must find it damaged; it is kept bit for bit. */
static void
open_damaged(Scene *scene)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) kept = NULL;

	scene->bytes = read_file(scene->path);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*a new one was begun*");
	scene->fixture.db = kn_db_open(scene->fixture.directory, &error);
	g_assert_no_error(error);
	g_test_assert_expected_messages();
	kept = read_file(scene->aside);
	g_assert_true(g_bytes_equal(kept, scene->bytes));
	g_assert_cmpint(fixture_count(&scene->fixture, "SELECT count(*) FROM block"), ==, 0);
}

static void
assert_device(Fixture *fixture, gint64 id, const gchar *address, const gchar *label,
	      gboolean is_allowed, gint64 shown_from_us)
{
	g_autoptr(KnDevice) device = kn_devices_load(fixture->db, id, NULL);

	g_assert_nonnull(device);
	g_assert_cmpstr(device->address, ==, address);
	g_assert_cmpstr(device->label, ==, label);
	g_assert_cmpint(device->is_allowed, ==, is_allowed);
	g_assert_cmpint(device->shown_from_us, ==, shown_from_us);
}

/* the hub goes on as whom the massagers know, with those that it had */
static void
assert_goes_on(Scene *scene)
{
	Fixture *fixture = &scene->fixture;

	g_assert_cmpuint(fixture->db->hub_id, ==, scene->hub_id);
	assert_device(fixture, 1, "AA:BB:CC:DD:EE:01", "back", TRUE, 0);
	assert_device(fixture, 2, "AA:BB:CC:DD:EE:02", "old\none", FALSE, 77);
	g_assert_cmpint(fixture_count(fixture, "SELECT count(*) FROM device"), ==, 2);
	/* and takes what they still hold */
	fixture->writer = (KnWriter){.db = fixture->db, .zone = "Europe/Berlin"};
	fixture_store(fixture, 1, tape_newest(fixture));
	fixture_assert_stored_once(fixture, 1, tape_newest(fixture));
}

static void
assert_one_loss(Scene *scene)
{
	g_autoptr(GArray) losses = kn_aside_losses(scene->fixture.db, NULL);
	const KnLoss *loss;

	g_assert_nonnull(losses);
	g_assert_cmpuint(losses->len, ==, 1);
	loss = &g_array_index(losses, KnLoss, 0);
	g_assert_cmpstr(loss->file, ==, "knead.db.damaged-1");
	g_assert_cmpint(loss->from_us, <, loss->to_us);
	g_assert_cmpint(ABS(g_get_real_time() - loss->to_us), <, 60 * G_USEC_PER_SEC);
	g_assert_cmpint(fixture_count(&scene->fixture, "SELECT count(*) FROM event WHERE kind = "
						       "'data_loss' AND class = 3"),
			==, 1);
}

/* ---- what may have happened to it ---- */

static void
cut_off_the_last_page(Scene *scene)
{
	g_autoptr(GBytes) bytes = read_file(scene->path);

	g_assert_cmpint(truncate(scene->path, (off_t)g_bytes_get_size(bytes) - 4096), ==, 0);
}

static void
empty_it(Scene *scene)
{
	g_assert_cmpint(truncate(scene->path, 0), ==, 0);
}

static void
put_text_there(Scene *scene)
{
	g_assert_true(g_file_set_contents(scene->path, "milk, bread", -1, NULL));
}

static void
flip_the_magic(Scene *scene)
{
	flip(scene, 3, 0x10);
}

static void
flip_our_name(Scene *scene)
{
	flip(scene, 70, 0x01);
}

static void
lose_the_schema(Scene *scene)
{
	for (gsize at = HEADER_BYTES; at < 4096; at++)
		flip(scene, at, 0x5a);
}

static const struct {
	const gchar *name;
	void (*damage)(Scene *scene);
} damages[] = {
	{"cut", cut_off_the_last_page}, {"empty", empty_it},     {"text", put_text_there},
	{"magic", flip_the_magic},      {"name", flip_our_name}, {"schema", lose_the_schema},
};

static void
a_damaged_database_is_kept_and_the_hub_goes_on_with_its_massagers(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
		g_auto(Scene) scene = {0};
		g_test_message("%s", damages[i].name);
		scene_init(&scene);
		damages[i].damage(&scene);
		open_damaged(&scene);
		assert_one_loss(&scene);
		assert_goes_on(&scene);
	}
}

static void
without_the_second_copy_it_is_asked_itself(void)
{
	g_auto(Scene) scene = {0};

	scene_init(&scene);
	/* its schema is sound and its tables can be read, but for the hub's row */
	forget_the_second_copy(&scene);
	{
		sqlite3 *handle = NULL;
		g_assert_cmpint(sqlite3_open(scene.path, &handle), ==, SQLITE_OK);
		g_assert_cmpint(sqlite3_exec(handle, "DELETE FROM hub", NULL, NULL, NULL), ==,
				SQLITE_OK);
		g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
	}
	open_damaged(&scene);
	assert_one_loss(&scene);
	/* a row that is gone cannot be guessed: the massagers' owner is somebody else from now on */
	g_assert_cmpuint(scene.fixture.db->hub_id, !=, scene.hub_id);
	scene.hub_id = scene.fixture.db->hub_id;
	assert_goes_on(&scene);
}

static void
a_second_copy_that_is_damaged_too_is_not_believed(void)
{
	g_auto(Scene) scene = {0};
	g_autofree gchar *copy = NULL;
	g_autofree gchar *text = NULL;
	gchar *digit;

	scene_init(&scene);
	copy = g_strconcat(scene.path, ".enrolled", NULL);
	g_assert_true(g_file_get_contents(copy, &text, NULL, NULL));
	digit = strstr(text, "hub_id=") + strlen("hub_id=");
	*digit = *digit == '9' ? '8' : '9';
	g_assert_true(g_file_set_contents(copy, text, -1, NULL));
	lose_the_schema(&scene);
	open_damaged(&scene);
	assert_one_loss(&scene);
	g_assert_cmpint(fixture_count(&scene.fixture, "SELECT count(*) FROM device"), ==, 0);
	g_assert_cmpuint(scene.fixture.db->hub_id, !=, 0);
	g_assert_cmpuint(scene.fixture.db->hub_id, !=, scene.hub_id);
}

static void
its_journal_goes_with_it_and_is_never_played_back_into_the_new_one(void)
{
	g_auto(Scene) scene = {0};
	g_autofree gchar *journal = NULL;
	g_autofree gchar *kept = NULL;
	g_autoptr(GBytes) before = NULL;
	g_autoptr(GBytes) after = NULL;

	scene_init(&scene);
	journal = g_strconcat(scene.path, "-journal", NULL);
	kept = g_strconcat(scene.aside, "-journal", NULL);
	g_assert_true(g_file_set_contents(journal, "a journal of the old one", -1, NULL));
	before = read_file(journal);
	empty_it(&scene);
	open_damaged(&scene);
	after = read_file(kept);
	g_assert_true(g_bytes_equal(before, after));
	assert_goes_on(&scene);
}

static void
a_journal_without_its_database_is_put_away(void)
{
	g_auto(Scene) scene = {0};
	g_autofree gchar *journal = NULL;
	g_autofree gchar *orphan = NULL;

	scene_init(&scene);
	journal = g_strconcat(scene.path, "-journal", NULL);
	orphan = g_strconcat(journal, ".orphan", NULL);
	g_assert_true(g_file_set_contents(journal, "left behind", -1, NULL));
	g_assert_cmpint(g_unlink(scene.path), ==, 0);
	scene.fixture.db = kn_db_open(scene.fixture.directory, NULL);
	g_assert_nonnull(scene.fixture.db);
	g_assert_true(g_file_test(orphan, G_FILE_TEST_EXISTS));
	/* nobody was lost: somebody took the database away */
	g_assert_cmpint(fixture_count(&scene.fixture, "SELECT count(*) FROM loss"), ==, 0);
	g_assert_cmpint(fixture_count(&scene.fixture, "SELECT count(*) FROM device"), ==, 0);
}

static void
killed_in_between_the_next_start_goes_on_with_it(void)
{
	g_auto(Scene) scene = {0};

	scene_init(&scene);
	/* the second name is there, the new database is not; it looks as if it could be used */
	g_assert_cmpint(link(scene.path, scene.aside), ==, 0);
	open_damaged(&scene);
	assert_one_loss(&scene);
	assert_goes_on(&scene);
}

static void
each_damaged_one_is_kept_until_there_are_too_many(void)
{
	g_auto(Scene) scene = {0};
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) before = NULL;
	g_autoptr(GBytes) after = NULL;

	scene_init(&scene);
	for (guint i = 1; i <= KN_ASIDE_MAX; i++) {
		g_autofree gchar *name = g_strdup_printf("%s.damaged-%u", scene.path, i);
		put_text_there(&scene);
		g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*");
		scene.fixture.db = kn_db_open(scene.fixture.directory, &error);
		g_test_assert_expected_messages();
		g_assert_no_error(error);
		g_assert_true(g_file_test(name, G_FILE_TEST_EXISTS));
		kn_db_close(g_steal_pointer(&scene.fixture.db));
	}
	put_text_there(&scene);
	before = read_file(scene.path);
	g_assert_null(kn_db_open(scene.fixture.directory, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED);
	g_assert_nonnull(strstr(error->message, "replace the disk"));
	after = read_file(scene.path);
	g_assert_true(g_bytes_equal(before, after));
}

static void
no_event_number_comes_twice_over_a_damage(void)
{
	g_auto(Scene) scene = {0};
	gint64 given_id;

	scene_init(&scene);
	scene.fixture.db = kn_db_open(scene.fixture.directory, NULL);
	given_id = scene.fixture.db->first_event_id + KN_STORE_EVENTS_AHEAD - 1;
	kn_db_close(g_steal_pointer(&scene.fixture.db));
	lose_the_schema(&scene);
	open_damaged(&scene);
	g_assert_cmpint(scene.fixture.db->first_event_id, >, given_id);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/damage/" #name, name)
	ADD(a_damaged_database_is_kept_and_the_hub_goes_on_with_its_massagers);
	ADD(without_the_second_copy_it_is_asked_itself);
	ADD(a_second_copy_that_is_damaged_too_is_not_believed);
	ADD(its_journal_goes_with_it_and_is_never_played_back_into_the_new_one);
	ADD(a_journal_without_its_database_is_put_away);
	ADD(killed_in_between_the_next_start_goes_on_with_it);
	ADD(each_damaged_one_is_kept_until_there_are_too_many);
	ADD(no_event_number_comes_twice_over_a_damage);
	return g_test_run();
}
