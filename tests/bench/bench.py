#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What the hub costs, beside two loggers that do the same job plainly, in one run on one machine: ./dev bench [--quick] [--save]

The source is the simulator: 64 back beds behind the fake org.bluez. The subject is the daemon as it ships. CPU is user and system time of the
subject's process and all its threads (/proc/PID/stat), from when every massager streams until the last record is durable: for the
loggers until their last commit, for the hub until every massager was told that it may forget. Rounds are interleaved, medians printed.
Needs KN_BUILD_DIR (a release build) and PYTHONPATH with telemetry_pb2.
"""
import argparse
import json
import os
import pathlib
import platform
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))
import backfill  # noqa: E402
import figures  # noqa: E402
import line  # noqa: E402
import stall  # noqa: E402
import years  # noqa: E402
from gi.repository import Gio, GLib  # noqa: E402

N_DEVICES = 64
NOTIFICATIONS_A_SAMPLE_RATE = 8  # samples of every node in one notification
LOADS = {"200/s": 25, "2,000/s": 250}  # by the rate of pressure samples, Hz
SESSION_S = {"200/s": 60, "2,000/s": 30}  # long enough that the commits at its end are not most of what is counted
QUICK_S = 8
ALONE_S = 90  # of one massager at ten times its rate: as many records and commits as in a session of a quarter of an hour
REACHED_MIN = 0.95  # of the load that was asked for; less is no measurement of it
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def address(number):
    return f"C0:FF:EE:00:02:{number:02X}"


def cpu_s(pid):
    """User and system time of a process with all its threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def resident_kib(pid, key="VmRSS"):
    for row in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if row.startswith(key + ":"):
            return int(row.split()[1])
    return 0


def written_bytes(pid):
    """What the process made the file system write (/proc/PID/io: write_bytes)."""
    for row in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines():
        if row.startswith("write_bytes:"):
            return int(row.split()[1])
    return 0


def size_of(directory, name):
    return sum(path.stat().st_size for path in pathlib.Path(directory).glob(name + "*"))


class Source:
    """The bus, the massagers, and what they have sent."""

    def __init__(self, directory, rate_hz, n_devices):
        self.bus = line.Bus(directory)
        self.bus.start()
        self.addresses = [address(n) for n in range(n_devices)]
        self.sim = line.Sim(self.bus, [f"kind=back14,address={a},seed={n + 1},rate={rate_hz},flash=67108864"
                                       for n, a in enumerate(self.addresses)])
        self.paths = [f"/org/bluez/hci0/dev_{a.replace(':', '_')}" for a in self.addresses]

    def n_notified(self):
        return sum(self.sim.status(a)["n_notified"] for a in self.addresses)

    def is_forgotten(self):
        """Every massager was told that it may forget all it holds."""
        states = [self.sim.status(a) for a in self.addresses]
        return all(s["trimmed_to"] >= s["newest"] for s in states)

    def is_in_use(self):
        return any(self.sim.status(a)["session_active"] for a in self.addresses)

    def connect_all(self):
        """For the loggers, which only listen."""
        for path in self.paths:
            self.sim.connection.call_sync("org.bluez", path, "org.bluez.Device1", "Connect", None, None, Gio.DBusCallFlags.NONE, 60000, None)
        line.wait_for(lambda: all(self.is_resolved(path) for path in self.paths), "the links", 120)

    def is_resolved(self, path):
        reply = self.sim.connection.call_sync("org.bluez", path, "org.freedesktop.DBus.Properties", "Get",
                                              GLib.Variant("(ss)", ("org.bluez.Device1", "ServicesResolved")), None,
                                              Gio.DBusCallFlags.NONE, 30000, None)
        return reply.unpack()[0]

    def stop(self):
        self.sim.stop()
        self.bus.stop()


def drive(source, pid, seconds, is_durable):
    """One use of every massager at once; what it cost until is_durable."""
    begin = {"cpu": cpu_s(pid), "written": written_bytes(pid), "n": source.n_notified(), "bus": cpu_s(source.bus.daemon.child.pid)}
    began = time.monotonic()
    for a in source.addresses:
        source.sim.start_session(seconds, "mixed", a)
    line.wait_for(lambda: not source.is_in_use(), "the sessions", 4 * seconds + 60)
    passed = time.monotonic() - began
    n = source.n_notified() - begin["n"]
    resident = resident_kib(pid)
    # asking is work of the subject, too: seldom
    line.wait_for(is_durable, "all on disk", 180, every_s=0.5)
    return {"n": n, "rate": n / passed, "cpu_us": 1e6 * (cpu_s(pid) - begin["cpu"]) / n,
            "bus_us": 1e6 * (cpu_s(source.bus.daemon.child.pid) - begin["bus"]) / n,
            "written_bytes": written_bytes(pid) - begin["written"], "resident_kib": resident}


