# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What a person said is not theirs is in no list, live or stored; by its number it is still told."""

from line import BED, wait_for


def show_from(hub, day):
    status, document = hub.request("POST", f"/v1/devices/{BED}/allow", {"sessions_from": day})
    assert status in (200, 201), document


def listed(hub):
    return hub.get("/v1/sessions?limit=400")["sessions"]


def test_a_session_that_goes_on_is_hidden_as_the_stored_ones_are_and_told_by_its_number(hub, make_sim):
    sim = make_sim()
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    sim.start_session(600, "rocking")
    wait_for(lambda: [s for s in listed(hub) if s["is_provisional"]], "the session that goes on")
    show_from(hub, "2999-01-01")
    assert listed(hub) == []
    assert hub.get("/v1/summary?period=day")["n_sessions"] == 0
    show_from(hub, "all")
    assert len(listed(hub)) == 1
    sim.stop_session()
    number = wait_for(lambda: [s["id"] for s in listed(hub) if s["state"] == "ended"], "the session stored")[0]
    show_from(hub, "2999-01-01")
    assert listed(hub) == []
    assert hub.get(f"/v1/sessions/{number}")["state"] == "ended"
