# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Delivered against planned by core/ and recomputed from the definitions: all numbers and states equal. KN_ADHERENCE_JSON: the tool."""
import collections
import functools
import json
import os
import pathlib
import subprocess
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
import adherence  # noqa: E402

SEEDS = range(400)


@functools.cache
def again(seed):
    return adherence.recompute(adherence.random_case(seed))


def folded(path):
    tool = subprocess.run([os.environ["KN_ADHERENCE_JSON"], path], capture_output=True, text=True, timeout=120, check=False)
    assert tool.returncode == 0, tool.stderr
    return json.loads(tool.stdout)


@pytest.mark.parametrize("first", SEEDS[::20])
def test_random_plans_and_sessions_are_judged_equally(first, tmp_path):
    for seed in range(first, first + 20):
        place = tmp_path / str(seed)
        place.mkdir()
        assert folded(adherence.write(adherence.random_case(seed), place)) == again(seed), f"seed {seed}"


def test_they_reach_what_there_is_to_compare():
    """Otherwise equality would say little."""
    states = collections.Counter(row[0] for seed in SEEDS for row in again(seed)["days"])
    assert min(states[word] for word in ("met", "missed", "unknown", "open", "rest", "unplanned")) >= 50
    assert max(again(seed)["streak"] for seed in SEEDS) >= 7
    assert {again(seed)["is_cut"] for seed in SEEDS} == {True, False}
    # days that count with a part, and exactly 80 %
    assert any(row[0] == "met" and row[2] < row[1] for seed in SEEDS for row in again(seed)["days"])
    assert any(row[0] == "met" and 5 * row[2] == 4 * row[1] for seed in SEEDS for row in again(seed)["days"])
    assert any(row[0] == "missed" and row[2] > 0 for seed in SEEDS for row in again(seed)["days"])
    # days that a loss alone keeps from being missed
    without = [adherence.recompute({**adherence.random_case(seed), "losses": []}) for seed in SEEDS]
    assert sum((one[0], other[0]) == ("missed", "unknown") for seed in SEEDS for one, other in zip(without[seed]["days"], again(seed)["days"])) >= 10
