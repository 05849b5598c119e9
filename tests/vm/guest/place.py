# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The installed hub, its socket, and massagers on virtual controllers of the same machine."""
import contextlib
import functools
import glob
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time

import gi
import line

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

SOCKET = "/run/knead/knead.sock"
DATABASE = "/var/lib/knead/knead.db"
N_MASSAGERS = 7
HUB_ADAPTERS = ("hci0", "hci8")
N_CONTROLLERS = 10  # the hub's, those of the massagers, another of the hub's, a stranger's

# the asking itself is work, and this machine is slow: fifty times a second took half of it
wait_for = functools.partial(line.wait_for, every_s=0.2)


def as_signed(number):
    return number - (1 << 64) if number >> 63 else number


def sh(*words, check=True, timeout=120, **kwargs):
    done = subprocess.run(words, capture_output=True, text=True, timeout=timeout, **kwargs)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(words)} ended with {done.returncode}: {done.stdout[-500:]} {done.stderr[-500:]}")
    return done


def main_pid(unit):
    return int(sh("systemctl", "show", "-p", "MainPID", "--value", unit).stdout)


def kill(unit):
    """As a crash would end it; it is gone then."""
    pid = main_pid(unit)
    sh("systemctl", "kill", "--signal=KILL", unit)
    wait_for(lambda: not pathlib.Path(f"/proc/{pid}").exists(), f"the end of {unit}", 30)


class Hub(line.Hub):
    """The service, not a child of ours."""

    def __init__(self):
        super().__init__("/var/lib/knead", None)
        self.socket = pathlib.Path(SOCKET)

    def pid(self):
        return main_pid("kneadd")

    def device(self, address):
        return next((d for d in self.get("/v1/status")["devices"] if d["address"] == address), {})

    def knead(self, *words, check=True):
        return sh("knead", *words, check=check).stdout

    @contextlib.contextmanager
    def held(self):
        """It stands still, with its links: what it has not written by then is not in the file."""
        pid = self.pid()
        if pid == 0:
            yield
            return
        tasks = pathlib.Path(f"/proc/{pid}/task")
        sh("systemctl", "kill", "--signal=STOP", "kneadd")
        try:
            wait_for(lambda: all(") T " in (task / "stat").read_text() for task in tasks.iterdir()), "the hub to stand still", 30)
            yield
        finally:
            sh("systemctl", "kill", "--signal=CONT", "kneadd")

    def spans(self, address):
        """(log_id, first_seq, last_seq) of each block in the file, while it is held or was killed. From a copy: what was half written is undone there."""
        with tempfile.TemporaryDirectory(dir="/run/knead-vm") as directory:
            for path in glob.glob(f"{DATABASE}*"):
                shutil.copy(path, directory)
            with contextlib.closing(sqlite3.connect(f"{directory}/knead.db")) as db:
                return db.execute("SELECT log_id, block.first_seq, block.last_seq FROM block JOIN log USING (log_key) "
                                  "JOIN device USING (device_id) WHERE address = ?", [address]).fetchall()

    def stored(self, address, log_id):
        """(records in blocks, of these different ones) of a log."""
        spans = [(first, last) for its, first, last in self.spans(address) if its == as_signed(log_id)]
        n = sum(last - first + 1 for first, last in spans)
        different = set()
        for first, last in spans:
            different.update(range(first, last + 1))
        return n, len(different)

    def n_stored(self, address):
        """Records of all logs."""
        return sum(last - first + 1 for _, first, last in self.spans(address))


class Massagers:
    """knead-sim on the controllers behind the first one, with a bus of its own for the person who uses them."""

    def __init__(self, *devices, pairing="just-works"):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="massagers-", dir="/run/knead-vm"))
        self.bus = line.Bus(self.directory)
        self.bus.start()
        words = ["knead-sim", "--control-bus", self.bus.address, "--pairing", pairing]
        for device in devices:
            words += ["--device", device]
        self.process = line.Process(words, self.directory / "sim.log", {**os.environ, "G_MESSAGES_DEBUG": "all"})
        try:
            self.connect()
        except BaseException as error:
            text = self.process.text()
            self.process.kill()
            self.bus.stop()
            raise AssertionError(f"{error}; they said: {text[:1000]} … {text[-500:]}") from None

    def connect(self):
        wait_for(lambda: re.search(r"^ready$", self.process.text(), re.MULTILINE), "the massagers", 60, self.process.child)
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


class Signals:
    """What bluetoothd tells everybody on the bus, as somebody hears it."""

    def __init__(self, *as_whom):
        self.process = line.Process([*as_whom, "gdbus", "monitor", "--system", "--dest", "org.bluez"],
                                    f"/run/knead-vm/signals-{time.monotonic_ns()}.log")
        wait_for(lambda: "is owned by" in self.process.text(), "a listener on the bus", 30, self.process.child)

    def count(self, *words):
        return sum(all(word in row for word in words) for row in self.process.text().splitlines())

    def n_values(self):
        return self.count("PropertiesChanged", "'Value': <")

    def n_connected(self, address):
        return self.count(device_path("hci0", address), "'Connected': <true>")

    def stop(self):
        self.process.stop()


def device_path(adapter, address):
    return f"/org/bluez/{adapter}/dev_{address.replace(':', '_')}"


@functools.cache
def system_bus():
    """One connection, kept: bluetoothd ends what a caller asked for when the caller goes."""
    return Gio.bus_get_sync(Gio.BusType.SYSTEM, None)


