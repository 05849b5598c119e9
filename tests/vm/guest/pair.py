# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Pairs as bluetoothctl does: pair.py ADAPTER ADDRESS. An agent of its own that says yes."""
import sys

import gi
from line import wait_for

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

AGENT = """<node><interface name='org.bluez.Agent1'><method name='Release'/><method name='Cancel'/>
<method name='RequestAuthorization'><arg type='o' direction='in'/></method>
<method name='RequestConfirmation'><arg type='o' direction='in'/><arg type='u' direction='in'/></method></interface></node>"""
ADAPTER, ADDRESS = sys.argv[1], sys.argv[2].upper()
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM, None)
loop = GLib.MainLoop()
adapter = f"/org/bluez/{ADAPTER}"
device = f"{adapter}/dev_{ADDRESS.replace(':', '_')}"


def call(path, interface, method, parameters=None, timeout_ms=60000):
    return bus.call_sync("org.bluez", path, interface, method, parameters, None, Gio.DBusCallFlags.NONE, timeout_ms, None)


def is_there():
    return device in call("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects").unpack()[0]


def on_paired(source, result):
    try:
        bus.call_finish(result)
        print("paired")
    except GLib.Error as error:
        print(error.message)
    loop.quit()


info = Gio.DBusNodeInfo.new_for_xml(AGENT)
bus.register_object("/org/knead/agent", info.interfaces[0], lambda *a: a[-1].return_value(None), None, None)
call("/org/bluez", "org.bluez.AgentManager1", "RegisterAgent", GLib.Variant("(os)", ("/org/knead/agent", "KeyboardDisplay")))
if not is_there():
    call(adapter, "org.bluez.Adapter1", "SetDiscoveryFilter", GLib.Variant("(a{sv})", ({"Transport": GLib.Variant("s", "le")},)))
    call(adapter, "org.bluez.Adapter1", "StartDiscovery")
    wait_for(is_there, f"{ADDRESS} to be heard", 40)
    call(adapter, "org.bluez.Adapter1", "StopDiscovery")
bus.call("org.bluez", device, "org.bluez.Device1", "Pair", None, None, Gio.DBusCallFlags.NONE, 60000, None, on_paired)
loop.run()
bonded = call(device, "org.freedesktop.DBus.Properties", "Get", GLib.Variant("(ss)", ("org.bluez.Device1", "Bonded"))).unpack()[0]
print("bonded", bonded)
sys.exit(0 if bonded else 1)
