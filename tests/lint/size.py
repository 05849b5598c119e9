#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Files up to 400 lines, functions up to 60, control statements at most three deep: in C, Python and shell."""

import ast
import re

import tree

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
NESTING_MAX = 3
GENERATED = {"schema/current.sql"}  # a dump that a test keeps equal to the migrations
# as formatted: the name of a C function stands at the start of a line, its body between { and } there
DEFINITION = {"c": re.compile(r"^(\w+)\("), "h": re.compile(r"^(\w+)\("), "sh": re.compile(r"^(\w+)\(\) \{$")}
CONTROL = {"c": re.compile(r"^(\t+)(?:if|for|while|switch|do)\b"), "sh": re.compile(r"^(\t*)(?:if|for|while|until|case)\b")}
CONTROL["h"] = CONTROL["c"]
PYTHON_CONTROL = (ast.If, ast.For, ast.While, ast.With, ast.Try)


def text_functions(lines, kind):
    name, start = None, 0
    for number, line in enumerate(lines, 1):
        match = DEFINITION[kind].match(line)
        if match:
            name, start = match.group(1), number
        elif line.startswith("}") and name:
            yield name, start, number - start + (kind == "sh")
            name = None
        elif line.endswith(";") and not line.startswith(("\t", " ")):
            name = None  # it was a declaration


def text_nesting(lines, kind):
    """A statement of a C function stands one tab in, one of a script none; a script's function adds its tab."""
    inside = kind != "sh"
    for number, line in enumerate(lines, 1):
        if kind == "sh":
            inside = (inside or bool(DEFINITION["sh"].match(line))) and line != "}"
        match = CONTROL[kind].match(line)
        if match and len(match.group(1)) - inside >= NESTING_MAX:
            yield number


def python_nesting(node, depth=0):
    """elif is not a level: it is all there is in the else of the If above."""
    for child in ast.iter_child_nodes(node):
        is_control = isinstance(child, PYTHON_CONTROL)
        is_elif = isinstance(child, ast.If) and isinstance(node, ast.If) and node.orelse == [child]
        level = 0 if isinstance(child, ast.FunctionDef) else depth + (is_control and not is_elif)
        if is_control and level > NESTING_MAX:
            yield child.lineno
        yield from python_nesting(child, level)


def offences(path):
    kind = tree.kind(path)
    if kind not in {"c", "h", "py", "sh", "sql", "proto"} or str(tree.place(path)) in GENERATED:
        return
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    if len(lines) > FILE_LINES_MAX:
        yield 1, f"{len(lines)} lines, {FILE_LINES_MAX} are allowed"
    functions, deep = [], []
    if kind == "py":
        whole = ast.parse(text)
        functions = [(n.name, n.lineno, n.end_lineno - n.lineno + 1) for n in ast.walk(whole) if isinstance(n, ast.FunctionDef)]
        deep = python_nesting(whole)
    elif kind in DEFINITION:
        functions, deep = text_functions(lines, kind), text_nesting(lines, kind)
    for name, start, length in functions:
        if length > FUNCTION_LINES_MAX:
            yield start, f"{name} has {length} lines, {FUNCTION_LINES_MAX} are allowed"
    for number in deep:
        yield number, f"nested deeper than {NESTING_MAX}: turn it round, or give the inside a name"


if __name__ == "__main__":
    tree.main()
