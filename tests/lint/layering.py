#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Holds the rooms of src/ apart: who may include whom, and which room owns which outside header.

usage: layering.py [SRC_DIR]   prints one line for each offence; exit status 1 when there is any
"""

import pathlib
import re
import sys

# a room may include itself, core, and what is listed; nothing includes daemon or sim
MAY_INCLUDE = {
    "core": set(),
    "radio": {"core"},
    "store": {"core"},
    "serve": {"core"},
    "ctl": {"core"},
    "sim": {"core"},
    "daemon": {"core", "radio", "store", "serve"},
}
# inside daemon only the composition knows the other rooms
COMPOSITION = re.compile(r"^(app.*|main|offline|replay.*)\.[ch]$")

OWNERS = [
    (re.compile(r"^pb_(decode|encode)\.h$"), {"core"}),
    (re.compile(r"^sqlite3\.h$"), {"store"}),
    (re.compile(r"^zstd\.h$"), {"store"}),
    (re.compile(r"^libsoup/"), {"serve", "ctl"}),
    (re.compile(r"^json-glib/"), {"serve", "ctl", "daemon"}),
    (re.compile(r"^systemd/"), {"daemon"}),
    (re.compile(r"^gio/"), {"radio", "store", "serve", "ctl", "sim", "daemon"}),
]
# the folders of core in the order in which they may know each other: each only what stands before it.
# wire is what firmware people compile: no GLib there. link is by itself.
CORE_MAY_INCLUDE = {
    "wire": set(),
    "base": {"wire"},
    "log": {"wire", "base"},
    "measure": {"wire", "base", "log"},
    "pipeline": {"wire", "base", "log", "measure"},
    "capture": {"wire", "base"},
    "link": {"base"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def offences(src):
    for path in sorted(src.rglob("*.[ch]")):
        room = path.relative_to(src).parts[0]
        if room not in MAY_INCLUDE:
            yield f"{path}: {room}/ is not a room of the house"
            continue
        for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            yield from judge(path, room, name)


def judge(path, room, name):
    target = name.split("/")[0]
    if target in MAY_INCLUDE and "/" in name and target != room and target != "core":
        if target not in MAY_INCLUDE[room]:
            yield f"{path}: {room}/ may not include {name}"
        elif room == "daemon" and not COMPOSITION.match(path.name):
            yield f"{path}: in daemon/ only app*.c and main.c may include {name}"
    for pattern, rooms in OWNERS:
        if pattern.match(name) and room not in rooms:
            yield f"{path}: {name} belongs to {', '.join(sorted(rooms))}"
    if room == "core":
        yield from judge_core(path, name)


def judge_core(path, name):
    folder = path.parent.name
    if folder not in CORE_MAY_INCLUDE:
        yield f"{path}: {folder}/ is not a folder of core/"
        return
    if folder == "wire" and name.startswith("glib"):
        yield f"{path}: firmware compiles this file too, no {name}"
    parts = name.split("/")
    if parts[0] == "core" and parts[1] != folder and parts[1] not in CORE_MAY_INCLUDE[folder]:
        yield f"{path}: core/{folder}/ may not include {name}"


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    src = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "src"
    found = list(offences(src))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
