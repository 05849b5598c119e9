# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Massagers that do harm, claim to be another, or can not be served: cut off or told, and the others never notice."""

import json

import line
import pytest
import truth
from line import BED, ROLLER, wait_for

DEVICE = f"kind=back14,address={BED},serial=B,seed=5"
OTHER = f"kind=roller,address={ROLLER},serial=R,seed=6"


def why(hub, device=BED):
    return hub.get(f"/v1/devices/{device}/why")


def why_is(hub, wanted, words, device=BED):
    """In JSON and in the words of knead why, in at most three lines of a terminal."""
    wait_for(lambda: why(hub, device)["cause"] == wanted, wanted, process=hub.process.child)
    done = hub.cli("why", device)
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    assert words in text and 1 <= len(done.stdout.splitlines()) <= 3, done.stdout


def events(hub, kind):
    return [e for e in hub.get("/v1/log?limit=400")["events"] if e["kind"] == kind]


def start_with_two(hub, sim):
    hub.start()
    for address, label in ((BED, "back bed"), (ROLLER, "roller")):
        hub.allow(address, label)
        hub.wait_caught_up(sim, address)


def test_fault_59_a_flood_is_cut_off_and_told_and_the_other_massager_misses_nothing(hub, make_sim):
    sim = make_sim(DEVICE + ",history=1d", OTHER)
    start_with_two(hub, sim)
    sim.start_session(600, "rocking", ROLLER)
    # four times the flood of the fault, so that it is over in a quarter of the time
    sim.call("Flood", "(su)", BED, 4000)
    device = wait_for(lambda: hub.device() if "quarantined_until" in hub.device() else None, "the quarantine")
    assert (device["link"], device["refusal"], device["offence"]) == ("quarantined", "quarantined", "flood")
    assert device["counters"]["n_quarantines"] == 1
    wait_for(lambda: not sim.status()["connected"], "the link's end")
    assert "more than 500 notifications a second" in why(hub)["text"]
    assert "quarantined" in hub.cli("devices").stdout
    event, = events(hub, "quarantined")
    assert event["class"] == "alarm" and "; until 2" in event["detail"]
    assert "is left alone for a while" in " ".join(hub.cli("log").stdout.split())
    newest = sim.status(ROLLER)["newest"]
    wait_for(lambda: sim.status(ROLLER)["newest"] >= newest + 10, "ten more records of the other")
    sim.stop_session(ROLLER)
    hub.wait_caught_up(sim, ROLLER)
    other = hub.device(ROLLER)["counters"]
    assert other["n_live_missed"] == 0 and other["n_counter_jumps"] == 0 and other["n_ignored"] == 0
    session, = [s for s in hub.sessions() if s["device_id"] == hub.device(ROLLER)["id"]]
    assert session["completeness_permille"] == 1000
    truth.assert_equal([session], sim.info(ROLLER), sim.records(ROLLER))


@pytest.mark.parametrize("how", ["header", "length", "crc"])
def test_twenty_malformed_notifications_end_in_quarantine_and_nineteen_do_not(hub, make_sim, how):
    sim = make_sim(DEVICE + ",history=1d")
    hub.start()
    hub.allow(label="back bed")
    hub.wait_caught_up(sim)
    sim.call("SendMalformed", "(sus)", BED, 19, how)
    wait_for(lambda: hub.device()["counters"]["n_malformed"] == 19, "nineteen of them")
    assert why(hub)["cause"] == "well"
    sim.call("SendMalformed", "(sus)", BED, 1, how)
    why_is(hub, "quarantined", "it sent 20 records within a minute that can not be read. Check its firmware.")
    assert hub.device()["counters"][f"n_bad_{how}"] == 20


def test_a_bluetoothd_that_restarts_does_not_end_a_quarantine(hub, make_sim):
    sim = make_sim(DEVICE + ",history=1d")
    hub.start("--timer-scale", line.timer_scale(0.01))
    hub.allow()
    hub.wait_caught_up(sim)
    sim.call("SendMalformed", "(sus)", BED, 20, "crc")
    wait_for(lambda: "quarantined_until" in hub.device(), "the quarantine")
    sim.call("SetBluez", "(b)", False)
    wait_for(lambda: why(hub)["cause"] == "no-bluetoothd", "bluetoothd gone")
    sim.call("SetBluez", "(b)", True)
    why_is(hub, "quarantined", "left alone until")
    # its six seconds are ten minutes; then it is served again by itself
    hub.wait_caught_up(sim)
    assert hub.device()["counters"]["n_quarantines"] == 1 and len(events(hub, "quarantined")) == 1
    assert "quarantined_until" not in hub.device() and why(hub)["cause"] == "well"


