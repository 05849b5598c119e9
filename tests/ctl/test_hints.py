# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A slip of the fingers behind a command is met with the word that was meant, and nothing is asked of the hub."""
import pytest

from fakehub import Hub
from test_process import USAGE, knead


@pytest.mark.parametrize("words, meant", [
    (("person", "shwo", "Mia"), "show"), (("person", "renme", "Mia", "Ben"), "rename"), (("person", "lst"), "list"), (("person", "frobnicate"), None),
    (("person", "show"), None), (("plan", "sett", "a.plan"), "set"), (("plan", "chekc", "a.plan"), "check"), (("plan", "frobnicate"), None), (("foo",), None),
    (("lgo",), "log"), (("sumary",), "summary")])
def test_the_word_that_was_meant_is_named(tmp_path, words, meant):
    with Hub(str(tmp_path / "knead.sock")) as hub:
        wrong = knead(*words, path=hub.path)
        assert (wrong.returncode, wrong.stdout, hub.asked) == (USAGE, "", [])
    assert ("did you mean" in wrong.stderr) == (meant is not None)
    assert meant is None or f'did you mean "{meant}"?' in wrong.stderr
