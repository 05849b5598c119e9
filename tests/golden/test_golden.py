# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Every metric of every golden session, folded by core/ and recomputed from the definitions: all integers equal.

KN_FOLD_JSON: the tool. KN_KTP_PYTHON: the folder of telemetry_pb2. KN_RANDOM_LOGS: how many random logs (100)."""
import json
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [os.environ["KN_KTP_PYTHON"], str(HERE)]
import random_logs  # noqa: E402
import recompute  # noqa: E402

CAPTURES = sorted((HERE.parent / "data" / "captures").glob("*/*.cap"))
NAMES = [f"{path.parent.name}/{path.stem}" for path in CAPTURES]
HEADER = {"model", "firmware", "date", "by", "scenario", "seed"}
SESSION_KEYS = {
    "first_seq", "last_seq", "first_t_ms", "last_t_ms", "state", "duration_ms", "active_ms", "mean_hpa", "peak_hpa", "p95_hpa",
    "dose_hpa_ms", "dose_left_hpa_ms", "dose_right_hpa_ms", "saturation_permille", "hold_count", "hold_longest_ms",
    "hold_mean_hpa", "rocking_half_cycles", "strokes", "nodes"}


def fold(path):
    done = subprocess.run([os.environ["KN_FOLD_JSON"], str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def again(path):
    _, info, notifications = recompute.read_capture(path)
    return recompute.recompute(info, recompute.capture_records(notifications))


def load(name):
    """(sessions, notifications) of a golden capture, recomputed"""
    path = CAPTURES[NAMES.index(name)]
    return again(path), recompute.read_capture(path)[2]


@pytest.mark.parametrize("path", CAPTURES, ids=NAMES)
def test_every_integer_is_equal(path):
    folded = fold(path)
    assert folded == again(path)
    assert folded and all(SESSION_KEYS <= set(session) for session in folded)


@pytest.mark.parametrize("path", CAPTURES, ids=NAMES)
def test_a_capture_says_where_it_comes_from_and_is_small(path):
    header, info, notifications = recompute.read_capture(path)
    assert HEADER <= set(header)
    assert info and len(info) <= 512
    assert all(len(data) <= 182 for _, data in notifications)
    assert path.stat().st_size <= 300_000


@pytest.mark.parametrize("seed", range(int(os.environ.get("KN_RANDOM_LOGS", "100"))))
def test_awkward_logs_fold_the_same(seed, tmp_path):
    path = tmp_path / "random.cap"
    random_logs.write_capture(seed, path)
    assert fold(path) == again(path)


# ---- the scenarios are what their names say, so that equality means something ----

def test_there_are_four_scenarios_for_the_back_bed():
    assert {"back14/01-even-rocking", "back14/02-long-holds", "back14/03-saturation", "back14/04-lost-and-repaired"} <= set(NAMES)


def test_even_rocking_is_even_and_rocks():
    (session,), _ = load("back14/01-even-rocking")
    assert abs(session["symmetry_permille"]) <= 20
    assert 2 * 0.2 * 150 <= session["rocking_half_cycles"] <= 2 * 0.5 * 150
    assert session["state"] == "ended"
    assert 0 < session["hold_count"] < 14  # a strong swing breaks some nodes' holds
    assert all(node["contact_ms"] > 140_000 for node in session["nodes"])


def test_long_holds_are_found_on_the_nodes_that_were_pressed():
    (session,), _ = load("back14/02-long-holds")
    longest = [node["hold_longest_ms"] for node in session["nodes"]]
    assert 80_000 <= longest[3] <= 92_000 and 80_000 <= longest[10] <= 92_000
    assert 30_000 <= longest[2] <= 45_000
    assert longest[1] == longest[4] == 0
    assert session["nodes"][7]["buildup_hpa"] > 100
    assert any("buildup_hpa" in node and node["buildup_hpa"] < 0 for node in session["nodes"])


def test_saturation_is_shown():
    (session,), _ = load("back14/03-saturation")
    assert session["nodes"][3]["saturation_permille"] > 800
    assert 0 < session["saturation_permille"] < 500
    assert session["peak_hpa"] == 1580


def test_the_lost_stretch_was_lost_and_came_as_history():
    (session,), notifications = load("back14/04-lost-and-repaired")
    live, history, order = set(), set(), []
    for _, data in notifications:
        if data[1] & 15 == 4:
            continue
        for body in recompute.bodies(data):
            seq = recompute.ktp.Record.FromString(body).seq
            (live if data[1] & 15 == 1 else history).add(seq)
            order.append(seq)
    everything = set(range(min(live), max(live) + 1))
    assert len(everything - live) > 50
    assert everything - live < history  # and some that had arrived came twice
    assert live | history == everything
    assert order != sorted(order)
    _, info, _ = recompute.read_capture(CAPTURES[NAMES.index("back14/04-lost-and-repaired")])
    only_live = recompute.recompute(info, recompute.capture_records([n for n in notifications if n[1][1] & 15 == 1]))
    assert only_live[0]["active_ms"] < session["active_ms"] - 15_000


def test_strokes_count_only_in_contact():
    (session,), _ = load("roller/01-strokes")
    # one reversal at 0.8 k + 0.08 s; contact in [0, 33), [40, 73), [80, 113), [120, 153) s: k 1…41, 50…91, 100…141, 150…191
    assert session["strokes"] == 41 + 3 * 42
    assert session["active_ms"] == 132_000
    assert session["duration_ms"] - session["device_duration_ms"] == 2500
    assert "symmetry_permille" not in session  # one node, in the centre


def test_random_logs_reach_the_rare_cases(tmp_path):
    """Otherwise their equality would say little."""
    seen = set()
    for seed in range(100):
        path = tmp_path / "random.cap"
        random_logs.write_capture(seed, path)
        for session in again(path):
            seen.add(session["state"])
            seen.add("start" if "device_duration_ms" in session else "no end")
            seen.update(f"{key}" for key in ("hold_count", "strokes", "rocking_half_cycles", "saturation_permille") if session[key])
            seen.update("buildup" for node in session["nodes"] if "buildup_hpa" in node)
            seen.update("two holds" for node in session["nodes"] if node["hold_count"] > 1)
    assert seen >= {"open", "ended", "interrupted", "quiet", "no end", "hold_count", "strokes", "rocking_half_cycles",
                    "saturation_permille", "buildup", "two holds"}


# ---- the recomputation itself, against numbers worked out by hand ----

def test_recompute_by_hand():
    """One node at 1 Hz: 10, 30, 17, 14, 19, 40. On at 30, 17 keeps it, 14 ends it, 19 does not begin it, 40 does."""
    ktp = recompute.ktp
    import wire
    info = ktp.Info(protocol=1, serial=b"x", nodes=[ktp.Node(side=ktp.SIDE_LEFT, full_scale_hpa=40)])
    log = wire.Log()
    log.add(1000, session_start=ktp.SessionStart())
    log.add(7000, samples=wire.block(1_000_000, 1000, {0: [10, 30, 17, 14, 19, 40]}))
    log.add(9000, session_end=ktp.SessionEnd(duration_ms=8000))
    (session,) = recompute.recompute(wire.encode(info), [data for _, data in log.records])
    assert session["duration_ms"] == 8000
    assert session["active_ms"] == 3000
    assert session["mean_hpa"] == 29  # 87 / 3
    assert session["p95_hpa"] == 40  # the bin is 40 … 49, the peak 40
    assert session["dose_hpa_ms"] == session["dose_left_hpa_ms"] == 87_000
    assert session["symmetry_permille"] == 1000
    assert session["saturation_permille"] == 333
