# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What a person does about massagers: ask why, look what is in range, forget one, find one."""

import sqlite3

import line
import pytest
import truth
from line import BED, ROLLER, wait_for

DEVICE = f"kind=back14,address={BED},serial=B,seed=5"


def cause(hub, device=BED):
    return hub.get(f"/v1/devices/{device}/why")["cause"]


def why_is(hub, wanted, words, device=BED):
    """In JSON and in the words of knead why, which says what to do in at most three lines."""
    wait_for(lambda: cause(hub, device) == wanted, wanted, process=hub.process.child)
    done = hub.cli("why", device)
    assert done.returncode == 0
    assert words in done.stdout and 1 <= len(done.stdout.splitlines()) <= 3


def test_why_names_the_bus_that_is_not_there(hub, bus):
    bus.stop()
    hub.start()
    hub.allow()
    why_is(hub, "no-bus", "systemctl start dbus")
    bus.start()
    why_is(hub, "no-bluetoothd", "systemctl start bluetooth")


@pytest.mark.parametrize("method, wanted, words", [
    ("SetBluez", "no-bluetoothd", "systemctl start bluetooth"),
    ("SetAdapter", "no-adapter", "bluetoothctl list"),
    ("SetPowered", "adapter-off", "rfkill unblock bluetooth")])
def test_why_names_the_first_thing_that_is_missing(hub, make_sim, method, wanted, words):
    sim = make_sim(DEVICE)
    hub.start()
    hub.allow()
    wait_for(lambda: cause(hub) == "well", "all well")
    sim.call(method, "(b)", False)
    why_is(hub, wanted, words)
    scan = hub.cli("scan", "--for", "1")
    assert scan.returncode == 1 and words in scan.stderr.replace("\n  ", " ")
    sim.call(method, "(b)", True)
    wait_for(lambda: cause(hub) == "well", "all well again")


def test_why_tells_a_massager_that_nobody_allowed(hub, make_sim):
    make_sim(DEVICE)
    hub.start()
    why_is(hub, "not-allowed", f"sudo knead allow {BED}")


def test_why_tells_an_unpaired_one_and_a_silent_one(hub, make_sim):
    make_sim(DEVICE + ",bonded=no")
    hub.start()
    hub.allow()
    why_is(hub, "not-bonded", f"sudo knead pair {BED}")
    hub.allow(ROLLER, label="roller")
    why_is(hub, "not-heard", "roller was not heard since the hub started", "roller")


def test_why_and_a_scan_tell_that_the_hub_can_not_listen(hub, make_sim):
    sim = make_sim(DEVICE)
    sim.call("Vanish", "(s)", BED)
    refusal = ("StartDiscovery", "org.bluez.Error.Failed", "No such luck")
    sim.call("FailNext", "(sssu)", *refusal, 100000)
    hub.start()
    hub.allow()
    why_is(hub, "cannot-listen", "sudo systemctl restart bluetooth")
    assert "refuses (No such luck)." in " ".join(hub.cli("why", BED).stdout.split())
    assert "can not listen (No such luck)" in " ".join(hub.cli("status").stdout.split())
    scan = hub.cli("scan", "--for", "1")
    assert scan.returncode == 1 and "can not listen" in scan.stderr and "restart bluetooth" in " ".join(scan.stderr.split())
    sim.call("FailNext", "(sssu)", *refusal, 0)
    why_is(hub, "not-heard", "was not heard since the hub started")
    assert "can not listen" not in hub.cli("status").stdout


def test_with_nothing_enrolled_each_scan_has_listening_tried_again(hub, make_sim):
    sim = make_sim(DEVICE + ",bonded=no")
    refusal = ("StartDiscovery", "org.bluez.Error.Failed", "No such luck")
    sim.call("FailNext", "(sssu)", *refusal, 100000)
    hub.start()
    first = hub.cli("scan", "--for", "1")
    # nobody knows who is there: that is not said of the massagers
    assert first.returncode == 0 and "did not come to listen" in first.stdout and "No massager" not in first.stdout, first.stdout
    wait_for(lambda: hub.cli("scan", "--for", "1").returncode == 1, "a scan that is told why")
    n_tried = hub.get("/v1/status")["radio"]["n_listen_errors"]

    def is_tried_again():
        assert hub.cli("scan", "--for", "1").returncode == 1  # it is known from trying, not since long ago
        return hub.get("/v1/status")["radio"]["n_listen_errors"] > n_tried
    wait_for(is_tried_again, "another try")
    sim.call("FailNext", "(sssu)", *refusal, 0)
    found = wait_for(lambda: BED in (scan := hub.cli("scan", "--for", "1").stdout) and scan, "a scan that hears it")
    assert f"sudo knead pair {BED}" in " ".join(found.split())


