# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The golden captures through the real daemon, offline: its rows are what the definitions say, and the same each time.

KN_KNEADD: the daemon. KN_KTP_PYTHON: the folder of telemetry_pb2."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data" / "captures"
CAPTURES = sorted(DATA.glob("*/*.cap"))
NAMES = [f"{path.parent.name}/{path.stem}" for path in CAPTURES]
KNEADD = os.environ["KN_KNEADD"]
TABLES = ("device", "log", "coverage", "gap", "block", "mark", "anchor", "conflict", "session", "session_node", "session_block", "info",
          "event", "event_number")


def replay(path, directory, *args):
    done = subprocess.run([KNEADD, "--replay", str(path), "--state-dir", str(directory), *args], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def dump(directory):
    with sqlite3.connect(f"file:{directory / 'knead.db'}?mode=ro", uri=True) as db:
        return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}


def is_in(want, got, at=""):
    """Every integer and word that is wanted is there; a metric that is 0 may be left out."""
    for key, value in want.items():
        if key == "nodes":
            assert len(got["nodes"]) == len(value)
            for number, node in enumerate(value):
                is_in(node, got["nodes"][number], f"node {number} ")
        elif key == "gaps":
            assert [[g["first_seq"], g["last_seq"], g["reason"]] for g in got["gaps"]] == value
        elif key not in ("first_t_ms", "last_t_ms"):
            assert got.get(key, 0) == value, at + key


def test_there_are_twelve_and_each_has_its_expectation():
    assert len(CAPTURES) >= 12
    assert all(path.with_suffix(".json").exists() for path in CAPTURES)
    assert sum(path.stat().st_size for path in DATA.rglob("*.*")) < 1_500_000


@pytest.mark.parametrize("path", CAPTURES, ids=NAMES)
def test_a_replay_gives_what_the_definitions_say(path, tmp_path):
    want = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["sessions"]
    got = replay(path, tmp_path / "state")["sessions"]
    assert len(got) == len(want)
    for g, w in zip(got, want):
        is_in(w, g)


@pytest.mark.parametrize("path", CAPTURES, ids=NAMES)
def test_two_replays_give_the_same_rows(path, tmp_path):
    first = replay(path, tmp_path / "first")
    assert first == replay(path, tmp_path / "second")
    rows = dump(tmp_path / "first")
    assert rows == dump(tmp_path / "second")
    assert rows["session"] and rows["block"]


def test_one_command_makes_them_anew(tmp_path):
    subprocess.run([sys.executable, HERE / "make-captures.py", os.environ["KN_KTP_PYTHON"], tmp_path], check=True, timeout=120)
    made = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*.*")}
    kept = {str(path.relative_to(DATA)): path.read_bytes() for path in DATA.rglob("*.*")}
    assert made == kept


def test_a_capture_that_was_cut_replays_what_is_whole(tmp_path):
    path = CAPTURES[NAMES.index("roller/03-link-lost")]
    cut = tmp_path / "cut.cap"
    text = path.read_bytes()
    cut.write_bytes(text[:len(text) // 2])
    done = subprocess.run([KNEADD, "--replay", cut, "--state-dir", tmp_path / "state"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "it was cut" in done.stderr
    (session,) = json.loads(done.stdout)["sessions"]
    assert session["first_seq"] == 1 and session["state"] == "open"


def test_a_damaged_capture_is_refused_with_the_line(tmp_path):
    path = CAPTURES[NAMES.index("roller/03-link-lost")]
    lines = path.read_text().splitlines()
    damaged = tmp_path / "damaged.cap"
    damaged.write_text("\n".join([*lines[:15], lines[15][:-2] + "00", *lines[16:]]) + "\n")
    done = subprocess.run([KNEADD, "--replay", damaged, "--state-dir", tmp_path / "state"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 65
    assert f"line {len(lines)}: what stands before is not what was written" in done.stderr
    assert not (tmp_path / "state").exists()


def test_a_hubs_own_database_is_not_written_into(tmp_path):
    path = CAPTURES[NAMES.index("roller/03-link-lost")]
    replay(path, tmp_path / "state")
    before = dump(tmp_path / "state")
    done = subprocess.run([KNEADD, "--replay", path, "--state-dir", tmp_path / "state"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "has massagers in it already" in done.stderr
    after = dump(tmp_path / "state")
    # opening it moves the reserve of event numbers, and nothing else
    assert {k: v for k, v in before.items() if k != "event_number"} == {k: v for k, v in after.items() if k != "event_number"}


def test_without_a_directory_a_new_one_is_made_and_named(tmp_path):
    path = CAPTURES[NAMES.index("roller/03-link-lost")]
    done = subprocess.run([KNEADD, "--replay", path], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "TMPDIR": str(tmp_path)})
    assert done.returncode == 0
    directory = pathlib.Path(done.stderr.split("the database is in ")[1].strip())
    assert directory.parent == tmp_path and (directory / "knead.db").exists()
    shutil.rmtree(directory)
