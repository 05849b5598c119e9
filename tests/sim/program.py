# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A program that pairs with the fake org.bluez: its connection, its agent, and what it hears."""

import pytest
from gi.repository import Gio, GLib
from simbus import ADAPTER, BLUEZ, Sim

BED = "C0:FF:EE:00:00:01"
OTHER = "C0:FF:EE:00:00:02"
PATH = ADAPTER + "/dev_C0_FF_EE_00_00_01"
OTHER_PATH = ADAPTER + "/dev_C0_FF_EE_00_00_02"
EXISTS = ("org.bluez.Error.AlreadyExists", "Already Exists")
MISSING = ("org.bluez.Error.DoesNotExist", "Does Not Exist")
BUSY = ("org.bluez.Error.InProgress", "In Progress")
FAILED = ("org.bluez.Error.AuthenticationFailed", "Authentication Failed")
CANCELED = ("org.bluez.Error.AuthenticationCanceled", "Authentication Canceled")
UNREACHED = ("org.bluez.Error.ConnectionAttemptFailed", "Page Timeout")
AGENT = Gio.DBusNodeInfo.new_for_xml("""<node><interface name='org.bluez.Agent1'><method name='Release'/><method name='Cancel'/>
<method name='RequestPasskey'><arg type='o' direction='in'/><arg type='u' direction='out'/></method>
<method name='DisplayPasskey'><arg type='o' direction='in'/><arg type='u' direction='in'/><arg type='q' direction='in'/></method>
<method name='RequestConfirmation'><arg type='o' direction='in'/><arg type='u' direction='in'/></method>
</interface></node>""").interfaces[0]


class Program:
    """One that pairs: its connection, its agent, and what it hears, in order."""

    def __init__(self, sim, capability=None, path="/agent"):
        self.sim, self.path = sim, path
        self.bus = sim.connect()
        self.heard = []  # (method or property or "end", what)
        self.question = None
        self.bus.register_object(path, AGENT, self.on_call, None, None)
        self.bus.signal_subscribe("org.bluez", "org.freedesktop.DBus.Properties", "PropertiesChanged", None, "org.bluez.Device1",
                                  Gio.DBusSignalFlags.NONE, self.on_properties)
        if capability is not None:
            self.manage("RegisterAgent", "(os)", path, capability)

    def on_call(self, bus, sender, path, interface, method, parameters, invocation):
        self.heard.append((method, *parameters.unpack()))
        if method.startswith("Request"):
            self.question = invocation
        else:
            invocation.return_value(None)

    def on_properties(self, bus, sender, path, interface, signal, parameters):
        self.heard += [(name, value) for name, value in parameters.unpack()[1].items()
                       if name in ("Address", "AddressType", "Connected", "Bonded", "ServicesResolved", "Paired")]

    def call(self, path, interface, method, signature="()", *arguments):
        self.bus.call_sync("org.bluez", path, "org.bluez." + interface, method, GLib.Variant(signature, arguments), None,
                           Gio.DBusCallFlags.NO_AUTO_START, 10000, None)

    def manage(self, method, signature, *arguments):
        self.call(BLUEZ, "AgentManager1", method, signature, *arguments)

    def pair(self, path=PATH):
        self.bus.call("org.bluez", path, "org.bluez.Device1", "Pair", None, None, Gio.DBusCallFlags.NO_AUTO_START, 60000, None,
                      self.on_paired)

    def on_paired(self, bus, result):
        try:
            bus.call_finish(result)
            self.heard.append(("end", None))
        except GLib.Error as error:
            name = Gio.DBusError.get_remote_error(error)
            self.heard.append(("end", (name, error.message.removeprefix("GDBus.Error:%s: " % name))))

    def hears(self, what):
        return self.sim.until(lambda: [entry for entry in self.heard if entry[0] == what])[0][1:]

    def answer(self, value=None):
        question, self.question = self.question, None
        if value == "no":
            question.return_dbus_error("org.bluez.Error.Rejected", "no")
        else:
            question.return_value(value)

    def types(self, number):
        self.answer(GLib.Variant("(u)", (number,)))

    def asked(self):
        return [entry for entry in self.heard if entry[0][0].isupper() and entry[0].startswith(("Request", "Display", "Cancel", "Release"))]

    def leave(self):
        self.bus.close_sync(None)


@pytest.fixture
def start():
    running = []

    def begin(settings="", *more):
        sim = Sim("--temporary-timeout", "1", "--device", "kind=back14,bonded=no,address=%s%s" % (BED, "," + settings if settings else ""), *more)
        running.append(sim)
        sim.bluez(ADAPTER, "Adapter1", "StartDiscovery")
        sim.until(lambda: len(sim.objects()) == 3 + len(more) // 2)
        return sim

    yield begin
    for sim in running:
        sim.close()
