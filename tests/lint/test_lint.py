# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The lints hold, and each of them can fail.

fixtures/NAME is a small tree of its own for the lint NAME. A line that says "offence" must be found, the next after "offence below"
too, and no other one may be.
"""

import importlib
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import layering  # noqa: E402
import tree  # noqa: E402

LINTS = ["size", "spdx", "calls", "units", "schema", "headers", "words", "faults", "decisions"]
FORMATTER = shutil.which("clang-format-14")  # Debian 12 has it; later versions format a few constructs differently


def marked(path):
    """The numbers of the lines that are offences."""
    numbers, is_below = set(), False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if is_below and line:
            numbers.add(number)
            is_below = False
        if "offence below" in line:
            is_below = True
        elif "offence" in line:
            numbers.add(number)
    return numbers


def fixtures(lint):
    return sorted(path for path in (tree.FIXTURES / lint).rglob("*") if path.is_file())


@pytest.mark.parametrize("name", LINTS)
def test_the_project_has_no_offence(name):
    found = tree.judge(importlib.import_module(name), tree.files())
    assert not found, "\n".join(f"{path}:{line}: {what}" for path, line, what in found)


@pytest.mark.parametrize("name, path", [(name, path) for name in LINTS for path in fixtures(name) if path.name != "here.c"],
                         ids=lambda value: value if isinstance(value, str) else value.name)
def test_every_offence_of_a_fixture_is_found_and_nothing_else(name, path):
    assert {line for line, _ in importlib.import_module(name).offences(path)} == marked(path) != set()


def test_a_long_file_is_found(tmp_path):
    path = tmp_path / "long.c"
    path.write_text("\n" * 401)
    found = [what for _, what in importlib.import_module("size").offences(path)]
    assert found == ["401 lines, 400 are allowed"]


def test_a_lint_run_by_hand_says_where_and_fails():
    done = subprocess.run([sys.executable, HERE / "words.py", tree.FIXTURES / "words/src/words.c"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert re.match(r"tests/lint/fixtures/words/src/words.c:3: ", done.stdout)


def test_rooms_include_only_what_they_may():
    assert not list(layering.offences(tree.ROOT / "src"))


@pytest.mark.parametrize("path", fixtures("layering"), ids=lambda path: path.stem)
def test_every_layering_offence_is_found(path):
    assert any(str(path) in line for line in layering.offences(tree.FIXTURES / "layering/src"))


if FORMATTER:
    def format_offences(paths):
        return subprocess.run([FORMATTER, "--dry-run", "-Werror", *paths], capture_output=True, text=True, timeout=120)

    def test_sources_are_formatted():
        done = format_offences([path for path in tree.files() if path.suffix in {".c", ".h"}])
        assert done.returncode == 0, done.stderr[-4000:]

    def test_an_unformatted_source_is_found():
        assert format_offences(fixtures("format")).returncode != 0
