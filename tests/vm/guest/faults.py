# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What ends under the hub, and the hub's own end."""
import pathlib
import time

import place
from line import wait_for
from place import sh


def a_bluetoothd_that_is_killed_ten_times_costs_nothing(where):
    times = []
    for address in where.addresses:
        where.massagers.start_session(3600, address)
    for _ in range(10):
        sh("systemctl", "kill", "--signal=KILL", "bluetooth")
        wait_for(lambda: sh("systemctl", "is-active", "bluetooth", check=False).stdout.strip() != "active", "its end", 30)
        sh("systemctl", "reset-failed", "bluetooth", check=False)
        sh("systemctl", "start", "bluetooth")
        began = time.monotonic()
        wait_for(lambda: all(where.hub.device(a).get("link") == "ready" for a in where.addresses), "all links", 120, every_s=0.2)
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
    wait_for(lambda: where.hub.get("/v1/status")["radio"]["state"] == "no-bluetoothd", "the state", 60)
    used = cpu_s(where.hub.pid())
    where.let_pass(60)
    used = cpu_s(where.hub.pid()) - used
    assert "systemctl start bluetooth" in where.hub.knead("status")
    sh("systemctl", "start", "bluetooth")
    where.wait_all()
    return f"{used:.2f} s of processor in that minute"


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
    wait_for(lambda: where.hub.get("/v1/status")["radio"]["state"] == "no-adapter", "the state", 60)
    sh("systemctl", "start", "knead-vm-radio")
    wait_for(lambda: len(place.adapters()) == 9, "the controllers", 60)
    began = time.monotonic()
    where.wait_all()
    return f"all back after {time.monotonic() - began:.0f} s"


def a_hub_that_is_killed_twenty_times_in_a_backfill_has_everything_once(where):
    where.bring_seven("7d")
    for _ in range(20):
        began = sum(where.massagers.status(a)["n_records_fetched"] for a in where.addresses)
        wait_for(lambda: sum(where.massagers.status(a)["n_records_fetched"] for a in where.addresses) > began + 200 or
                 all(where.massagers.status(a)["trimmed_to"] >= where.massagers.status(a)["newest"] for a in where.addresses),
                 "some more of the history", 120)
        sh("systemctl", "kill", "--signal=KILL", "kneadd")
        sh("systemctl", "restart", "kneadd")
    where.wait_all(400)
    return f"{where.assert_stored_once()} records, 0 missing, 0 twice"
