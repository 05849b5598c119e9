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


def hear():
    if is_there():
        return
    call(adapter, "org.bluez.Adapter1", "SetDiscoveryFilter", GLib.Variant("(a{sv})", ({"Transport": GLib.Variant("s", "le")},)))
    call(adapter, "org.bluez.Adapter1", "StartDiscovery")
    wait_for(is_there, f"{ADDRESS} to be heard", 40)
    call(adapter, "org.bluez.Adapter1", "StopDiscovery")


def pair():
    """What the answer was; the agent is asked meanwhile, so nothing waits for it here."""
    answers = []
    bus.call("org.bluez", device, "org.bluez.Device1", "Pair", None, None, Gio.DBusCallFlags.NONE, 60000, None,
             lambda source, result: (answers.append(result), loop.quit()))
    loop.run()
    try:
        bus.call_finish(answers[0])
        return "paired"
    except GLib.Error as error:
        return error.message


info = Gio.DBusNodeInfo.new_for_xml(AGENT)
bus.register_object("/org/knead/agent", info.interfaces[0], lambda *a: a[-1].return_value(None), None, None)
call("/org/bluez", "org.bluez.AgentManager1", "RegisterAgent", GLib.Variant("(os)", ("/org/knead/agent", "KeyboardDisplay")))
# the object of what was heard last half a minute ago goes, and that may be now
for _ in range(3):
    hear()
    said = pair()
    if "UnknownObject" not in said:
        break
bonded = is_there() and call(device, "org.freedesktop.DBus.Properties", "Get", GLib.Variant("(ss)", ("org.bluez.Device1", "Bonded"))).unpack()[0]
print(said, "bonded", bonded)
sys.exit(0 if bonded else 1)
