# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A backfill over a slow link: 400 notifications a second and 45 ms for a round trip, as a link of 30 ms connection interval has.

How much of the link it uses, and whether the hub's memory grows with what it fetches."""
import tempfile
import time

import line

PACE_HZ = 400
ROUND_TRIP_MS = 45


def measure(days, resident_kib):
    """The share of the link from the first record fetched to the last one; resident memory at its end against that at a third of it."""
    with tempfile.TemporaryDirectory(prefix="knead-backfill-") as directory:
        bus = line.Bus(directory)
        bus.start()
        sim = line.Sim(bus, [f"kind=back14,address={line.BED},seed=5,history={days}d,pace={PACE_HZ},round-trip={ROUND_TRIP_MS}"])
        hub = line.Hub(directory, bus.address)
        hub.process = line.Process([line.KNEADD, "--bus", bus.address, "--state-dir", hub.state, "--socket", hub.socket, "--zone", "Europe/Berlin"],
                                   hub.log)
        try:
            line.wait_for(hub.is_answering, "the hub")
            hub.allow()
            newest = sim.status()["newest"]
            wait_fetched(sim, 1)
            began, before = time.monotonic(), sim.status()["n_notified"]
            wait_fetched(sim, newest // 3)
            third_kib = resident_kib(hub.process.child.pid)
            wait_fetched(sim, newest)
            share = (sim.status()["n_notified"] - before) / (time.monotonic() - began) / PACE_HZ
            return share, resident_kib(hub.process.child.pid) / third_kib
        finally:
            hub.stop()
            sim.stop()
            bus.stop()


def wait_fetched(sim, n):
    line.wait_for(lambda: sim.status()["n_records_fetched"] >= n, f"record {n}", 600, every_s=0.005)
