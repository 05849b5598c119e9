# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A plan, from a file to what was delivered of it."""

import json

import line

PLAN = "[plan]\ngrace_days=1\n\n[any]\nminutes=1\n"


def test_a_plan_is_set_held_against_a_session_and_outlives_the_hub(bus, hub, make_sim, tmp_path):
    sim = make_sim()
    sim.bank(75)
    hub.start()
    assert hub.cli("plan").stdout.startswith("Nothing is planned.\n")
    (tmp_path / "a.plan").write_text(PLAN)
    done = hub.cli("plan", "set", str(tmp_path / "a.plan"))
    assert done.returncode == 0 and ": 1 item." in done.stdout, done
    before = json.loads(hub.cli("plan", "--json").stdout)
    assert (before["today"]["state"], before["today"]["n_delivered"]) == ("open", 0)
    hub.allow(label="bed")
    hub.wait_caught_up(sim)
    (session,) = line.wait_for(hub.sessions, "the session")
    after = json.loads(hub.cli("plan", "--json").stdout)
    longest = max(node["contact_ms"] for node in session["nodes"])
    # what the hub tells of the session, and what it makes of it
    in_time = session["start"][:10] == after["today"]["day"]
    assert after["today"]["items"][0]["done_ms"] == (longest if in_time else 0)
    assert after["today"]["n_delivered"] == (1 if in_time and longest >= 60000 else 0)
    assert "  Plan: " in hub.cli().stdout
    assert hub.stop() == 0
    hub.start()
    plans = json.loads(hub.cli("plan", "--json").stdout)["plan"]
    assert plans["text"] == PLAN and plans["grace_days"] == 1
    assert hub.cli("plan", "end").returncode == 0
    assert "Plan: " not in hub.cli().stdout
    assert hub.stop() == 0
    assert hub.rows("SELECT text FROM plan ORDER BY plan_id") == [(PLAN,), ("",)]


def test_a_plan_with_anything_wrong_is_told_whole_and_not_stored(bus, hub, tmp_path):
    hub.start()
    (tmp_path / "a.plan").write_text("[any]\nminutes=0\nside=up\n[more]\nhold=1\n")
    refused = hub.cli("plan", "set", str(tmp_path / "a.plan"))
    assert refused.returncode == 1
    assert [text in refused.stderr for text in ("[any] minutes: ", "[any] side: ", "[more] hold: ", "[more] minutes: ")] == [True] * 4, refused
    nobody = hub.cli("plan", "--person", "nobody")
    assert nobody.returncode == 3, nobody
    assert hub.stop() == 0
    assert hub.rows("SELECT count(*) FROM plan") == [(0,)]
