# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A hub whose database is damaged goes on by itself: the old one is kept, the massagers are asked again, and people are told."""

import json
import subprocess

import pytest
from line import BED, KNEADD, wait_for


@pytest.fixture
def sim(make_sim):
    return make_sim()


def session_keys(hub):
    return [(s["log_id"], s["boot"], s["first_seq"], s["last_seq"], s["dose_hpa_ms"]) for s in hub.sessions()]


@pytest.fixture
def recorded(hub, sim):
    """A hub that recorded two sessions of one massager and was stopped."""
    sim.bank(40, "holds")
    sim.bank(40, "rocking")
    hub.start()
    hub.allow(label="back bed")
    hub.wait_caught_up(sim)
    wait_for(lambda: len(hub.sessions()) == 2, "both sessions")
    hub.before = session_keys(hub)
    hub.id = hub.get("/v1/status")["hub_id"]
    return hub


def damage_the_first_page(hub):
    with open(hub.state / "knead.db", "r+b") as file:
        file.write(b"\xff" * 4096)
    return (hub.state / "knead.db").read_bytes()


def assert_told(hub):
    loss = hub.get("/v1/summary?period=week")["data_loss"]
    assert [item["file"] for item in loss] == ["knead.db.damaged-1"]
    assert "data_loss" not in hub.get("/v1/summary?period=range&from=2019-01-01&to=2019-01-02")
    assert "database was damaged" in hub.cli("summary").stdout
    assert "some may be lost with a damaged database" in hub.cli().stdout
    assert "the database was damaged (kept as knead.db.damaged-1)" in " ".join(hub.cli("log").stdout.split())
    alarms = hub.get("/v1/log?class=alarm")["events"]
    assert [event["kind"] for event in alarms].count("data_loss") == 1


def test_a_database_damaged_while_the_hub_was_off_is_kept_and_the_massager_is_asked_again(recorded, sim):
    hub = recorded
    assert hub.stop() == 0
    damaged = damage_the_first_page(hub)
    hub.start()
    # nobody allows it again, and it still is this hub's to trim
    assert hub.get("/v1/status")["hub_id"] == hub.id
    hub.wait_caught_up(sim)
    assert not hub.device()["is_foreign_owned"]
    wait_for(lambda: session_keys(hub) == hub.before, "what the massager still held")
    assert (hub.state / "knead.db.damaged-1").read_bytes() == damaged
    assert hub.get("/v1/devices")["devices"][0]["label"] == "back bed"
    assert_told(hub)
    # and it is told after the next start, too, but happens once
    assert hub.stop() == 0
    hub.start()
    assert_told(hub)


def damage_table(hub, table):
    """Its first page: nobody sees it before the table is read."""
    (page,), = hub.rows("SELECT rootpage FROM sqlite_schema WHERE name = ?", table)
    with open(hub.state / "knead.db", "r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)


@pytest.mark.parametrize("table", ["coverage", "event"], ids=["as it reads in what it knows", "with its first batch"])
def test_a_damage_that_the_running_hub_finds_sets_it_aside_without_a_new_process(recorded, sim, table):
    hub = recorded
    assert hub.stop() == 0
    damage_table(hub, table)
    hub.start()
    wait_for(lambda: (hub.state / "knead.db.damaged-1").exists(), "set aside", process=hub.process.child)
    wait_for(hub.is_answering, "the hub that began anew", process=hub.process.child)
    hub.wait_caught_up(sim)
    wait_for(lambda: session_keys(hub) == hub.before, "what the massager still held")
    assert hub.get("/v1/status")["hub_id"] == hub.id
    assert_told(hub)
    # once: what it began with is sound
    sim.bank(40, "mixed")
    wait_for(lambda: len(hub.sessions()) == 3, "recording goes on")
    assert not (hub.state / "knead.db.damaged-2").exists()


def test_a_foreign_database_is_refused_with_65_and_stays_as_it_is(recorded, sim):
    hub = recorded
    assert hub.stop() == 0
    path = hub.state / "knead.db"
    data = bytearray(path.read_bytes())
    data[68:72] = b"\x00\x00\x00\x07"
    path.write_bytes(data)
    process = hub.process
    try:
        hub.start()
    except AssertionError:
        pass
    assert hub.process is not process and hub.process.child.wait(30) == 65
    assert path.read_bytes() == bytes(data)
    assert not (hub.state / "knead.db.damaged-1").exists()
    hub.process = None


def offline(hub, *args):
    done = subprocess.run([str(KNEADD), "--state-dir", str(hub.state), "--zone", hub.zone, *map(str, args)],
                          capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_what_the_massager_does_not_have_any_more_is_brought_back_by_restore(recorded, sim):
    hub = recorded
    assert hub.stop() == 0
    damage_the_first_page(hub)
    aside = hub.state / "knead.db.damaged-1"
    # what this hub had is gone from the flash: the massager has room for it no longer
    sim.call("OverwriteOldest", "(st)", BED, sim.status()["newest"] - 50)
    hub.start()
    hub.wait_caught_up(sim)
    assert session_keys(hub) != hub.before
    code, text = offline(hub, "--restore", aside)
    assert code == 75 and "in use by another kneadd" in text
    assert hub.stop() == 0
    code, text = offline(hub, "--verify", aside)
    assert code == 65 and "no database's" in text
    code, text = offline(hub, "--restore", aside)
    assert code == 0 and "could not be read" not in text, text
    code, text = offline(hub, "--verify", hub.state / "knead.db")
    assert code == 0 and ": sound: " in text, text
    again = offline(hub, "--restore", aside)
    assert again[0] == 0 and " 0 of them were not here before" in again[1]
    hub.start()
    assert session_keys(hub) == hub.before
    assert all(s["completeness_permille"] == 1000 for s in hub.sessions())
    assert "data_loss" not in hub.get("/v1/summary?period=week")


def test_the_loss_is_json_for_programs(recorded, sim):
    hub = recorded
    assert hub.stop() == 0
    damage_the_first_page(hub)
    hub.start()
    glance = json.loads(hub.cli("--json").stdout)
    assert glance["week"]["data_loss"][0]["file"] == "knead.db.damaged-1"
    assert BED == hub.get("/v1/devices")["devices"][0]["address"]
