# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Each case is a sentence, and returns what it measured. They run in this order, on one machine."""
import glob
import pathlib
import re
import shutil
import subprocess
import time

import place
from line import wait_for
from place import sh

NOBODY = ("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups")


def the_packages_install_and_the_hub_starts(where):
    began = time.monotonic()
    sh("dpkg", "-i", *sorted(glob.glob("/knead-vm/*.deb")), timeout=180)
    wait_for(where.hub.is_answering, "the hub", 60)
    passed = time.monotonic() - began
    assert sh("systemctl", "is-enabled", "kneadd").stdout.strip() == "enabled"
    assert pathlib.Path("/var/lib/knead").stat().st_mode & 0o777 == 0o700
    assert pathlib.Path(place.SOCKET).stat().st_mode & 0o777 == 0o660
    assert pathlib.Path(place.SOCKET).group() == "knead"
    assert "No massager is recorded yet." in where.hub.knead()
    where.configure(f"[hub]\nzone=Europe/Berlin\n[radio]\nadapters={place.adapters()['hci0']}\n")
    return f"{passed:.0f} s from dpkg to the first answer"


def pair_by_hand(address, adapter="hci0"):
    """What bluetoothctl does, with an agent that says yes."""
    done = subprocess.run(["python3", "/knead-vm/pair.py", adapter, address], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def seven_massagers_are_paired_and_their_day_of_history_comes(where):
    where.bring_seven("1d")
    for address in where.addresses:
        pair_by_hand(address)
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
    where.massagers.start_session(20, address)
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
    place.remove_bond("hci0", moved)
    where.massagers.call("LoseBond", "(s)", moved)
    where.configure(f"[hub]\nzone=Europe/Berlin\n[radio]\nadapters={addresses['hci0']};{addresses['hci8']}\n")
    pair_by_hand(moved, "hci8")
    where.wait_all()
    objects = place.bluez_objects()
    name = f"dev_{moved.replace(':', '_')}"
    assert objects[f"/org/bluez/hci8/{name}"]["org.bluez.Device1"]["Connected"]
    n = sum(f.get("org.bluez.Device1", {}).get("Connected", False) for p, f in objects.items() if p.startswith("/org/bluez/hci0/dev_"))
    assert n == place.N_MASSAGERS - 1, n
    return f"{n} links on one, 1 on the other"


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


def a_massager_that_goes_in_mid_session_and_returns_has_one_whole_session(where):
    where.wait_all()
    address = where.addresses[0]
    before = {s["id"] for s in where.hub.sessions()}
    where.massagers.start_session(40, address)
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


def a_massager_that_lost_its_bond_is_said_to_need_pairing(where):
    address = where.addresses[1]
    where.massagers.call("LoseBond", "(s)", address)
    why = where.wait_why(address, "bond-lost", "bond-suspected")
    assert f"pair {address}" in where.hub.knead("why", address)
    # as it says; what is left of the bond on this side goes by itself
    status, out, err = pair(where, address)
    assert status == 0, (status, out, err)
    where.wait_caught_up(address)
    return why


def an_unbonded_massager_is_never_connected_nor_recorded(where):
    address = where.addresses[2]
    place.remove_bond("hci0", address)
    where.wait_why(address, "not-bonded")
    before = where.massagers.status(address)
    where.massagers.start_session(15, address)
    wait_for(lambda: not where.massagers.status(address)["session_active"], "its session", 60)
    after = where.massagers.status(address)
    assert after["n_connects"] == before["n_connects"] and after["n_notified"] == before["n_notified"]
    assert after["newest"] > before["newest"] and where.hub.device(address)["link"] == "not-bonded"
    where.massagers.call("LoseBond", "(s)", address)
    pair_by_hand(address)
    where.wait_caught_up(address)
    return ""


def pair(where, address, *words, answer=None):
    """knead pair, with what the person types once the massager shows digits."""
    child = subprocess.Popen(["knead", "pair", address, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = child.communicate((answer() if answer else "") + "\n", timeout=150)
    return child.returncode, out, err


def unpair(where, address):
    place.remove_bond("hci0", address)
    where.massagers.call("LoseBond", "(s)", address)
    where.wait_why(address, "not-bonded")


def a_massager_without_digits_is_paired_and_that_is_said(where):
    where.bring(f"kind=back14,adapter=hci1,seed={time.monotonic_ns()}", pairing="just-works")
    address, = where.addresses
    unpair(where, address)
    status, out, err = pair(where, address, "--label", "just so")
    assert status == 0 and "is paired, and recorded from now on" in out, (status, out, err)
    assert "Nobody had to confirm anything" in " ".join(out.split())
    where.wait_caught_up(address)
    assert "just so" in where.hub.knead("devices")
    return ""


def wrong_digits_do_not_pair_and_right_ones_do(where):
    where.bring(f"kind=back14,adapter=hci1,seed={time.monotonic_ns()}", pairing="display")
    address, = where.addresses
    unpair(where, address)
    wrong = lambda: f"{(int(where.massagers.shown()) + 1) % 1000000:06}"
    status, out, err = pair(where, address, answer=wrong)
    assert status == 1 and "is not paired" in err, (status, out, err)
    assert where.hub.device(address)["link"] == "not-bonded"
    where.bring(f"kind=back14,adapter=hci1,seed={time.monotonic_ns()}", pairing="display")
    status, out, err = pair(where, address, answer=where.massagers.shown)
    assert status == 0 and "Nobody had to confirm" not in out, (status, out, err)
    where.wait_caught_up(address)
    return "refused in words"


def both_show_the_same_digits(where):
    where.bring(f"kind=back14,adapter=hci1,seed={time.monotonic_ns()}", pairing="confirm")
    address, = where.addresses
    unpair(where, address)
    status, out, err = pair(where, address, answer=lambda: "y")
    assert status == 0, (status, out, err)
    assert where.massagers.shown() in out
    where.wait_caught_up(address)
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
    assert done.returncode == 0, done.stdout + done.stderr
    after = where.massagers.status(address)
    assert all(after[key] == before[key] for key in ("owner", "trimmed_to", "log_id"))
    return done.stdout.splitlines()[-1]


def a_name_with_control_characters_reaches_no_terminal(where):
    evil = "\x1b[31mbed\u202e\x07"  # a name in an advertisement has 29 bytes at most
    where.bring(f"kind=back14,adapter=hci1,name={evil},seed={time.monotonic_ns()}")
    address, = where.addresses
    place.remove_bond("hci0", address)
    where.massagers.call("LoseBond", "(s)", address)
    done = sh("knead", "scan", "--for", "10")
    shown = done.stdout + sh("knead", "devices").stdout + sh("knead", "log").stdout
    assert address in shown
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", shown)
    return "scan, devices and log are clean"


def nobody_else_reads_or_changes(where):
    refused = sh(*NOBODY, "knead", check=False)
    assert refused.returncode == 4 and "You may not talk to the hub." in refused.stderr, (refused.returncode, refused.stderr)
    listing = [*NOBODY, "gdbus", "call", "--system", "--dest", "org.bluez", "--object-path", "/", "--method",
               "org.freedesktop.DBus.ObjectManager.GetManagedObjects"]
    assert sh(*listing, check=False).returncode == 0
    pathlib.Path("/etc/dbus-1").mkdir(exist_ok=True)
    shutil.copy("/usr/share/doc/kneadd/knead-hub.conf", "/etc/dbus-1/system-local.conf")
    sh("systemctl", "reload", "dbus")
    denied = wait_for(lambda: (d := sh(*listing, check=False)).returncode != 0 and d, "the policy", 30)
    assert "AccessDenied" in denied.stderr
    where.bring_seven()
    for address in (where.addresses[0],):
        pair_by_hand(address)
    where.wait_all()
    return "0 values by D-Bus, refused on the socket with a line"


def the_sandbox_holds_and_nothing_was_killed_by_it(where):
    kernel = sh("journalctl", "--no-pager", "-k").stdout + sh("journalctl", "--no-pager", "-u", "kneadd").stdout
    killed = re.findall(r".*(?:type=1326|status=31/SYS).*", kernel)  # as the kernel's audit and systemd tell it
    assert not killed, killed
    score = re.search(r"Overall exposure level for kneadd.service: ([0-9.]+)", sh("systemd-analyze", "security", "kneadd", check=False).stdout)
    assert float(score.group(1)) <= 1.0
    namespace = pathlib.Path(f"/proc/{where.hub.pid()}/ns/net").readlink()
    assert namespace != pathlib.Path("/proc/1/ns/net").readlink()
    return f"score {score.group(1)}"


def an_upgrade_over_a_running_hub_keeps_everything(where):
    where.wait_all()
    before = [(s["id"], s["dose_hpa_ms"]) for s in where.hub.sessions()]
    pid = where.hub.pid()
    sh("dpkg", "-i", *sorted(glob.glob("/knead-vm/*.deb")), timeout=180)
    wait_for(where.hub.is_answering, "the hub", 60)
    assert where.hub.pid() != pid
    assert [(s["id"], s["dose_hpa_ms"]) for s in where.hub.sessions()] == before
    assert "zone=Europe/Berlin" in pathlib.Path("/etc/knead/kneadd.conf").read_text()
    where.wait_all()
    return f"{len(before)} sessions"


def a_purge_removes_what_it_says(where):
    done = sh("dpkg", "--purge", "kneadd", timeout=120)
    assert "/var/lib/knead" in done.stdout
    assert not pathlib.Path("/var/lib/knead").exists() and not pathlib.Path("/etc/knead").exists()
    assert sh("knead", check=False).returncode == 5
    return ""


FOUNDATION = [the_packages_install_and_the_hub_starts, seven_massagers_are_paired_and_their_day_of_history_comes]
CASES = [
    *FOUNDATION,
    a_minute_of_seven_live_sessions_is_all_there_and_once,
    a_massager_in_a_hurry_shows_what_this_machine_carries,
    a_week_of_history_of_one_massager_comes,
    two_adapters_of_the_hub_share_the_massagers,
    a_bluetoothd_that_is_killed_ten_times_costs_nothing,
    a_bluetoothd_that_is_stopped_for_a_minute_is_waited_for,
    an_adapter_that_is_switched_off_and_on_is_used_again,
    controllers_that_all_go_and_come_back_are_used_again,
    a_hub_that_is_killed_twenty_times_in_a_backfill_has_everything_once,
    a_massager_that_goes_in_mid_session_and_returns_has_one_whole_session,
    a_massager_that_lost_its_bond_is_said_to_need_pairing,
    an_unbonded_massager_is_never_connected_nor_recorded,
    a_massager_without_digits_is_paired_and_that_is_said,
    wrong_digits_do_not_pair_and_right_ones_do,
    both_show_the_same_digits,
    a_massager_is_checked_over_the_air,
    a_name_with_control_characters_reaches_no_terminal,
    nobody_else_reads_or_changes,
    the_sandbox_holds_and_nothing_was_killed_by_it,
    an_upgrade_over_a_running_hub_keeps_everything,
    a_purge_removes_what_it_says,
]
