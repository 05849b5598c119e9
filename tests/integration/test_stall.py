# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A card that stalls for five seconds under full load costs nothing: the radio goes on being read, and nothing waits for the disk. A hub that stalls
as a whole loses what the sockets do not hold, knows how much, and fetches it.

KN_STALL_LIBRARY: the preload that makes one sync slow."""

import os
import signal
import time

import line
from line import BED, wait_for

STALL_MS = 5000
# as many as a hub serves, at ten times the rate of such devices: 8 samples of 14 nodes a notification, 31 a second, 2,000 in all
N_DEVICES = 64
RATE_HZ = 250
SESSION_S = 600


def address(number):
    return f"C0:FF:EE:00:01:{number:02X}"


def totals(hub):
    counters = [d["counters"] for d in hub.get("/v1/status")["devices"] if "counters" in d]
    return {key: sum(c[key] for c in counters) for key in counters[0]} if counters else {}


def test_a_stalled_disk_loses_nothing_at_two_thousand_notifications_a_second(tmp_path, monkeypatch, real_time, hub, make_sim):
    devices = [address(n) for n in range(N_DEVICES)]
    sim = make_sim(*(f"kind=back14,address={a},seed={n + 1},rate={RATE_HZ},flash=33554432" for n, a in enumerate(devices)))
    sim.call("SetSpeed", "(u)", 20)
    stall_file = tmp_path / "stall"
    # the address sanitizer wants to be loaded first, and works all the same
    sanitizer = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
    monkeypatch.setenv("ASAN_OPTIONS", sanitizer)
    for key, value in {"KN_STALL_FILE": stall_file, "KN_STALL_MS": STALL_MS, "LD_PRELOAD": os.environ["KN_STALL_LIBRARY"]}.items():
        monkeypatch.setenv(key, str(value))
    hub.start()
    monkeypatch.delenv("LD_PRELOAD")
    for a in devices:
        hub.allow(a)
    wait_for(lambda: sum(d.get("link") == "ready" and d["is_newest_known"] for d in hub.get("/v1/status")["devices"]) == N_DEVICES,
             "all links", 180, hub.process.child)
    for a in devices:
        sim.start_session(SESSION_S, "mixed", a)
    wait_for(lambda: totals(hub)["n_values"] > 100000, "the load", process=hub.process.child)
    stall_file.touch()
    wait_for(lambda: not stall_file.exists(), "the stall begins", process=hub.process.child)
    began, before = time.monotonic(), totals(hub)["n_notifications"]
    n_commits = hub.get("/v1/status")["storage"]["n_commits"]
    # the hub answers while its disk does not
    wait_for(lambda: hub.get("/v1/status")["storage"]["n_commits"] > n_commits, "the stall ends", process=hub.process.child)
    passed, after = time.monotonic() - began, totals(hub)["n_notifications"]
    for a in devices:
        sim.stop_session(a)
    print(f"{(after - before) / passed:.0f} notifications a second for {passed:.1f} s")
    for a in devices:
        hub.wait_caught_up(sim, a, 180)
    status, lost = hub.get("/v1/status"), totals(hub)
    assert status["radio"]["n_ring_full"] == 0
    assert sum(sim.status(a)["n_socket_dropped"] for a in devices) == 0
    assert lost["n_live_missed"] == 0 and lost["n_counter_jumps"] == 0 and lost["n_refused_memory"] == 0
    # every record that a massager made is in the file, once
    hub.stop()
    for number, a in enumerate(devices):
        ranges = hub.rows("SELECT coverage.first_seq, coverage.last_seq FROM coverage JOIN log USING (log_key) JOIN device USING (device_id) "
                          "WHERE address = ?", a)
        assert ranges == [(1, len(sim.records(a)))], number


def test_fault_24_a_hub_that_stood_still_at_fifty_notifications_a_second_fetches_what_was_lost(hub, make_sim):
    """bluetoothd says nothing of a full socket: the sender's own count is the truth."""
    sim = make_sim(f"kind=back14,address={BED},seed=3,rate=400")
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    sim.start_session(120)
    wait_for(lambda: hub.device()["counters"]["n_notifications"] > 100, "the load", process=hub.process.child)
    os.kill(hub.process.child.pid, signal.SIGSTOP)
    # 278 fit into a socket
    wait_for(lambda: sim.status()["n_socket_dropped"] >= 50, "a full socket", process=hub.process.child)
    os.kill(hub.process.child.pid, signal.SIGCONT)
    sim.stop_session()
    hub.wait_caught_up(sim)
    sent, device, radio = sim.status(), hub.device(), hub.get("/v1/status")["radio"]
    assert sent["n_connects"] == 1
    # it had what the sockets took, and nothing else
    assert radio["n_packets"] == sent["n_notified"]
    # what is lost was one record a notification, or the device's answer
    assert 0 < device["counters"]["n_live_missed"] <= sent["n_socket_dropped"]
    assert device["n_gaps"] == 0 and hub.sessions()[-1]["completeness_permille"] == 1000
    hub.stop()
    assert hub.rows("SELECT first_seq, last_seq FROM coverage") == [(1, len(sim.records()))]
