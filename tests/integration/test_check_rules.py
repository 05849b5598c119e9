# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Every rule of knead-sim --check can fail: a massager in Python that keeps them all, and for each rule one that breaks it."""

import pytest
import telemetry_pb2 as ktp
from crooked import Bluez, Massager
from crooked_kinds import CROOKED, GET_CLOCK, Flood, Murmur
from line import Bus


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """kind → (exit status, output); None → what was asked for and might have cost a record"""
    bus = Bus(tmp_path_factory.mktemp("bus"))
    bus.start()
    owned = type("Owned", (Massager,), {"owner": 77})
    untrimmed = type("Untrimmed", (Massager,), {"__init__": lambda self: Massager.__init__(self) or setattr(self, "trimmed", 0)})
    mute = type("Mute", (Massager,), {"capabilities": ktp.CAPABILITY_BANKS})
    bluez = Bluez(bus.address, [kind() for kind in (Massager, owned, untrimmed, mute, *CROOKED)])
    found = {type(massager): result for massager, result in bluez.check(bus.address).items()}
    yield {**found, None: (0, bluez.problems)}
    bus.stop()


def rules(output, mark):
    return {line[12:].split(": ")[0] for line in output.splitlines() if line.startswith(mark)}


def test_one_that_follows_the_protocol_keeps_every_rule(results):
    for kind, (status, output) in results.items():
        if kind is not None and not kind.breaks:
            assert status == 0 and not rules(output, "FAILED"), output
            assert " rules hold, 0 do not, 0 could not be tried" in output.splitlines()[-1]


@pytest.mark.parametrize("kind", CROOKED, ids=lambda kind: kind.__name__)
def test_the_rule_that_a_massager_breaks_is_the_one_that_fails(results, kind):
    status, output = results[kind]
    assert status == 1 and kind.breaks <= rules(output, "FAILED") <= kind.breaks | kind.may_break, output
    assert f", {output.count('FAILED')} do not, " in output.splitlines()[-1]
    assert "Sanitizer" not in output


def test_nothing_is_asked_for_that_could_cost_a_record_when_it_is_not_refused(results):
    assert results[None][1] == []


def test_there_is_no_rule_that_cannot_fail(results):
    known = set().union(*(rules(output, "ok") for kind, (_, output) in results.items() if kind is not None))
    assert len(known) > 50
    assert known == set().union(*(kind.breaks for kind in CROOKED))


def test_one_that_never_stops_sending_is_not_listened_to_for_ever(results):
    assert f"{GET_CLOCK}: 256 records and more came instead" in results[Flood][1]
    assert f"{GET_CLOCK}: no reply came within 5 s" in results[Murmur][1]
