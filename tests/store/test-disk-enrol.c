/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Which massagers are recorded is changed on a volume that is full. */

#include "hub.h"

#include <errno.h>
#include <string.h>

typedef struct {
	KnDevice *device; /* owned */
	GError *error;    /* owned */
	gboolean is_told;
} Told;

static void
told_clear(Told *told)
{
	g_clear_pointer(&told->device, kn_device_free);
	g_clear_error(&told->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Told, told_clear)

static void
on_device(const KnDevice *device, const GError *error, gpointer user)
{
	Told *told = user;

	told->is_told = TRUE;
	told->device = device ? kn_device_copy(device) : NULL;
	told->error = error ? g_error_copy(error) : NULL;
}

static void
wait_for(Hub *hub, const Told *told)
{
	hub->from_us = g_get_monotonic_time();
	while (!told->is_told)
		hub_iterate(hub);
}

static void
allow(Hub *hub, const gchar *address, Told *ret_told)
{
	const KnAllow wish = {.address = address, .label = "new"};

	*ret_told = (Told){0};
	kn_store_allow(hub->store, &wish, 77, on_device, ret_told);
	wait_for(hub, ret_told);
}

static void
forget(Hub *hub, Told *ret_told)
{
	*ret_told = (Told){0};
	kn_store_forget(hub->store, hub->story.fixture.device_id, on_device, ret_told);
	wait_for(hub, ret_told);
}

static gboolean
has_reserve(const Hub *hub)
{
	g_autofree gchar *path = g_build_filename(hub->story.fixture.directory, "reserve", NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void
a_massager_is_forgotten_on_a_full_disk(void)
{
	/* some file systems write elsewhere what is written over, and so have no room even for that */
	const DiskFault no_room = {DISK_WRITE, 1, ENOSPC, FALSE};
	g_auto(Hub) hub = {0};
	g_auto(Told) told = {0};

	hub_init(&hub, 100);
	g_assert_true(has_reserve(&hub));
	disk_leave(0);
	disk_fail(&no_room);
	forget(&hub, &told);
	g_assert_cmpuint(disk_n_failed(), ==, 1);
	g_assert_no_error(told.error);
	g_assert_false(told.device->is_allowed);
	/* the room was used for that, and the owner is told */
	g_assert_false(has_reserve(&hub));
	g_assert_true(hub_stats(&hub).is_nearly_full);
	g_assert_true(hub_answers(&hub));
}

/* what fails for another reason is not helped by room */
static void
one_that_is_not_known_uses_no_reserve(void)
{
	g_auto(Hub) hub = {0};
	g_auto(Told) told = {0};

	hub_init(&hub, 100);
	hub.story.fixture.device_id = 4711;
	disk_leave(0);
	forget(&hub, &told);
	g_assert_error(told.error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND);
	g_assert_true(has_reserve(&hub));
}

static void
where_nothing_helps_it_is_said_what_does(void)
{
	const DiskFault no_room = {DISK_WRITE, 1, ENOSPC, TRUE};
	g_auto(Hub) hub = {0};
	g_auto(Told) told = {0};
	g_auto(Told) later = {0};

	hub_init(&hub, 100);
	disk_leave(0);
	disk_fail(&no_room);
	forget(&hub, &told);
	g_assert_error(told.error, KN_STORE_ERROR, KN_STORE_ERROR_FULL);
	g_assert_nonnull(strstr(told.error->message, "make room"));
	disk_fail(NULL);
	forget(&hub, &later);
	g_assert_no_error(later.error);
}

static void
enrolling_on_a_full_disk_says_what_to_do_and_leaves_the_reserve(void)
{
	g_auto(Hub) hub = {0};

	hub_init(&hub, 100);
	disk_leave(0);
	for (guint i = 0; i < 200; i++) {
		g_auto(Told) told = {0};
		g_autofree gchar *address = g_strdup_printf("AA:BB:CC:00:00:%02X", i);
		allow(&hub, address, &told);
		if (!told.error)
			continue;
		g_assert_error(told.error, KN_STORE_ERROR, KN_STORE_ERROR_FULL);
		g_assert_nonnull(strstr(told.error->message, "the disk is full"));
		g_assert_nonnull(strstr(told.error->message, "make room"));
		g_test_message("after %u: %s", i, told.error->message);
		g_assert_true(has_reserve(&hub));
		return;
	}
	g_test_fail_printf("there was always room");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
#define ADD(name) g_test_add_func("/store/disk-enrol/" #name, name)
	ADD(a_massager_is_forgotten_on_a_full_disk);
	ADD(one_that_is_not_known_uses_no_reserve);
	ADD(where_nothing_helps_it_is_said_what_does);
	ADD(enrolling_on_a_full_disk_says_what_to_do_and_leaves_the_reserve);
	return g_test_run();
}
