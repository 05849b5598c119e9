# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Those who have no business with the hub: other users, names made to deceive, and what a hub that was taken over could reach."""
import json
import pathlib
import re
import shutil
import time

import place
from place import GLib, sh, wait_for

NOBODY = ("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups")
READER = ("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--groups", "knead")
# C0 and C1, and what turns or hides its neighbours
UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def texts(value):
    """Every text in a document, keys too."""
    if isinstance(value, dict):
        return [*value, *(text for inner in value.values() for text in texts(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return [value] if isinstance(value, str) else []


def heard(words, address):
    """What a person reads, and the texts of what a program reads, once the massager is in them."""
    shown = sh("knead", *words).stdout
    told = texts(json.loads(sh("knead", *words, "--json").stdout))
    # more than five massagers are a line each, and those that are only in range a number
    is_there = words[0] == "log" or (address in told and (words[0] == "devices" or address in shown))
    return is_there and (shown, told)


def a_name_with_control_characters_reaches_no_terminal(where):
    evil, clean = "\x1b[31mbed\u202e\u009b2J\x07", "[31mbed2J"  # a name in an advertisement has 29 bytes at most
    # never paired, and without a label that would be shown instead
    where.bring(f"kind=back14,adapter=hci9,name={evil},seed={time.monotonic_ns()}")
    address, = where.addresses
    for words in (("scan", "--for", "5"), ("devices",), ("log",)):
        # a Connect that was begun before takes the adapter for twenty seconds, and nothing is listened to meanwhile
        shown, told = wait_for(lambda: heard(words, address), f"{words[0]} with {address}", 120)
        assert not any(UNWANTED.search(row) for row in shown.split("\n")), (words, shown)
        assert not any(UNWANTED.search(text) for text in told), (words, told)
        assert words[0] == "log" or clean in told, (words, told)
        assert words[0] != "scan" or clean in shown, (words, shown)
    return "scan, devices and log are clean"


def characteristics(device):
    """The path of each, by the part of its UUID that differs; empty until bluetoothd knows them."""
    objects = place.bluez_objects()
    if not objects[device]["org.bluez.Device1"]["ServicesResolved"]:
        return {}
    return {faces["org.bluez.GattCharacteristic1"]["UUID"][4:8]: path for path, faces in objects.items()
            if path.startswith(device) and "org.bluez.GattCharacteristic1" in faces}


def is_connected(device):
    return place.bluez_objects()[device]["org.bluez.Device1"]["Connected"]


def listen_loudly(device):
    """As a careless program does: after StartNotify bluetoothd tells the values to everybody on the bus."""
    place.bluez(device, "org.bluez.Device1", "Connect")
    found = wait_for(lambda: characteristics(device), "its characteristics", 60)
    place.bluez(found["daea"], "org.bluez.GattCharacteristic1", "StartNotify")
    live = GLib.Variant("(aya{sv})", (bytes.fromhex("32020801"), {}))  # Live { on }, of proto/README.md
    place.bluez(found["daeb"], "org.bluez.GattCharacteristic1", "WriteValue", live)
    return found["daea"]


def refuse_on_the_socket(address):
    refused = sh(*NOBODY, "knead", check=False)
    assert refused.returncode == 4 and "You may not talk to the hub." in refused.stderr, (refused.returncode, refused.stderr)
    assert address in sh(*READER, "knead", "devices", "--json").stdout
    refused = sh(*READER, "knead", "forget", address, check=False)
    assert refused.returncode == 4 and "You may not change things on this hub." in refused.stderr, (refused.returncode, refused.stderr)
    assert "adduser" in refused.stderr and "knead-admin" in refused.stderr, refused.stderr
    assert address in sh("knead", "devices", "--json").stdout


def ask_as_nobody(path, method):
    return sh(*NOBODY, "gdbus", "call", "--system", "--dest", "org.bluez", "--object-path", path, "--method", method, check=False)


def nobody_else_reads_or_changes(where):
    where.bring_seven()
    where.wait_all()
    address = where.addresses[0]
    device = place.device_path("hci0", address)
    refuse_on_the_socket(address)
    where.massagers.start_session(3600, address)
    sh("systemctl", "stop", "kneadd")
    wait_for(lambda: not is_connected(device), "the hub to let go", 30)

    ours, theirs = place.Signals(), place.Signals(*NOBODY)
    data = listen_loudly(device)
    wait_for(lambda: ours.n_values() > 0 and theirs.n_values() > 0, "values for everybody", 60)
    assert ask_as_nobody("/", "org.freedesktop.DBus.ObjectManager.GetManagedObjects").returncode == 0
    n_before = theirs.n_values()
    ours.stop()
    theirs.stop()

    pathlib.Path("/etc/dbus-1").mkdir(exist_ok=True)
    shutil.copy("/usr/share/doc/kneadd/knead-hub.conf", "/etc/dbus-1/system-local.conf")
    sh("systemctl", "reload", "dbus")
    ours, theirs = place.Signals(), place.Signals(*NOBODY)
    wait_for(lambda: ours.n_values() >= 20, "values for root", 60)
    assert theirs.count("/org/bluez") == 0, theirs.process.text()
    for path, method in (("/", "org.freedesktop.DBus.ObjectManager.GetManagedObjects"), (device, "org.bluez.Device1.Disconnect")):
        denied = ask_as_nobody(path, method)
        assert denied.returncode != 0 and "AccessDenied" in denied.stderr, (method, denied.stdout, denied.stderr)
    assert is_connected(device)
    n_ours = ours.n_values()
    ours.stop()
    theirs.stop()

    place.bluez(data, "org.bluez.GattCharacteristic1", "StopNotify")
    sh("systemctl", "start", "kneadd")
    wait_for(where.hub.is_answering, "the hub", 60)
    where.massagers.call("StopSession", "(s)", address)
    where.wait_all()
    where.assert_stored_once()
    return f"values by D-Bus for nobody: {n_before}, and with the policy 0 (root: {n_ours}); refused on the socket with a line"


def the_sandbox_holds_and_nothing_was_killed_by_it(where):
    kernel = sh("journalctl", "--no-pager", "-k").stdout + sh("journalctl", "--no-pager", "-u", "kneadd").stdout
    killed = re.findall(r".*(?:type=1326|status=31/SYS).*", kernel)  # as the kernel's audit and systemd tell it
    assert not killed, killed
    score = re.search(r"Overall exposure level for kneadd.service: ([0-9.]+)", sh("systemd-analyze", "security", "kneadd", check=False).stdout)
    assert float(score.group(1)) <= 1.0
    namespace = pathlib.Path(f"/proc/{where.hub.pid()}/ns/net").readlink()
    assert namespace != pathlib.Path("/proc/1/ns/net").readlink()
    return f"score {score.group(1)}"
