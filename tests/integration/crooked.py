# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A massager in a page of Python, made from proto/README.md alone, to be derived from and broken; and an org.bluez that has some of them."""

import errno
import functools
import socket
import subprocess
import time
import zlib

import telemetry_pb2 as ktp
from gi.repository import Gio, GLib
from google.protobuf.message import DecodeError
from line import SIM, wait_for

LIVE, HISTORY, REPLY = 1, 2, 4
AT_ONCE = 24  # checks: they mostly wait
OBJECTS = "a{oa{sa{sv}}}"
UUIDS = {"info": "9132dae9", "data": "9132daea", "control": "9132daeb"}
TAIL = "-c465-4676-9d00-0fe393095fc5"
XML = """<node>
<interface name='org.freedesktop.DBus.ObjectManager'>
  <method name='GetManagedObjects'><arg type='a{oa{sa{sv}}}' direction='out'/></method></interface>
<interface name='org.bluez.Device1'><method name='Connect'/><method name='Disconnect'/></interface>
<interface name='org.bluez.GattCharacteristic1'>
  <method name='ReadValue'><arg type='a{sv}' direction='in'/><arg type='ay' direction='out'/></method>
  <method name='WriteValue'><arg type='ay' direction='in'/><arg type='a{sv}' direction='in'/></method>
  <method name='AcquireNotify'><arg type='a{sv}' direction='in'/><arg type='h' direction='out'/><arg type='q' direction='out'/></method>
</interface></node>"""


class Refused(Exception):
    """By bluetoothd."""


