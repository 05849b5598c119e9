#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The header of a file is its contract.

It begins with a comment that says what the file is for. Then every paragraph (what stands between blank lines) that declares a
function or a type says something, unless it speaks for itself: it declares only functions of a thing's life (new, init, clear, free,
copy, ref, unref) or types that hold no pointer, since the units are in the names; or it is the only paragraph, and the comment at
the top is about it.
"""

import re

import tree

LIFE = re.compile(r"_(new|init|clear|free|copy|ref|unref)$")
FUNCTION = re.compile(r"\b(kn_\w+)\s*\(")
COMMENT = re.compile(r"/\*.*?\*/", re.S)
CLEANUP = re.compile(r"^G_DEFINE_AUTO\w*\(.*\)$", re.M)


def paragraphs(text):
    """(first line, text); a type is one paragraph whatever blank lines it has, and so is a comment."""
    start, held, depth = 1, [], 0
    for number, line in enumerate(text.splitlines() + [""], 1):
        if not held:
            start = number
        held.append(line)
        depth += line.count("{") - line.count("}") + line.count("/*") - line.count("*/")
        if not line.strip() and depth == 0:
            if len(held) > 1:
                yield start, "\n".join(held)
            held = []


def needs_words(paragraph):
    rest = CLEANUP.sub("", re.sub(r"^#.*$", "", paragraph, flags=re.M))
    if re.match(r"\s*(typedef )?(struct|union)\b[^;]*\{", rest):
        return "*" in rest
    names = FUNCTION.findall(rest)
    return any(not LIFE.search(name) for name in names)


def offences(path):
    if path.suffix != ".h" or tree.place(path).parts[0] != "src":
        return
    text = path.read_text(encoding="utf-8")
    before, _, after = text.partition("#pragma once\n")
    if not re.match(r"\n*/\*", after):
        yield 1, "no contract: a comment that follows #pragma once and says what this is for"
    skipped = before.count("\n") + 1
    found = [(line + skipped, p) for line, p in paragraphs(after) if re.search(r"\{|\bkn_\w+\s*\(", COMMENT.sub("", p))]
    for line, paragraph in found:
        if len(found) > 1 and "/*" not in paragraph and needs_words(paragraph):
            yield line, "says nothing: shapes, units, who owns what, when it fails"


if __name__ == "__main__":
    tree.main()
