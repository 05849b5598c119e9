#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The project stands alone: no path into somebody's machine, and nothing that is put off in a comment."""

import re

import tree

# an absolute path of two parts and more may begin with these: the system's folders, D-Bus objects, the HTTP API; the folders of tests, in names of tests
KNOWN = {"usr", "etc", "var", "run", "tmp", "proc", "sys", "dev", "bin", "sbin", "org", "v1"}
KNOWN |= {"knead-vm"}  # the project's own folder in its virtual machine
KNOWN |= {folder.name for folder in (tree.ROOT / "tests").iterdir() if folder.is_dir()}
PATH = re.compile(r"""(?:^|[\s"'`=(\[{,;|<>:@!])/([A-Za-z][\w.+-]*)/""")
SHORT = re.compile(r"^(.|v[0-9]|service[0-9a-f]{4})$")  # made up in tests; a version of the API; the tail of a path of BlueZ
PUT_OFF = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")  # not to find itself


def offences(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for first in PATH.findall(line):
            if first not in KNOWN and not SHORT.match(first):
                yield number, f"/{first}/ is a place of somebody's machine"
        for word in PUT_OFF.findall(line):
            yield number, f"{word}: do it, or leave it out"


if __name__ == "__main__":
    tree.main()
