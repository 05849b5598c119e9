# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Notifications lost while the disk stalls for 5 s under full load; integration/test_stall.py is the test of it."""
import os
import pathlib

import line

STALL_MS = 5000
SESSION_S = 15
LOST = ("n_live_missed", "n_counter_jumps", "n_refused_memory")


def measure(source, directory):
    """source: massagers at 2,000/s in all. How many notifications came, and how many were lost."""
    stall_file = pathlib.Path(directory) / "stall"
    hub = line.Hub(directory, source.bus.address)
    environment = {**os.environ, "LD_PRELOAD": str(line.BUILD / "tests/integration/libslow-sync.so"), "KN_STALL_FILE": str(stall_file),
                   "KN_STALL_MS": str(STALL_MS)}
    hub.process = line.Process([line.KNEADD, "--bus", source.bus.address, "--state-dir", hub.state, "--socket", hub.socket,
                                "--zone", "Europe/Berlin"], hub.log, environment)
    line.wait_for(hub.is_answering, "the hub")
    for a in source.addresses:
        hub.allow(a)
    line.wait_for(lambda: all(d.get("link") == "ready" and d["is_newest_known"] for d in hub.get("/v1/status")["devices"]), "all links", 600)
    for a in source.addresses:
        source.sim.start_session(SESSION_S, "mixed", a)
    stall_file.touch()
    line.wait_for(lambda: not stall_file.exists(), "the stall begins")
    line.wait_for(source.is_forgotten, "all on disk", 180, every_s=0.5)
    status = hub.get("/v1/status")
    counters = [d["counters"] for d in status["devices"]]
    lost = status["radio"]["n_ring_full"] + sum(source.sim.status(a)["n_socket_dropped"] for a in source.addresses)
    lost += sum(c[key] for c in counters for key in LOST)
    hub.stop()
    return {"n": sum(c["n_notifications"] for c in counters), "n_lost": lost}
