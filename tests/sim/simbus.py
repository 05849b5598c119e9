# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A private bus with knead-sim on it, and a small central that talks to it as a hub would, without any of knead's code."""

import os
import select
import signal
import socket
import subprocess
import time
import zlib

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

SIM = os.environ.get("KNEAD_SIM", "knead-sim")
UUID = "9132da%s-c465-4676-9d00-0fe393095fc5"
BLUEZ = "/org/bluez"
ADAPTER = "/org/bluez/hci0"
LIVE, HISTORY, REPLY = 1, 2, 4


class Sim:
    """dbus-daemon and knead-sim, ended by close()."""

    def __init__(self, *arguments):
        self.daemon = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"],
            stdout=subprocess.PIPE, text=True)
        self.address = self.daemon.stdout.readline().strip()
        self.process = subprocess.Popen([SIM, "--bus", self.address, *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        readable, _, _ = select.select([self.process.stdout], [], [], 20)
        assert readable and self.process.stdout.readline() == "ready\n"
        self.bus = self.connect()
        # what is slow over the air is no matter of these tests
        self.play("SetSpeed", "(u)", 8)

    def connect(self):
        bus = Gio.DBusConnection.new_for_address_sync(
            self.address,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
            None, None)
        bus.set_exit_on_close(False)
        return bus

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)

    def close(self):
        self.stop()
        _, errors = self.process.communicate(timeout=20)
        self.bus.close_sync(None)
        self.daemon.terminate()
        self.daemon.wait(timeout=20)
        self.daemon.stdout.close()
        # a leak makes the sanitizer end with another status
        assert (self.process.returncode, errors) == (0, "")

    def call(self, name, path, interface, method, signature="()", *arguments):
        result = self.bus.call_sync(name, path, interface, method, GLib.Variant(signature, arguments), None,
                                    Gio.DBusCallFlags.NO_AUTO_START, 10000, None)
        return result.unpack()

    def bluez(self, path, interface, method, signature="()", *arguments):
        return self.call("org.bluez", path, "org.bluez." + interface, method, signature, *arguments)

    def play(self, method, signature="()", *arguments):
        return self.call("org.knead.Sim", "/org/knead/sim", "org.knead.Sim1", method, signature, *arguments)

    def status(self, address):
        return self.play("Status", "(s)", address)[0]

    def shown(self):
        """What a massager shows a person next."""
        readable, _, _ = select.select([self.process.stdout], [], [], 8)
        assert readable, "nothing is shown"
        return tuple(self.process.stdout.readline().split())

    def objects(self):
        return self.call("org.bluez", "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")[0]

    def get(self, path, interface, name):
        return self.call("org.bluez", path, "org.freedesktop.DBus.Properties", "Get", "(ss)",
                         "org.bluez." + interface, name)[0]

    def until(self, condition, seconds=8):
        """Polls the outside of another process: there is no time to inject there."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            GLib.MainContext.default().iteration(False)
            value = condition()
            if value:
                return value
            time.sleep(0.01)
        raise AssertionError("it did not come to pass")


def error_of(function, *arguments):
    """(name, message) of the D-Bus error that a call ends with."""
    try:
        function(*arguments)
    except GLib.Error as error:
        name = Gio.DBusError.get_remote_error(error)
        return name, error.message.removeprefix("GDBus.Error:%s: " % name)
    raise AssertionError("the call did not fail")


class Link:
    """A connected device: INFO, DATA and CONTROL."""

    def __init__(self, sim, address):
        self.sim = sim
        self.path = "%s/dev_%s" % (ADAPTER, address.replace(":", "_"))
        sim.bluez(self.path, "Device1", "Connect")
        sim.until(lambda: sim.get(self.path, "Device1", "ServicesResolved"))
        self.characteristics = {
            interfaces["org.bluez.GattCharacteristic1"]["UUID"]: path
            for path, interfaces in sim.objects().items()
            if path.startswith(self.path + "/") and "org.bluez.GattCharacteristic1" in interfaces}
        self.socket = None

    def characteristic(self, letter):
        return self.characteristics[UUID % ("e" + letter)]

    def info(self):
        return bytes(self.sim.bluez(self.characteristic("9"), "GattCharacteristic1", "ReadValue", "(a{sv})", {})[0])

    def acquire(self):
        result, fds = self.sim.bus.call_with_unix_fd_list_sync(
            "org.bluez", self.characteristic("a"), "org.bluez.GattCharacteristic1", "AcquireNotify",
            GLib.Variant("(a{sv})", ({},)), None, Gio.DBusCallFlags.NONE, 10000, None, None)
        index, mtu = result.unpack()
        self.socket = socket.socket(fileno=fds.get(index))
        return mtu

    def write(self, control):
        self.sim.bluez(self.characteristic("b"), "GattCharacteristic1", "WriteValue", "(aya{sv})",
                       control.SerializeToString(), {"type": GLib.Variant("s", "request")})

    def packet(self, seconds=5):
        readable, _, _ = select.select([self.socket], [], [], seconds)
        return self.socket.recv(517) if readable else None

    def bodies(self, until, seconds=10):
        """[(kind, body, is_crc_right)] up to the first that until() takes."""
        heard = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            packet = self.packet(end - time.monotonic())
            if not packet:
                break
            heard += frames(packet)
            if any(until(*body) for body in heard):
                return heard
        raise AssertionError("not heard, only %d bodies" % len(heard))


def frames(packet):
    assert len(packet) <= 182 and packet[1] >> 4 == 1
    at, found = 2, []
    while at < len(packet):
        head, n, shift = at, 0, 0
        while True:
            n |= (packet[at] & 0x7f) << shift
            shift, at = shift + 7, at + 1
            if packet[at - 1] < 0x80:
                break
        body = packet[at:at + n]
        at += n + 4
        assert len(body) == n and at <= len(packet)
        crc = int.from_bytes(packet[at - 4:at], "little")
        found.append((packet[1] & 15, body, crc == zlib.crc32(packet[head:at - 4])))
    return found