def bluez(path, interface, method, parameters=None):
    return system_bus().call_sync("org.bluez", path, interface, method, parameters, None, Gio.DBusCallFlags.NONE, 30000, None).unpack()


def turn_main_loop():
    """Answers to calls that nobody waited for are told."""
    while GLib.MainContext.default().iteration(False):
        pass


def bluez_objects():
    return bluez("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")[0]


def devices(adapter):
    """Path to properties of what an adapter has to do with."""
    return {path: faces["org.bluez.Device1"] for path, faces in bluez_objects().items()
            if path.startswith(f"/org/bluez/{adapter}/") and "org.bluez.Device1" in faces}


def massagers_links():
    return [path for path, faces in bluez_objects().items()
            if faces.get("org.bluez.Device1", {}).get("Connected") and path.split("/")[3] not in HUB_ADAPTERS]


def set_powered(adapter, is_on):
    bluez(f"/org/bluez/{adapter}", "org.freedesktop.DBus.Properties", "Set",
          GLib.Variant("(ssv)", ("org.bluez.Adapter1", "Powered", GLib.Variant("b", is_on))))


def remove_device(path):
    """With its bond. One that is not there, or that goes by itself meanwhile, is as good."""
    try:
        bluez(path.rpartition("/")[0], "org.bluez.Adapter1", "RemoveDevice", GLib.Variant("(o)", (path,)))
    except GLib.Error as error:
        if "org.bluez.Error.DoesNotExist" not in error.message:
            raise


def remove_bond(address):
    """On the hub's side, whichever of its adapters has it."""
    for adapter in HUB_ADAPTERS:
        remove_device(device_path(adapter, address))


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
        wait_for(lambda: len(list(pathlib.Path("/sys/class/bluetooth").glob("hci?"))) == N_CONTROLLERS, "the controllers", 180)
        sh("systemctl", "start", "bluetooth")
        wait_for(lambda: len(adapters()) == N_CONTROLLERS, "bluetoothd", 180)
        return self

    def __exit__(self, *args):
        if self.massagers:
            self.massagers.stop()

    def configure(self, text):
        pathlib.Path("/etc/knead/kneadd.conf").write_text(text)
        sh("systemctl", "restart", "kneadd")
        wait_for(self.hub.is_answering, "the hub", 60)

    def bring(self, *devices, pairing="just-works"):
        """Other massagers on the same controllers; the bonds are bluetoothd's and stay.

        A controller with a link cannot be advertised: the old links go first, and a hub that is held makes no new ones meanwhile.
        """
        with self.hub.held():
            if self.massagers:
                self.massagers.stop()
                self.massagers = None
            for path in massagers_links():
                system_bus().call("org.bluez", path, "org.bluez.Device1", "Disconnect", None, None, Gio.DBusCallFlags.NONE, 30000, None, None)
            wait_for(lambda: not massagers_links(), "the old links to go", 60)
            self.massagers = Massagers(*devices, pairing=pairing)
        self.addresses = self.massagers.addresses()

    def bring_unpaired(self, pairing):
        """A massager that the hub has recorded, and neither knows the other any more; a hub that still knew it would connect before the pairing."""
        address = adapters()["hci1"]
        sh("systemctl", "stop", "kneadd")
        remove_bond(address)
        for path in devices("hci1"):
            remove_device(path)
        wait_for(lambda: not devices("hci1"), "the link to go", 30)
        self.bring(f"kind=back14,adapter=hci1,seed={time.monotonic_ns()}", pairing=pairing)
        sh("systemctl", "start", "kneadd")
        wait_for(self.hub.is_answering, "the hub", 60)
        return address

    def bring_seven(self, history="0d", **kwargs):
        kinds = ("back14", "roller", "foam-roll")
        self.bring(*(f"kind={kinds[n % 3]},adapter=hci{n + 1},history={history},seed={time.monotonic_ns()}" for n in range(N_MASSAGERS)), **kwargs)

    def lose_bond(self, address):
        """The massager forgets whom it is paired with; and has forgotten."""
        adapter = next(name for name, its in adapters().items() if its == address)
        self.massagers.call("LoseBond", "(s)", address)
        wait_for(lambda: not any(facts["Bonded"] for facts in devices(adapter).values()), f"{address} to forget", 60)

    def radio_state(self):
        return self.hub.get("/v1/status")["radio"]["state"]

    def n_ready(self):
        return sum(self.hub.device(a).get("link") == "ready" for a in self.addresses)

    def n_left(self):
        """Records that the massagers have and the file has not, while the hub is killed."""
        status = [(a, self.massagers.status(a)) for a in self.addresses]
        return sum(s["newest"] - self.hub.stored(a, s["log_id"])[1] for a, s in status)

    def n_recorded(self, address):
        with self.hub.held():
            return self.hub.n_stored(address)

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
        wait_for(lambda: time.monotonic() >= end, "time", seconds + 60)

    def assert_stored_once(self):
        """In the file itself: every record that the massagers have, and each once."""
        newest = {a: self.massagers.status(a)["newest"] for a in self.addresses}
        logs = {a: self.massagers.status(a)["log_id"] for a in self.addresses}
        with self.hub.held():
            for address in self.addresses:
                assert self.hub.stored(address, logs[address]) == (newest[address], newest[address]), address
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
