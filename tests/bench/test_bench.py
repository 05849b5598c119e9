# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What the benchmark prints follows from what it measured."""
import os
import time

import bench


def runs(key, kneadd, gdbus, python):
    return {"kneadd": [{key: v} for v in kneadd], "gdbus": [{key: v} for v in gdbus], "python": [{key: v} for v in python]}


def test_a_row_shows_medians_and_how_many_times_the_hub_they_are():
    row = bench.row("cost", runs("cpu_us", (9, 2, 4), (10, 50, 20), (100, 60, 80)), "cpu_us", "≤ 6")
    assert row == "| cost | 4.0 | 20.0 | 5.0× | 80.0 | 20.0× | ≤ 6 |"


def test_a_figure_that_a_subject_does_not_have_is_a_dash():
    results = runs("rate", (1,), (2,), (3,))
    del results["python"][0]["rate"]
    assert bench.row("rate", results, "rate", "") == "| rate | 1.0 | 2.0 | 2.0× | – | – |  |"


def test_the_cpu_time_of_a_process_is_what_its_clock_says():
    before, clock = bench.cpu_s(os.getpid()), time.process_time()
    while time.process_time() < clock + 0.2:
        pass
    used = time.process_time() - clock
    # one tick of the kernel's at either end
    assert abs(bench.cpu_s(os.getpid()) - before - used) <= 2 / bench.TICKS_A_SECOND