def run_kneadd(source, directory, seconds):
    hub = line.Hub(directory, source.bus.address)
    # the intervals of commits are those that ship; only the time to connect 64 massagers is not waited for
    hub.process = line.Process([line.KNEADD, "--bus", source.bus.address, "--state-dir", hub.state, "--socket", hub.socket,
                                "--zone", "Europe/Berlin"], hub.log)
    line.wait_for(hub.is_answering, "the hub")
    pid = hub.process.child.pid
    idle_kib = resident_kib(pid)
    for a in source.addresses:
        hub.allow(a)

    def ready():
        return sum(d.get("link") == "ready" and d["is_newest_known"] for d in hub.get("/v1/status")["devices"]) == len(source.addresses)

    line.wait_for(ready, "all links", 600)

    result = drive(source, pid, seconds, source.is_forgotten)
    devices = hub.get("/v1/status")["devices"]
    result["n_values"] = sum(d["counters"]["n_values"] for d in devices)
    result["n_lost"] = sum(d["counters"]["n_live_missed"] for d in devices)
    result["idle_kib"] = idle_kib
    result["summary_ms"] = ask_often(hub, "/v1/summary?period=week")
    hub.stop()
    result["bytes"] = size_of(hub.state, "knead.db")
    return result


def ask_often(hub, path, n=200):
    """p50 and p95 of so many requests, each on a connection of its own."""
    times = []
    for _ in range(n):
        began = time.perf_counter()
        hub.get(path)
        times.append(1000 * (time.perf_counter() - began))
    times.sort()
    return [times[n // 2], times[n * 95 // 100]]


def run_logger(source, directory, seconds, command):
    database = pathlib.Path(directory) / "rows.db"
    source.connect_all()
    log = open(pathlib.Path(directory) / "logger.log", "w+", encoding="utf-8")
    child = subprocess.Popen([*command, source.bus.address, str(database), *source.paths], stdout=subprocess.PIPE, stderr=log, text=True)
    assert child.stdout.readline() == "ready\n", "the logger does not start"
    asked = []

    def durable():
        # two of its commits after the last notification
        asked.append(time.monotonic())
        return asked[-1] > asked[0] + 2.5

    result = drive(source, child.pid, seconds, durable)
    child.send_signal(signal.SIGTERM)
    result.update(json.loads(child.communicate(timeout=60)[0]))
    with sqlite3.connect(database) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    result["bytes"] = size_of(directory, "rows.db")
    return result


def scratch():
    return tempfile.TemporaryDirectory(prefix="knead-bench-", dir=os.environ.get("KN_BENCH_DIR"))


def run(subject, rate_hz, seconds, n_devices=N_DEVICES):
    with scratch() as directory:
        source = Source(directory, rate_hz, n_devices)
        try:
            if subject == "kneadd":
                result = run_kneadd(source, directory, seconds)
            elif subject == "gdbus":
                result = run_logger(source, directory, seconds, [str(line.BUILD / "tests/bench/gdbus-logger")])
            else:
                result = run_logger(source, directory, seconds, ["/usr/bin/python3", str(HERE / "python_logger.py")])
        finally:
            source.stop()
    result["bytes_per_value"] = result["bytes"] / result["n_values"]
    result["written_per_value"] = result["written_bytes"] / result["n_values"]
    return result


# ---- what is printed ----

def table(results):
    lines = list(figures.HEADING)
    for load, runs in results.items():
        goal = figures.Goal(most=12 if load == "200/s" else 6, gdbus=12, python=25)
        lines.append(figures.row(f"CPU µs a notification at {load}, socket readable → durable", runs, "cpu_us", goal))
        lines.append(figures.row(f"… of dbus-daemon beside it, at {load}", runs, "bus_us"))
        lines.append(figures.row(f"notifications a second that were reached, at {load}", runs, "rate", digits=0))
        lines.append(figures.row(f"resident MiB, 64 streaming at {load}", runs, "resident_kib", figures.Goal(most=24), 1, 1 / 1024))
    runs = results[list(results)[-1]]
    lines.append(figures.row("bytes a value on disk, everything included", runs, "bytes_per_value", figures.Goal(most=0.90, gdbus=6, python=6), 2))
    lines.append(figures.row("bytes written a value, 64 massagers", runs, "written_per_value", figures.Goal(most=1.2), 2))
    lines.append(figures.one("resident MiB, idle", figures.median(runs["kneadd"], "idle_kib") / 1024, figures.Goal(most=16)))
    p50, p95 = (statistics.median(r["summary_ms"][i] for r in runs["kneadd"]) for i in (0, 1))
    lines.append(figures.one("a week's summary over the socket, p95, ms", p95, figures.Goal(most=2), "{:.2f}", f" (p50 {p50:.2f})"))
    return lines


def table_of_others(is_quick):
    """What is measured of the hub alone, each once."""
    lines = []
    result = run("kneadd", LOADS["2,000/s"], ALONE_S, 1)
    lines.append(figures.one("bytes written a value, 1 massager", result["written_per_value"], figures.Goal(most=2.0), "{:.2f}"))
    with scratch() as directory:
        source = Source(directory, LOADS["2,000/s"], N_DEVICES)
        try:
            lost = stall.measure(source, directory)
        finally:
            source.stop()
    lines.append(figures.one("notifications lost while the disk stalls for 5 s, at 2,000/s", lost["n_lost"], figures.Goal(most=0), "{:,.0f}",
                             f" of {lost['n']:,}"))
    share, growth = backfill.measure(2 if is_quick else 28, resident_kib)
    lines.append(figures.one("share of a link of 400 notifications/s and 45 ms a round trip that a backfill uses, %", 100 * share,
                             figures.Goal(least=90), "{:.1f}"))
    lines.append(figures.one("resident memory at the end of it (four weeks of sessions), against at a third", growth,
                             figures.Goal(most=1.1, unit="×"), "{:.2f}×"))
    rows, raw = years.measure(60 if is_quick else years.FIVE_YEARS_DAYS, 10 if is_quick else years.IDLE_S)
    return lines + rows, {"alone": result, "stall": lost, "backfill": [share, growth], "years": raw}


def machine():
    cpu = next((r.split(": ")[1] for r in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if r.startswith("model name")), platform.machine())
    debian = next((r.split("=")[1].strip('"') for r in pathlib.Path("/etc/os-release").read_text().splitlines() if r.startswith("PRETTY_NAME")), "?")
    return f"{cpu}, {os.cpu_count()} cores, {debian}, kernel {platform.release().split('-')[0]}, SQLite {sqlite3.sqlite_version}, Python {platform.python_version()}"


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description="What the hub costs, beside two plain loggers, in one run.")
    parser.add_argument("--quick", action="store_true", help="one short round: to see that it works, not to publish")
    parser.add_argument("--save", action="store_true", help="write tests/bench/RESULTS.md")
    args = parser.parse_args()
    rounds = 1 if args.quick else 3
    results = {load: {subject: [] for subject in figures.SUBJECTS} for load in LOADS}
    invalid = 0
    for number in range(rounds):
        for load, rate_hz in LOADS.items():
            for subject in figures.SUBJECTS:
                result = run(subject, rate_hz, QUICK_S if args.quick else SESSION_S[load])
                wanted = N_DEVICES * rate_hz / NOTIFICATIONS_A_SAMPLE_RATE
                is_valid = result["rate"] >= REACHED_MIN * wanted
                invalid += not is_valid
                print(f"round {number + 1} of {rounds}, {load}, {subject}: {result['cpu_us']:.1f} µs a notification, {result['rate']:.0f}/s"
                      f"{'' if is_valid else '  (the load was not reached)'}", file=sys.stderr, flush=True)
                results[load][subject].append(result)
    others, raw = table_of_others(args.quick)
    text = "\n".join(table(results) + others)
    print(text)
    (line.BUILD / "results.json").write_text(json.dumps({"loads": results, **raw}, indent=1))
    print(f"\nraw numbers: {line.BUILD / 'results.json'}", file=sys.stderr)
    if invalid:
        print(f"{invalid} runs did not reach their load: not for publishing", file=sys.stderr)
    if args.save:
        save(text, rounds, invalid)
    return 0


def save(text, rounds, invalid):
    note = f"\n{invalid} of the runs did not reach 95 % of their load.\n" if invalid else ""
    (HERE / "RESULTS.md").write_text(
        "<!-- SPDX-FileCopyrightText: 2026 the knead authors -->\n<!-- SPDX-License-Identifier: MIT -->\n# What it costs\n\n"
        f"Printed by `./dev bench --save`: {rounds} rounds, interleaved, medians. {machine()}.\nSuch machines are noisy: compare within one run, by "
        f"the ratios. `bench.py` says what is counted.\n{note}\n{text}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
