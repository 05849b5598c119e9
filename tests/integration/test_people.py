# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A massager goes from one person to the next; what it recorded comes late, and lands with whoever had it, or with nobody."""

import datetime
import json

import line

# how a simulated massager banks: a day after it was switched on, and 200 s between two sessions
ON_BEFORE = datetime.timedelta(days=1)
FIRST_S, PAUSE_S = 200, 200
# it is handed over within the second, which is long, for nobody knows to the second when the massager will be switched on
SECONDS = (60, 900, 60)


def told(hub, *args, **how):
    done = hub.cli(*args, **how)
    assert done.returncode == 0, done
    return done.stdout


def listed(hub, *args):
    return json.loads(told(hub, "sessions", "--json", *args))["sessions"]


def whose(session):
    return session.get("person", {}).get("label")


def ends(session):
    start = datetime.datetime.fromisoformat(session["start"])
    return start, start + datetime.timedelta(milliseconds=session["duration_ms"])


def hand_over(hub, at):
    """Mia has had it since three days before; Ben since then."""
    told(hub, "person", "add", "Mia", "--external-id", "A-7")
    told(hub, "person", "add", "Ben")
    told(hub, "checkout", "pad 7", "--to", "Mia", "--from", (at - datetime.timedelta(days=3)).isoformat())
    refused = hub.cli("checkout", "pad 7", "--to", "Ben")
    assert refused.returncode != 0 and "Mia has it since" in refused.stderr, refused
    told(hub, "return", "pad 7", "--at", at.isoformat())
    told(hub, "checkout", "pad 7", "--to", "Ben", "--from", at.isoformat())


def test_late_sessions_go_to_whoever_had_the_massager_and_across_a_hand_over_to_nobody(bus, hub, make_sim):
    hub.start()
    hub.allow(label="pad 7")
    # the first session, a pause, and a quarter of the second: the massager is switched on a little later
    over = line.now() - ON_BEFORE + datetime.timedelta(seconds=FIRST_S + SECONDS[0] + PAUSE_S + SECONDS[1] // 4)
    hand_over(hub, over)
    assert hub.stop() == 0
    sim = make_sim()
    # before anybody asks it for the time: with each anchor it would begin later
    for seconds in SECONDS:
        sim.bank(seconds)
    hub.start()
    hub.wait_caught_up(sim)
    first, across, last = line.wait_for(lambda: hub.sessions() if len(hub.sessions()) == 3 else None, "three sessions")
    assert ends(first)[1] < over and ends(across)[0] < over < ends(across)[1] and over < ends(last)[0]
    assert [whose(session) for session in (first, across, last)] == ["Mia", None, "Ben"]
    assert [s["id"] for s in listed(hub, "--person", "A-7")] == [first["id"]]
    assert [s["id"] for s in listed(hub, "--person", "Ben")] == [last["id"]]
    assert [s["id"] for s in listed(hub, "--person", "unassigned")] == [across["id"]]
    glance = told(hub, env={"COLUMNS": "80"})
    assert "1 session belongs to nobody yet: knead sessions --person unassigned" in glance and "Mia" in glance, glance
    assert f"\n    {across['id']}  " in told(hub, "person", "show", "Ben")
    told(hub, "assign", str(across["id"]), "--to", "Ben")
    assert listed(hub, "--person", "unassigned") == []
    # by a start of the hub nothing of it is lost
    assert hub.stop() == 0
    hub.start()
    assert [whose(session) for session in hub.sessions()] == ["Mia", "Ben", "Ben"]
    assert {s["revision"] - o["revision"] for s, o in zip(hub.sessions(), (first, across, last))} == {0, 1}
    parts = json.loads(told(hub, "summary", "--since", "3 days ago", "--by", "person", "--json"))["parts"]
    assert [(whose(part), part["n_sessions"], part["duration_ms"]) for part in parts] == [("Ben", 2, 960000), ("Mia", 1, 60000)]
    log = " ".join(told(hub, "log").split())
    assert "pad 7 was handed out (to person 2, by user" in log and "pad 7 came back (by person 1, told by user" in log, log
    assert "by hand: 1 sessions to person 2" in log, log
    assert [person["devices"] != [] for person in json.loads(told(hub, "person", "--json"))["persons"]] == [True, False]


def test_who_may_only_read_hands_nothing_out_and_who_is_not_there_gets_nothing(bus, hub):
    hub.start()
    hub.allow(label="pad 7")
    nobody = hub.cli("checkout", "pad 7", "--to", "Mia")
    assert nobody.returncode == 3 and "knead person list" in nobody.stderr, nobody
    assert hub.cli("return", "pad 7").returncode != 0
    assert hub.cli("checkout", "pad 7").returncode == 2
    assert hub.cli("assign", "--to", "nobody").returncode == 2
    assert hub.cli("assign", "99", "--to", "nobody").returncode == 3
    assert hub.cli("person", "add", "nobody").returncode != 0
    assert "needs none at home" in told(hub, "person", "list")
