# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The configuration file: strict at the start, harmless at a reload."""
import os
import signal
import subprocess

import line
import pytest

WRONG = {
    "[hub]\nzoen=UTC": "[hub] zoen: there is no such key; known here: zone, state-dir",
    "[hubb]\nzone=UTC": "[hubb]: there is no such group; known: hub, socket, radio",
    "zone=UTC": "does not start with a group",
    "[hub]\nzone=Mars/Base": 'zone: "Mars/Base" is no known time zone',
    "[hub]\nzone=": "[hub] zone: there is no value",
    "[socket]\npath=relative": "take a whole path",
    "[radio]\nadapters=AA:BB:CC:DD:EE:FF;nonsense": "[radio] adapters: an adapter's address looks like",
    "[hub]\nzone=\udcff": "not UTF-8",
    "#" * 65536 + "\n": "more than 64 KiB",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_refused_with_its_place(tmp_path, text):
    path = tmp_path / "kneadd.conf"
    path.write_bytes((text + "\n").encode(errors="surrogateescape"))
    done = subprocess.run([line.KNEADD, "--config", path, "--state-dir", tmp_path / "state"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 78
    assert WRONG[text] in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("path", ["/nonexistent", "/dev/zero", "/tmp"])
def test_a_file_that_was_named_must_be_there_and_be_a_file(path):
    done = subprocess.run([line.KNEADD, "--config", path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 78 and f"{path} cannot be read" in done.stderr


def start(tmp_path, bus, text):
    (tmp_path / "kneadd.conf").write_text(text)
    hub = line.Hub(tmp_path, bus.address)
    hub.process = line.Process([line.KNEADD, "--config", tmp_path / "kneadd.conf", "--bus", bus.address, "--state-dir", hub.state,
                                "--socket", hub.socket, "--timer-scale", line.TIMER_SCALE], hub.log)
    line.wait_for(hub.is_answering, "the hub")
    return hub


def reload_with(tmp_path, hub, text):
    (tmp_path / "kneadd.conf").write_text(text)
    n_lines = len(hub.log.read_text().splitlines())
    os.kill(hub.process.child.pid, signal.SIGHUP)
    line.wait_for(lambda: "configuration" in "\n".join(hub.log.read_text().splitlines()[n_lines:]), "the reload")


def test_a_reload_changes_what_it_can_and_a_wrong_one_nothing(tmp_path, bus):
    hub = start(tmp_path, bus, "[hub]\nzone=Europe/Berlin\n")
    try:
        assert hub.get("/v1/status")["tz"] == "Europe/Berlin"
        reload_with(tmp_path, hub, "[hub]\nzone=Asia/Tokyo\n[radio]\nadapters=AA:BB:CC:DD:EE:FF\n")
        assert hub.get("/v1/status")["tz"] == "Asia/Tokyo"
        assert "a restart is needed for: adapters" in hub.log.read_text()
        reload_with(tmp_path, hub, "[hub]\nzoen=UTC\n")
        assert hub.get("/v1/status")["tz"] == "Asia/Tokyo"
        assert "not taken" in hub.log.read_text()
    finally:
        hub.stop()


def test_an_adapter_that_may_not_be_used_is_as_if_not_there(tmp_path, bus, make_sim):
    make_sim(f"kind=back14,address={line.BED}")
    hub = start(tmp_path, bus, "[radio]\nadapters=AA:BB:CC:DD:EE:FF\n")
    try:
        line.wait_for(lambda: hub.get("/v1/status")["radio"]["state"] == "no-adapter", "the radio")
        hub.stop()
        hub = start(tmp_path, bus, "[radio]\nadapters=5e:ad:00:00:00:01; AA:BB:CC:DD:EE:FF\n")
        line.wait_for(lambda: hub.get("/v1/status")["radio"]["state"] == "ready", "the radio")
    finally:
        hub.stop()
