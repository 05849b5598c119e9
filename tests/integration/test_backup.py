# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""knead backup, on a hub that records meanwhile; and the way back."""

import hashlib
import os
import signal
import socket
import sqlite3
import stat
import subprocess

import pytest
from line import KNEAD, KNEADD, UnixConnection, wait_for


def keys(hub):
    return [(s["log_id"], s["boot"], s["first_seq"], s["last_seq"], s["dose_hpa_ms"]) for s in hub.sessions()]


def offline(*args):
    done = subprocess.run([str(KNEADD), *map(str, args)], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def recorded(hub, make_sim):
    sim = make_sim()
    for scenario in ("holds", "rocking", "mixed"):
        sim.bank(60, scenario)
    hub.start()
    hub.allow(label="back bed")
    hub.wait_caught_up(sim)
    wait_for(lambda: len(hub.sessions()) == 3, "all sessions")
    hub.sim = sim
    return hub


def test_a_backup_of_a_recording_hub_is_sound_private_and_brings_all_back(recorded, tmp_path):
    hub, sim = recorded, recorded.sim
    before = keys(hub)
    sim.start_session(600, "mixed")
    path = tmp_path / "backup.db"
    done = hub.cli("backup", "-o", str(path))
    assert done.returncode == 0, done.stderr
    assert f"kneadd --verify {path}" in done.stderr and done.stdout == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.glob("backup.db*")] == ["backup.db"]
    code, text = offline("--verify", path)
    assert code == 0 and ": sound: schema 5, 1 massagers, " in text, text
    # recording went on
    sim.stop_session()
    wait_for(lambda: len(hub.sessions()) == 4, "the session that ran meanwhile")
    assert hub.stop() == 0
    code, text = offline("--restore", path, "--state-dir", tmp_path / "another")
    assert code == 0 and "1 massagers are new" in text, text
    hub.state = tmp_path / "another"
    hub.start()
    assert [s for s in keys(hub) if s in before] == before
    assert hub.get("/v1/devices")["devices"][0]["label"] == "back bed"


def test_a_file_that_is_there_is_not_written_over(recorded, tmp_path):
    path = tmp_path / "backup.db"
    path.write_text("mine")
    done = recorded.cli("backup", "-o", str(path))
    assert done.returncode == 1 and "is there already" in done.stderr
    assert path.read_text() == "mine"
    assert recorded.cli("backup", "-o", str(path), "--force").returncode == 0
    assert offline("--verify", path)[0] == 0
    assert recorded.cli("backup", "-o", str(tmp_path / "no" / "such" / "place")).returncode == 1


def test_what_came_otherwise_than_it_was_sent_is_no_backup(recorded, tmp_path):
    """Between hub and client a byte becomes another one."""
    front = tmp_path / "front.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(front))
    listener.listen()
    path = tmp_path / "backup.db"
    client = subprocess.Popen([str(KNEAD), "--socket", str(front), "backup", "-o", str(path)], stderr=subprocess.PIPE, text=True)
    near, _ = listener.accept()
    far = socket.socket(socket.AF_UNIX)
    far.connect(str(recorded.socket))
    far.sendall(near.recv(65536))
    answer = b""
    while True:
        piece = far.recv(65536)
        if not piece:
            break
        answer += piece
    at = answer.index(b"SQLite format 3")
    near.sendall(answer[:at + 5000] + bytes([answer[at + 5000] ^ 1]) + answer[at + 5001:])
    near.close()
    _, errors = client.communicate(timeout=60)
    assert client.returncode == 1 and "not what the hub sent" in errors
    assert list(tmp_path.glob("backup.db*")) == []


def test_ctrl_c_leaves_nothing_and_the_hub_goes_on(recorded, tmp_path):
    front = tmp_path / "front.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(front))
    listener.listen()
    client = subprocess.Popen([str(KNEAD), "--socket", str(front), "backup", "-o", str(tmp_path / "backup.db")],
                              stderr=subprocess.PIPE, text=True)
    near, _ = listener.accept()
    near.recv(65536)
    client.send_signal(signal.SIGINT)
    _, errors = client.communicate(timeout=60)
    assert client.returncode == 130 and "no backup was made" in errors
    assert list(tmp_path.glob("backup.db*")) == []


def test_with_another_client_the_sum_is_behind_the_file(recorded, tmp_path):
    connection = UnixConnection(recorded.socket)
    connection.request("POST", "/v1/backups")
    response = connection.getresponse()
    n_bytes = int(response.getheader("X-Knead-Bytes"))
    body = response.read()
    connection.close()
    assert len(body) == n_bytes + 65
    assert hashlib.sha256(body[:n_bytes]).hexdigest().encode() + b"\n" == body[n_bytes:]
    (tmp_path / "whole").write_bytes(body)
    assert os.path.getsize(tmp_path / "whole") % 4096 == 65
    assert offline("--verify", tmp_path / "whole")[0] == 0


def test_who_changes_something_while_a_backup_is_read_is_told_that_the_hub_is_busy(recorded, tmp_path):
    """A backup that is longer than a socket holds, and a client that does not read it."""
    hub = recorded
    assert hub.stop() == 0
    with sqlite3.connect(hub.state / "knead.db") as db:
        db.executemany("INSERT INTO event (event_id, at_us, class, kind, detail) VALUES (-?, 0, 3, 'data_loss', ?)",
                       [(i, "x" * 4000) for i in range(1, 1000)])
    db.close()
    hub.start()
    reading = UnixConnection(hub.socket)
    reading.request("POST", "/v1/backups")
    unread = reading.getresponse()
    assert unread.status == 200
    for path, body in (("/v1/devices/1/forget", None), ("/v1/persons", {"label": "Mia"})):
        status, problem = hub.request("POST", path, body)
        assert (status, problem["kind"]) == (409, "busy"), problem
        assert "backup" in problem["detail"]
    assert hub.get("/v1/devices")["devices"][0]["is_enrolled"]
    unread.close()
    reading.close()
    wait_for(lambda: hub.request("POST", "/v1/persons", {"label": "Mia"})[0] != 409, "the end of the backup")
