#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Keeps files at 400 lines and functions at 60, and every source file with its two SPDX lines.

usage: size.py [DIR ...]   prints one line for each offence; exit status 1 when there is any
"""

import pathlib
import re
import sys

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
SUFFIXES = {".c", ".h", ".py", ".sql", ".proto"}
GENERATED = {"current.sql"}  # a dump that a test keeps equal to the migrations
DEFINITION = re.compile(r"^(\w+)\(")


def functions(lines):
    """(name, first line, length) of each definition: its name stands at the start of a line, its body between { and } there."""
    name, start = None, 0
    for number, line in enumerate(lines, 1):
        match = DEFINITION.match(line)
        if match:
            name, start = match.group(1), number
        elif line.startswith("}") and name:
            yield name, start, number - start
            name = None


def offences(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    head = "\n".join(lines[:4])
    if "SPDX-FileCopyrightText:" not in head or "SPDX-License-Identifier:" not in head:
        yield f"{path}: no SPDX lines at the top"
    if len(lines) > FILE_LINES_MAX:
        yield f"{path}: {len(lines)} lines, {FILE_LINES_MAX} are allowed"
    if path.suffix == ".c":
        for name, start, length in functions(lines):
            if length > FUNCTION_LINES_MAX:
                yield f"{path}:{start}: {name} has {length} lines, {FUNCTION_LINES_MAX} are allowed"


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    places = [pathlib.Path(p) for p in sys.argv[1:]] or [root / p for p in ("src", "tests", "proto", "schema")]
    found = []
    for place in places:
        for path in sorted(place.rglob("*")):
            if path.suffix in SUFFIXES and path.name not in GENERATED and "fixtures" not in path.relative_to(place).parts:
                found += offences(path)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
