# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Inside the virtual machine: brings up controllers, massagers and the installed hub, and runs the cases in order, a line each.

Outside: run.py --only-names NAME... says whether there are such cases.
"""
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
    return words[0].split(",") if words and words[0] != "all" else []


def select(names):
    """The cases of these names, all if there are none; the first ones are what the others stand on."""
    known = [case.__name__ for case in cases.CASES]
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"There is no case {', '.join(unknown)}. There are:\n  " + "\n  ".join(known))
    return [case for case in cases.CASES if not names or case.__name__ in names or case in cases.FOUNDATION]


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
        # a case that stopped it may have failed before it started it again
        subprocess.run(["systemctl", "start", "bluetooth", "kneadd"], check=False, timeout=120)
        return False
    print(f"ok {case.__name__} {time.monotonic() - began:.0f} s{'; ' + figures if figures else ''}")
    return True


def main():
    print(f"vm: up {time.monotonic():.0f}")
    selected = select(wanted())
    n_failed = n_run = 0
    with place.Place() as where:
        for case in selected:
            n_run += 1
            is_good = run(case, where)
            n_failed += not is_good
            if not is_good and case in cases.FOUNDATION:
                print(f"FAILED: nothing else can be tried without {case.__name__}")
                break
    if n_failed == 0:
        print(f"vm: all passed ({n_run} cases)")
    else:
        print(f"vm: {n_failed} of {n_run} cases failed")
    # through the serial line before the power goes
    sys.stdout.flush()
    termios.tcdrain(sys.stdout.fileno())


if sys.argv[1:2] == ["--only-names"]:
    select(sys.argv[2:])
else:
    main()
