# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Everybody's and nobody's sessions are all sessions, each once: whatever is deleted, hidden or goes on; and a person's plan sees a person's."""

import collections
import datetime

import line

# how a simulated massager banks: a day after it was switched on, and 200 s between two sessions
ON_BEFORE = datetime.timedelta(days=1)
PAUSE_S = 200
# it is handed over in the middle of the second, which is long, for nobody knows to the second when the massager was switched on
SECONDS = (150, 300, 70)
WHO = ("Mia", "Ben", "unassigned")
ADDED = ("n_sessions", "n_open", "duration_ms", "active_ms", "dose_hpa_ms", "hold_count", "stored", "expected")


def told(hub, *args):
    done = hub.cli(*args)
    assert done.returncode == 0, done
    return done.stdout


def listed(hub, query=""):
    sessions = hub.get(f"/v1/sessions?limit=400{query}")["sessions"]
    return [(session["log_id"], session["first_seq"]) for session in sessions]


def summed(hub, day, query=""):
    return hub.get(f"/v1/summary?period=range&from={day}{query}")


def assert_all_are_somebodys_or_nobodys(hub, day):
    """Three ways to ask: the lists, the sums of each, and the parts of the whole."""
    for deleted in ("", "&deleted=1"):
        own = [session for who in WHO for session in listed(hub, f"&person={who}{deleted}")]
        assert sorted(own) == sorted(listed(hub, deleted)) and len(set(own)) == len(own), (own, deleted)
    whole = summed(hub, day, "&by=person")
    parts = {part.get("person", {}).get("label", "unassigned"): part for part in whole["parts"]}
    for key in ADDED:
        sums = [summed(hub, day, f"&person={who}")[key] for who in WHO]
        assert sums == [parts.get(who, {}).get(key, 0) for who in WHO], key
        # what several do at once is time of each of them
        assert sum(sums) == whole[key], key
    return whole["n_sessions"], len(listed(hub, "&deleted=1"))


def record(hub, sim, over):
    """One of Mia's, one across the hand-over, one of Ben's."""
    for person in WHO[:2]:
        told(hub, "person", "add", person)
    told(hub, "checkout", "pad 7", "--to", "Mia", "--from", (over - datetime.timedelta(days=3)).isoformat())
    told(hub, "checkout", "pad 7", "--to", "Ben", "--from", over.isoformat(), "--force")
    hub.wait_caught_up(sim)
    return line.wait_for(lambda: hub.sessions() if len(hub.sessions()) == 3 else None, "three sessions")


def over_then():
    return line.now() - ON_BEFORE + datetime.timedelta(seconds=PAUSE_S + SECONDS[0] + PAUSE_S + SECONDS[1] // 2)


def show_from(hub, day):
    assert hub.request("POST", f"/v1/devices/{line.BED}/allow", {"label": "pad 7", "sessions_from": day})[0] in (200, 201)


def assert_plans_see_their_own(hub, sessions, day, tmp_path):
    (tmp_path / "a.plan").write_text(f"[plan]\nfrom={day}\n[any]\nminutes=1\ntimes_per_day=9\n")
    mine = {"Mia": sessions[:1], "Ben": sessions[2:], None: sessions}
    for who, own in mine.items():
        told(hub, "plan", "set", str(tmp_path / "a.plan"), *(["--person", who] if who else []))
        held = hub.get(f"/v1/adherence?from={day}" + (f"&person={who}" if who else ""))
        assert held.get("person", {}).get("label") == who
        done_ms = collections.Counter()
        for session in own:
            done_ms[session["start"][:10]] += max(node["contact_ms"] for node in session["nodes"])
        delivered = {one["day"]: one["n_delivered"] for one in held["days"] if one["n_delivered"] > 0}
        assert delivered == {a_day: n_ms // 60000 for a_day, n_ms in done_ms.items() if n_ms >= 60000} and delivered, who


def test_persons_and_nobody_are_all_whatever_is_deleted_hidden_or_goes_on(bus, hub, make_sim, tmp_path):
    over = over_then()
    sim = make_sim()
    # before anybody asks it for the time: with each anchor it would begin later
    for seconds in SECONDS:
        sim.bank(seconds)
    hub.start()
    hub.allow(label="pad 7")
    sessions = record(hub, sim, over)
    day = (over - datetime.timedelta(days=2)).date().isoformat()
    assert [session.get("person", {}).get("label") for session in sessions] == ["Mia", None, "Ben"]
    assert_plans_see_their_own(hub, sessions, day, tmp_path)
    assert assert_all_are_somebodys_or_nobodys(hub, day) == (3, 0)
    sim.start_session(600, "rocking")
    line.wait_for(lambda: len(listed(hub)) == 4, "the session that goes on")
    # Ben has the massager
    assert len(listed(hub, "&person=Ben")) == 2
    assert assert_lists_with_one_that_goes_on(hub) == 4
    for session in sessions:
        told(hub, "delete", str(session["id"]), "--yes")
        assert assert_lists_with_one_that_goes_on(hub) == 3
        told(hub, "undo", "last")
    told(hub, "delete", str(sessions[2]["id"]), "--yes")
    show_from(hub, "2999-01-01")
    assert assert_lists_with_one_that_goes_on(hub) == 0
    show_from(hub, "all")
    sim.stop_session()
    line.wait_for(lambda: all(s["state"] != "open" for s in hub.get("/v1/sessions")["sessions"]), "its end")
    hub.wait_caught_up(sim)
    assert assert_all_are_somebodys_or_nobodys(hub, day) == (3, 1)


def assert_lists_with_one_that_goes_on(hub):
    """Its numbers grow between two questions, its name does not."""
    for deleted in ("", "&deleted=1"):
        own = [session for who in WHO for session in listed(hub, f"&person={who}{deleted}")]
        assert sorted(own) == sorted(listed(hub, deleted)) and len(set(own)) == len(own), (own, deleted)
    return len(listed(hub))


def test_one_that_goes_on_is_theirs_to_whom_it_was_given_and_not_also_theirs_who_have_the_massager(bus, hub, make_sim):
    bed, roller = (f"kind={kind},address={address},serial=S-{kind},seed={seed}"
                   for seed, (kind, address) in enumerate((("back14", line.BED), ("roller", line.ROLLER))))
    sim = make_sim(bed, roller)
    hub.start()
    hub.allow(label="pad 7")
    hub.allow(line.ROLLER)
    for person in WHO[:2]:
        told(hub, "person", "add", person)
    told(hub, "checkout", "pad 7", "--to", "Ben")
    for address in (line.BED, line.ROLLER):
        hub.wait_caught_up(sim, address)
    sim.start_session(600, "rocking")
    line.wait_for(lambda: len(listed(hub, "&person=Ben")) == 1, "the session that goes on")
    assert "id" not in hub.get("/v1/sessions")["sessions"][0]
    # the end of another one's session stores all there is
    sim.start_session(1, address=line.ROLLER)
    goes_on = line.wait_for(lambda: [s for s in hub.get("/v1/sessions?device=1")["sessions"] if s["is_provisional"] and "id" in s], "its row")[0]
    assert len(listed(hub, "&person=Ben")) == 1
    told(hub, "assign", str(goes_on["id"]), "--to", "Mia")
    assert (len(listed(hub, "&person=Mia")), len(listed(hub, "&person=Ben"))) == (1, 0)
    assert assert_lists_with_one_that_goes_on(hub) == 2