class Massager:
    """Follows the protocol. breaks: rules that a derived one does not keep; may_break: those that it keeps or not, as time has it."""

    breaks = set()
    may_break = set()
    mtu = 247
    owner = 0
    oldest = 1
    capabilities = ktp.CAPABILITY_BANKS | ktp.CAPABILITY_IDENTIFY
    flags = {"info": "read", "data": "notify", "control": "write"}

    def __init__(self):
        self.log_id, self.trimmed, self.n_links = 0x1122334455667788, 3, 0
        self.log = [self.record(seq, 1000 * seq, battery=ktp.Battery(charge_permille=900 - seq, voltage_mv=4000)) for seq in range(1, 13)]
        self.log[4] = self.record(5, 5000, samples=ktp.SampleBlock(period_us=40000, t0_ms=4900, node_mask=3, n=3,
                                                                  deltas_hpa=[512, 3, -2, 498, -1, 0]))
        self.out, self.fd, self.is_connected = [], None, False

    @staticmethod
    def record(seq, t_ms, **body):
        return ktp.Record(seq=seq, boot=3, t_ms=t_ms, **body).SerializeToString()

    def info(self):
        nodes = [ktp.Node(region=ktp.REGION_RHOMBOIDS, side=side, full_scale_hpa=1000) for side in (ktp.SIDE_LEFT, ktp.SIDE_RIGHT)]
        return ktp.Info(protocol=1, kind=ktp.KIND_BACK14, model=b"M", serial=b"S-1", firmware=b"1", sample_period_us=40000, nodes=nodes,
                        capabilities=self.capabilities).SerializeToString()

    # ---- notifications ----
    @staticmethod
    def frame(body):
        length = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 127 | 128, len(body) >> 7])
        return length + body + zlib.crc32(length + body).to_bytes(4, "little")

    def header(self, kind):
        self.counter += 1
        return bytes([(self.counter - 1) & 255, 0x10 | kind])

    def send(self, kind, *bodies):
        self.out.append(self.header(kind) + b"".join(map(self.frame, bodies)))

    def reply(self, **body):
        self.send(REPLY, ktp.Reply(**body).SerializeToString())

    def link_up(self):
        self.counter, self.out = 0, []
        self.n_links += 1

    def tick(self):
        """Called again and again while it is subscribed to."""

    # ---- operations: each returns an ErrorCode, or None ----
    def control(self, data):
        try:
            control = ktp.Control.FromString(data)
            name = control.WhichOneof("op")
        except DecodeError:
            name = None
        if name is None:
            self.nonsense()
            return
        self.guard(name, getattr(control, name))
        code = getattr(self, name)(getattr(control, name))
        if code is not None:
            self.reply(error=ktp.Error(operation=control.DESCRIPTOR.fields_by_name[name].number, code=code))

    def guard(self, name, op):
        """What is asked may be carried out by mistake: nothing of a person's may be lost by it."""
        assert name != "wipe", "a Wipe was asked for"
        assert name != "trim" or op.to_seq <= max(self.trimmed, self.oldest - 1), f"a Trim to {op.to_seq}"
        assert name != "own" or self.owner == op.hub_id, f"hub {op.hub_id} was to be the owner"
        assert name != "set_clock" or abs(op.unix_us - time.time() * 1e6) < 600e6, "a wrong time was to be set"

    def nonsense(self):
        self.reply(error=ktp.Error(code=ktp.ERROR_UNSUPPORTED))

    def state(self):
        return {"log_id": self.log_id, "boot": 3, "oldest_seq": self.oldest, "newest_seq": len(self.log), "t_ms": 60000, "flash_bytes": 65536,
                "charge_permille": 800, "owner_hub_id": self.owner, "is_in_use": True, "trimmed_to_seq": self.trimmed}

    def get_state(self, _):
        self.reply(state=ktp.State(**self.state()))

    def clock(self):
        return {"boot": 3, "t_ms": 60001}

    def get_clock(self, _):
        self.reply(clock=ktp.Clock(**self.clock()))

    def fetch(self, op):
        if op.log_id != self.log_id:
            return ktp.ERROR_FOREIGN_LOG
        if op.from_seq == 0 or op.to_seq < op.from_seq or op.to_seq - op.from_seq > 63:
            return ktp.ERROR_RANGE
        bodies = self.log[op.from_seq - 1:op.to_seq]
        self.give(bodies)
        self.done(op, len(bodies))

    def give(self, bodies):
        for body in bodies:
            self.send(HISTORY, body)

    def done(self, op, sent):
        self.reply(fetch_done=ktp.FetchDone(from_seq=op.from_seq, to_seq=op.to_seq, sent=sent))

    def trim(self, op):
        if op.log_id != self.log_id:
            return ktp.ERROR_FOREIGN_LOG
        if self.owner not in (0, op.hub_id):
            return ktp.ERROR_NOT_OWNER
        return None

    def set_clock(self, op):
        return ktp.ERROR_RANGE if op.quality == ktp.CLOCK_UNKNOWN else None

    def live(self, op):
        if op.is_on:
            seq = len(self.log) + 1
            self.log.append(self.record(seq, 1000 * seq, battery=ktp.Battery(charge_permille=700)))
            self.send(LIVE, self.log[-1])

    def identify(self, op):
        if not self.capabilities & ktp.CAPABILITY_IDENTIFY:
            return ktp.ERROR_UNSUPPORTED
        return ktp.ERROR_RANGE if op.duration_s == 0 else None

    def own(self, op):
        return ktp.ERROR_RANGE if op.hub_id == 0 else None

    # ---- the link ----
    def connect(self):
        self.is_connected = True

    def disconnect(self):
        self.is_connected = False
        if self.fd:
            self.fd.close()
        self.fd = None

    def subscribe(self):
        self.fd, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.fd.setblocking(False)
        self.link_up()
        return other

    def pump(self):
        if self.fd:
            self.tick()
        while self.fd and self.out:
            try:
                self.fd.send(self.out[0])
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                    raise
                self.disconnect()
                return
            self.out.pop(0)


