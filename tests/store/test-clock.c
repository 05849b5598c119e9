/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the hub's clock goes wrong in every way it can, and the sessions in the store are right all the same */

#include "fixture.h"

#include "core/base/zone.h"
#include "core/log/hub-time.h"

#define S     G_GINT64_CONSTANT(1000000)
#define HOUR  (3600 * S)
#define DAY   (24 * HOUR)
#define TRUE0 (G_GINT64_CONSTANT(1795168800) * S) /* 2026-11-20 10:00 UTC: the hub boots */

/* a hub with an honest boottime and a wall clock that somebody sets */
typedef struct {
	Fixture fixture;
	guint64 hub_boot_id;
	gint64 booted_us; /* truth: UTC at boottime 0 */
	gint64 set_us;    /* what the wall clock shows is the truth and this */
	ktp_ClockQuality quality;
	gint64 device_booted_us; /* truth: UTC at tick 0 of the massager */
	KnHubTime time;
	guint n_notes;
	guint64 stored_seq;
} Hub;

static void
hub_clear(Hub *hub)
{
	fixture_clear(&hub->fixture);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Hub, hub_clear)

/* shown_us: what the wall clock begins with */
static void
boot_hub(Hub *hub, guint64 id, gint64 at_us, gint64 shown_us, ktp_ClockQuality quality)
{
	hub->hub_boot_id = id;
	hub->booted_us = at_us;
	hub->set_us = shown_us - at_us;
	hub->quality = quality;
	hub->time = (KnHubTime){0};
}

static KnNow
now_of(const Hub *hub, gint64 true_us)
{
	return (KnNow){true_us - hub->booted_us, true_us + hub->set_us, hub->quality};
}

static void
commit(Hub *hub, KnBatch *batch)
{
	g_autoptr(KnBatch) owned = batch;
	GError *error = NULL;
	g_autoptr(KnCommit) done = kn_writer_commit(&hub->fixture.writer, owned, &error);

	g_assert_no_error(error);
	g_assert_nonnull(done);
}

/* the clock is looked at, as with every tick */
static void
look(Hub *hub, gint64 true_us)
{
	KnNow now = now_of(hub, true_us);
	KnBatch *batch = kn_batch_new(1);
	KnHubAnchor reading = {hub->hub_boot_id, now.boottime_us, now.utc_us, (guint8)now.quality};
	gint64 step_us;

	if (kn_hub_time_feed(&hub->time, &now, &step_us)) {
		g_array_append_val(batch->hub_anchors, reading);
		hub->n_notes++;
	}
	commit(hub, batch);
}

static void
set_clock(Hub *hub, gint64 true_us, gint64 off_us, ktp_ClockQuality quality)
{
	hub->set_us = off_us;
	hub->quality = quality;
	look(hub, true_us);
}

/* GetClock: 40 ms there and back */
static void
read_device_clock(Hub *hub, gint64 true_us)
{
	KnNow now = now_of(hub, true_us);
	KnBatch *batch = kn_batch_new(1);
	const KnAnchor anchor = {.device_id = hub->fixture.device_id,
				 .log_id = LOG_ID,
				 .boot = hub->fixture.boot,
				 .t_ms = (guint64)(true_us - hub->device_booted_us) / 1000,
				 .utc_us = now.utc_us,
				 .error_us = 20000,
				 .quality = (guint8)now.quality,
				 .hub_boot_id = hub->hub_boot_id,
				 .hub_us = now.boottime_us};

	g_array_append_val(batch->anchors, anchor);
	commit(hub, batch);
}

static void
switch_on(Hub *hub, gint64 true_us)
{
	if (hub->fixture.tape->len > 0)
		tape_reboot(&hub->fixture);
	hub->device_booted_us = true_us;
	hub->fixture.t_ms = 0;
}

/* a session of n records of 320 ms, begun now; the massager is asked the time as it begins */
static void
use(Hub *hub, gint64 true_us, guint n_records)
{
	Fixture *fixture = &hub->fixture;
	guint64 begun_ms = (guint64)(true_us - hub->device_booted_us) / 1000;

	read_device_clock(hub, true_us);
	fixture->t_ms = begun_ms;
	tape_start(fixture);
	tape_samples(fixture, n_records, 300);
	tape_end(fixture, fixture->t_ms - begun_ms);
	fixture_store(fixture, hub->stored_seq + 1, tape_newest(fixture));
	hub->stored_seq = tape_newest(fixture);
}

