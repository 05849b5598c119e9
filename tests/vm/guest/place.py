# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The installed hub, its socket, and massagers on virtual controllers of the same machine."""
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import tempfile
import time

import gi
import line
from line import wait_for

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

SOCKET = "/run/knead/knead.sock"
DATABASE = "/var/lib/knead/knead.db"
N_MASSAGERS = 7


def as_signed(number):
    return number - (1 << 64) if number >> 63 else number


def sh(*words, check=True, timeout=120, **kwargs):
    done = subprocess.run(words, capture_output=True, text=True, timeout=timeout, **kwargs)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(words)} ended with {done.returncode}: {done.stdout[-500:]} {done.stderr[-500:]}")
    return done


class Hub(line.Hub):
    """The service, not a child of ours."""

    def __init__(self):
        super().__init__("/var/lib/knead", None)
        self.socket = pathlib.Path(SOCKET)

    def pid(self):
        return int(sh("systemctl", "show", "-p", "MainPID", "--value", "kneadd").stdout)

    def device(self, address):
        return next((d for d in self.get("/v1/status")["devices"] if d["address"] == address), {})

    def knead(self, *words, check=True):
        return sh("knead", *words, check=check).stdout

    def stored(self, address, log_id):
        """(records in blocks, of these different ones) of a log from the file, while the hub is stopped."""
        with sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True) as db:
            spans = db.execute("SELECT block.first_seq, block.last_seq FROM block JOIN log USING (log_key) JOIN device USING (device_id) "
                               "WHERE address = ? AND log_id = ?", [address, as_signed(log_id)]).fetchall()
        n = sum(last - first + 1 for first, last in spans)
        different = set()
        for first, last in spans:
            different.update(range(first, last + 1))
        return n, len(different)


class Massagers:
    """knead-sim on the controllers behind the first one, with a bus of its own for the person who uses them."""

    def __init__(self, *devices, pairing="just-works"):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="massagers-", dir="/run/knead-vm"))
        self.bus = line.Bus(self.directory)
        self.bus.start()
        words = ["knead-sim", "--control-bus", self.bus.address, "--pairing", pairing]
        for device in devices:
            words += ["--device", device]
        self.process = line.Process(words, self.directory / "sim.log")
        wait_for(lambda: "ready" in self.process.text(), "the massagers", 120, self.process.child)
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.connection = Gio.DBusConnection.new_for_address_sync(self.bus.address, flags, None, None)
        wait_for(self.is_there, "their control", 30)

    def is_there(self):
        try:
            return bool(self.addresses())
        except GLib.Error:
            return False

    def call(self, method, signature="()", *args):
        reply = self.connection.call_sync("org.knead.Sim", "/org/knead/sim", "org.knead.Sim1", method, GLib.Variant(signature, args), None,
                                          Gio.DBusCallFlags.NO_AUTO_START, 30000, None)
        values = reply.unpack()
        return values[0] if len(values) == 1 else values

    def addresses(self):
        return self.call("ListDevices")

    def status(self, address):
        return self.call("Status", "(s)", address)

    def shown(self):
        """The digits on the massager that is being paired."""
        return wait_for(lambda: re.search(r"(?:passkey|confirm) (\d{6})\n", self.process.text()), "the digits", 60).group(1)

    def start_session(self, seconds, address, scenario="mixed"):
        self.call("StartSession", "(sus)", address, seconds, scenario)

    def stop(self):
        self.process.stop()
        self.bus.stop()


def bluez(path, interface, method, parameters=None):
    connection = Gio.bus_get_sync(Gio.BusType.SYSTEM, None)
    return connection.call_sync("org.bluez", path, interface, method, parameters, None, Gio.DBusCallFlags.NONE, 30000, None).unpack()


def bluez_objects():
    return bluez("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")[0]


def set_powered(adapter, is_on):
    bluez(f"/org/bluez/{adapter}", "org.freedesktop.DBus.Properties", "Set",
          GLib.Variant("(ssv)", ("org.bluez.Adapter1", "Powered", GLib.Variant("b", is_on))))


