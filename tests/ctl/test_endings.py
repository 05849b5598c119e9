# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What a signal leaves behind: the exit code that knead(1) says."""
import signal

import pytest

from test_process import OK
from test_progress import DEADLINE_S, Terminal, hub  # noqa: F401 (a fixture)


@pytest.mark.parametrize("words", [["--json"], []])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_log_that_is_followed_is_ended_by_a_signal_and_is_fine(hub, number, words):  # noqa: F811
    terminal = Terminal(hub, ["log", "--follow", *words])
    terminal.wait_for("paired")
    assert hub.is_followed.wait(DEADLINE_S)
    terminal.child.send_signal(number)
    assert terminal.end() == OK
    assert "knead:" not in terminal.raw.decode()
