#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""ARCHITECTURE.md: each decision has a number of its own and a part it stands in, every decision that is referred to is there, and so is
each file of the table from question to file."""

import re

import tree

DECISION = re.compile(r"^- \*\*(\d+)\. ")
REFERENCE = re.compile(r"\bdecisions? (\d+)")
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \|([^|]*)\|$")


def root_of(path):
    return tree.FIXTURES / "decisions" if tree.FIXTURES in path.parents else tree.ROOT


def numbers(lines):
    return [int(found.group(1)) for found in map(DECISION.match, lines) if found]


def missing_files(root, cell):
    """The first name in a cell has its room, later ones may leave it out; functions and types have none."""
    room = ""
    for name in re.findall(r"`([^`]+)`", cell):
        if name.lower().startswith("kn"):
            continue
        room = name.rpartition("/")[0] if "/" in name else room
        place = name if "/" in name else f"{room}/{name}"
        if not any(any(base.glob(place.rstrip("/*") + "*")) for base in (root, root / "src")):
            yield f"there is no {place}"


def offences_of_row(root, line, known):
    row = ROW.match(line)
    if not row or row.group(1) == "the question" or set(row.group(1)) == {"-"}:
        return
    yield from missing_files(root, row.group(2))
    for number in re.findall(r"\d+", row.group(3)):
        if int(number) not in known:
            yield f"there is no decision {number}"


def offences_of_map(root, lines, known):
    part, seen = "", set()
    for at, line in enumerate(lines, 1):
        part = line if line.startswith("#") else part
        found = DECISION.match(line)
        if found and int(found.group(1)) in seen:
            yield at, f"decision {found.group(1)} is there twice"
        if found:
            seen.add(int(found.group(1)))
        if found and not part.startswith("### ") or re.match(r"\d+\. \*\*", line):
            yield at, "a decision is a line like - **7. What it says** under the heading of its part"
        if part == "## Where to look":
            yield from ((at, what) for what in offences_of_row(root, line, known))


def offences(path):
    root = root_of(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    known = numbers((root / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines())
    if tree.place(path).as_posix() == "ARCHITECTURE.md":
        yield from offences_of_map(root, lines, known)
    for at, line in enumerate(lines, 1):
        for number in REFERENCE.findall(line):
            if int(number) not in known:
                yield at, f"ARCHITECTURE.md has no decision {number}"


if __name__ == "__main__":
    tree.main()
