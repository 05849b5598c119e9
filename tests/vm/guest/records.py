# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What comes over the air, is stored, and is there once."""
import time

import place
from place import sh, wait_for


def seven_massagers_are_paired_and_their_day_of_history_comes(where):
    where.bring_seven("1d")
    for address in where.addresses:
        place.pair_by_hand(address)
        where.hub.allow(address)
    began = time.monotonic()
    where.wait_all()
    return f"{time.monotonic() - began:.0f} s after the last was paired; {where.assert_stored_once()} records, 0 missing, 0 twice"


def a_minute_of_seven_live_sessions_is_all_there_and_once(where):
    where.wait_all()
    before = sum(where.massagers.status(a)["n_notified"] for a in where.addresses)
    for address in where.addresses:
        where.massagers.start_session(60, address)
    wait_for(lambda: not any(where.massagers.status(a)["session_active"] for a in where.addresses), "the sessions", 180)
    n = sum(where.massagers.status(a)["n_notified"] for a in where.addresses) - before
    where.wait_all()
    n_lost = sum(where.hub.device(a)["counters"]["n_live_missed"] for a in where.addresses)
    return f"{n / 60:.0f} notifications a second; {n_lost} lost on the way and fetched; {where.assert_stored_once()} records, 0 missing, 0 twice"


def a_massager_in_a_hurry_shows_what_this_machine_carries(where):
    where.bring(f"kind=back14,adapter=hci1,rate=400,seed={time.monotonic_ns()}")
    address, = where.addresses
    where.wait_caught_up(address)
    before, began = where.massagers.status(address)["n_notified"], time.monotonic()
    where.massagers.start_session(10, address)
    wait_for(lambda: not where.massagers.status(address)["session_active"], "the session", 120)
    rate = (where.massagers.status(address)["n_notified"] - before) / (time.monotonic() - began)
    where.wait_caught_up(address)
    where.assert_stored_once()
    return f"{rate:.0f} notifications a second of 50 over one link"


def a_week_of_history_of_one_massager_comes(where):
    where.bring(f"kind=back14,adapter=hci1,history=7d,seed={time.monotonic_ns()}")
    address, = where.addresses
    began = time.monotonic()
    where.wait_caught_up(address, 400)
    passed = time.monotonic() - began
    n = where.assert_stored_once()
    return f"{n} records in {passed:.0f} s, {n / passed:.0f} a second"


def two_adapters_of_the_hub_share_the_massagers(where):
    addresses = place.adapters()
    where.bring_seven()
    moved = where.addresses[-1]
    place.remove_bond(moved)
    where.lose_bond(moved)
    where.configure(f"[hub]\nzone=Europe/Berlin\n[radio]\nadapters={addresses['hci0']};{addresses['hci8']}\n")
    place.pair_by_hand(moved, "hci8")
    began = time.monotonic()
    where.wait_all()
    passed = time.monotonic() - began
    objects = place.bluez_objects()
    assert objects[place.device_path("hci8", moved)]["org.bluez.Device1"]["Connected"]
    n = sum(f.get("org.bluez.Device1", {}).get("Connected", False) for p, f in objects.items() if p.startswith("/org/bluez/hci0/dev_"))
    assert n == place.N_MASSAGERS - 1, n
    return f"{n} links on one, 1 on the other, {passed:.0f} s after the last was paired"


def a_massager_that_goes_in_mid_session_and_returns_has_one_whole_session(where):
    where.wait_all()
    address = where.addresses[0]
    before = {s["id"] for s in where.hub.sessions()}
    where.massagers.start_session(30, address)
    wait_for(lambda: where.hub.device(address)["n_open"] > 3, "its first records", 60)
    where.massagers.call("Vanish", "(s)", address)
    wait_for(lambda: where.hub.device(address).get("link") != "ready", "its link to go", 60)
    where.let_pass(10)
    where.massagers.call("Return", "(s)", address)
    wait_for(lambda: not where.massagers.status(address)["session_active"], "the session's end", 120)
    where.wait_caught_up(address)
    (session,) = [s for s in where.hub.sessions() if s["id"] not in before]
    assert session["state"] == "ended" and session["completeness_permille"] == 1000
    return ""


def a_massager_is_checked_over_the_air(where):
    where.bring(f"kind=back14,adapter=hci1,history=1d,seed={time.monotonic_ns()}")
    address, = where.addresses
    where.wait_caught_up(address)
    before = where.massagers.status(address)
    sh("systemctl", "stop", "kneadd")
    where.massagers.start_session(60, address)
    done = sh("knead-sim", "--check", address, check=False, timeout=180)
    sh("systemctl", "start", "kneadd")
    wait_for(where.hub.is_answering, "the hub", 60)
    assert done.returncode == 0 and ", 0 could not be tried" in done.stdout, done.stdout + done.stderr
    after = where.massagers.status(address)
    assert all(after[key] == before[key] for key in ("owner", "trimmed_to", "log_id"))
    return done.stdout.splitlines()[-1]
