# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What a signal leaves behind: the exit code that knead(1) says, and no half of a file."""
import signal
import subprocess

import pytest

from test_process import KNEAD, OK
from test_progress import DEADLINE_S, WORK, Terminal, environment, hub  # noqa: F401 (a fixture)


@pytest.mark.parametrize("words", [["--json"], []])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_log_that_is_followed_is_ended_by_a_signal_and_is_fine(hub, number, words):  # noqa: F811
    terminal = Terminal(hub, ["log", "--follow", *words])
    terminal.wait_for("paired")
    assert hub.is_followed.wait(DEADLINE_S)
    terminal.child.send_signal(number)
    assert terminal.end() == OK
    assert "knead:" not in terminal.raw.decode()


@pytest.mark.parametrize("work", ["scan", "rezone"])
def test_ctrl_c_leaves_a_clean_line_and_nothing_of_the_file(hub, work):  # noqa: F811
    terminal = Terminal(hub, [*WORK[work], "-o", "found.json", "--json"])
    terminal.wait_for("█░.*\x1b\\[K")
    assert list(hub.path.parent.glob("found.json.*"))
    terminal.press_ctrl_c()
    assert terminal.end() == 128 + signal.SIGINT
    lines, column = terminal.screen()
    assert "%" not in "".join(lines) and (lines[-1], column) == ("", 0), lines
    assert [path.name for path in hub.path.parent.iterdir()] == ["knead.sock"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_question_that_is_ended_leaves_nothing_of_its_file(hub, number):  # noqa: F811
    child = subprocess.Popen([KNEAD, "--socket", str(hub.path), "status", "-o", "found"], cwd=hub.path.parent, env=environment())
    assert hub.is_asked.wait(DEADLINE_S)
    assert list(hub.path.parent.glob("found.*"))
    child.send_signal(number)
    assert child.wait(DEADLINE_S) == -number
    assert [path.name for path in hub.path.parent.iterdir()] == ["knead.sock"]


@pytest.mark.parametrize("work", ["rezone", "backup"])
def test_what_was_begun_to_outlive_its_terminal_does(hub, work):  # noqa: F811
    words = ["nohup", KNEAD, "--socket", str(hub.path), *WORK[work], "--json"]
    child = subprocess.Popen(words, cwd=hub.path.parent, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    assert hub.is_asked.wait(DEADLINE_S)
    child.send_signal(signal.SIGHUP)
    hub.may_go_on.set()
    out, err = child.communicate(timeout=DEADLINE_S)
    assert (child.returncode, b"ended" in err) == (OK, False), err
    assert {"rezone": b'"n_sessions"', "backup": b'"sha256"'}[work] in out
