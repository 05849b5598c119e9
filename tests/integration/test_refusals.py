# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Bad input has one clear line that says what to do, and its own exit status."""

import grp
import os
import pathlib
import pwd
import shutil
import sqlite3
import subprocess
import tempfile

import line
import pytest
from line import KNEAD, KNEADD


def run(args, **kwargs):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, **kwargs)


def one_line(text):
    lines = [entry for entry in text.splitlines() if entry.strip()]
    assert len(lines) == 1, text
    return lines[0]


def test_a_second_hub_on_the_same_state_directory_leaves_with_75(hub):
    hub.start()
    done = run(hub.args())
    assert done.returncode == 75
    assert "another kneadd" in one_line(done.stderr)


def test_a_second_hub_on_the_same_socket_leaves_with_75(hub, tmp_path):
    hub.start()
    other = line.Hub(tmp_path, hub.bus_address)
    other.state = tmp_path / "other"
    done = run(other.args())
    assert done.returncode == 75
    assert str(hub.socket) in one_line(done.stderr)


def test_a_newer_database_is_refused_with_65_and_untouched(hub):
    hub.start()
    hub.stop()
    path = hub.state / "knead.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 9999")
    db.close()
    before = path.read_bytes()
    done = run(hub.args())
    assert done.returncode == 65
    assert "newer" in one_line(done.stderr)
    assert path.read_bytes() == before


def test_a_database_that_names_another_program_is_refused_with_65_and_untouched(hub):
    content = b"SQLite format 3\0" + b"x" * 100
    hub.state.mkdir()
    path = hub.state / "knead.db"
    path.write_bytes(content)
    done = run(hub.args())
    assert done.returncode == 65
    assert "knead.db" in one_line(done.stderr)
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"not a database, but 100 bytes long" * 4, b""], ids=["text", "empty"])
def test_a_file_that_is_no_database_is_kept_beside_a_new_one(hub, content):
    hub.state.mkdir()
    (hub.state / "knead.db").write_bytes(content)
    hub.start()
    assert (hub.state / "knead.db.damaged-1").read_bytes() == content
    assert hub.get("/v1/summary?period=day")["data_loss"][0]["file"] == "knead.db.damaged-1"


def test_a_foreign_database_is_refused_with_65_and_untouched(hub):
    hub.state.mkdir()
    path = hub.state / "knead.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE somebody_elses (x)")
    db.close()
    before = path.read_bytes()
    done = run(hub.args())
    assert done.returncode == 65
    assert path.read_bytes() == before


def test_a_state_directory_that_cannot_be_written_leaves_with_74(hub, tmp_path):
    (tmp_path / "file").write_text("")
    hub.state = tmp_path / "file" / "below"
    done = run(hub.args())
    assert done.returncode == 74
    assert str(hub.state) in one_line(done.stderr)


@pytest.mark.parametrize("args, word", [
    (["--zone", "Atlantis/Capital"], "time zone"),
    (["--no-such-option"], "no-such-option"),
    (["stray"], "stray"),
    (["--timer-scale", "7"], "timer-scale"),
    (["--socket", "/tmp/" + "x" * 120], "103"),
])
def test_a_wrong_configuration_leaves_with_78(args, word):
    done = run([KNEADD, *args])
    assert done.returncode == 78
    assert word in one_line(done.stderr)


def test_an_unknown_command_suggests_the_nearest_and_leaves_with_2(hub):
    done = hub.cli("sesions")
    assert done.returncode == 2
    assert "sessions" in done.stderr


def test_a_hub_that_is_not_running_is_said_so_with_5(tmp_path):
    done = run([KNEAD, "--socket", tmp_path / "nobody.sock"])
    assert done.returncode == 5
    assert "kneadd" in done.stderr


def test_a_session_that_is_not_there_is_3(hub):
    hub.start()
    assert hub.cli("show", "12345").returncode == 3


def test_a_user_without_rights_is_denied_with_4_and_told_the_line_to_type(request, hub):
    if os.getuid() != 0:
        pytest.skip("needs root to become another user")
    # the build may stand where nobody may look, and pytest closes the folder of its own whenever it starts
    place = pathlib.Path(tempfile.mkdtemp(prefix="kn-refusals-"))
    request.addfinalizer(lambda: shutil.rmtree(place))
    hub.socket = place / "knead.sock"
    hub.start("--read-group", "users")
    program = shutil.copy(KNEAD, place / "knead")
    nobody = pwd.getpwnam("nobody")
    users = grp.getgrnam("users").gr_gid
    place.chmod(0o755)

    def as_nobody(*args, groups=()):
        return run([program, "--socket", hub.socket, *args], user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=list(groups))

    assert hub.socket.stat().st_mode & 0o777 == 0o660
    # closed by its mode, and asked who he is by the hub if a careless admin opened it
    for mode, line_to_type in ((0o660, "sudo adduser"), (0o666, 'sudo adduser "$USER" users')):
        hub.socket.chmod(mode)
        done = as_nobody("status")
        assert done.returncode == 4, done.stderr
        assert line_to_type in done.stderr
    assert as_nobody("status", groups=[users]).returncode == 0
    assert as_nobody("allow", line.BED, groups=[users]).returncode == 4


def test_a_hub_told_to_stop_stores_what_is_open_and_leaves_with_0(hub, make_sim):
    sim = make_sim()
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    sim.start_session(600, "rocking")
    line.wait_for(lambda: hub.device()["n_open"] > 3, "open records")
    n_open = hub.device()["n_open"]
    assert hub.stop() == 0
    assert not hub.socket.exists()
    newest = hub.rows("SELECT max(last_seq) FROM block")[0][0]
    assert newest >= n_open
    assert not sim.status()["connected"]