static const KnSession *
session_at(GPtrArray *sessions, guint i)
{
	return sessions->pdata[i];
}

static void
assert_session(GPtrArray *sessions, guint i, gint64 true_us)
{
	g_assert_true(session_at(sessions, i)->is_time_known);
	g_assert_cmpint(ABS(session_at(sessions, i)->start_utc_us - true_us), <=, 1000);
}

/* ---- 1970 at boot ---- */

static void
a_hub_that_starts_in_1970_records_at_once_and_is_right_later(void)
{
	g_auto(Hub) hub = {.device_booted_us = TRUE0};
	g_autoptr(GPtrArray) before = NULL, after = NULL;
	KnPeriod period;
	KnDay day = kn_zone_day(TRUE0, "Europe/Berlin");

	fixture_init(&hub.fixture);
	boot_hub(&hub, 11, TRUE0, 0, ktp_CLOCK_UNKNOWN);
	look(&hub, TRUE0);
	use(&hub, TRUE0 + 60 * S, 20);
	/* the massager is switched off and on: nothing of its first boot is ever dated by a clock that is right */
	switch_on(&hub, TRUE0 + 300 * S);
	use(&hub, TRUE0 + 400 * S, 20);
	before = fixture_sessions(&hub.fixture);
	g_assert_cmpuint(before->len, ==, 2);
	g_assert_true(session_at(before, 0)->is_time_uncertain);
	assert_session(before, 0, 60 * S);
	set_clock(&hub, TRUE0 + 600 * S, 0, ktp_CLOCK_SYNCED);
	after = fixture_sessions(&hub.fixture);
	assert_session(after, 0, TRUE0 + 60 * S);
	assert_session(after, 1, TRUE0 + 400 * S);
	for (guint i = 0; i < 2; i++) {
		g_assert_false(session_at(after, i)->is_time_uncertain);
		g_assert_cmpint(session_at(after, i)->id, ==, session_at(before, i)->id);
		g_assert_cmpint(session_at(after, i)->revision, >, session_at(before, i)->revision);
		g_assert_cmpuint(session_at(after, i)->metrics.duration_ms, ==,
				 session_at(before, i)->metrics.duration_ms);
	}
	kn_summary_period(after, day, day, &period);
	g_assert_cmpuint(period.n_sessions, ==, 2);
	kn_summary_period(after, -1, 1, &period);
	g_assert_cmpuint(period.n_sessions, ==, 0);
}

static void
what_is_read_while_the_clock_is_worse_than_it_was_is_dated_by_the_better_one(void)
{
	g_auto(Hub) hub = {.device_booted_us = TRUE0};
	g_autoptr(GPtrArray) sessions = NULL;

	fixture_init(&hub.fixture);
	boot_hub(&hub, 11, TRUE0, TRUE0, ktp_CLOCK_SYNCED);
	look(&hub, TRUE0);
	/* somebody sets it wrong, and the network does not answer for the rest of the day */
	set_clock(&hub, TRUE0 + 600 * S, -DAY, ktp_CLOCK_RESTORED);
	switch_on(&hub, TRUE0 + HOUR);
	use(&hub, TRUE0 + HOUR + 60 * S, 20);
	sessions = fixture_sessions(&hub.fixture);
	assert_session(sessions, 0, TRUE0 + HOUR + 60 * S);
	g_assert_false(session_at(sessions, 0)->is_time_uncertain);
}

/* ---- never synced ---- */

/* three boots of the hub, each with one session of one boot of the massager; the middle one has no network. shown_us: its wall clock
 * then */
static void
record_three_boots(Hub *hub, gint64 shown_us, ktp_ClockQuality quality)
{
	fixture_init(&hub->fixture);
	hub->device_booted_us = TRUE0;
	boot_hub(hub, 11, TRUE0, TRUE0, ktp_CLOCK_SYNCED);
	look(hub, TRUE0);
	use(hub, TRUE0 + 60 * S, 20);
	boot_hub(hub, 22, TRUE0 + DAY, shown_us, quality);
	look(hub, TRUE0 + DAY);
	switch_on(hub, TRUE0 + DAY + 30 * S);
	use(hub, TRUE0 + DAY + 60 * S, 20);
	boot_hub(hub, 33, TRUE0 + 2 * DAY, TRUE0 + 2 * DAY, ktp_CLOCK_SYNCED);
	look(hub, TRUE0 + 2 * DAY);
	switch_on(hub, TRUE0 + 2 * DAY + 30 * S);
	use(hub, TRUE0 + 2 * DAY + 60 * S, 20);
}