def remove_bond(adapter, address):
    """On the hub's side."""
    device = f"/org/bluez/{adapter}/dev_{address.replace(':', '_')}"
    bluez(f"/org/bluez/{adapter}", "org.bluez.Adapter1", "RemoveDevice", GLib.Variant("(o)", (device,)))


def adapters():
    """hciN to address"""
    return {path.rsplit("/", 1)[1]: faces["org.bluez.Adapter1"]["Address"] for path, faces in bluez_objects().items()
            if "org.bluez.Adapter1" in faces}


def pair_by_hand(address, adapter="hci0"):
    """What bluetoothctl does, with an agent that says yes."""
    done = subprocess.run(["python3", "/knead-vm/pair.py", adapter, address], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


class Place:
    def __init__(self):
        self.hub = Hub()
        self.massagers = None
        self.addresses = []

    def __enter__(self):
        os.makedirs("/run/knead-vm", exist_ok=True)
        sh("systemctl", "start", "knead-vm-radio")
        wait_for(lambda: len(list(pathlib.Path("/sys/class/bluetooth").glob("hci?"))) == 9, "the controllers", 60)
        sh("systemctl", "start", "bluetooth")
        wait_for(lambda: len(adapters()) == 9, "bluetoothd", 60)
        return self

    def __exit__(self, *args):
        if self.massagers:
            self.massagers.stop()

    def configure(self, text):
        pathlib.Path("/etc/knead/kneadd.conf").write_text(text)
        sh("systemctl", "restart", "kneadd")
        wait_for(self.hub.is_answering, "the hub", 60)

    def bring(self, *devices, pairing="just-works"):
        """Other massagers on the same controllers; the bonds are bluetoothd's and stay."""
        if self.massagers:
            self.massagers.stop()
        self.massagers = Massagers(*devices, pairing=pairing)
        self.addresses = self.massagers.addresses()

    def bring_seven(self, history="0d", **kwargs):
        kinds = ("back14", "roller", "foam-roll")
        self.bring(*(f"kind={kinds[n % 3]},adapter=hci{n + 1},history={history},seed={time.monotonic_ns()}" for n in range(N_MASSAGERS)), **kwargs)

    def wait_all(self, deadline_s=180):
        for address in self.addresses:
            self.wait_caught_up(address, deadline_s)

    def wait_why(self, address, *causes, deadline_s=120):
        """Until knead why names one of these; which."""
        seen = []

        def is_named():
            why = self.hub.get(f"/v1/devices/{address}/why")
            if not seen or seen[-1] != why["text"]:
                seen.append(why["text"])
            return why["cause"] in causes and why["cause"]

        try:
            return wait_for(is_named, f"{address} {' or '.join(causes)}", deadline_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; said meanwhile: {seen}; {json.dumps(self.hub.device(address))}") from None

    def let_pass(self, seconds):
        """Some cases are about a stretch of time."""
        end = time.monotonic() + seconds
        wait_for(lambda: time.monotonic() >= end, "time", seconds + 60, every_s=0.5)

    def assert_stored_once(self):
        """In the file itself: every record that the massagers have, and each once. The hub is stopped for it."""
        newest = {a: self.massagers.status(a)["newest"] for a in self.addresses}
        logs = {a: self.massagers.status(a)["log_id"] for a in self.addresses}
        sh("systemctl", "stop", "kneadd")
        for address in self.addresses:
            assert self.hub.stored(address, logs[address]) == (newest[address], newest[address]), address
        sh("systemctl", "start", "kneadd")
        wait_for(self.hub.is_answering, "the hub", 60)
        return sum(newest.values())

    def wait_caught_up(self, address, deadline_s=180):
        def is_so():
            device, status = self.hub.device(address), self.massagers.status(address)
            return device.get("link") == "ready" and device["is_newest_known"] and device["n_missing"] == 0 and \
                device["n_open"] == 0 and status["trimmed_to"] >= status["newest"]

        try:
            wait_for(is_so, f"{address} caught up", deadline_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; {json.dumps(self.hub.device(address))}; {self.massagers.status(address)}; "
                                 f"{self.hub.knead('why', address, check=False)}") from None
