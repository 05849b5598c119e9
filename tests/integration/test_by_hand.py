# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What a person says of sessions and puts right in the list of them: by the CLI, seen by other routes, by the file, and after a new start."""

import csv
import datetime
import io
import json

import line

SECONDS = (60, 90, 75)
NUMBERS = ("id", "start", "duration_ms", "active_ms", "dose_hpa_ms", "peak_hpa", "hold_count", "stored", "expected", "first_seq", "last_seq")


def told(hub, *args):
    done = hub.cli(*args)
    assert done.returncode == 0, done
    return done.stdout


def done(hub, *args):
    return json.loads(told(hub, *args, "--json"))


def numbers(sessions):
    return [[session.get(key) for key in NUMBERS] for session in sessions]


def total(hub):
    """Of all, by the route that adds up."""
    summary = hub.get("/v1/summary?period=week")
    return {key: summary[key] for key in ("n_sessions", "stored", "dose_hpa_ms", "duration_ms", "hold_count")}


def exported(hub, tmp_path):
    """id to row, by the route that streams."""
    told(hub, "export", "csv", "-o", str(tmp_path / "all.csv"), "--force")
    return {int(row["id"]): row for row in csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text()))}


def start_of(session):
    return datetime.datetime.fromisoformat(session["start"])


def say_what_it_was_like(hub, first, second, tmp_path):
    told(hub, "rate", str(first["id"]), "--before", "6", "--after", "3", "--where", "left shoulder")
    told(hub, "rate", str(first["id"]), "--after", "2")
    told(hub, "note", str(second["id"]), "slept badly")
    words = {session["id"]: session.get("words") for session in hub.get("/v1/sessions")["sessions"]}
    assert words[first["id"]] == {"pain_before": 6, "pain_after": 2, "region": "left shoulder"}
    assert words[second["id"]] == {"note": "slept badly"}
    rows = exported(hub, tmp_path)
    assert (rows[first["id"]]["words.pain_after"], rows[second["id"]]["words.note"]) == ("2", "slept badly")
    refused = hub.cli("rate", str(first["id"]), "--before", "11")
    assert refused.returncode == 2, refused


def part_and_join(hub, session, before):
    """At a moment by the clock: no record is lost, and joined again it is what it was, number and all."""
    at = (start_of(session) + datetime.timedelta(seconds=30)).strftime("%H:%M:%S")
    parted = done(hub, "split", str(session["id"]), "--at", at)
    first, second = (hub.get(f"/v1/sessions/{parted[key]}") for key in ("session_id", "other_session_id"))
    assert first["id"] == session["id"]
    assert (first["first_seq"], second["first_seq"], second["last_seq"]) == (session["first_seq"], first["last_seq"] + 1, session["last_seq"])
    assert first["stored"] + second["stored"] == session["stored"]
    # a node that lies between off and on at the cut is in contact before it, and not behind it
    assert 0 < first["dose_hpa_ms"] + second["dose_hpa_ms"] <= session["dose_hpa_ms"]
    # a record of samples is less than a second long
    assert 0 <= (start_of(second) - start_of(session)).total_seconds() - 30 < 1
    assert first["words"] == session["words"] and "words" not in second
    parts = total(hub)
    assert (parts["n_sessions"], parts["stored"]) == (before["n_sessions"] + 1, before["stored"])
    joined = done(hub, "merge", str(first["id"]), str(second["id"]))
    assert joined["session_id"] == session["id"]
    assert hub.cli("show", str(second["id"])).returncode == 3
    assert numbers([hub.get(f"/v1/sessions/{session['id']}")]) == numbers([session])


def delete_and_bring_back(hub, session, tmp_path, before):
    deleted = done(hub, "delete", str(session["id"]), "--yes")
    assert deleted["session_id"] == session["id"]
    assert session["id"] not in [s["id"] for s in hub.get("/v1/sessions")["sessions"]]
    assert [s["id"] for s in json.loads(told(hub, "sessions", "--deleted", "--json"))["sessions"]] == [session["id"]]
    assert session["id"] not in exported(hub, tmp_path)
    assert total(hub)["dose_hpa_ms"] == before["dose_hpa_ms"] - session["dose_hpa_ms"]
    assert hub.get(f"/v1/sessions/{session['id']}")["is_deleted"]
    again = hub.cli("delete", str(session["id"]), "--yes")
    assert again.returncode == 1 and "take that back first" in again.stderr, again
    return deleted["edit_id"]


def test_what_is_said_and_put_right_is_seen_everywhere_outlives_the_hub_and_can_be_taken_back(bus, hub, make_sim, tmp_path):
    sim = make_sim()
    hub.start()
    hub.allow(label="pad 7")
    for seconds in SECONDS:
        sim.bank(seconds)
    hub.wait_caught_up(sim)
    first, second, third = line.wait_for(lambda: hub.sessions() if len(hub.sessions()) == 3 else None, "three sessions")
    say_what_it_was_like(hub, first, second, tmp_path)
    second = hub.get(f"/v1/sessions/{second['id']}")
    before = total(hub)
    part_and_join(hub, second, before)
    edit_id = delete_and_bring_back(hub, third, tmp_path, before)
    said = hub.get(f"/v1/sessions/{first['id']}")["words"]
    assert hub.stop() == 0
    # one row each, tied to a record of the session it was about; nothing was taken out
    assert hub.rows("SELECT seq, pain_before, pain_after, region, note FROM word ORDER BY word_id") == [
        (first["first_seq"], 6, 3, "left shoulder", None), (first["first_seq"], None, 2, None, None),
        (second["first_seq"], None, None, None, "slept badly")]
    kinds = hub.rows("SELECT kind, first_seq, last_seq, undone_us IS NULL FROM edit ORDER BY edit_id")
    assert [kind for kind, *_ in kinds] == [1, 2, 3]
    assert kinds[1:] == [(2, second["first_seq"], second["last_seq"], 1), (3, third["first_seq"], third["last_seq"], 1)]
    assert hub.rows("SELECT sum(last_seq - first_seq + 1) FROM coverage") == [(len(sim.records()),)]
    hub.start()
    assert total(hub)["n_sessions"] == 2 and hub.get(f"/v1/sessions/{first['id']}")["words"] == said
    assert done(hub, "undo", "last")["edit_id"] == edit_id
    assert total(hub) == before and numbers(hub.sessions()) == numbers([first, second, third])
    edits = hub.get("/v1/edits")["edits"]
    assert [(edit["kind"], "undone" in edit) for edit in edits] == [("delete", True), ("merge", False), ("split", False)]
    log = " ".join(told(hub, "log").split())
    assert "slept badly" not in log and "left shoulder" not in log
