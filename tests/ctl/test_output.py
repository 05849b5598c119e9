# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Standard output that takes nothing more: told, and an exit code."""
import os
import subprocess

import pytest

from test_process import FAILED, KNEAD, NOT_FOUND, OK
from test_screens import hub  # noqa: F401 (the hub of the examples)


def into_a_full_disk(path, *words):
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    with open("/dev/full", "w", encoding="ascii") as full:
        return subprocess.run([KNEAD, "--socket", str(path), *words], env=env, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)


# short and long ones: what is longer than the buffer of standard output fails earlier; what has no end would go on for ever
@pytest.mark.parametrize("words", [(), ("--json",), ("sessions", "--limit", "400", "--json"), ("status",), ("--version",), ("help",), ("show", "--help"), ("watch",),
                                   ("watch", "--json"), ("log", "--follow"), ("log", "--follow", "--json"), ("export", "csv"), ("export", "json")])
def test_what_cannot_be_written_is_told_once_and_is_a_failure(hub, words):  # noqa: F811
    done = into_a_full_disk(hub, *words)
    assert done.returncode == FAILED
    assert done.stderr == "knead: cannot write to standard output: No space left on device\n  Is the disk full? What is there now is not whole.\n"


@pytest.mark.parametrize("words", [(), ("--json",), ("sessions", "--limit", "400", "--json"), ("--version",), ("watch", "--json"), ("log", "--follow"), ("export", "csv")])
def test_a_closed_one_is_called_that_and_nothing_goes_elsewhere(hub, words):  # noqa: F811
    done = subprocess.run(["bash", "-c", 'exec "$0" --socket "$@" >&-', KNEAD, str(hub), *words], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert done.stderr == "knead: cannot write to standard output: it is closed\n  Say where it goes: > FILE\n"


def test_an_error_that_has_a_code_of_its_own_keeps_it(hub):  # noqa: F811
    done = into_a_full_disk(hub, "show", "999")
    assert done.returncode == NOT_FOUND and "cannot write" not in done.stderr


def test_a_reader_that_has_seen_enough_is_told_nothing(hub):  # noqa: F811
    done = subprocess.run(["bash", "-c", '"$0" --socket "$1" sessions --limit 400 --json | head -n 1; exit "${PIPESTATUS[1]}"', KNEAD, str(hub)], capture_output=True,
                          text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (OK, "{\n", "")
