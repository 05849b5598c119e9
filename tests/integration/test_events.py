# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Who follows the hub sees what happens, once, in order, and over its restarts; who watches sees pressures."""

import fcntl
import json
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import termios
import time

import pytest

import line


class Follower:
    """One connection that reads documents as they come."""

    def __init__(self, hub, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(hub.socket))
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: knead\r\n\r\n".encode())
        self.socket.setblocking(False)
        self.text = b""

    def documents(self):
        try:
            while True:
                more = self.socket.recv(65536)
                if not more:
                    break
                self.text += more
        except (BlockingIOError, ConnectionResetError):
            pass
        lines = self.text.split(b"\n")[:-1]
        return [json.loads(text) for text in lines if text.startswith(b"{")]

    def wait(self, condition, what):
        return line.wait_for(lambda: [d for d in self.documents() if condition(d)], what)

    def close(self):
        self.socket.close()


@pytest.fixture
def sim(make_sim):
    return make_sim()


@pytest.fixture
def synced(hub, sim):
    hub.start()
    hub.allow(label="back bed")
    hub.wait_caught_up(sim)
    return hub


def test_a_follower_sees_every_event_once_over_a_restart(synced, sim):
    hub = synced
    first = Follower(hub, "/v1/events?follow=1&since=0&class=session,link,alarm")
    first.wait(lambda d: d["kind"] == "caught_up", "the first transfer")
    seen = first.documents()
    first.close()
    hub.stop()
    hub.start()
    sim.bank(20)
    second = Follower(hub, f"/v1/events?follow=1&since={seen[-1]['id']}&class=session,link,alarm")
    second.wait(lambda d: d["kind"] == "session_stored", "the session that was banked meanwhile")
    ids = [d["id"] for d in seen] + [d["id"] for d in second.documents()]
    assert ids == sorted(set(ids))
    kept = hub.get("/v1/log?limit=400")["events"]
    assert [d["id"] for d in kept][: len(ids)] == ids
    assert [d["kind"] for d in kept if d["kind"] == "started"] == ["started"] * 2
    second.close()


def test_events_are_not_lost_with_the_plug_once_stored_and_their_numbers_never_come_again(synced, sim):
    hub = synced
    before = hub.get("/v1/log?limit=400")["events"]
    hub.kill()
    hub.start()
    after = hub.get("/v1/log?limit=400")["events"]
    start = [d for d in after if d["kind"] == "started"][-1]
    # none of those that were shown comes back as something else
    assert start["id"] > max(d["id"] for d in before)
    for event in after:
        assert event["id"] >= start["id"] or event in before


def test_the_log_tells_what_happened_in_plain_words(synced, sim):
    hub = synced
    sim.start_session(3)
    line.wait_for(lambda: [s for s in hub.sessions() if not s["is_provisional"]], "the session")
    line.wait_for(lambda: "session ended" in hub.cli("log").stdout, "its end in the log")
    text = hub.cli("log", "--device", "back bed").stdout
    assert "back bed" in text and "connected" in text and "everything it had is here" in text
    stored = [row for row in text.splitlines() if "is stored" in row]
    assert stored and all(len(row) <= 80 for row in text.splitlines())


def test_live_pressures_are_those_of_the_massager_and_at_most_ten_a_second(synced, sim):
    hub = synced
    follower = Follower(hub, "/v1/events?follow=1&class=live")
    line.wait_for(lambda: hub.get("/v1/status")["clients"]["n_followers"] == 1, "the follower")
    sim.start_session(4)
    documents = follower.wait(lambda d: any(n["hpa"] > 0 for n in d["nodes"]), "a pressure")
    assert {d["class"] for d in documents} == {"live"}
    assert all(len(d["nodes"]) == 14 for d in documents)
    session = line.wait_for(lambda: [s for s in hub.sessions() if not s["is_provisional"]], "the session")[0]
    shown = follower.documents()
    # nothing that was shown is firmer than what was stored in the end
    assert max(n["hpa"] for d in shown for n in d["nodes"]) <= session["peak_hpa"]
    # ten a second of the session's own time, and one for its begin
    assert len(shown) <= session["duration_ms"] / 100 + 1
    follower.close()


class Terminal:
    """knead in a window of its own."""

    def __init__(self, hub, *args, rows=40, columns=80):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(line.KNEAD, [str(line.KNEAD), "--socket", str(hub.socket), *args],
                      {"TERM": "xterm", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]})
        self.text = ""
        self.resize(rows, columns)

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        while select.select([self.fd], [], [], 0)[0]:
            try:
                more = os.read(self.fd, 65536)
            except OSError:
                break
            if not more:
                break
            self.text += more.decode(errors="replace")
        return self.text

    def wait(self, words):
        line.wait_for(lambda: words in self.read(), f"{words!r} on the screen")

    def end(self, with_signal):
        os.kill(self.pid, with_signal)
        return self.exit_code()

    def exit_code(self):
        end = time.monotonic() + line.DEADLINE_S
        while time.monotonic() < end:
            self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.read()
                return os.waitstatus_to_exitcode(status)
        raise AssertionError("knead does not end")


LEAVE = "\x1b[?25h\x1b[?1049l"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_watch_gives_the_terminal_back_however_it_is_ended(synced, sim, ending):
    terminal = Terminal(synced, "watch")
    terminal.wait("No massager is in use.")
    assert terminal.text.startswith("\x1b[?1049h\x1b[?25l")
    assert terminal.end(ending) == 0
    assert terminal.text.endswith(LEAVE)


def test_watch_shows_the_map_and_follows_the_size_of_the_window(synced, sim):
    terminal = Terminal(synced, "watch")
    terminal.wait("No massager is in use.")
    sim.start_session(6)
    terminal.wait("low back (erector spinae)")
    terminal.wait("in use for")
    terminal.resize(6, 80)
    terminal.wait("the window is too small")
    at = len(terminal.text)
    terminal.resize(40, 80)
    line.wait_for(lambda: "waist (quadratus" in terminal.read()[at:], "the whole map again")
    line.wait_for(lambda: "No massager is in use." in terminal.read()[at:], "the end of the session")
    assert terminal.end(signal.SIGINT) == 0


def test_watch_says_so_when_the_hub_ends(synced, sim):
    terminal = Terminal(synced, "watch")
    terminal.wait("No massager is in use.")
    synced.stop()
    assert terminal.exit_code() == 5
    assert LEAVE in terminal.text
    assert "The hub has ended." in terminal.text.split(LEAVE)[-1]


def test_watch_without_a_terminal_writes_lines(synced, sim):
    sim.start_session(5)
    child = subprocess.Popen([str(line.KNEAD), "--socket", str(synced.socket), "watch"], stdout=subprocess.PIPE, text=True)
    text = child.stdout.readline()
    assert "back bed: in use for" in text and "\x1b" not in text
    child.send_signal(signal.SIGTERM)
    assert child.wait(30) == 0
    child = subprocess.Popen([str(line.KNEAD), "--socket", str(synced.socket), "watch", "--json"], stdout=subprocess.PIPE, text=True)
    assert json.loads(child.stdout.readline())["class"] == "live"
    child.terminate()
    assert child.wait(30) == 0
