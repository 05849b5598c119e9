# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What the service manager hears (fault 92): pings while all is well, none while the store is stuck, and a word in between."""
import contextlib
import os
import queue
import socket
import threading

import line
import pytest


class Manager:
    """The end of NOTIFY_SOCKET that systemd has: it reads at once, or who tells it something would wait."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.words = queue.SimpleQueue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        with contextlib.suppress(OSError):  # closed at the end
            while True:
                for word in self.socket.recv(4096).decode().splitlines():
                    self.words.put(word)

    def wait_for(self, word):
        while self.words.get(timeout=line.DEADLINE_S) != word:
            pass

    def drain(self):
        while not self.words.empty():
            self.words.get()


@pytest.fixture
def manager(tmp_path):
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.socket.close()


def test_the_watchdog_is_fed_while_all_is_well_and_not_while_the_disk_is_stuck(tmp_path, monkeypatch, real_time, hub, manager):
    stall = tmp_path / "stall"
    sanitizer = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
    for key, value in {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": 200000, "KN_STALL_FILE": stall, "KN_STALL_MS": 4000,
                       "ASAN_OPTIONS": sanitizer, "LD_PRELOAD": os.environ["KN_STALL_LIBRARY"]}.items():
        monkeypatch.setenv(key, str(value))
    # thirty seconds and ten minutes are 30 and 600 ms then
    hub.start("--timer-scale", "0.001")
    monkeypatch.delenv("LD_PRELOAD")
    manager.wait_for("READY=1")
    manager.wait_for("WATCHDOG=1")
    manager.wait_for("WATCHDOG=1")
    stall.touch()
    asking = threading.Thread(target=hub.allow)
    asking.start()
    line.wait_for(lambda: not stall.exists(), "the disk to stall")
    line.wait_for(lambda: hub.get("/v1/status")["storage"]["state"] == "slow", "the word for it")
    assert "the disk has been at one thing for" in " ".join(hub.cli("status").stdout.split())
    line.wait_for(lambda: "watchdog is not told" in hub.log.read_text(), "the pings to stop")
    manager.drain()
    assert hub.get("/v1/status")["storage"]["state"] == "slow"
    # nothing comes until the disk has answered
    manager.wait_for("WATCHDOG=1")
    asking.join()
    line.wait_for(lambda: hub.get("/v1/status")["storage"]["state"] == "ok", "all to be well again")
