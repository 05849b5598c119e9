# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Sessions keep the time zone they were stored in until a person moves them."""

import datetime
import json
import os
import pathlib
import shutil
import signal
import zoneinfo

import line


def begin(hub, sim):
    sim.bank(60)
    hub.start()
    hub.allow(label="bed")
    hub.wait_caught_up(sim)
    (session,) = line.wait_for(hub.sessions, "the session")
    assert session["tz"] == "Europe/Berlin"
    return session


def test_a_session_is_moved_by_hand_and_only_then(bus, hub, make_sim):
    before = begin(hub, make_sim())
    refused = hub.cli("rezone", "Asia/Tokyo")
    assert refused.returncode == 2 and "--yes" in refused.stderr
    preview = hub.cli("rezone", "Asia/Tokyo", "--dry-run")
    assert preview.returncode == 0 and preview.stdout.startswith("Would move to Asia/Tokyo: 1 session"), preview
    assert hub.sessions() == [before]
    moved = json.loads(hub.cli("rezone", "Asia/Tokyo", "--device", "bed", "--yes", "--json").stdout)["result"]
    assert (moved["n_sessions"], moved["is_dry_run"]) == (1, False)
    (after,) = hub.sessions()
    assert (after["tz"], after["revision"]) == ("Asia/Tokyo", before["revision"] + 1)
    assert after["start"].endswith("+09:00") and after["duration_ms"] == before["duration_ms"]
    log = hub.cli("log").stdout
    assert "another time zone: 1 sessions to Asia/Tokyo" in " ".join(log.split()), log
    assert hub.cli("rezone", "Asia/Tokyo", "--dry-run").stdout == "All of those sessions are in that time zone already.\n"
    assert hub.stop() == 0
    assert hub.rows("SELECT old_zone, new_zone FROM zone_change") == [("Europe/Berlin", "Asia/Tokyo")]


def test_another_zone_of_the_hub_moves_nothing(bus, hub, make_sim):
    before = begin(hub, make_sim())
    assert hub.stop() == 0
    hub.zone = "Pacific/Auckland"
    hub.start()
    (after,) = hub.sessions()
    assert (after["tz"], after["start"], after["revision"]) == (before["tz"], before["start"], before["revision"])


def test_a_zone_that_is_none_is_refused_in_words(bus, hub):
    hub.start()
    refused = hub.cli("rezone", "Mars/Olympus", "--yes")
    assert refused.returncode != 0 and "timedatectl list-timezones" in refused.stderr, refused


def test_newer_rules_of_a_zone_count_after_a_reload_and_nothing_is_written(bus, hub, make_sim, tmp_path, monkeypatch):
    """What an update of tzdata does: the same name means another offset, here by 26 hours, so that every day is another one."""
    rules = tmp_path / "zoneinfo" / "Test" / "Zone"
    rules.parent.mkdir(parents=True)
    monkeypatch.setenv("TZDIR", str(tmp_path / "zoneinfo"))
    hub.zone = "Test/Zone"

    def install(name):
        # as dpkg does it: another file of that name
        shutil.copy(pathlib.Path("/usr/share/zoneinfo") / name, rules.with_suffix(".new"))
        rules.with_suffix(".new").rename(rules)

    def n_on(day):
        return hub.get(f"/v1/summary?period=range&from={day}&to={day}")["n_sessions"]

    install("Etc/GMT+12")
    sim = make_sim()
    sim.bank(60)
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    (before,) = line.wait_for(hub.sessions, "the session")
    begun = datetime.datetime.fromisoformat(before["start"])
    old, new = (begun.astimezone(zoneinfo.ZoneInfo(name)).date() for name in ("Etc/GMT+12", "Pacific/Kiritimati"))
    assert before["start"].endswith("-12:00") and (n_on(old), n_on(new)) == (1, 0)
    install("Pacific/Kiritimati")
    hub.process.child.send_signal(signal.SIGHUP)
    line.wait_for(lambda: "the configuration was read again" in hub.process.text(), "the reload")
    (after,) = hub.sessions()
    assert after["start"].endswith("+14:00") and datetime.datetime.fromisoformat(after["start"]) == begun
    assert (after["tz"], after["revision"]) == ("Test/Zone", before["revision"])
    assert (n_on(old), n_on(new)) == (0, 1)


def test_a_move_is_a_job_one_at_a_time_that_goes_on_when_nobody_waits(bus, hub, make_sim, tmp_path, monkeypatch):
    """The disk takes ten seconds of the world for it."""
    stall = tmp_path / "stall"
    monkeypatch.setenv("ASAN_OPTIONS", ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"])))
    for key, value in {"KN_STALL_FILE": stall, "KN_STALL_MS": 10000, "LD_PRELOAD": os.environ["KN_STALL_LIBRARY"]}.items():
        monkeypatch.setenv(key, str(value))
    begin(hub, make_sim())
    monkeypatch.delenv("LD_PRELOAD")
    stall.touch()
    status, first = hub.request("POST", "/v1/zone", {"zone": "Asia/Tokyo"})
    assert (status, first["state"], first["kind"]) == (202, "running", "rezone")
    second = hub.request("POST", "/v1/zone", {"zone": "Europe/Lisbon"})[1]
    assert (second["state"], second["problem"]["kind"]) == ("failed", "busy") and "already" in second["problem"]["detail"]
    refused = hub.cli("rezone", "Europe/Lisbon", "--yes")
    assert refused.returncode == 1 and "already" in refused.stderr and "Try again" in refused.stderr
    end = line.wait_for(lambda: next(iter(j for j in [hub.get(f"/v1/jobs/{first['id']}?wait=1")] if j["state"] != "running"), None), "the end of the move")
    assert (end["state"], end["progress_permille"], end["result"]["n_sessions"]) == ("done", 1000, 1)
    assert [s["tz"] for s in hub.sessions()] == ["Asia/Tokyo"]
    assert hub.get(f"/v1/jobs/{second['id']}") == second


def test_a_move_that_fails_when_nobody_waits_is_told_in_the_journal(bus, hub, make_sim, tmp_path, monkeypatch):
    """The disk is full; a look at what it would change is no failure of anything."""
    full = tmp_path / "full"
    monkeypatch.setenv("ASAN_OPTIONS", ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"])))
    for key, value in {"KN_FULL_FILE": full, "LD_PRELOAD": os.environ["KN_FULL_LIBRARY"]}.items():
        monkeypatch.setenv(key, str(value))
    before = begin(hub, make_sim())
    monkeypatch.delenv("LD_PRELOAD")
    full.touch()
    assert hub.request("POST", "/v1/zone", {"zone": "Asia/Tokyo"})[0] == 202
    line.wait_for(lambda: "sessions were not moved to Asia/Tokyo: " in hub.process.text(), "the word for it")
    full.unlink()
    assert [s["tz"] for s in hub.sessions()] == [before["tz"]]
    assert hub.cli("rezone", "Asia/Tokyo", "--dry-run").returncode == 0
    assert hub.process.text().count("sessions were not moved") == 1
