# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""knead-sim on a bus with adapters of its own, as far as that goes without a Bluetooth stack."""
from gi.repository import Gio, GLib
from line import SIM, Process, assert_no_sanitizer_report, wait_for


MANAGER = """<node><interface name="org.freedesktop.DBus.ObjectManager">
<method name="GetManagedObjects"><arg type="a{oa{sa{sv}}}" direction="out"/></method></interface></node>"""


def test_massagers_on_adapters_end_with_a_line_when_the_bus_does(bus, tmp_path):
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    connection = Gio.DBusConnection.new_for_address_sync(bus.address, flags, None, None)
    connection.set_exit_on_close(False)
    asked = []
    connection.register_object("/", Gio.DBusNodeInfo.new_for_xml(MANAGER).interfaces[0], lambda *call: asked.append(call), None, None)
    connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                         GLib.Variant("(su)", ("org.bluez", 0)), None, Gio.DBusCallFlags.NONE, 30000, None)

    def is_asked():
        while GLib.MainContext.default().iteration(False):
            pass
        return asked

    process = Process([SIM, "--bus", bus.address, "--device", "kind=back14,adapter=hci0"], tmp_path / "sim.log")
    # not sooner: GLib has a complaint of its own when the bus goes before it told who is org.bluez
    wait_for(is_asked, "the simulator to ask for adapters", process=process.child)
    bus.stop()
    assert process.child.wait(30) == 1
    assert process.text() == "knead-sim: cannot be where massagers are on the bus (see --bus): the D-Bus connection was closed\n"
    assert_no_sanitizer_report(process.log)
