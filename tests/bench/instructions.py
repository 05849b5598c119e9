#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Instructions instead of time, which on a machine that others use tells 10 % from nothing: needs valgrind and a release build.

    KN_BUILD_DIR=build-bench PYTHONPATH=build-bench/proto python3 tests/bench/instructions.py [--massagers N] [--days N] [--top N]

Of a week's summary over N linked massagers that were used once, and over N days of one; of a notification, from the socket until the massagers
may forget it, by thread; and the N functions of the hub that have most of each, with what they call.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))
import bench  # noqa: E402
import line  # noqa: E402
import years  # noqa: E402

N_ASKED = 40
N_BEFORE = 20  # asked first, so that statements are prepared and pages read
SESSION_S = 30
RATE_HZ = 25


class Counted:
    """A hub under callgrind that counts while it is told to."""

    def __init__(self, directory, bus, name):
        self.hub = line.Hub(directory, bus.address)
        self.out = pathlib.Path(directory) / f"{name}.callgrind"

    def start(self):
        self.hub.process = line.Process(
            ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--separate-threads=yes", f"--callgrind-out-file={self.out}", line.KNEADD,
             "--bus", self.hub.bus_address, "--state-dir", self.hub.state, "--socket", self.hub.socket, "--zone", "Europe/Berlin"], self.hub.log)
        line.wait_for(self.hub.is_answering, "the hub", process=self.hub.process.child)

    def tell(self, *words):
        subprocess.run(["callgrind_control", *words, str(self.hub.process.child.pid)], check=True, capture_output=True)

    def count(self, do, name):
        """Instructions of each thread while do() runs, and where they were."""
        self.tell("-i", "on")
        do()
        self.tell("-i", "off")
        before = set(self.out.parent.glob(f"{self.out.name}.*"))
        self.tell("-d", name)
        files = sorted(set(self.out.parent.glob(f"{self.out.name}.*")) - before)
        return {path: total(path) for path in files if total(path) > 0}


def total(path):
    found = re.search(r"^totals: (\d+)", path.read_text(encoding="utf-8"), re.M)
    return int(found[1]) if found else 0


def inclusive(path):
    """Function of the hub: instructions in it and in what it calls."""
    text = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(path)], check=True, capture_output=True, text=True).stdout
    found = re.findall(r"^ *([\d,]+) \(.*?\) +\?\?\?:(\w+) \[.*/kneadd\]", text, re.M)
    return {name: int(number.replace(",", "")) for number, name in found}


def tell(what, counts, n, top):
    print(f"{sum(counts.values()) / n:,.0f} instructions {what}; by thread: " +
          ", ".join(f"{c / n:,.0f}" for c in sorted(counts.values(), reverse=True)))
    functions = {}
    for path in counts:
        for name, number in inclusive(path).items():
            functions[name] = functions.get(name, 0) + number
    for name, number in sorted(functions.items(), key=lambda f: -f[1])[:top]:
        print(f"    {number / n:12,.0f} {name}")


def ask(counted, top, what):
    summary = counted.hub.get(years.WEEK)
    for _ in range(N_BEFORE):
        counted.hub.get(years.WEEK)
    counts = counted.count(lambda: [counted.hub.get(years.WEEK) for _ in range(N_ASKED)], "asked")
    tell(f"a week's summary of {what} ({summary['n_sessions']} sessions, {len(json.dumps(summary)):,} bytes)", counts, N_ASKED, top)


def ready(source, counted):
    return sum(d.get("link") == "ready" and d["is_newest_known"] for d in counted.hub.get("/v1/status")["devices"]) == len(source.addresses)


def run_session(source):
    for a in source.addresses:
        source.sim.start_session(SESSION_S, "mixed", a)
    line.wait_for(lambda: not source.is_in_use(), "the sessions", 20 * SESSION_S, every_s=0.5)
    line.wait_for(source.is_forgotten, "all on disk", 300, every_s=0.5)


def use(source, counted, top):
    """One use of all massagers, and the summary of it."""
    for a in source.addresses:
        counted.hub.allow(a)
    line.wait_for(lambda: ready(source, counted), "all links", 600, every_s=1)
    before = source.n_notified()
    counts = counted.count(lambda: run_session(source), "used")
    tell(f"a notification, {len(source.addresses)} massagers at {RATE_HZ} Hz", counts, source.n_notified() - before, top)
    ask(counted, top, f"{len(source.addresses)} linked massagers")


def with_hub(n_massagers, prepare, do):
    """Everything anew: massagers that are heard wake the hub while it is counted."""
    with tempfile.TemporaryDirectory(prefix="knead-instructions-") as directory:
        source = bench.Source(directory, RATE_HZ, n_massagers)
        counted = Counted(directory, source.bus, "hub")
        try:
            prepare(counted)
            counted.start()
            do(source, counted)
        finally:
            if counted.hub.process:
                counted.hub.stop()
            source.stop()


def main():
    parser = argparse.ArgumentParser(prog="instructions.py", description="What the hub does for a notification and a summary, counted.")
    parser.add_argument("--massagers", type=int, default=bench.N_DEVICES)
    parser.add_argument("--days", type=int, default=years.MONTH_DAYS)
    parser.add_argument("--top", type=int, default=25)
    args = parser.parse_args()
    with_hub(args.massagers, lambda counted: None, lambda source, counted: use(source, counted, args.top))
    with_hub(1, lambda counted: years.make(counted.hub.state, args.days),
             lambda source, counted: ask(counted, args.top, f"one massager with {args.days} days"))


if __name__ == "__main__":
    main()
