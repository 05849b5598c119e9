# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""knead-sim --check against the simulated massager, which follows the protocol, and against one that is made to break it."""
import signal
import subprocess

import pytest
from line import BED, ROLLER, SIM, Sim, hurried, wait_for

TAKEN = "another program on this machine has it. If that is the hub, stop it first: sudo systemctl stop kneadd"


def check(bus, address=BED):
    done = subprocess.run([SIM, "--bus", bus.address, "--check", address], capture_output=True, text=True, timeout=120, env=hurried())
    assert "Sanitizer" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_a_massager_that_follows_the_protocol_keeps_every_rule(bus):
    sim = Sim(bus, [f"kind=back14,address={BED},history=1d"])
    before = sim.status()
    sim.start_session(120)
    status, out, err = check(bus)
    lines = out.splitlines()
    assert status == 0, out + err
    assert lines[-1].endswith(" rules hold, 0 do not, 0 could not be tried")
    assert sum(line.startswith("ok ") for line in lines) == int(lines[-1].split()[0]) > 35
    after = sim.status()
    # left as it was found
    for key in ("owner", "clock_set", "trimmed_to", "log_id"):
        assert after[key] == before[key], key
    sim.stop()


def test_without_records_it_says_what_could_not_be_tried(bus):
    sim = Sim(bus, [f"kind=roller,address={ROLLER}"])
    status, out, err = check(bus, ROLLER)
    assert status == 0, out + err
    assert "the log is empty: use the massager once" in out and "2 could not be tried" in out
    sim.stop()


def test_a_record_that_breaks_its_bounds_is_found(bus):
    sim = Sim(bus, [f"kind=back14,address={BED},history=1d"])
    newest = sim.status()["newest"]
    sim.call("CorruptRecord", "(sts)", BED, newest, "crc")
    status, out, err = check(bus)
    assert status == 1
    assert "FAILED   3  every body has its length and its CRC: " in out
    assert "could not be tried" in out.splitlines()[-1] and " 0 do not" not in out.splitlines()[-1]
    sim.stop()


@pytest.mark.parametrize("fault, rule", [
    (("Narrow",), "the ATT MTU is at least 185: it is 100"),
    (("CorruptRecord", "(sts)", 3, "undecodable"), "every record decodes and is within its bounds: 1 do not"),
    (("AppendRaw", "(say)", bytes.fromhex("08011001180a6a0308e607")),
     "time does not go backwards within a boot, nor the boot: 1 times it does"),
    (("HoldFetch", "(sb)", True), "Fetch ends with FetchDone: it was silent for 5 s"),
    (("DropLive", "(su)", 100000), "in use and with Live on, records come live: none came within 5 s"),
])
def test_a_fault_of_the_simulator_fails_its_rule(bus, fault, rule):
    method, *arguments = fault
    sim = Sim(bus, [f"kind=back14,address={BED}" + (",mtu=100" if method == "Narrow" else "")])
    sim.bank(10)
    if arguments:
        sim.call(method, arguments[0], BED, *arguments[1:])
    sim.start_session(120)
    status, out, err = check(bus)
    assert status == 1 and rule in [line[12:] for line in out.splitlines() if line.startswith("FAILED")], out + err
    sim.stop()


def begin(bus):
    """A check that waits for the answer to a Fetch which never comes."""
    sim = Sim(bus, [f"kind=back14,address={BED},history=1d"])
    sim.call("HoldFetch", "(sb)", BED, True)
    running = subprocess.Popen([SIM, "--bus", bus.address, "--check", BED], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env=hurried())
    wait_for(lambda: sim.status()["n_fetches"] > 0, "the Fetch", process=running)
    return sim, running


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_is_stopped_gives_the_sums_and_ends_its_link(bus, number):
    sim, running = begin(bus)
    running.send_signal(number)
    out, _ = running.communicate(timeout=60)
    *_, stopped, sums = out.splitlines()
    assert running.returncode == 1 and "FAILED" not in out and "Sanitizer" not in out
    assert stopped == "It was stopped; what is missing here was not tried."
    assert sums == f"{out.count('ok ')} rules hold, 0 do not, 1 could not be tried"
    assert not sim.status()["connected"]
    sim.stop()


def test_a_link_that_falls_ends_it_with_the_sums(bus):
    sim, running = begin(bus)
    sim.call("Vanish", "(s)", BED)
    out, _ = running.communicate(timeout=60)
    assert running.returncode == 1 and "Sanitizer" not in out
    failed = [line[12:] for line in out.splitlines() if line.startswith("FAILED")]
    assert failed == ["a Fetch of what is not there sends nothing but FetchDone: the link fell", "the link holds: it fell"]
    assert out.splitlines()[-1] == f"{out.count('ok ')} rules hold, 2 do not, 0 could not be tried"
    sim.stop()


def test_the_hub_keeps_its_link_and_is_said_to_be_stopped(bus, make_sim, hub):
    sim = make_sim()
    hub.start()
    hub.allow()
    wait_for(lambda: sim.status()["notifying"], "the hub's link", process=hub.process.child)
    before = sim.status()
    status, out, err = check(bus)
    assert status == 1 and "FAILED" not in out
    assert f"-        1  it can be connected: not tried, {TAKEN}" in out.splitlines()
    assert sim.status()["notifying"] and sim.status()["n_connects"] == before["n_connects"]
    assert hub.stop() == 0
    assert check(bus)[0] == 0


@pytest.mark.parametrize("error, message", [("NotPermitted", "Notify acquired"), ("InProgress", "In Progress")])
def test_a_program_that_comes_first_is_said_to_be_stopped(bus, make_sim, error, message):
    sim = make_sim()
    sim.call("FailNext", "(sssu)", "AcquireNotify", f"org.bluez.Error.{error}", message, 1)
    status, out, err = check(bus)
    assert status == 1 and "FAILED" not in out
    assert f"-        1  DATA can be subscribed to: not tried, {TAKEN}" in out.splitlines()


def test_one_that_is_not_paired_or_not_there_is_said_so(bus):
    sim = Sim(bus, [f"kind=back14,address={BED},bonded=no"])
    for address in (BED, ROLLER):
        status, out, err = check(bus, address)
        assert status == 1 and out == ""
        assert f"{address} is not known here" in err and f"sudo knead pair {address}" in err
    sim.stop()
    assert subprocess.run([SIM, "--check", "nowhere"], capture_output=True, timeout=30).returncode == 2
