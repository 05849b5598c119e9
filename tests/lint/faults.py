#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""tests/README.md: the table of faults has every number once, in order, and each test that it names is there under that name."""

import re

import tree

TEST = r"`([\w./-]+)` (\w+)"
ROW = re.compile(rf"^\| (\d+) \| [^|]+ \| (–|{TEST}(?:, {TEST})*) \|$")
N_FAULTS = 94


def is_there(root, name, test):
    path = root / name
    return path.is_file() and re.search(rf"\b{re.escape(test)}\b", path.read_text(encoding="utf-8")) is not None


def offences(path):
    if tree.place(path).as_posix() != "tests/README.md":
        return
    lines, number = path.read_text(encoding="utf-8").splitlines(), 0
    begin = next((i for i, line in enumerate(lines) if line.startswith("| fault |")), len(lines))
    for at, line in enumerate(lines[begin + 2:], begin + 3):
        row = ROW.match(line)
        if not row:
            yield at, "not a row: | number | what happens | `file` test |, or – for no test yet; several tests have commas between"
            continue
        number += 1
        if int(row.group(1)) != number:
            yield at, f"fault {number} is to stand here"
            number = int(row.group(1))
        for name, test in re.findall(TEST, row.group(2)):
            if not is_there(path.parent, name, test):
                yield at, f"there is no {test} in {name}"
    if number != N_FAULTS:
        yield len(lines), f"the last fault is {number}, and not {N_FAULTS}"


if __name__ == "__main__":
    tree.main()