class Bluez:
    """org.bluez with these massagers, all bonded; served by pump()."""

    def __init__(self, bus_address, massagers):
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.connection = Gio.DBusConnection.new_for_address_sync(bus_address, flags, None, None)
        self.connection.set_exit_on_close(False)
        self.massagers = {f"C0:FF:EE:00:01:{i:02X}": massager for i, massager in enumerate(massagers)}
        self.address_of = {massager: address for address, massager in self.massagers.items()}
        self.problems = []
        self.here = {}  # those that are being checked: each asks for all objects again and again
        root, device, characteristic = Gio.DBusNodeInfo.new_for_xml(XML).interfaces
        self.register("/", root, lambda *_: GLib.Variant.new_tuple(self.objects()))
        for address, massager in self.massagers.items():
            self.register(self.path(address), device, self.on_device, massager)
            for part in UUIDS:
                self.register(self.path(address, part), characteristic, self.on_characteristic, massager)
        self.connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                                  GLib.Variant("(su)", ("org.bluez", 0)), None, Gio.DBusCallFlags.NONE, 30000, None)

    @staticmethod
    def path(address, part=None):
        return f"/org/bluez/hci0/dev_{address.replace(':', '_')}" + (f"/service0010/{part}" if part else "")

    @functools.cache
    def objects_of(self, address, is_connected, is_notifying):
        """Made once for each state: python takes long to make a variant, and they are asked for all the time."""
        resolved = GLib.Variant("b", is_connected)
        objects = {self.path(address): {"org.bluez.Device1": {
            "Address": GLib.Variant("s", address), "Bonded": GLib.Variant("b", True), "Connected": resolved, "ServicesResolved": resolved}}}
        for part, flag in self.massagers[address].flags.items():
            objects[self.path(address, part)] = {"org.bluez.GattCharacteristic1": {
                "UUID": GLib.Variant("s", UUIDS[part] + TAIL), "Flags": GLib.Variant("as", [flag]),
                "Notifying": GLib.Variant("b", part == "data" and is_notifying)}}
        variant = GLib.Variant(OBJECTS, objects)
        return [variant.get_child_value(i) for i in range(variant.n_children())]

    def objects(self):
        builder = GLib.VariantBuilder(GLib.VariantType(OBJECTS))
        for address, massager in self.here.items():
            for entry in self.objects_of(address, massager.is_connected, massager.fd is not None):
                builder.add_value(entry)
        return builder.end()

    def register(self, path, interface, answer, *extra):
        def on_call(_connection, _sender, _path, _interface, method, parameters, invocation):
            try:
                value = answer(*extra, method, parameters, invocation)
                if value is not invocation:
                    invocation.return_value(value)
            except Refused as error:
                invocation.return_dbus_error("org.bluez.Error.Failed", str(error))
            except AssertionError as error:
                self.problems.append(str(error))
                invocation.return_dbus_error("org.bluez.Error.Failed", str(error))
        self.connection.register_object(path, interface, on_call, None, None)

    @staticmethod
    def on_device(massager, method, *_):
        if method == "Connect":
            massager.connect()
        else:
            massager.disconnect()

    @staticmethod
    def on_characteristic(massager, method, parameters, invocation):
        if not massager.is_connected:
            raise Refused("Not connected")
        if method == "ReadValue":
            return GLib.Variant("(ay)", (massager.info(),))
        if method == "WriteValue":
            massager.control(bytes(parameters.unpack()[0]))
            massager.pump()  # no other one's calls come between a question and its answer
            return None
        other = massager.subscribe()
        fds = Gio.UnixFDList.new()
        handle = fds.append(other.fileno())
        other.close()
        invocation.return_value_with_unix_fd_list(GLib.Variant("(hq)", (handle, massager.mtu)), fds)
        return invocation

    def pump(self):
        context = GLib.MainContext.default()
        for _ in range(100):
            if not context.iteration(False):
                break
        for massager in self.massagers.values():
            massager.pump()

    def check(self, bus_address):
        """All of them, some at a time: massager → (exit status, output)."""
        waiting, running = list(self.massagers.items()), {}

        def is_done():
            self.pump()
            for massager, process in running.items():
                if process.poll() is not None:
                    self.here.pop(self.address_of[massager], None)
            n_running = len(self.here)
            if waiting and n_running < AT_ONCE:
                address, massager = waiting.pop(0)
                self.here[address] = massager
                running[massager] = subprocess.Popen([SIM, "--bus", bus_address, "--check", address], stdout=subprocess.PIPE,
                                                     stderr=subprocess.STDOUT, text=True)
            return not waiting and n_running == 0
        try:
            wait_for(is_done, "the checks", 400, every_s=0.002)
        finally:
            for process in running.values():
                process.kill()
        return {massager: (process.returncode, process.communicate()[0]) for massager, process in running.items()}
