# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What ends under the hub, and the hub's own end."""
import pathlib
import time

import place
from place import sh, wait_for


def a_bluetoothd_that_is_killed_ten_times_costs_nothing(where):
    times = []
    where.bring_seven()
    where.wait_all()
    for address in where.addresses:
        where.massagers.start_session(3600, address)
    for _ in range(10):
        place.kill("bluetooth")
        sh("systemctl", "reset-failed", "bluetooth", check=False)
        sh("systemctl", "start", "bluetooth")
        began = time.monotonic()
        wait_for(lambda: where.n_ready() == len(where.addresses), "all links", 120)
        times.append(time.monotonic() - began)
    for address in where.addresses:
        where.massagers.call("StopSession", "(s)", address)
    where.wait_all()
    n = where.assert_stored_once()
    times.sort()
    return f"all seven back after {times[5]:.0f} s, at worst {times[-1]:.0f} s; {n} records, 0 missing, 0 twice"


def a_bluetoothd_that_is_stopped_for_a_minute_is_waited_for(where):
    where.wait_all()
    sh("systemctl", "stop", "bluetooth")
    wait_for(lambda: where.radio_state() == "no-bluetoothd", "the state", 60)
    used = cpu_s(where.hub.pid())
    where.let_pass(60)
    used = cpu_s(where.hub.pid()) - used
    assert "systemctl start bluetooth" in where.hub.knead("status")
    sh("systemctl", "start", "bluetooth")
    where.wait_all()
    return f"{used:.2f} s of processor in that minute"


def a_bluetoothd_that_stands_still_for_a_minute_is_met_again(where):
    where.wait_all()
    address = where.addresses[0]
    where.massagers.start_session(3600, address)
    wait_for(lambda: where.hub.device(address)["n_open"] > 3, "its first records", 60)
    sh("systemctl", "kill", "--signal=STOP", "bluetooth")
    try:
        where.let_pass(60)
        assert where.hub.is_answering()
    finally:
        sh("systemctl", "kill", "--signal=CONT", "bluetooth")
    began = time.monotonic()
    wait_for(lambda: where.n_ready() == len(where.addresses), "all links", 180)
    passed = time.monotonic() - began
    where.massagers.call("StopSession", "(s)", address)
    where.wait_all()
    return f"all links there after {passed:.0f} s; {where.assert_stored_once()} records, 0 missing, 0 twice"


def a_hub_that_stands_still_for_ten_seconds_fetches_what_it_missed(where):
    """Fifty a second are five hundred in that time; the socket of a notification takes fewer, and bluetoothd drops the others without a word."""
    where.bring(f"kind=back14,adapter=hci1,rate=400,seed={time.monotonic_ns()}")
    address, = where.addresses
    where.wait_caught_up(address)
    where.massagers.start_session(3600, address)
    wait_for(lambda: where.hub.device(address)["n_open"] > 3, "its first records", 60)
    notified, n_missed = where.massagers.status(address)["n_notified"], missed(where, address)
    with where.hub.held():
        where.let_pass(10)
        notified = where.massagers.status(address)["n_notified"] - notified
    wait_for(lambda: missed(where, address) > n_missed, "the hole to be seen", 60)
    where.massagers.call("StopSession", "(s)", address)
    where.wait_caught_up(address)
    n = where.assert_stored_once()
    return f"{notified} notifications meanwhile, {missed(where, address) - n_missed} of them lost and fetched; {n} records, 0 missing, 0 twice"


def missed(where, address):
    return where.hub.device(address)["counters"]["n_live_missed"]


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def an_adapter_that_is_switched_off_and_on_is_used_again(where):
    place.set_powered("hci0", False)
    wait_for(lambda: not any(where.hub.device(a).get("link") == "ready" for a in where.addresses[:-1]), "the links to go", 60)
    place.set_powered("hci0", True)
    began = time.monotonic()
    where.wait_all()
    return f"all back after {time.monotonic() - began:.0f} s"


def controllers_that_all_go_and_come_back_are_used_again(where):
    sh("systemctl", "stop", "knead-vm-radio")
    wait_for(lambda: where.radio_state() == "no-adapter", "the state", 60)
    sh("systemctl", "start", "knead-vm-radio")
    wait_for(lambda: len(place.adapters()) == place.N_CONTROLLERS, "the controllers", 60)
    began = time.monotonic()
    where.wait_all()
    return f"all back after {time.monotonic() - began:.0f} s"


def a_hub_that_is_killed_twenty_times_in_a_backfill_has_everything_once(where):
    where.bring_seven("7d")
    n_left = []
    for n in range(20):
        fetched, trimmed = total(where, "n_records_fetched"), total(where, "trimmed_to")
        wait_for(lambda: total(where, "n_records_fetched") > fetched + 200, "some more of the history", 120)
        # most kills come before anything of it is durable, and some just after
        if n % 6 == 5:
            wait_for(lambda: total(where, "trimmed_to") > trimmed, "some of it to be durable", 120)
        place.kill("kneadd")
        n_left.append(where.n_left())
        assert n_left[-1] > 0, n_left  # each was in the middle of the history
        sh("systemctl", "restart", "kneadd")
    assert n_left[-1] < n_left[0], n_left  # and it came on between them
    where.wait_all(400)
    return f"{n_left[0]} still to come at the first kill and {n_left[-1]} at the last; {where.assert_stored_once()} records, 0 missing, 0 twice"


def total(where, key):
    return sum(where.massagers.status(a)[key] for a in where.addresses)
