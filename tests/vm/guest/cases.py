# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Each case is a sentence, and returns what it measured."""
import glob
import pathlib
import subprocess
import time

import place
from line import wait_for
from place import sh


def the_packages_install_and_the_hub_starts(where):
    """install and first start"""
    began = time.monotonic()
    sh("dpkg", "-i", *sorted(glob.glob("/knead-vm/*.deb")), timeout=180)
    wait_for(where.hub.is_answering, "the hub", 60)
    assert sh("systemctl", "is-enabled", "kneadd").stdout.strip() == "enabled"
    assert pathlib.Path("/var/lib/knead").stat().st_mode & 0o777 == 0o700
    mode = pathlib.Path(place.SOCKET).stat()
    assert mode.st_mode & 0o777 == 0o660
    assert "No massager is recorded yet." in where.hub.knead()
    where.configure(f"[hub]\nzone=Europe/Berlin\n[radio]\nadapters={place.adapters()['hci0']}\n")
    return f"{time.monotonic() - began:.0f} s from dpkg to the first answer"


def pair_by_hand(address):
    """What bluetoothctl does, with an agent that says yes."""
    done = subprocess.run(["python3", "/knead-vm/pair.py", "hci0", address], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def seven_massagers_are_paired_and_their_day_of_history_comes(where):
    """seven massagers on one adapter, a day of history each"""
    kinds = ("back14", "roller", "foam-roll")
    where.massagers = place.Massagers(*(f"kind={kinds[n % 3]},adapter=hci{n + 1},history=1d" for n in range(place.N_MASSAGERS)))
    where.addresses = where.massagers.addresses()
    for address in where.addresses:
        pair_by_hand(address)
        where.hub.allow(address)
    began = time.monotonic()
    for address in where.addresses:
        where.wait_caught_up(address)
    return f"{time.monotonic() - began:.0f} s after the last was paired"


def a_minute_of_seven_live_sessions_is_all_there_and_once(where):
    before = {a: where.massagers.status(a)["newest"] for a in where.addresses}
    for address in where.addresses:
        where.massagers.start_session(60, address)
    wait_for(lambda: not any(where.massagers.status(a)["session_active"] for a in where.addresses), "the sessions", 180)
    for address in where.addresses:
        where.wait_caught_up(address)
    newest = {a: where.massagers.status(a)["newest"] for a in where.addresses}
    n_lost = sum(where.hub.device(a)["counters"]["n_live_missed"] for a in where.addresses)
    sh("systemctl", "stop", "kneadd")
    for address in where.addresses:
        assert where.hub.stored(address) == (newest[address], newest[address]), address
    sh("systemctl", "start", "kneadd")
    wait_for(where.hub.is_answering, "the hub", 60)
    n = sum(newest.values()) - sum(before.values())
    return f"{n} records live, {n_lost} of them lost on the way and fetched, 0 missing, 0 twice"


FOUNDATION = [the_packages_install_and_the_hub_starts, seven_massagers_are_paired_and_their_day_of_history_comes]
CASES = [
    *FOUNDATION,
    a_minute_of_seven_live_sessions_is_all_there_and_once,
]
