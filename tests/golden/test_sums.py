# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Sums of periods, what changed, and the parts, by core/ and recomputed from the definitions: all integers equal.

KN_SUM_JSON: the tool. KN_KTP_PYTHON: the folder of telemetry_pb2."""
import functools
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
import sums  # noqa: E402

CAPTURES = sorted((HERE.parent / "data" / "captures").glob("*/*.cap"))


@functools.cache
def sessions_of(path):
    _, info, notifications = recompute.read_capture(path)
    places = [(node.region, node.side) for node in recompute.ktp.Info.FromString(info).nodes]
    return [session | {"places": places} for session in recompute.recompute(info, recompute.capture_records(notifications))]


def again(paths):
    """Each capture is a day, as sum-json has it."""
    half, sessions = len(paths) // 2, []
    for back, path in enumerate(paths):
        for number, session in enumerate(sessions_of(path)):
            sessions.append(session | {"day": -back, "start_ms": number * 3_600_000, "device": back % 3 + 1})
    now = [s for s in sessions if s["day"] > -half]
    before = [s for s in sessions if -2 * half < s["day"] <= -half]
    result = {"now": sums.period(now), "before": sums.period(before)}
    result["change"] = sums.change(result["now"], result["before"])
    return result | {by: sums.parts(now, by) for by in ("place", "region", "side", "node")}


def summed(paths):
    done = subprocess.run([os.environ["KN_SUM_JSON"], *paths], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def turned(n):
    return CAPTURES[n:] + CAPTURES[:n]


@pytest.mark.parametrize("n", range(len(CAPTURES)))
def test_sums_of_golden_captures_are_equal(n):
    assert summed(turned(n)) == again(turned(n))


@pytest.mark.parametrize("seed", range(0, 60, 6))
def test_sums_of_awkward_logs_are_equal(seed, tmp_path):
    paths = []
    for number in range(6):
        paths.append(tmp_path / f"{number}.cap")
        random_logs.write_capture(seed + number, paths[-1])
    assert summed(paths) == again(paths)


def test_the_captures_reach_what_there_is_to_compare():
    """Otherwise equality would say little."""
    found = [again(turned(n)) for n in range(len(CAPTURES))]
    assert {key for each in found for key in each["change"]} >= {"duration_ms", "dose_hpa_ms", "hold_count"}
    assert {value > 0 for each in found for value in each["change"].values()} == {True, False}
    assert any(len(each["region"]) >= 8 and len(each["side"]) == 3 and len(each["node"]) > len(each["place"]) for each in found)
    assert any("symmetry_permille" in each["now"] for each in found)


def test_sums_by_hand():
    """Two sessions of a day that overlap by a second, and one of the day before."""
    node = {"n_samples": 2, "mean_hpa": 100, "contact_ms": 80, "peak_hpa": 120, "dose_hpa_ms": 8000, "hold_count": 0, "hold_longest_ms": 0}
    session = {"state": "ended", "active_ms": 80, "mean_hpa": 100, "peak_hpa": 120, "dose_hpa_ms": 8000, "dose_left_hpa_ms": 8000,
               "dose_right_hpa_ms": 0, "hold_count": 0, "hold_longest_ms": 0, "nodes": [node], "day": 0, "device": 1, "places": [(3, 1)]}
    both = [session | {"start_ms": 0, "duration_ms": 3000}, session | {"start_ms": 2000, "duration_ms": 2000, "mean_hpa": 101}]
    now = sums.period(both)
    assert (now["duration_ms"], now["mean_hpa"], now["n_data_days"], now["symmetry_permille"]) == (4000, 101, 1, 1000)
    assert sums.parts(both, "side") == [[0, 0, "free", "left", 2, 160, 100, 120, 16000, 0, 0]]
    assert sums.change(now, now) == {}