static void
assert_only_the_middle_one_is_uncertain(Hub *hub)
{
	g_autoptr(GPtrArray) sessions = fixture_sessions(&hub->fixture);
	const KnSession *middle = session_at(sessions, 1);

	g_assert_cmpuint(sessions->len, ==, 3);
	assert_session(sessions, 0, TRUE0 + 60 * S);
	assert_session(sessions, 2, TRUE0 + 2 * DAY + 60 * S);
	g_assert_true(middle->is_time_uncertain);
	g_assert_cmpint(middle->start_utc_us, >=, TRUE0 + 60 * S);
	g_assert_cmpint(middle->start_utc_us, <=, TRUE0 + 2 * DAY + 30 * S);
	g_assert_false(session_at(sessions, 0)->is_time_uncertain);
	g_assert_false(session_at(sessions, 2)->is_time_uncertain);
}

static void
a_boot_that_was_never_synced_is_bracketed_and_flagged(void)
{
	g_auto(Hub) hub = {0};

	record_three_boots(&hub, 0, ktp_CLOCK_UNKNOWN);
	assert_only_the_middle_one_is_uncertain(&hub);
}

/* without a battery clock the system goes on at the time it was switched off: plausible, and a day late */
static void
a_restored_clock_that_nobody_confirmed_is_flagged_on_a_hub_that_knows_better(void)
{
	g_auto(Hub) hub = {0};

	record_three_boots(&hub, TRUE0 + 120 * S, ktp_CLOCK_RESTORED);
	assert_only_the_middle_one_is_uncertain(&hub);
}

/* a person sets the clock of a hub without a network: that is the best there is, and for the whole boot */
static void
on_a_hub_without_a_network_the_person_who_sets_its_clock_is_believed(void)
{
	g_auto(Hub) hub = {.device_booted_us = TRUE0};
	g_autoptr(GPtrArray) sessions = NULL;

	fixture_init(&hub.fixture);
	boot_hub(&hub, 11, TRUE0, TRUE0 - 8 * HOUR, ktp_CLOCK_RESTORED);
	look(&hub, TRUE0);
	use(&hub, TRUE0 + 60 * S, 20);
	set_clock(&hub, TRUE0 + 600 * S, 0, ktp_CLOCK_RESTORED);
	sessions = fixture_sessions(&hub.fixture);
	assert_session(sessions, 0, TRUE0 + 60 * S);
	g_assert_false(session_at(sessions, 0)->is_time_uncertain);
}

/* ---- steps ---- */

/* 1,500 records are eight minutes; in their middle the clock is set, and the massager is asked again */
static void
step_in_a_session(gint64 off_us, ktp_ClockQuality quality)
{
	g_auto(Hub) hub = {.device_booted_us = TRUE0};
	Fixture *fixture = &hub.fixture;
	g_autoptr(GPtrArray) sessions = NULL;

	fixture_init(fixture);
	boot_hub(&hub, 11, TRUE0, TRUE0, ktp_CLOCK_SYNCED);
	look(&hub, TRUE0);
	read_device_clock(&hub, TRUE0 + 60 * S);
	fixture->t_ms = 60000;
	tape_start(fixture);
	tape_samples(fixture, 750, 300);
	fixture_store(fixture, 1, tape_newest(fixture));
	set_clock(&hub, TRUE0 + 300 * S, off_us, quality);
	read_device_clock(&hub, TRUE0 + 301 * S);
	hub.stored_seq = tape_newest(fixture);
	tape_samples(fixture, 750, 300);
	tape_end(fixture, 480000);
	fixture_store(fixture, hub.stored_seq + 1, tape_newest(fixture));
	sessions = fixture_sessions(fixture);
	g_assert_cmpuint(sessions->len, ==, 1);
	assert_session(sessions, 0, TRUE0 + 60 * S);
	g_assert_cmpuint(session_at(sessions, 0)->metrics.duration_ms, ==, 1500 * 320);
	g_assert_false(session_at(sessions, 0)->span.state == KN_SESSION_OPEN);
}

