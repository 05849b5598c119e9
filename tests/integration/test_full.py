# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A disk that is full while a massager is in use: it is told, nothing is acknowledged, and all goes on by itself when there is room.

KN_FULL_LIBRARY: the preload that makes the disk full."""

import os
import subprocess

from line import KNEADD, wait_for

ADDRESS = "C0:FF:EE:00:00:01"


def storage(hub):
    return hub.get("/v1/status")["storage"]


def kinds(hub):
    return [event["kind"] for event in hub.get("/v1/log?limit=400")["events"]]


def test_a_full_disk_is_an_alarm_and_costs_nothing(tmp_path, monkeypatch, hub, make_sim):
    sim = make_sim(f"kind=back14,address={ADDRESS},seed=5")
    full_file = tmp_path / "full"
    # the address sanitizer wants to be loaded first, and works all the same
    sanitizer = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
    monkeypatch.setenv("ASAN_OPTIONS", sanitizer)
    monkeypatch.setenv("KN_FULL_FILE", str(full_file))
    monkeypatch.setenv("LD_PRELOAD", os.environ["KN_FULL_LIBRARY"])
    hub.start()
    monkeypatch.delenv("LD_PRELOAD")
    hub.allow(ADDRESS)
    hub.wait_caught_up(sim, ADDRESS, 60)
    assert storage(hub)["state"] == "ok" and not storage(hub)["is_nearly_full"]
    full_file.touch()
    sim.start_session(5, "mixed", ADDRESS)
    wait_for(lambda: storage(hub)["state"] == "degraded" and storage(hub).get("last_error"), "the alarm", 60, hub.process.child)
    assert storage(hub)["is_nearly_full"]
    assert "nothing can be stored" in hub.cli("status").stdout
    trimmed = sim.status(ADDRESS)["trimmed_to"]
    n_commits = storage(hub)["n_commits"]
    wait_for(lambda: storage(hub)["n_failures"] >= 2, "a try in vain", 60, hub.process.child)
    assert storage(hub)["n_commits"] == n_commits
    assert sim.status(ADDRESS)["trimmed_to"] == trimmed
    full_file.unlink()
    wait_for(lambda: storage(hub)["state"] == "ok", "all to be well again", 60, hub.process.child)
    hub.wait_caught_up(sim, ADDRESS, 60)
    wait_for(lambda: "storage_room" in kinds(hub), "the word for it", 60, hub.process.child)
    for kind in ("storage_full", "storage_degraded", "storage_recovered", "storage_room"):
        assert kinds(hub).count(kind) == 1, (kind, kinds(hub))
    hub.stop()
    assert hub.rows("SELECT first_seq, last_seq FROM coverage") == [(1, len(sim.records(ADDRESS)))]


def test_a_restore_without_room_says_what_to_do_and_that_brings_all_back(tmp_path, monkeypatch, hub, make_sim):
    sim = make_sim(f"kind=back14,address={ADDRESS},seed=5")
    sim.bank(60, address=ADDRESS)
    hub.start()
    hub.allow(ADDRESS)
    hub.wait_caught_up(sim, ADDRESS, 60)
    backup, state, full_file = tmp_path / "backup.db", tmp_path / "another", tmp_path / "full"
    assert hub.cli("backup", "-o", str(backup)).returncode == 0
    sanitizer = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
    env = {**os.environ, "ASAN_OPTIONS": sanitizer, "KN_FULL_FILE": str(full_file), "LD_PRELOAD": os.environ["KN_FULL_LIBRARY"]}

    def restore():
        return subprocess.run([KNEADD, "--restore", backup, "--state-dir", state], capture_output=True, text=True, timeout=60, env=env)

    state.mkdir()
    full_file.touch()
    refused = restore()
    assert refused.returncode != 0 and f"Make room on the disk of {state}, then type the same again" in refused.stderr, refused
    full_file.unlink()
    done = restore()
    assert done.returncode == 0, done
    assert hub.stop() == 0
    whole = hub.rows("SELECT first_seq, last_seq FROM coverage")
    hub.state = state
    assert hub.rows("SELECT first_seq, last_seq FROM coverage") == whole == [(1, len(sim.records(ADDRESS)))]
