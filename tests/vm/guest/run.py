# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Inside the virtual machine: brings up controllers, massagers and the installed hub, and runs the cases in order, a line each."""
import pathlib
import subprocess
import sys
import termios
import time
import traceback

import cases
import place


def wanted():
    words = [w.split("=", 1)[1] for w in pathlib.Path("/proc/cmdline").read_text().split() if w.startswith("knead.cases=")]
    return words[0].split(",") if words and words[0] != "all" else None


def journal(since):
    """What the machine has to say of a failure."""
    done = subprocess.run(["journalctl", "--no-pager", "-o", "short-monotonic", "--since", f"@{since}"], capture_output=True, text=True)
    for row in done.stdout.splitlines()[-120:]:
        print("    " + row[:200])


def run(case, where):
    began, since = time.monotonic(), int(time.time())
    try:
        figures = case(where)
    except BaseException as error:  # whatever it is, the next case has to be told
        print(f"FAILED {case.__name__} after {time.monotonic() - began:.0f} s: {error}")
        traceback.print_exc(limit=-3, file=sys.stdout)
        journal(since)
        return False
    print(f"ok {case.__name__} {time.monotonic() - began:.0f} s{'; ' + figures if figures else ''}")
    return True


def main():
    print(f"vm: up {time.monotonic():.0f}")
    chosen = wanted()
    n_failed = n_run = 0
    with place.Place() as where:
        for case in cases.CASES:
            # the first ones are what the others stand on
            if chosen and case.__name__ not in chosen and case not in cases.FOUNDATION:
                continue
            n_run += 1
            if not run(case, where):
                n_failed += 1
                if case in cases.FOUNDATION:
                    print(f"FAILED: nothing else can be tried without {case.__name__}")
                    break
    if n_failed == 0:
        print(f"vm: all passed ({n_run} cases)")
    else:
        print(f"vm: {n_failed} of {n_run} cases failed")
    # through the serial line before the power goes
    sys.stdout.flush()
    termios.tcdrain(sys.stdout.fileno())


main()