static void
a_step_in_a_session_changes_neither_its_length_nor_its_begin(void)
{
	const gint64 steps[] = {-HOUR, HOUR, -DAY, DAY};

	for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
		step_in_a_session(steps[i], ktp_CLOCK_RESTORED);
		step_in_a_session(steps[i], ktp_CLOCK_SYNCED);
	}
}

/* once a second the clock is set by 50 ms, twenty times; then it is slewed by 500 ppm for an hour, which moves both clocks alike */
static void
many_small_steps_are_one_note_a_minute(void)
{
	g_auto(Hub) hub = {.device_booted_us = TRUE0};

	fixture_init(&hub.fixture);
	boot_hub(&hub, 11, TRUE0, TRUE0, ktp_CLOCK_SYNCED);
	look(&hub, TRUE0);
	for (guint i = 1; i <= 20; i++)
		set_clock(&hub, TRUE0 + i * S, i * 50000, ktp_CLOCK_SYNCED);
	g_assert_cmpuint(hub.n_notes, ==, 1);
	for (guint i = 21; i <= 200; i++)
		look(&hub, TRUE0 + i * S);
	g_assert_cmpuint(hub.n_notes, ==, 2);
	g_assert_cmpint(hub.time.noted.utc_us - hub.time.noted.boottime_us, ==, TRUE0 + S);
	for (guint i = 0; i < 3600; i++) {
		hub.booted_us -= 500;
		hub.set_us += 500;
		look(&hub, TRUE0 + (201 + i) * S);
	}
	g_assert_cmpuint(hub.n_notes, ==, 2);
	g_assert_cmpint(fixture_count(&hub.fixture, "SELECT count(*) FROM hub_boot"), ==, 1);
}

/* ---- sleep ---- */

/* The hub sleeps for eight hours in a session, and learns the time after it: boottime went on, as the massager's ticks did. */
static void
a_machine_that_slept_eight_hours_in_a_session_has_it_right(void)
{
	g_auto(Hub) hub = {.device_booted_us = TRUE0};
	Fixture *fixture = &hub.fixture;
	g_autoptr(GPtrArray) sessions = NULL;
	const KnSession *session;

	fixture_init(fixture);
	boot_hub(&hub, 11, TRUE0, 0, ktp_CLOCK_UNKNOWN);
	look(&hub, TRUE0);
	read_device_clock(&hub, TRUE0 + 60 * S);
	fixture->t_ms = 60000;
	tape_start(fixture);
	tape_samples(fixture, 100, 300);
	fixture_store(fixture, 1, tape_newest(fixture));
	hub.stored_seq = tape_newest(fixture);
	look(&hub, TRUE0 + 8 * HOUR);
	g_assert_cmpuint(hub.n_notes, ==, 1);
	set_clock(&hub, TRUE0 + 8 * HOUR + 10 * S, 0, ktp_CLOCK_SYNCED);
	/* the pause is in the records: 28,800 s without a sample */
	fixture->t_ms += 28800000;
	tape_samples(fixture, 100, 300);
	tape_end(fixture, 28800000 + 200 * 320);
	fixture_store(fixture, hub.stored_seq + 1, tape_newest(fixture));
	sessions = fixture_sessions(fixture);
	g_assert_cmpuint(sessions->len, ==, 1);
	session = session_at(sessions, 0);
	assert_session(sessions, 0, TRUE0 + 60 * S);
	g_assert_cmpuint(session->metrics.duration_ms, ==, 28800000 + 200 * 320);
	/* eight hours without a sample add nothing: only the two hundred records of 320 ms count */
	g_assert_cmpuint(session->metrics.active_ms, ==, 200 * 320);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/clock/" #name, name)
	ADD(a_hub_that_starts_in_1970_records_at_once_and_is_right_later);
	ADD(what_is_read_while_the_clock_is_worse_than_it_was_is_dated_by_the_better_one);
	ADD(a_boot_that_was_never_synced_is_bracketed_and_flagged);
	ADD(a_restored_clock_that_nobody_confirmed_is_flagged_on_a_hub_that_knows_better);
	ADD(on_a_hub_without_a_network_the_person_who_sets_its_clock_is_believed);
	ADD(a_step_in_a_session_changes_neither_its_length_nor_its_begin);
	ADD(many_small_steps_are_one_note_a_minute);
	ADD(a_machine_that_slept_eight_hours_in_a_session_has_it_right);
	return g_test_run();
}
