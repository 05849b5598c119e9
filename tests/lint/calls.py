#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Calls that may not be made, and where: what ends the process, what blocks the main thread, what waits and hopes."""

import re

import tree

HUB = ("src/core/", "src/radio/", "src/store/", "src/serve/", "src/daemon/")
MAIN_THREAD = ("src/radio/", "src/serve/", "src/daemon/")
# (kinds of file, where, what, why)
RULES = [
    ({"c", "h"}, HUB, r"\b(g_error|g_assert\w*|assert|abort|_?exit|g_on_error_query)\s*\(",
     "nothing from outside may end the daemon: return an error or a state"),
    ({"c", "h"}, MAIN_THREAD, r"\b\w+_sync\s*\(", "blocks the main thread: use the asynchronous call"),
    ({"c", "h"}, MAIN_THREAD, r"\b(g_main_loop_run|g_main_context_iteration)\s*\(", "a nested main loop"),
    ({"c", "h"}, ("src/",), r"\b(strcpy|strcat|v?sprintf|gets|ato[il]|atoll|strtok|system|popen)\s*\(",
     "has no bound or no error: use GLib's"),
    ({"c", "h"}, ("src/", "tests/"), r"\bgoto\b", "return early, let g_auto… clean up"),
    ({"c", "h", "py"}, ("",), r"\b(\w*_)?[un]?(nano)?sleep\s*\(", "await a condition, or take the time as an argument"),
    ({"sh"}, ("",), r"(^|[;&|{(!]|\b(do|then|else|exec))\s*sleep\b", "await a condition"),
]
# the exceptions, each with its number of calls and why
ALLOWED = {
    ("src/daemon/app.c", "g_main_loop_run"): 1,  # the one main loop
    # kneadd --replay runs no hub: the store's answer is all there is to wait for
    ("src/daemon/replay.c", "g_main_context_iteration"): 2,
    ("src/daemon/replay-print.c", "g_main_context_iteration"): 1,
    ("tests/store/test-kill.c", "g_usleep"): 1,  # a kill at an arbitrary instant: the instant is the input
    ("tests/integration/slow-sync.c", "nanosleep"): 1,  # the slow card itself
    # polls of another process, with a deadline
    ("src/ctl/past.c", "g_usleep"): 1,
    ("tests/integration/line.py", "sleep"): 1,
    ("tests/sim/simbus.py", "sleep"): 1,
    ("packaging/dev/demo", "sleep"): 2,
    ("packaging/dev/fresh", "sleep"): 1,  # the killed need a moment to be gone
}


def code(line, kind):
    """Without comments and texts: a word may be spoken of."""
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    if kind in {"c", "h"}:
        return "" if re.match(r"\s*(/?\*|//)", line) else re.sub(r"/\*.*", "", line)
    return line.split("#")[0]


def offences(path):
    kind, name, left = tree.kind(path), str(tree.place(path)), dict(ALLOWED)
    rules = [(re.compile(what), why) for kinds, where, what, why in RULES if kind in kinds and name.startswith(where)]
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if rules else [], 1):
        for what, why in rules:
            match = what.search(code(line, kind))
            if not match:
                continue
            call = re.search(r"\w+(?=\s*\(?$)", match.group(0)).group(0)
            left[name, call] = left.get((name, call), 0) - 1
            if left[name, call] < 0:
                yield number, f"{call}: {why}"


if __name__ == "__main__":
    tree.main()
