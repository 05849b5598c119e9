# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""How far long work is, on a real terminal: a bar that moves to its end and leaves nothing behind; and nothing of it anywhere else."""
import fcntl
import hashlib
import http.server
import json
import os
import pty
import re
import select
import signal
import socketserver
import struct
import subprocess
import termios
import threading
import time

import pytest

from test_process import FAILED, KNEAD, OK

DEADLINE_S = 60
HALF = bytes(500_000)
DIGEST = hashlib.sha256(HALF + HALF).hexdigest().encode() + b"\n"
WORK = {"backup": ["backup", "-o", "made.db"], "rezone": ["rezone", "Asia/Tokyo", "--yes"], "scan": ["scan", "--for", "20"]}


class Handler(http.server.BaseHTTPRequestHandler):
    """A hub that gets halfway, and goes on when the test lets it."""

    def log_message(self, *_):
        pass

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/v1/captures"):
            self.capture()
            return
        if self.path != "/v1/backups":
            self.answer(202, {"id": "1", "kind": "any", "state": "running", "progress_permille": 500})
            return
        self.send_response(200)
        self.send_header("X-Knead-Bytes", str(2 * len(HALF)))
        self.send_header("Content-Length", str(2 * len(HALF) + len(DIGEST)))
        self.end_headers()
        self.wfile.write(HALF)
        self.wfile.flush()
        self.server.is_asked.set()
        if self.server.may_go_on.wait(DEADLINE_S) and not self.server.is_left:
            self.wfile.write(HALF + DIGEST)

    def capture(self):
        """A notification, and one more when the test lets it; no end."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"# knead-capture: 1\nn 1000 1101\n")
        self.wfile.flush()
        self.server.may_go_on.wait(DEADLINE_S)

    def follow(self):
        """Nothing more, and no end."""
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        self.server.is_followed.set()
        self.server.may_go_on.wait(DEADLINE_S)

    def do_GET(self):
        if self.path.startswith("/v1/events"):
            self.follow()
            return
        if self.path.startswith("/v1/log"):
            self.answer(200, {"events": [{"id": 1, "at": "2026-11-21T09:00:00+01:00", "class": "link", "kind": "paired"}]})
            return
        self.server.is_asked.set()
        if self.server.may_go_on.wait(DEADLINE_S) and not self.server.is_left:
            self.answer(200, {"id": "1", "kind": "any", "progress_permille": 1000, **self.server.end})


class Hub(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path):
        super().__init__(str(path), Handler)
        self.path, self.may_go_on, self.is_asked, self.is_left = path, threading.Event(), threading.Event(), False
        self.is_followed = threading.Event()
        self.end = {"state": "done", "result": {"tz": "Asia/Tokyo", "n_sessions": 4000, "n_other_day": 0, "is_dry_run": False, "devices": []}}


@pytest.fixture
def hub(tmp_path):
    server = Hub(tmp_path / "knead.sock")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.is_left = True
    server.may_go_on.set()
    server.shutdown()
    thread.join(DEADLINE_S)
    server.server_close()


def environment(**more):
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm", **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}, **more}


class Terminal:
    """knead with a terminal of its own, of so many columns, at which somebody may press Ctrl-C."""

    def __init__(self, hub, words, columns=80, stdout=None, stderr=None, **env):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.columns, self.raw = columns, b""
        self.child = subprocess.Popen([KNEAD, "--socket", str(hub.path), *words], cwd=hub.path.parent, env=environment(**env), stdin=slave,
                                      stdout=stdout or slave, stderr=stderr or slave, start_new_session=True,
                                      preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def read(self):
        """FALSE at the end: nobody has the terminal open any more."""
        try:
            piece = os.read(self.master, 65536) if select.select([self.master], [], [], 0.1)[0] else None
        except OSError:
            piece = b""
        self.raw += piece or b""
        return piece != b""

    def wait_for(self, pattern):
        end = time.monotonic() + DEADLINE_S
        while not re.search(pattern, self.raw.decode(errors="ignore")):
            assert self.read() and time.monotonic() < end, self.raw

    def press_ctrl_c(self):
        os.write(self.master, b"\x03")

    def end(self):
        """Its exit code as a shell sees it."""
        end = time.monotonic() + DEADLINE_S
        while self.read():
            assert time.monotonic() < end, self.raw
        os.close(self.master)
        code = self.child.wait(DEADLINE_S)
        return code if code >= 0 else 128 - code

    def screen(self):
        """The lines as they stand there at the end, and the column of the cursor."""
        lines, column = [""], 0
        for token in re.findall(r"\x1b\[K|[^\x1b]", self.raw.decode()):
            if token == "\r":
                column = 0
            elif token == "\n":
                lines.append("")
            elif token == "\x1b[K":
                lines[-1] = lines[-1][:column]
            else:
                lines[-1] = lines[-1][:column].ljust(column) + token + lines[-1][column + len(token):]
                column += len(token)
        return [line.rstrip() for line in lines], column


def bars(terminal, full="█", empty="░"):
    """How much of each bar that was ever shown is full, of 1."""
    found = re.findall(f"[{full}{empty}]{{5,}}", terminal.raw.decode())
    return [bar.count(full) / len(bar) for bar in found]


def widths(terminal):
    """Of each line that was written over."""
    return [len(part) for part in re.findall("\r([^\r\n\x1b]*)\x1b\\[K", terminal.raw.decode())]


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("work", WORK)
def test_a_bar_moves_to_its_end_and_the_line_is_free_again(hub, work, columns):
    terminal = Terminal(hub, WORK[work], columns)
    terminal.wait_for("█░")
    hub.may_go_on.set()
    assert terminal.end() == OK
    shown = bars(terminal)
    # of the first half, whole or in pieces
    assert 0 < shown[0] <= 0.55 and shown[-1] == 1 and shown == sorted(shown)
    # one column less than there are: a full line would be two, and half of it would stay
    assert 20 < max(widths(terminal)) < columns
    lines, _ = terminal.screen()
    assert lines[-1] == "" and len(lines) > 1
    assert not re.search("[█░%]|Moving|Listening", "".join(lines)), lines


def test_a_terminal_of_ascii_has_a_bar_of_ascii(hub):
    terminal = Terminal(hub, WORK["backup"], LC_ALL="C")
    terminal.wait_for("#\\.")
    hub.may_go_on.set()
    assert terminal.end() == OK
    assert terminal.raw.isascii() and bars(terminal, "#", ".")[-1] == 1


@pytest.mark.parametrize("work", WORK)
def test_a_dumb_terminal_has_no_bar_and_no_escapes(hub, work):
    hub.may_go_on.set()
    terminal = Terminal(hub, WORK[work], TERM="dumb")
    assert terminal.end() == OK
    assert terminal.raw and b"\x1b" not in terminal.raw and not re.search(b"\r(?!\n)", terminal.raw) and terminal.raw.isascii()


@pytest.mark.parametrize("which", ["stdout", "stderr"])
@pytest.mark.parametrize("work", WORK)
def test_nothing_of_a_bar_is_in_a_pipe(hub, work, which):
    """Also with a terminal on the other side of it."""
    hub.may_go_on.set()
    terminal = Terminal(hub, WORK[work], **{which: subprocess.PIPE})
    piped = getattr(terminal.child, which).read().decode()
    assert terminal.end() == OK
    assert not re.search("[\r\x1b█░%]", piped), piped
    assert ("█" in terminal.raw.decode()) == (which == "stdout")


@pytest.mark.parametrize("work", WORK)
def test_ctrl_c_leaves_a_clean_line_and_130(hub, work):
    terminal = Terminal(hub, WORK[work])
    terminal.wait_for("█░")
    # not in the middle of the line: its end has been seen, too
    terminal.wait_for("\x1b\\[K")
    terminal.press_ctrl_c()
    assert terminal.end() == 128 + signal.SIGINT
    lines, column = terminal.screen()
    assert not re.search("[█░%]", "".join(lines)) and (lines[-1], column) == ("", 0), lines
    said = {"backup": "ended: no backup was made", "rezone": "type the same again", "scan": ""}[work]
    assert said in "".join(lines)
    assert sorted(path.name for path in hub.path.parent.iterdir()) == ["knead.sock"]


@pytest.mark.parametrize("columns", [40, 80])
def test_a_capture_is_ended_by_ctrl_c_and_is_whole(hub, columns):
    terminal = Terminal(hub, ["capture", "1", "-o", "made.cap"], columns)
    terminal.wait_for("notifications, .*\x1b\\[K")
    assert 20 < max(widths(terminal)) < columns
    terminal.press_ctrl_c()
    assert terminal.end() == OK
    lines = [line for line in terminal.screen()[0] if line]
    assert lines[0].startswith("made.cap: ") and "Ctrl-C" not in "".join(lines)
    assert (hub.path.parent / "made.cap").read_text().splitlines()[-1].startswith("end ")


def test_a_terminal_that_is_closed_ends_it_too(hub):
    terminal = Terminal(hub, WORK["backup"])
    terminal.wait_for("█░")
    os.close(terminal.master)
    assert terminal.child.wait(DEADLINE_S) in (128 + signal.SIGHUP, -signal.SIGHUP)
    assert not list(hub.path.parent.glob("made*"))


def test_a_job_that_failed_is_told_with_what_to_do_and_a_clean_line(hub):
    hub.end = {"state": "failed", "problem": {"status": 503, "kind": "degraded", "detail": "The disk is full.", "hint": "See: knead status"}}
    terminal = Terminal(hub, WORK["rezone"])
    terminal.wait_for("█░")
    hub.may_go_on.set()
    assert terminal.end() == FAILED
    assert [line for line in terminal.screen()[0] if line] == ["knead: The disk is full.", "  See: knead status"]


def test_a_file_that_was_written_is_told_to_programs_with_json(hub):
    hub.may_go_on.set()
    words = [KNEAD, "--socket", str(hub.path), *WORK["backup"], "--json"]
    done = subprocess.run(words, cwd=hub.path.parent, env=environment(), capture_output=True, text=True, timeout=DEADLINE_S)
    made = hub.path.parent / "made.db"
    assert (done.returncode, done.stderr) == (OK, "")
    assert json.loads(done.stdout) == {"path": str(made), "n_bytes": made.stat().st_size, "sha256": hashlib.sha256(made.read_bytes()).hexdigest()}


def test_of_a_capture_that_broke_off_the_size_is_that_of_its_file_too(hub):
    hub.may_go_on.set()
    words = [KNEAD, "--socket", str(hub.path), "capture", "1", "-o", "made.cap", "--json"]
    done = subprocess.run(words, cwd=hub.path.parent, env=environment(), capture_output=True, text=True, timeout=DEADLINE_S)
    made = hub.path.parent / "made.cap"
    assert done.returncode == FAILED
    assert json.loads(done.stdout) == {"path": str(made), "n_notifications": 1, "n_bytes": made.stat().st_size, "is_whole": False}
