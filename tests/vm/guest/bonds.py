# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Pairing, and what becomes of it."""
import subprocess
import time

import place
from place import wait_for


def a_massager_that_lost_its_bond_is_said_to_need_pairing(where):
    where.bring_seven()
    where.wait_all()
    address = where.addresses[1]
    where.lose_bond(address)
    why = where.wait_why(address, "bond-lost", "bond-suspected")
    assert f"pair {address}" in where.hub.knead("why", address)
    # as it says; what is left of the bond on this side goes by itself
    status, out, err = pair(where, address)
    assert status == 0, (status, out, err)
    where.wait_caught_up(address)
    return why


def an_unbonded_massager_is_never_connected_nor_recorded(where):
    address = where.addresses[2]
    place.remove_bond(address)
    where.wait_why(address, "not-bonded")
    signals = place.Signals()
    n_recorded = where.n_recorded(address)
    before = where.massagers.status(address)
    where.massagers.start_session(15, address)
    wait_for(lambda: not where.massagers.status(address)["session_active"], "its session", 60)
    after = where.massagers.status(address)
    assert after["n_connects"] == before["n_connects"] and after["n_notified"] == before["n_notified"]
    assert after["newest"] > before["newest"] and where.hub.device(address)["link"] == "not-bonded"
    assert where.n_recorded(address) == n_recorded > 0
    assert signals.n_connected(address) == 0
    # that this counts what it should is seen once there is something to count
    where.lose_bond(address)
    place.pair_by_hand(address)
    where.wait_caught_up(address)
    assert signals.n_connected(address) > 0
    signals.stop()
    return f"{after['newest'] - before['newest']} records that nobody read until it was paired"


def pair(where, address, *words, answer=None):
    """knead pair, with what the person types once the massager shows digits."""
    child = subprocess.Popen(["knead", "pair", address, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = child.communicate((answer() if answer else "") + "\n", timeout=150)
    return child.returncode, out, err


def a_massager_without_digits_is_paired_and_that_is_said(where):
    address = where.bring_unpaired("just-works")
    status, out, err = pair(where, address, "--label", "just so")
    assert status == 0 and "is paired, and recorded from now on" in out, (status, out, err)
    assert "Nobody had to confirm anything" in " ".join(out.split())
    where.wait_caught_up(address)
    assert "just so" in where.hub.knead("devices")
    return ""


def wrong_digits_do_not_pair_and_right_ones_do(where):
    address = where.bring_unpaired("display")
    wrong = lambda: f"{(int(where.massagers.shown()) + 1) % 1000000:06}"
    status, out, err = pair(where, address, answer=wrong)
    assert status == 1 and f"pairing {address} failed" in err, (status, out, err)
    assert where.hub.device(address)["link"] == "not-bonded"
    where.bring(f"kind=back14,adapter=hci1,seed={time.monotonic_ns()}", pairing="display")
    status, out, err = pair(where, address, answer=where.massagers.shown)
    assert status == 0 and "Nobody had to confirm" not in out, (status, out, err)
    where.wait_caught_up(address)
    return "refused in words"


def both_show_the_same_digits(where):
    address = where.bring_unpaired("confirm")
    status, out, err = pair(where, address, answer=lambda: "y")
    assert status == 0, (status, out, err)
    assert where.massagers.shown() in out
    where.wait_caught_up(address)
    return ""
