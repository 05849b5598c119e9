/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* a device of a few thousand records behind a link of 400 notifications a second and 45 ms a round trip, in virtual time */

#include "pipeline-fixture.h"

enum {
	SLOT_US = 2500,      /* a notification takes one */
	ONE_WAY_SLOTS = 9,   /* 22.5 ms */
	N_RECORDS = 12000,   /* half a minute at best */
	SLOTS_MAX = 1000000, /* bounds a test that would not end */
};

/* on its way, either direction */
typedef struct {
	guint due_slot;
	ktp_Control control; /* to the device */
	guint64 seq;         /* from it: a record; 0: */
	KnRange done;        /* the end of this range; 0: State */
} Parcel;

typedef struct {
	PipelineFixture f;
	guint slot;
	GQueue up;     /* owned: Parcel */
	GQueue down;   /* owned: Parcel */
	GQueue serves; /* owned: KnRange */
	guint64 next_seq;
	guint n_states; /* to be told */
	guint64 n_sent; /* records */
} World;

static void
world_clear_link(World *world)
{
	g_queue_clear_full(&world->up, g_free);
	g_queue_clear_full(&world->down, g_free);
	g_queue_clear_full(&world->serves, g_free);
	world->next_seq = 0;
	world->n_states = 0;
}

static void
send_down(World *world, guint64 seq, const KnRange *done)
{
	Parcel *parcel = g_new0(Parcel, 1);

	parcel->due_slot = world->slot + ONE_WAY_SLOTS;
	parcel->seq = seq;
	if (done)
		parcel->done = *done;
	g_queue_push_tail(&world->down, parcel);
}

static void
device_hears(World *world)
{
	while (world->up.length > 0 &&
	       ((const Parcel *)world->up.head->data)->due_slot <= world->slot) {
		g_autofree Parcel *parcel = g_queue_pop_head(&world->up);
		const ktp_Control *control = &parcel->control;
		const KnRange range = {control->op.fetch.from_seq, control->op.fetch.to_seq};
		if (control->which_op == ktp_Control_get_state_tag)
			world->n_states++;
		if (control->which_op == ktp_Control_fetch_tag)
			g_queue_push_tail(&world->serves, g_memdup2(&range, sizeof range));
	}
	g_assert_cmpuint(world->serves.length, <=, 2);
}

/* one notification a slot; ranges in order, each with its end */
static void
device_sends(World *world)
{
	KnRange *range = g_queue_peek_head(&world->serves);

	if (world->n_states > 0) {
		world->n_states--;
		send_down(world, 0, NULL);
		return;
	}
	if (!range)
		return;
	world->next_seq = MAX(world->next_seq, range->first);
	if (world->next_seq <= range->last) {
		world->n_sent++;
		send_down(world, world->next_seq++, NULL);
		return;
	}
	send_down(world, 0, range);
	g_free(g_queue_pop_head(&world->serves));
	world->next_seq = 0;
}

static void
hub_hears(World *world)
{
	while (world->down.length > 0 &&
	       ((const Parcel *)world->down.head->data)->due_slot <= world->slot) {
		g_autofree Parcel *parcel = g_queue_pop_head(&world->down);
		const KnRange *done = &parcel->done;
		if (parcel->seq > 0)
			pf_send_samples(&world->f, KN_FRAME_HISTORY, parcel->seq, parcel->seq);
		else if (done->first > 0)
			pf_send_done(&world->f, done->first, done->last,
				     (guint32)(done->last - done->first + 1));
		else
			pf_send_state(&world->f, PF_FIRST_LOG, 1, N_RECORDS, PF_HUB_ID);
	}
}

static void
hub_sends(World *world)
{
	for (guint i = 0; i < world->f.controls->len; i++) {
		Parcel *parcel = g_new0(Parcel, 1);
		parcel->due_slot = world->slot + ONE_WAY_SLOTS;
		parcel->control = g_array_index(world->f.controls, ktp_Control, i);
		g_queue_push_tail(&world->up, parcel);
	}
	g_array_set_size(world->f.controls, 0);
}

static void
step(World *world)
{
	world->slot++;
	world->f.now.boottime_us += SLOT_US;
	world->f.now.utc_us += SLOT_US;
	device_hears(world);
	device_sends(world);
	hub_hears(world);
	if (world->slot % (G_USEC_PER_SEC / SLOT_US) == 0)
		kn_pipeline_tick(world->f.pipeline, &world->f.now);
	pf_commit_all(&world->f);
	hub_sends(world);
	g_assert_cmpuint(world->slot, <, SLOTS_MAX);
}

static gboolean
is_caught_up(const World *world)
{
	KnPipelineDeviceStatus status = pf_status_of(&world->f);

	return status.is_newest_known && status.n_missing == 0;
}

static void
set_up(World *world, gconstpointer data)
{
	pf_set_up(&world->f, NULL);
	pf_link_up(&world->f);
}

static void
tear_down(World *world, gconstpointer data)
{
	world_clear_link(world);
	pf_tear_down(&world->f, NULL);
}

static void
a_backfill_uses_nine_tenths_of_the_link(World *world, gconstpointer data)
{
	while (!is_caught_up(world))
		step(world);
	g_assert_cmpuint(world->n_sent, ==, N_RECORDS);
	/* one slot each would be all of it */
	g_assert_cmpuint(N_RECORDS * 10, >=, world->slot * 9);
}

static void
a_link_that_falls_again_and_again_costs_what_was_in_the_air(World *world, gconstpointer data)
{
	guint n_losses = 0;

	while (!is_caught_up(world)) {
		step(world);
		/* at every phase of a range, sooner or later */
		if (world->slot % 1009 != 0)
			continue;
		n_losses++;
		kn_pipeline_link_down(world->f.pipeline, PF_DEVICE, &world->f.now);
		world_clear_link(world);
		g_array_set_size(world->f.controls, 0);
		pf_link_up(&world->f);
		hub_sends(world);
	}
	g_assert_cmpuint(n_losses, >=, 10);
	/* two ranges would be 128: none of what had come is asked for again */
	g_assert_cmpuint(world->n_sent, <=, N_RECORDS + n_losses * (ONE_WAY_SLOTS + 1));
	g_assert_cmpuint(pf_status_of(&world->f).counters.n_records, ==, N_RECORDS);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/core/pipeline-backfill/" #name, World, NULL, set_up, name, tear_down)
	ADD(a_backfill_uses_nine_tenths_of_the_link);
	ADD(a_link_that_falls_again_and_again_costs_what_was_in_the_air);
#undef ADD
	return g_test_run();
}
