# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The lints hold, and each of them can fail: fixtures/ has one offence a file."""

import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
import layering  # noqa: E402
import size  # noqa: E402


def run(script, *args):
    return subprocess.run([sys.executable, HERE / script, *args], capture_output=True, text=True, timeout=60)


def test_rooms_include_only_what_they_may():
    done = run("layering.py")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", sorted((HERE / "fixtures/src").rglob("*.c")), ids=lambda p: p.stem)
def test_every_layering_offence_is_found(path):
    assert any(str(path) in line for line in layering.offences(HERE / "fixtures/src"))


def test_the_layering_lint_fails_on_its_fixtures():
    done = run("layering.py", str(HERE / "fixtures/src"))
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == len(list((HERE / "fixtures/src").rglob("*.c")))


def test_files_and_functions_are_small():
    done = run("size.py")
    assert done.returncode == 0, done.stdout


def test_a_long_function_is_found():
    found = list(size.offences(HERE / "fixtures/long-function.c"))
    assert len(found) == 1 and "too_long has 63 lines" in found[0]


def test_a_long_file_without_spdx_is_found(tmp_path):
    path = tmp_path / "long.c"
    path.write_text("\n" * 401)
    assert len(list(size.offences(path))) == 2


if shutil.which("clang-format-14"):  # Debian 12 has it; later versions format a few constructs differently
    def test_sources_are_formatted():
        files = sorted(str(p) for top in ("src", "tests") for p in (ROOT / top).rglob("*.[ch]") if "fixtures" not in p.parts)
        done = subprocess.run(["clang-format-14", "--dry-run", "-Werror", *files], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-4000:]


def test_the_project_stands_alone():
    """No tracked text names a place of somebody's machine."""
    if not (ROOT / ".git").exists():
        return
    done = subprocess.run(["git", "-C", ROOT, "grep", "-nIE", r"(^|[^a-z])/(work|home)/", "--", ".", ":!tests/lint"],
                          capture_output=True, text=True, timeout=60)
    assert done.stdout == ""
