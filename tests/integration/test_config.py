# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The configuration file: strict at the start, harmless at a reload."""
import os
import resource
import signal
import subprocess

import line
import pytest

# each message says where: the file, and within it group and key
WRONG = {
    "[hub]\nzoen=UTC": "[hub] zoen: there is no such key; known here: zone, state-dir",
    "[hubb]\nzone=UTC": "[hubb]: there is no such group; known: hub, socket, radio",
    "zone=UTC": "Key file does not start with a group",
    "[hub]\nzone": "Key file contains line “zone” which is not a key-value pair, group, or comment; write [group] lines",
    "[hub]\nzone=Mars/Base": '[hub] zone: "Mars/Base" is no known time zone',
    "[hub]\nzone=": "[hub] zone: there is no value",
    "[hub]\nstate-dir=lib/knead": "[hub] state-dir: write the whole path",
    "[socket]\npath=relative": "[socket] path: write the whole path",
    f"[socket]\npath=/{'x' * 103}": "[socket] path: the path has more than 103 bytes",
    "[radio]\nadapters=AA:BB:CC:DD:EE:FF;nonsense": "[radio] adapters: an adapter's address looks like",
    "[radio]\nadapters=;": "[radio] adapters: there is no address",
    "[radio]\nbus=nonsense": "[radio] bus: this is no D-Bus address",
    "[radio]\nbus=;": "[radio] bus: this is no D-Bus address",
    "[radio]\nbus=pigeon:path=/loft": "[radio] bus: this is no D-Bus address that can be used: Unknown or unsupported transport",
    "[radio]\nbus=unix:pth=/run/bus": "[radio] bus: this is no D-Bus address that can be used: Unsupported key",
    "[radio]\npower-cycle=maybe": "[radio] power-cycle: write yes or no",
    "[radio]\nrestart-bluetooth=true": "[radio] restart-bluetooth: write yes or no",
    "[hub]\nzone=\udcff": "this is not UTF-8",
}


def run_with(tmp_path, text, *options):
    path = tmp_path / "kneadd.conf"
    path.write_bytes((text + "\n").encode(errors="surrogateescape"))
    done = subprocess.run([line.KNEADD, "--config", path, "--state-dir", tmp_path / "state", *options], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 78 and done.stderr.count("\n") == 1
    assert not (tmp_path / "state").exists()
    return done.stderr


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_refused_with_its_place(tmp_path, text):
    assert run_with(tmp_path, text).startswith(f"kneadd: {tmp_path}/kneadd.conf: {WRONG[text]}")


def test_what_is_wrong_in_the_file_is_refused_even_if_the_command_line_wins(tmp_path):
    assert "[hub] zone: " in run_with(tmp_path, "[hub]\nzone=Mars/Base", "--zone", "UTC")
    assert "[radio] bus: " in run_with(tmp_path, "[radio]\nbus=nonsense", "--bus", "unix:path=/nonexistent")


def test_a_file_of_64_kib_is_read_and_one_that_is_longer_is_not(tmp_path):
    wrong = "[hub]\nzone=Mars/Base\n"
    for n_bytes, word in ((65536, "[hub] zone: "), (65537, "cannot be read: it has more than 64 KiB"), (655360, "cannot be read: it has more than 64 KiB")):
        # with the line feed at its end
        assert word in run_with(tmp_path, wrong + "#" * (n_bytes - len(wrong) - 1))
        assert (tmp_path / "kneadd.conf").stat().st_size == n_bytes


OPTIONS = {"--zone=Mars/Base": "--zone: ", "--socket=relative": "--socket: ", "--bus=": "--bus: ", "--bus=nonsense": "--bus: "}


@pytest.mark.parametrize("option", OPTIONS)
def test_a_wrong_option_is_refused_by_its_own_name(tmp_path, option):
    assert run_with(tmp_path, "", option).startswith(f"kneadd: {OPTIONS[option]}")


@pytest.mark.parametrize("path", ["/nonexistent", "/dev/zero", "/tmp"])
def test_a_file_that_was_named_must_be_there_and_be_a_file(path):
    done = subprocess.run([line.KNEADD, "--config", path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 78 and f"{path} cannot be read" in done.stderr


def start(tmp_path, bus, text):
    (tmp_path / "kneadd.conf").write_text(text)
    hub = line.Hub(tmp_path, bus.address)
    hub.process = line.Process([line.KNEADD, "--config", tmp_path / "kneadd.conf", "--bus", bus.address, "--state-dir", hub.state,
                                "--socket", hub.socket, "--timer-scale", line.timer_scale()], hub.log)
    line.wait_for(hub.is_answering, "the hub")
    return hub


def test_a_socket_whose_path_is_as_long_as_may_be_answers(tmp_path, bus):
    hub = line.Hub(tmp_path, bus.address)
    hub.socket = tmp_path / ("x" * (103 - len(f"{tmp_path}/")))
    hub.start()
    try:
        assert len(str(hub.socket)) == 103 and hub.get("/v1/status")
    finally:
        hub.stop()


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
        for wrong in ("[hub]\nzoen=UTC\n", "[hub]\nzone=Mars/Base\n", "[hub]\nzone=UTC\n[radio]\nbus=nonsense\n"):
            reload_with(tmp_path, hub, wrong)
            assert hub.get("/v1/status")["tz"] == "Asia/Tokyo"
        for place in ("[hub] zoen", "[hub] zone", "[radio] bus"):
            assert f"was not taken, the old one stays in force: {tmp_path}/kneadd.conf: {place}: " in hub.log.read_text()
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


def test_an_empty_file_is_the_configuration_that_there_is_without_one(tmp_path, bus):
    hub = start(tmp_path, bus, "")
    try:
        assert hub.get("/v1/status")["tz"] and hub.get("/v1/devices")["devices"] == []
    finally:
        hub.stop()


def lowest_free_descriptor(pid):
    """Once those of the clients that were are gone: five looks in a row see the same."""
    looks = []

    def is_settled():
        looks.append(set(map(int, os.listdir(f"/proc/{pid}/fd"))))
        return len(looks) >= 5 and all(look == looks[-1] for look in looks[-5:])

    line.wait_for(is_settled, "the descriptors of clients to go")
    taken = looks[-1]
    return next(fd for fd in range(len(taken) + 1) if fd not in taken)


def test_fault_89_a_file_that_cannot_be_read_at_a_reload_opens_nothing(tmp_path, bus):
    """Neither for want of descriptors nor because it is gone: zone and groups stay what they were."""
    hub = start(tmp_path, bus, "[hub]\nzone=Asia/Tokyo\n[socket]\nread-group=nogroup\n")
    pid = hub.process.child.pid
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    mode = hub.socket.stat()
    try:
        (tmp_path / "kneadd.conf").write_text("[hub]\nzone=UTC\n")
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (lowest_free_descriptor(pid), hard))
        os.kill(pid, signal.SIGHUP)
        line.wait_for(lambda: "was not taken, the old one stays in force" in hub.log.read_text(), "the reload")
        assert "Too many open files" in hub.log.read_text()
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
        assert hub.get("/v1/status")["tz"] == "Asia/Tokyo"
        (tmp_path / "kneadd.conf").unlink()
        os.kill(pid, signal.SIGHUP)
        line.wait_for(lambda: hub.log.read_text().count("the old one stays in force") == 2, "the second reload")
        assert hub.get("/v1/status")["tz"] == "Asia/Tokyo"
        after = hub.socket.stat()
        assert (after.st_mode, after.st_gid) == (mode.st_mode, mode.st_gid)
    finally:
        hub.stop()
