# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Links that come and go for ever cost nothing that stays (fault 51): KN_CYCLES=10000 for as many as ./dev soak makes."""
import os
import pathlib
import re

from gi.repository import Gio, GLib
from line import KNEADD, wait_for

N_CYCLES = int(os.environ.get("KN_CYCLES", "400"))
ADDRESSES = [f"C0:FF:EE:00:01:{n:02X}" for n in range(20)]
SETTLED = 0.2  # of the cycles: then what is kept for good has been made
# The ring of events fills meanwhile, and the page cache of the database with what is stored of them (SQLite's own bound of 2,000 KiB; 1.1 MiB
# measured in all over 8,000 links). The address sanitizer keeps books of its own: 2.3 MiB at any number.
RSS_ROOM_KIB = 4096 if b"__asan_init" in KNEADD.read_bytes() else 1024 + 2000


def n_connects(sim):
    return sum(sim.status(address)["n_connects"] for address in ADDRESSES)


def cut_off_until(sim, hub, wanted):
    """Every link, as soon as it is there."""
    def is_enough():
        for address in ADDRESSES:
            if sim.status(address)["connected"]:
                sim.call("Disconnect", "(s)", address)
        return n_connects(sim) >= wanted
    wait_for(is_enough, f"{wanted} links", 60 + wanted // 4, process=hub.process.child)


def bring_up(sim, hub):
    """All at rest: every massager has its link and all that it holds is here."""
    wait_for(lambda: all(hub.device(a).get("link") == "ready" and hub.device(a)["is_newest_known"] for a in ADDRESSES), "all links",
             process=hub.process.child)


def ask_bus(connection, method, name, interface="org.freedesktop.DBus"):
    return connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", interface, method, GLib.Variant("(s)", (name,)), None,
                                Gio.DBusCallFlags.NONE, 30000, None).unpack()[0]


def n_match_rules(sim, pid):
    names = sim.connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames", None, None,
                                     Gio.DBusCallFlags.NONE, 30000, None).unpack()[0]
    mine = [n for n in names if n.startswith(":") and ask_bus(sim.connection, "GetConnectionUnixProcessID", n) == pid]
    return sum(ask_bus(sim.connection, "GetConnectionStats", n, "org.freedesktop.DBus.Debug.Stats")["MatchRules"] for n in mine)


def what_it_holds(sim, hub):
    pid = hub.process.child.pid
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {"descriptors": len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir())), "match rules": n_match_rules(sim, pid),
            "threads": int(re.search(r"Threads:\s+(\d+)", status).group(1)), "kib": int(re.search(r"VmRSS:\s+(\d+)", status).group(1))}


def test_fault_51_links_that_come_and_go_leave_no_descriptor_rule_thread_or_memory_behind(monkeypatch, hub, make_sim):
    # what the address sanitizer keeps of freed memory, and of who asked for it, would hide what the hub keeps
    books = "quarantine_size_mb=0:thread_local_quarantine_size_kb=0:malloc_context_size=0"
    monkeypatch.setenv("ASAN_OPTIONS", f"{os.environ.get('ASAN_OPTIONS', '')}:{books}")
    sim = make_sim(*[f"kind=roller,address={a},serial=T{n},seed={n}" for n, a in enumerate(ADDRESSES)])
    sim.call("SetSpeed", "(u)", 20)
    hub.start()
    for address in ADDRESSES:
        hub.allow(address)
    cut_off_until(sim, hub, SETTLED * N_CYCLES)
    bring_up(sim, hub)
    before = what_it_holds(sim, hub)
    cut_off_until(sim, hub, (1 + SETTLED) / 2 * N_CYCLES)
    bring_up(sim, hub)
    halfway = what_it_holds(sim, hub)
    cut_off_until(sim, hub, N_CYCLES)
    bring_up(sim, hub)
    # the bus library's own thread, and a client's connection, hold a descriptor a moment longer; GLib ends a worker that has nothing to do after 15 s
    wait_for(lambda: all(what_it_holds(sim, hub)[name] <= before[name] for name in ("descriptors", "threads")), f"what there was before: {before}",
             process=hub.process.child)
    after = what_it_holds(sim, hub)
    print(f"{n_connects(sim)} links: {before} → {halfway} → {after}")
    assert after["match rules"] == before["match rules"]
    # what is kept of each link is kept in both halves; what one busy moment takes from the system, in one
    assert min(halfway["kib"] - before["kib"], after["kib"] - halfway["kib"]) <= RSS_ROOM_KIB / 2