def test_a_scan_lists_what_is_in_range_and_the_next_step_for_each(hub, make_sim):
    make_sim(DEVICE, f"kind=roller,address={ROLLER},serial=R,seed=6,bonded=no")
    hub.start()
    hub.allow(label="back bed")
    wait_for(lambda: cause(hub) == "well", "the bed")
    done = hub.cli("scan", "--for", "3")
    assert done.returncode == 0, done.stderr
    assert "back bed" in done.stdout and "recorded" in done.stdout
    assert f"sudo knead pair {ROLLER}" in " ".join(done.stdout.split())
    assert all(len(row) <= 80 for row in done.stdout.splitlines())


def test_a_massager_that_is_forgotten_in_mid_session_and_taken_back_misses_nothing(hub, make_sim):
    sim = make_sim(DEVICE + ",history=1d")
    hub.start()
    hub.allow(label="back bed")
    hub.wait_caught_up(sim)
    sim.start_session(6)
    wait_for(lambda: any(s["is_provisional"] for s in hub.get("/v1/sessions")["sessions"]), "the live session")
    done = hub.cli("forget", "back bed")
    assert done.returncode == 0 and f"sudo knead allow {BED}" in done.stdout
    wait_for(lambda: sim.status()["connected"] is False, "the link's end")
    assert cause(hub) == "not-allowed"
    assert not hub.get("/v1/devices")["devices"][0]["is_enrolled"]
    # it stays so over a restart: the answer came after the commit
    hub.kill()
    hub.start()
    assert not hub.get("/v1/devices")["devices"][0]["is_enrolled"]
    assert sim.status()["connected"] is False
    hub.allow()
    wait_for(lambda: not sim.status()["session_active"], "the end of the session")
    hub.wait_caught_up(sim)
    truth.assert_equal(hub.sessions(), sim.info(), sim.records())


def test_identify_reaches_the_massager_and_says_why_it_can_not(hub, make_sim):
    sim = make_sim(DEVICE)
    hub.start()
    assert hub.cli("identify", "back bed").returncode == 3
    hub.allow(ROLLER, label="roller")
    done = hub.cli("identify", "roller")
    assert done.returncode == 1 and "not connected" in done.stderr
    hub.allow(label="back bed")
    wait_for(lambda: cause(hub) == "well", "the bed")
    assert not sim.status()["identifying"]
    done = hub.cli("identify", "back bed", "--for", "30")
    assert done.returncode == 0 and "30 s" in done.stdout
    wait_for(lambda: sim.status()["identifying"], "the massager shows itself")


def test_why_tells_one_that_has_recorded_no_use_since_it_was_allowed_and_no_more_once_it_has(hub, make_sim):
    sim = make_sim(DEVICE)
    hub.start()
    hub.allow(label="back bed")
    hub.wait_caught_up(sim)
    assert cause(hub) == "well"
    hub.stop()
    with sqlite3.connect(hub.state / "knead.db") as db:
        db.execute("UPDATE device SET enrolled_us = (unixepoch() - 3 * 86400) * 1000000")
    db.close()
    hub.start()
    why_is(hub, "nothing-banked", "recorded no use for 3 days")
    wait_for(lambda: "nothing_banked" in [e["kind"] for e in hub.get("/v1/log")["events"]], "the verdict")
    sim.start_session(3)
    wait_for(lambda: any(s["state"] == "ended" for s in hub.sessions()), "the session")
    why_is(hub, "well", "everything it has is here")
    assert [e["kind"] for e in hub.get("/v1/log")["events"]].count("nothing_banked") == 1
