# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A test and the programs it starts agree about how fast time passes, whether the preload that makes it fast works on this machine or not."""
import datetime
import os

import line


def test_the_clocks_of_a_line_show_what_the_test_thinks_they_do(hub):
    hub.start()
    for _ in range(3):
        before = line.now()
        shown = datetime.datetime.fromisoformat(hub.get("/v1/devices")["now"])
        # to the second: some have passed since the clocks began to run apart
        assert before <= shown <= line.now() + datetime.timedelta(seconds=1)


def test_a_preload_that_does_nothing_makes_nothing_faster(monkeypatch):
    """As where time has 32 bits: then timers keep their length, too."""
    assert line.times_with(os.environ["KN_STALL_LIBRARY"]) == 1 == line.times_with(None)
    monkeypatch.setattr(line, "TIMES", 1)
    assert line.timer_scale() == "0.05" and "KN_HASTE" not in line.hurried()


def test_the_real_one_makes_clocks_faster_where_time_has_64_bits_under_the_old_names():
    is_wide = os.sysconf("SC_LONG_BIT") == 64
    assert line.times_with(os.environ["KN_HASTE_LIBRARY"]) == (8 if is_wide else line.TIMES)
