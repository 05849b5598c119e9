# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Massagers in, summaries out."""

import json

import truth
from line import BED, ROLLER, wait_for


def test_what_was_banked_and_what_is_live_comes_out_as_computed_from_the_devices_own_records(hub, make_sim):
    sim = make_sim(f"kind=back14,address={BED},serial=B,seed=3", f"kind=roller,address={ROLLER},serial=R,seed=4")
    sim.bank(90, "rocking")
    sim.bank(120, "holds")
    sim.bank(60, "saturation")
    sim.bank(80, "mixed", ROLLER)
    hub.start()
    hub.allow(BED, "back bed")
    hub.allow(ROLLER)
    hub.wait_caught_up(sim, BED)
    hub.wait_caught_up(sim, ROLLER)
    sim.start_session(3, "rocking", BED)
    wait_for(lambda: len([s for s in hub.sessions() if s["state"] == "ended"]) == 5, "the live session stored")
    hub.wait_caught_up(sim, BED)
    ours = hub.sessions()
    ids = {d["address"]: d["id"] for d in hub.get("/v1/status")["devices"]}
    for address in (BED, ROLLER):
        truth.assert_equal([s for s in ours if s["device_id"] == ids[address]], sim.info(address), sim.records(address))
    assert all(s["completeness_permille"] == 1000 for s in ours)
    assert max(s["hold_count"] for s in ours) > 0
    assert max(s["saturation_permille"] for s in ours) > 0


def test_an_open_session_is_shown_while_it_lasts_and_keeps_its_number(hub, make_sim):
    sim = make_sim()
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    sim.start_session(600, "mixed")
    provisional = wait_for(lambda: [s for s in hub.get("/v1/sessions")["sessions"] if s["is_provisional"] and s["active_ms"] > 500],
                           "a provisional session")
    assert len(provisional) == 1
    sim.stop_session()
    # between its end and its row it is shown ended and still provisional
    ended = wait_for(lambda: [s for s in hub.sessions() if s["state"] == "ended" and not s["is_provisional"]], "its row")
    assert len(ended) == len(hub.sessions()) == 1
    assert ended[0]["first_seq"] == provisional[0]["first_seq"]
    assert ended[0]["duration_ms"] >= provisional[0]["duration_ms"]


def test_the_week_is_the_sum_of_its_sessions(hub, make_sim):
    sim = make_sim()
    for seconds in (61, 75, 90):
        sim.bank(seconds, "rocking")
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    sessions = hub.sessions()
    week = hub.get("/v1/summary?period=week")
    assert week["n_sessions"] == len(sessions) == 3
    assert week["dose_hpa_ms"] == sum(s["dose_hpa_ms"] for s in sessions)
    assert week["hold_count"] == sum(s["hold_count"] for s in sessions)
    assert week["peak_hpa"] == max(s["peak_hpa"] for s in sessions)
    assert week["completeness_permille"] == 1000


def test_every_command_prints_a_screen_and_its_json(hub, make_sim):
    sim = make_sim()
    sim.bank(70, "holds")
    hub.start()
    assert hub.cli("allow", BED, "--label", "back bed").returncode == 0
    hub.wait_caught_up(sim)
    for command in ([], ["summary"], ["sessions"], ["show", "last"], ["devices"], ["status"]):
        done = hub.cli(*command)
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout.strip() and all(len(line) <= 80 for line in done.stdout.splitlines()), done.stdout
        done = hub.cli(*command, "--json")
        assert done.returncode == 0 and json.loads(done.stdout)
        done = hub.cli(*command[:1], "--help")
        assert done.returncode == 0 and "knead" in done.stdout
    assert len(hub.cli().stdout.splitlines()) <= 24


def test_a_new_hub_with_nothing_enrolled_says_what_to_do_next(hub):
    hub.start()
    done = hub.cli()
    assert done.returncode == 0
    assert "sudo knead scan" in done.stdout and "sudo knead pair" in done.stdout


def test_a_stranger_is_neither_connected_nor_recorded(hub, make_sim):
    sim = make_sim()
    sim.bank(60)
    hub.start()
    heard = wait_for(lambda: [d for d in hub.get("/v1/devices")["devices"] if d["address"] == BED], "the stranger heard")
    assert len(heard) == 1
    assert sim.status()["n_connects"] == 0
    assert hub.get("/v1/sessions")["sessions"] == []


def test_a_device_that_is_not_bonded_is_never_read(hub, make_sim):
    sim = make_sim(f"kind=back14,address={BED},serial=B,seed=1,bonded=no")
    sim.bank(60)
    hub.start()
    hub.allow()
    wait_for(lambda: hub.device().get("link") == "not-bonded", "the link said not bonded")
    assert sim.status()["n_fetches"] == 0
    assert hub.get("/v1/sessions")["sessions"] == []
