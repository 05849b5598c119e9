# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""No bus, no bluetoothd, no adapter: states that are shown, and left again when the cause is gone."""

import line
import pytest
from line import BED, wait_for

DEVICE = f"kind=back14,address={BED},serial=B,seed=5"


def radio_is(hub, state):
    wait_for(lambda: hub.get("/v1/status")["radio"]["state"] == state, f"radio {state}", process=hub.process.child)
    assert state in hub.cli("status", "--json").stdout


def record_something(hub, sim):
    sim.bank(61, "rocking")
    n = len(hub.sessions())
    sim.start_session(1, "rocking")
    wait_for(lambda: len([s for s in hub.sessions() if s["state"] == "ended"]) > n, "a session recorded")


def test_no_bus_is_a_state_and_the_hub_recovers_when_it_comes(tmp_path, hub, bus, make_sim):
    bus.stop()
    hub.start()
    radio_is(hub, "no-bus")
    bus.start()
    radio_is(hub, "no-bluetoothd")
    sim = make_sim(DEVICE)
    hub.allow()
    record_something(hub, sim)


def test_the_bus_restarting_under_the_hub_is_survived(hub, bus):
    sim = line.Sim(bus, [DEVICE])
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    sim.process.kill()
    bus.stop()
    radio_is(hub, "no-bus")
    bus.start()
    sim = line.Sim(bus, [DEVICE])
    record_something(hub, sim)
    assert sim.stop() == 0


@pytest.mark.parametrize("method, state", [("SetBluez", "no-bluetoothd"), ("SetAdapter", "no-adapter"), ("SetPowered", "adapter-off")])
def test_what_goes_away_is_shown_and_comes_back(hub, make_sim, method, state):
    sim = make_sim(DEVICE)
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    sim.call(method, "(b)", False)
    radio_is(hub, state)
    sim.call(method, "(b)", True)
    radio_is(hub, "ready")
    record_something(hub, sim)
