# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""How much of a slow link a backfill uses: 400 notifications a second and 45 ms for a round trip, as a link of 30 ms connection interval has."""
import tempfile
import time

import line

PACE_HZ = 400
ROUND_TRIP_MS = 45


def measure(days):
    """The share of the link, from the first record fetched to the last one."""
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
            line.wait_for(lambda: sim.status()["n_records_fetched"] > 0, "the first record", every_s=0.005)
            began, before = time.monotonic(), sim.status()["n_notified"]
            newest = sim.status()["newest"]
            line.wait_for(lambda: sim.status()["n_records_fetched"] >= newest, "the last record", 600, every_s=0.005)
            return (sim.status()["n_notified"] - before) / (time.monotonic() - began) / PACE_HZ
        finally:
            hub.stop()
            sim.stop()
            bus.stop()
