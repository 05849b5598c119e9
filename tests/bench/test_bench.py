# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What the benchmark prints follows from what it measured."""
import os
import sqlite3
import time

import bench
import figures
import pytest
import years


def runs(key, kneadd, gdbus, python):
    return {"kneadd": [{key: v} for v in kneadd], "gdbus": [{key: v} for v in gdbus], "python": [{key: v} for v in python]}


def test_a_row_shows_medians_and_how_many_times_the_hub_they_are():
    row = figures.row("cost", runs("cpu_us", (9, 2, 4), (10, 50, 20), (100, 60, 80)), "cpu_us", figures.Goal(most=6))
    assert row == "| cost | 4.0 | 20.0 | 5.0× | 80.0 | 20.0× | ≤ 6 | REACHED |"


def test_a_figure_that_a_subject_does_not_have_is_a_dash():
    results = runs("rate", (1,), (2,), (3,))
    del results["python"][0]["rate"]
    assert figures.row("rate", results, "rate") == "| rate | 1.0 | 2.0 | 2.0× | – | – |  |  |"


@pytest.mark.parametrize("goal, own, gdbus, python, word", [
    (figures.Goal(most=6), 6, None, None, "REACHED"),
    (figures.Goal(most=6), 6.01, None, None, "NOT REACHED"),
    (figures.Goal(least=90), 90, None, None, "REACHED"),
    (figures.Goal(least=90), 89.9, None, None, "NOT REACHED"),
    (figures.Goal(most=6, gdbus=12, python=25), 5, 12, 25, "REACHED"),
    (figures.Goal(most=6, gdbus=12, python=25), 5, 11.9, 25, "NOT REACHED"),
    (figures.Goal(most=6, gdbus=12, python=25), 5, 12, None, "NOT REACHED"),
    (figures.Goal(most=0), 1, None, None, "NOT REACHED"),
])
def test_a_goal_is_reached_when_all_of_it_is(goal, own, gdbus, python, word):
    assert goal.verdict(own, gdbus, python) == word


def test_a_quantile_is_a_value_that_was_measured():
    assert figures.quantile(range(200), 0.95) == 190
    assert figures.quantile([3, 1, 2], 0.95) == 3


def test_two_days_made_by_the_generator_are_six_whole_sessions(tmp_path):
    made = years.make(tmp_path / "state", 2)
    assert made["n_sessions"] == 6 and made["bytes"] > 0
    with sqlite3.connect(tmp_path / "state/knead.db") as db:
        rows = db.execute("SELECT state, stored, expected, is_time_uncertain, n_nodes, n_samples > 0 FROM session").fetchall()
        assert rows == [(1, stored, stored, 0, 14, 1) for _, stored, *_ in rows] and len(rows) == 6
        assert db.execute("SELECT count(*), sum(n_records) FROM block").fetchone()[1] == made["n_records"]
        # yesterday evening is the newest
        newest = db.execute("SELECT max(start_utc_us) FROM session").fetchone()[0] / 1e6
    assert 0 < time.time() - newest < 2 * 86400


def test_rows_of_years_follow_from_what_was_measured():
    made = {"n_values": 1000, "bytes": 800, "made_s": 3, "append_first_ms": 2, "append_last_ms": 2.1, "days": 60}
    result = {"made": {30: made, 60: made}, "warm_ms": {30: [1.0] * 20, 60: [1.2] * 19 + [9.0]}, "cold_ms": [5, 6, 30], "start_ms": [40, 45, 80],
              "all_ms": 12, "idle_hz": 0.5}
    text = "\n".join(years.rows(result, 60))
    for part in ("| 0.80 |", "9.00 (p50 1.20) | – | – | – | – | ≤ 2 | NOT REACHED", "1.20× | – | – | – | – | ≤ 1.3× | REACHED",
                 "30.0 (p50 6.0) | – | – | – | – | ≤ 20 | NOT REACHED", "45 (at most 80) | – | – | – | – | ≤ 50 | REACHED",
                 "1.05× (2.1 ms) | – | – | – | – | ≤ 1.1× | REACHED", "0.50 | – | – | – | – | ≤ 1 | REACHED"):
        assert part in text, part


def test_the_cpu_time_of_a_process_is_what_its_clock_says():
    before, clock = bench.cpu_s(os.getpid()), time.process_time()
    while time.process_time() < clock + 0.2:
        pass
    used = time.process_time() - clock
    # one tick of the kernel's at either end
    assert abs(bench.cpu_s(os.getpid()) - before - used) <= 2 / bench.TICKS_A_SECOND
