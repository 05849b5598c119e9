#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A baseline for the benchmark: the logger that most people would write first. D-Bus signals, protobuf, one row a sample time with a column
a node, a commit each second. usage: python_logger.py BUS_ADDRESS DATABASE DEVICE_PATH...  (the devices are connected already)"""
import json
import signal
import sqlite3
import sys
import zlib

import gi
import telemetry_pb2 as ktp

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NODES = 14
CHRC = "org.bluez.GattCharacteristic1"


class Logger:
    def __init__(self, address, database):
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.db = sqlite3.connect(database)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        columns = ", ".join(f"n{i}" for i in range(NODES))
        self.db.execute(f"CREATE TABLE sample (device INTEGER, t_us INTEGER, {columns}, PRIMARY KEY (device, t_us)) WITHOUT ROWID")
        self.insert = f"INSERT OR IGNORE INTO sample VALUES ({', '.join('?' * (NODES + 2))})"
        self.devices, self.n_notifications, self.n_values = {}, 0, 0
        self.bus.signal_subscribe("org.bluez", "org.freedesktop.DBus.Properties", "PropertiesChanged", None, CHRC,
                                  Gio.DBusSignalFlags.NONE, self.on_signal)

    def start(self, device, number):
        self.devices[device + "/service0010/char0013"] = number
        live = ktp.Control(live=ktp.Live(is_on=True)).SerializeToString()
        for path, method, parameters in ((device + "/service0010/char0013", "StartNotify", None),
                                         (device + "/service0010/char0016", "WriteValue", GLib.Variant("(aya{sv})", (live, {})))):
            self.bus.call_sync("org.bluez", path, CHRC, method, parameters, None, Gio.DBusCallFlags.NONE, 30000, None)

    def on_signal(self, bus, sender, path, interface, name, parameters):
        value = parameters.get_child_value(1).lookup_value("Value", GLib.VariantType("ay"))
        device = self.devices.get(path)
        if value is None or device is None:
            return
        self.n_notifications += 1
        data = value.get_data_as_bytes().get_data()
        if data[1] & 15 == 4:
            return
        at = 2
        while at < len(data):
            start, length, shift = at, 0, 0
            while True:
                length |= (data[at] & 0x7F) << shift
                shift += 7
                at += 1
                if data[at - 1] < 0x80:
                    break
            end = at + length
            if zlib.crc32(data[start:end]) != int.from_bytes(data[end:end + 4], "little"):
                return
            self.record(device, ktp.Record.FromString(data[at:end]))
            at = end + 4

    def record(self, device, record):
        if record.WhichOneof("body") != "samples":
            return
        block, rows = record.samples, []
        series, at = {}, 0
        for node in range(NODES):
            if block.node_mask >> node & 1:
                value, values = 0, []
                for delta in block.deltas_hpa[at:at + block.n]:
                    value += delta
                    values.append(value)
                series[node] = values
                at += block.n
        for k in range(block.n):
            rows.append((device, block.t0_ms * 1000 + k * block.period_us,
                         *(series[node][k] if node in series else None for node in range(NODES))))
        self.db.executemany(self.insert, rows)
        self.n_values += at

    def on_commit(self):
        self.db.commit()
        return True


def main():
    logger = Logger(sys.argv[1], sys.argv[2])
    for number, device in enumerate(sys.argv[3:]):
        logger.start(device, number)
    loop = GLib.MainLoop()
    GLib.timeout_add_seconds(1, logger.on_commit)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, loop.quit)
    print("ready", flush=True)
    loop.run()
    logger.db.commit()
    print(json.dumps({"n_notifications": logger.n_notifications, "n_values": logger.n_values}), flush=True)


main()
