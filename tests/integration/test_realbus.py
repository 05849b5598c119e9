# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""knead-sim on a bus with adapters of its own, as far as that goes without a Bluetooth stack."""
from gi.repository import Gio, GLib
from line import SIM, Process, assert_no_sanitizer_report, wait_for


def names(connection):
    return connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames", None,
                                GLib.VariantType("(as)"), Gio.DBusCallFlags.NONE, 30000, None).unpack()[0]


def test_massagers_on_adapters_end_with_a_line_when_the_bus_does(bus, tmp_path):
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    connection = Gio.DBusConnection.new_for_address_sync(bus.address, flags, None, None)
    connection.set_exit_on_close(False)
    before = names(connection)
    process = Process([SIM, "--bus", bus.address, "--device", "kind=back14,adapter=hci0"], tmp_path / "sim.log")
    wait_for(lambda: len(names(connection)) > len(before), "the simulator on the bus", process=process.child)
    bus.stop()
    assert process.child.wait(30) == 1
    assert process.text() == "knead-sim: cannot be where massagers are on the bus (see --bus): the D-Bus connection was closed\n"
    assert_no_sanitizer_report(process.log)
