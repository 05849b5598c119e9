# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""knead-sim --check against the simulated massager, which follows the protocol, and against one that is made to break it."""
import subprocess

import pytest
from line import BED, ROLLER, SIM, Bus, Sim, wait_for


@pytest.fixture
def bus(tmp_path):
    bus = Bus(tmp_path)
    bus.start()
    yield bus
    bus.stop()


def check(bus, address=BED):
    done = subprocess.run([SIM, "--bus", bus.address, "--check", address], capture_output=True, text=True, timeout=120)
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


def test_one_that_is_not_paired_or_not_there_is_said_so(bus):
    sim = Sim(bus, [f"kind=back14,address={BED},bonded=no"])
    for address in (BED, ROLLER):
        status, out, err = check(bus, address)
        assert status == 1 and out == ""
        assert f"{address} is not known here" in err and f"sudo knead pair {address}" in err
    sim.stop()
    assert subprocess.run([SIM, "--check", "nowhere"], capture_output=True, timeout=30).returncode == 2
