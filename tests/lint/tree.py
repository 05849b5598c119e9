# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What the lints share: which files there are, and how a lint is run by hand."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures"


def files():
    """Every file of the project, tracked or new, but the fixtures: these are wrong on purpose."""
    if not (ROOT / ".git").exists():  # a release that was unpacked
        return sorted(p for p in ROOT.rglob("*") if p.is_file() and is_text(p) and not p.relative_to(ROOT).parts[0].startswith("build"))
    done = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "-C", ROOT, "ls-files", "-z", "-co", "--exclude-standard"],
                          capture_output=True, text=True, check=True, timeout=60)
    paths = sorted({ROOT / name for name in done.stdout.split("\0") if name})
    return [path for path in paths if path.is_file() and FIXTURES not in path.parents and is_text(path)]


def is_text(path):
    with open(path, "rb") as file:
        return b"\0" not in file.read(4096)


def kind(path):
    """c, h, py, sh, sql, proto …: scripts without a suffix are told by their first line."""
    if path.suffix and path.stem:
        return path.suffix[1:]
    with open(path, encoding="utf-8") as file:
        first = file.readline()
    return "sh" if re.match(r"#!.*\b(ba)?sh\b", first) else "py" if re.match(r"#!.*python", first) else ""


def place(path):
    """Its path from the root of the project; a fixture's from its own folder, which stands for the root."""
    if FIXTURES in path.parents:
        return pathlib.Path(*path.relative_to(FIXTURES).parts[1:])
    return path.relative_to(ROOT) if ROOT in path.parents else path


def judge(lint, paths):
    """(path, line, what) of each offence of a lint, a module with offences(path), which yields (line, what)."""
    return [(path, line, what) for path in paths for line, what in lint.offences(path)]


def main():
    """With files only those, else all; exit status 1 when there is any offence."""
    paths = [pathlib.Path(name).resolve() for name in sys.argv[1:]] or files()
    found = judge(sys.modules["__main__"], paths)
    for path, line, what in found:
        print(f"{path.relative_to(ROOT)}:{line}: {what}")
    sys.exit(1 if found else 0)
