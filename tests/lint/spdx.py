#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Every file says in its first lines whose it is and under which licence, as its folder has it in LICENSE."""

import tree

# what a header would spoil: pages for people, captures, which are what was recorded, and JSON, which has no comments
BARE_SUFFIXES = {".md", ".cap", ".json"}
BARE = {"LICENSE"}
BARE_FOLDERS = ("packaging/debian/",)  # its file "copyright" says it for all, in the way of Debian
CC0 = ("proto/", "tests/data/vectors/")  # LICENSE: the protocol, its vectors and the captures belong to everybody
OWNER = "SPDX-FileCopyrightText: 2026 the knead authors"


def offences(path):
    name = str(tree.place(path))
    if path.suffix in BARE_SUFFIXES or name in BARE or name.startswith(BARE_FOLDERS):
        return
    head = "\n".join(path.read_text(encoding="utf-8").splitlines()[:4])
    licences = ["CC0-1.0", "MIT"] if name.startswith(CC0) else ["MIT"]
    if OWNER not in head:
        yield 1, f"no line \"{OWNER}\" at the top"
    if not any(f"SPDX-License-Identifier: {licence}" in head for licence in licences):
        yield 1, f"no line \"SPDX-License-Identifier: {licences[0]}\" at the top"


if __name__ == "__main__":
    tree.main()
