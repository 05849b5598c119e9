# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A machine that was just set up: it does not know the time, or where it is, and knead says so where a person begins."""
import json

import pytest

from fakehub import NOW, Hub, device
from test_process import NOT_RUNNING, OK, knead

ZONE = "sudo timedatectl set-timezone"
TIME = "The hub does not know what time it is: sudo timedatectl set-ntp true"
ADDRESS = "AA:BB:CC:DD:EE:FF"


@pytest.fixture
def hub(tmp_path):
    with Hub(str(tmp_path / "knead.sock")) as running:
        yield running


def set_status(hub, clock="synced", zone="Europe/Berlin"):
    hub.documents["/v1/status"] = {"version": "0.1.0", "clock": clock, "tz": zone}


@pytest.mark.parametrize("zone, is_told", [("UTC", True), ("Etc/UTC", True), ("Europe/Berlin", False), ("Africa/Abidjan", False)])
def test_the_first_steps_say_how_a_machine_is_told_where_it_is(hub, zone, is_told):
    hub.documents["/v1/devices"] = {"now": NOW, "tz": zone, "devices": []}
    hub.documents["/v1/sessions"]["sessions"] = []
    for columns in (40, 80):
        lines = knead(path=hub.path, COLUMNS=str(columns)).stdout.splitlines()
        assert lines[0] == "No massager is recorded yet."
        assert (ZONE in "\n".join(lines)) == is_told
        assert max(map(len, lines)) <= columns and len(lines) <= 24


@pytest.mark.parametrize("zone, is_told", [("UTC", True), ("Europe/Berlin", False)])
def test_so_does_the_end_of_a_pairing(hub, zone, is_told):
    set_status(hub, zone=zone)
    hub.documents["/v1/pairings"] = {"id": "5", "kind": "pairing", "state": "running", "step": "searching"}
    hub.jobs = [{"id": "5", "state": "done", "result": {"address": ADDRESS, "is_paired": True}}]
    paired = knead("pair", ADDRESS, path=hub.path)
    assert paired.returncode == OK
    assert (ZONE in paired.stdout) == is_told


@pytest.mark.parametrize("clock, is_told", [("unknown", True), ("restored", False), ("synced", False)])
def test_the_glance_says_on_top_that_its_days_are_a_guess(hub, clock, is_told):
    set_status(hub, clock)
    lines = knead(path=hub.path).stdout.splitlines()
    assert (lines[0] == TIME) == is_told and (TIME in lines) == is_told
    assert json.loads(knead("--json", path=hub.path).stdout)["status"]["clock"] == clock


@pytest.mark.parametrize("clock, shown", [("unknown", "--:--"), ("synced", "09:00")])
def test_a_line_of_watch_has_no_time_of_day_that_nobody_knows(hub, clock, shown):
    set_status(hub, clock)
    hub.documents["/v1/events"] = {"class": "live", "kind": "pressures", "at": NOW, "device_id": 1, "device": device(1, label="back bed"),
                                   "duration_ms": 60000, "nodes": [{"node": 0, "region": "rhomboids", "side": "left", "hpa": 123}]}
    watched = knead("watch", path=hub.path)
    assert watched.returncode == NOT_RUNNING  # this hub ends after one line
    assert watched.stdout.startswith(f"{shown}  back bed: in use for ")
