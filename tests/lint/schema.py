#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Migrations: every table is STRICT, every column stands on a line of its own with a comment. What cannot be read so is an offence."""

import re

import tree

KINDS = r"(INTEGER|TEXT|BLOB|REAL|ANY|INT)"
COLUMN = re.compile(rf"^    (\w+) {KINDS}\b(.*)$")
CONSTRAINT = re.compile(r"^    (PRIMARY KEY|UNIQUE|CHECK|FOREIGN KEY|CONSTRAINT)\b")
ADDED = re.compile(rf"^ALTER TABLE (\w+) ADD COLUMN (\w+) {KINDS}\b(.*)$")
DUMP = "current.sql"  # repeats what the migrations say
COMMENT = re.compile(r" -- \S")


def lines(text):
    """(line, table, what, match): what is a column, an end (of a table) or unreadable."""
    table = None
    for number, line in enumerate(text.splitlines(), 1):
        opened = re.match(r"^CREATE TABLE (?:IF NOT EXISTS )?(\w+) \($", line)
        if opened:
            table = opened.group(1)
        elif table and line.startswith(")"):
            yield number, table, "end", line
            table = None
        elif table and not re.match(r"^\s*(--.*)?$", line) and not CONSTRAINT.match(line):
            yield number, table, "column" if COLUMN.match(line) else "unreadable", line
        elif not table and ADDED.match(line):
            yield number, ADDED.match(line).group(1), "column", line
        elif not table and re.search(r"CREATE\s+(TEMP\w*\s+)?TABLE|ADD\s+COLUMN|ALTER\s+TABLE.*\bADD\b", re.sub(r"--.*", "", line), re.I):
            yield number, None, "unreadable", line


def columns(text):
    """(line, table, column, type)"""
    for number, table, what, line in lines(text):
        if what == "column":
            match = COLUMN.match(line)
            name, kind = match.group(1, 2) if match else ADDED.match(line).group(2, 3)
            yield number, table, name, kind


def offences(path):
    if path.suffix != ".sql" or path.name == DUMP:
        return
    for number, table, what, line in lines(path.read_text(encoding="utf-8")):
        if what == "unreadable":
            yield number, "not written as one column a line, with CREATE TABLE name ( above"
        elif what == "end" and not re.match(r"^\) (WITHOUT ROWID, )?STRICT\b", line):
            yield number, f"{table} is not STRICT"
        elif what == "column" and not COMMENT.search(line):
            yield number, "a column without a comment: what it is, its unit, what NULL or 0 mean"


if __name__ == "__main__":
    tree.main()
