#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Prints the schema after all migrations; with --write, into current.sql. Run it as: ninja -C build update-schema"""
import pathlib
import sqlite3
import sys

here = pathlib.Path(__file__).resolve().parent
connection = sqlite3.connect(":memory:")
for migration in sorted(here.glob("[0-9][0-9][0-9][0-9]-*.sql")):
    connection.executescript(migration.read_text(encoding="utf-8"))
rows = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name")
text = "-- SPDX-FileCopyrightText: 2026 the knead authors\n-- SPDX-License-Identifier: MIT\n"
text += "-- made by: ninja -C build update-schema; a test keeps it equal to the migrations\n"
text += "".join(row[0] + ";\n" for row in rows)
if "--write" in sys.argv[1:]:
    (here / "current.sql").write_text(text, encoding="utf-8")
else:
    sys.stdout.write(text)