def test_fault_47_of_two_with_one_serial_the_later_is_refused_until_the_other_is_forgotten(hub, make_sim):
    clone = "C0:FF:EE:00:00:09"
    sim = make_sim(DEVICE + ",history=1d", f"kind=back14,address={clone},serial=B,seed=9,history=2d")
    hub.start()
    hub.allow(BED, "back bed")
    hub.wait_caught_up(sim)
    hub.allow(clone, "clone")
    why_is(hub, "serial-conflict", f"clone tells the same model and serial as back bed: it may be a copy, and nothing of it is recorded. "
                                   f"Forget one: sudo knead forget {clone} (or {BED})", "clone")
    device = hub.device(clone)
    assert (device["link"], device["refusal"], device["counters"]["n_notifications"]) == ("serial-conflict", "serial-conflict", 0)
    event, = events(hub, "serial_conflict")
    assert event["device"]["label"] == "clone" and event["detail"].endswith("massager 1, which was allowed before it")
    assert why(hub)["cause"] == "well"
    hub.stop()
    assert hub.rows("SELECT count(*) FROM block JOIN log USING (log_key) JOIN device USING (device_id) WHERE address = ?", clone) == [(0,)]
    assert hub.rows("SELECT count(*) FROM info JOIN device USING (device_id) WHERE address = ?", clone) == [(0,)]
    # what the database knows of the first one is enough, be it near or not
    sim.call("Vanish", "(s)", BED)
    hub.start()
    why_is(hub, "serial-conflict", "clone tells the same", "clone")
    # and when it is forgotten the other one is served at once, not in ten minutes
    assert hub.cli("forget", "back bed").returncode == 0
    hub.wait_caught_up(sim, clone)
    assert why(hub, "clone")["cause"] == "well"


def test_two_massagers_of_one_kind_and_name_are_two(hub, make_sim):
    second = "C0:FF:EE:00:00:09"
    sim = make_sim(DEVICE + ",history=1d", f"kind=back14,address={second},serial=C,seed=9,history=1d")
    hub.start()
    hub.allow(BED, "bed")
    hub.allow(second, "bed too")
    hub.wait_caught_up(sim)
    hub.wait_caught_up(sim, second)
    assert why(hub)["cause"] == why(hub, second)["cause"] == "well"
    assert not events(hub, "serial_conflict")


def test_64_massagers_can_be_allowed_and_the_65th_when_one_is_forgotten(hub):
    hub.start()
    for number in range(64):
        hub.allow(f"C0:FF:EE:00:03:{number:02X}")
    for _ in range(10):
        status, problem = hub.request("POST", f"/v1/devices/{BED}/allow", {})
        assert status == 409 and "64 massagers, which is its limit: forget one first" in problem["detail"]
    # one that is among them may be named anew
    hub.allow("C0:FF:EE:00:03:3F", "the last")
    assert hub.cli("forget", "the last").returncode == 0
    hub.allow(BED)
    assert sum(d["is_allowed"] for d in hub.get("/v1/status")["devices"]) == 64


def test_fault_58_a_newer_protocol_is_told_and_nothing_is_guessed(hub, make_sim):
    sim = make_sim(DEVICE + ",history=1d")
    sim.call("SetProtocol", "(su)", BED, 2)
    hub.start()
    hub.allow(label="back bed")
    why_is(hub, "newer-protocol", "speaks a newer protocol than this hub, which can not read what it has. Update knead:")
    assert hub.device()["refusal"] == "newer-protocol" and hub.device()["counters"]["n_records"] == 0
    assert "update knead" in events(hub, "link_refused")[0]["detail"]


def test_why_tells_a_massager_that_another_hub_owns(hub, make_sim):
    sim = make_sim(DEVICE + ",history=1d")
    sim.call("SetOwner", "(st)", BED, 77)
    hub.start()
    hub.allow(label="back bed")
    why_is(hub, "foreign-owner", "back bed belongs to another hub: it is recorded here too")
    wait_for(lambda: len(hub.sessions()) == 1, "its session")
    assert sim.status()["trimmed_to"] == 0


def test_why_tells_a_massager_that_does_not_take_the_time(hub, make_sim):
    sim = make_sim(DEVICE + ",history=1d")
    sim.call("IgnoreClock", "(sb)", BED, True)
    hub.start()
    hub.allow(label="back bed")
    why_is(hub, "clock-never-set", "back bed does not know what time it is, though it was told")
    sim.call("IgnoreClock", "(sb)", BED, False)
    sim.call("Disconnect", "(s)", BED)
    wait_for(lambda: why(hub)["cause"] == "well", "the time known")


def test_why_tells_a_massager_that_is_stuck(hub, make_sim):
    sim = make_sim(DEVICE + ",history=1d")
    sim.call("HoldFetch", "(sb)", BED, True)
    hub.start()
    hub.allow(label="back bed")
    why_is(hub, "stuck", "back bed is connected, but does not send what it has:")
    assert json.loads(hub.cli("status", "--json").stdout)["devices"][0]["is_stuck"]
