# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What years of data change: the same questions of a month and of five years, warm and cold, the start, the append, an idle hub.

./dev years DIRECTORY [DAYS] makes such a database for other uses.
"""
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import figures
import line

MONTH_DAYS = 30
FIVE_YEARS_DAYS = 1825
N_STARTS = 10
N_ASKED = 200
IDLE_S = 40  # it listens 10 s of each 60 for a massager that is away, and is woken by everybody who advertises then
WEEK = "/v1/summary?period=week"


def make(directory, days):
    """What make-years tells, and how long it took and how large the file is."""
    began = time.monotonic()
    made = subprocess.run([str(line.BUILD / "tests/bench/make-years"), str(directory), str(days), str(int(time.time()))], check=True,
                          capture_output=True, text=True)
    database = pathlib.Path(directory) / "knead.db"
    return {**json.loads(made.stdout), "days": days, "made_s": time.monotonic() - began, "bytes": database.stat().st_size}


def forget_pages(directory):
    """The file is no longer in the kernel's cache: what is written is on the disk, and then dropped."""
    for path in pathlib.Path(directory).glob("knead.db*"):
        fd = os.open(path, os.O_RDONLY)
        os.fsync(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


class Place:
    """A database of so many days, and a hub for it on a bus with an adapter that hears nobody it knows."""

    def __init__(self, directory, bus, days):
        directory.mkdir()
        self.hub = line.Hub(directory, bus.address)
        self.made = make(self.hub.state, days)

    def start(self):
        """Seconds from the new process to its first answer, a week's summary."""
        began = time.perf_counter()
        self.hub.process = line.Process([line.KNEADD, "--bus", self.hub.bus_address, "--state-dir", self.hub.state, "--socket", self.hub.socket,
                                         "--zone", "Europe/Berlin"], self.hub.log)
        line.wait_for(lambda: self.answer(WEEK), "the first answer", process=self.hub.process.child, every_s=0.0005)
        return time.perf_counter() - began

    def stop(self):
        if self.hub.process:
            self.hub.stop()

    def answer(self, path):
        try:
            return self.hub.get(path)
        except OSError:
            return None

    def ask(self, path):
        began = time.perf_counter()
        self.hub.get(path)
        return 1000 * (time.perf_counter() - began)

    def all_days(self):
        days = self.made["days"]
        edge = time.time() - 86400
        return f"/v1/summary?period=range&from={day(edge - (days - 1) * 86400)}&to={day(edge)}"


def day(unix_s):
    return time.strftime("%Y-%m-%d", time.gmtime(unix_s))


def warm(places):
    """ms of each question, asked in turns so that whatever else runs slows all alike."""
    asked = {days: [] for days in places}
    for place in places.values():
        place.start()
    for _ in range(N_ASKED):
        for days, place in places.items():
            asked[days].append(place.ask(WEEK))
    return asked


def cold(place):
    """ms of the start to the first answer, and of a summary by a new process when nothing of the file is in memory."""
    starts, asked = [], []
    for _ in range(N_STARTS):
        place.hub.stop()
        forget_pages(place.hub.state)
        starts.append(1000 * place.start())
        place.hub.stop()
        place.hub.process = line.Process(place.hub.process.child.args, place.hub.log)
        line.wait_for(lambda: place.answer("/v1/status"), "the hub", every_s=0.001)
        forget_pages(place.hub.state)
        asked.append(place.ask(WEEK))
    return starts, asked


def n_switches(pid):
    """How often each thread of the process went to sleep: each time something woke it."""
    n = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for row in (task / "status").read_text(encoding="utf-8").splitlines():
            if row.startswith("voluntary_ctxt_switches:"):
                n[task.name] = int(row.split()[1])
    return n


def idle(place, seconds):
    pid = place.hub.process.child.pid

    def is_listening():
        return any(adapter["is_listening"] for adapter in place.hub.get("/v1/status")["radio"]["adapters"])

    line.wait_for(is_listening, "it listens", 90, every_s=0.5)
    line.wait_for(lambda: not is_listening(), "it has listened", 90, every_s=0.5)
    before, end = n_switches(pid), time.monotonic() + seconds
    line.wait_for(lambda: time.monotonic() >= end, "the time", seconds + 10, every_s=1)
    return sum(n - before.get(task, 0) for task, n in n_switches(pid).items()) / seconds


def ask_all(directory, bus, days, idle_s):
    places = {}
    try:
        for n in sorted({min(MONTH_DAYS, days // 2), days}):
            places[n] = Place(directory / f"{n}d", bus, n)
        asked = warm(places)
        place = places[days]
        result = {"made": {n: p.made for n, p in places.items()}, "warm_ms": asked, "idle_hz": idle(place, idle_s),
                  "all_ms": statistics.median(place.ask(place.all_days()) for _ in range(10))}
        result["start_ms"], result["cold_ms"] = cold(place)
        return result
    finally:
        for place in places.values():
            place.stop()


def measure(days=FIVE_YEARS_DAYS, idle_s=IDLE_S):
    """The rows of the table, and what they were made from."""
    with tempfile.TemporaryDirectory(prefix="knead-years-", dir=os.environ.get("KN_BENCH_DIR")) as name:
        directory = pathlib.Path(name)
        bus = line.Bus(directory)
        bus.start()
        sim = line.Sim(bus, [f"kind=back14,address={line.BED},seed=1"])
        try:
            result = ask_all(directory, bus, days, idle_s)
        finally:
            sim.stop()
            bus.stop()
    return rows(result, days), result


def rows(result, days):
    made = result["made"][days]
    few, many = (statistics.median(result["warm_ms"][n]) for n in sorted(result["made"]))
    what = f"{days} days, {made['n_values'] / 1e9:.2f} billion values, {made['bytes'] / 1e9:.2f} GB"
    return [
        figures.one(f"made by the generator: {what}; seconds", made["made_s"], form="{:,.0f}"),
        figures.one("… bytes a value in it", made["bytes"] / made["n_values"], figures.Goal(most=0.90), "{:.2f}"),
        figures.one("… a week's summary over the socket, warm, p95, ms", figures.quantile(result["warm_ms"][days], 0.95),
                    figures.Goal(most=2), "{:.2f}", f" (p50 {many:.2f})"),
        figures.one("… as often as the time of a month's database", many / few, figures.Goal(most=1.3, unit="×"), "{:.2f}×"),
        figures.one("… a week's summary, cold, new process, p95, ms", figures.quantile(result["cold_ms"], 0.95), figures.Goal(most=20), "{:.1f}",
                    f" (p50 {statistics.median(result['cold_ms']):.1f})"),
        figures.one("… start to the first answer, nothing of the file in memory, ms", statistics.median(result["start_ms"]),
                    figures.Goal(most=50), "{:.0f}", f" (at most {max(result['start_ms']):.0f})"),
        figures.one("… a summary of all of it, ms", result["all_ms"], form="{:.0f}"),
        figures.one("… CPU of storing a session at its end, against its beginning", made["append_last_ms"] / made["append_first_ms"],
                    figures.Goal(most=1.1, unit="×"), "{:.2f}×", f" ({made['append_last_ms']:.1f} ms)"),
        figures.one("… wake-ups a second, idle, its massager away, between two times of listening", result["idle_hz"], figures.Goal(most=1), "{:.2f}"),
    ]
