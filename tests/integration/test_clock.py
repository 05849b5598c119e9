# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Whoever sets the clock of the machine says that it is right, and the hub hears it."""

import pathlib
import threading

import gi
import line

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

TIMEDATED = """<node><interface name='org.freedesktop.timedate1'>
<property name='NTPSynchronized' type='b' access='read'/></interface></node>"""


class Timedated:
    """org.freedesktop.timedate1 on the private bus, as chrony's machines have it."""

    def __init__(self, address, is_synced):
        self.context = GLib.MainContext()
        self.loop = GLib.MainLoop.new(self.context, False)
        self.is_ready = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(address, is_synced), daemon=True)
        self.thread.start()
        assert self.is_ready.wait(line.DEADLINE_S)

    def run(self, address, is_synced):
        self.context.push_thread_default()
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        connection = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        interface = Gio.DBusNodeInfo.new_for_xml(TIMEDATED).interfaces[0]
        connection.register_object("/org/freedesktop/timedate1", interface, None,
                                   lambda *_: GLib.Variant("b", is_synced), None)
        connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                             GLib.Variant("(su)", ("org.freedesktop.timedate1", 4)), None, Gio.DBusCallFlags.NONE, 10000, None)
        self.is_ready.set()
        self.loop.run()
        connection.close_sync(None)

    def stop(self):
        self.loop.quit()
        self.thread.join(line.DEADLINE_S)


def says(timedated_is_synced):
    """What the hub is to say: where systemd-timesyncd runs, its word counts and nobody else is asked."""
    timesync = pathlib.Path("/run/systemd/timesync")
    return (timesync / "synchronized").exists() if timesync.is_dir() else timedated_is_synced


def test_timedated_vouches_for_the_clock(bus, hub):
    timedated = Timedated(bus.address, True)
    hub.start()
    line.wait_for(lambda: (hub.get("/v1/status")["clock"] == "synced") is says(True), "the clock is vouched for")
    timedated.stop()


def test_what_the_clock_said_is_stored_with_the_boot_of_the_machine(bus, hub, make_sim):
    sim = make_sim()
    sim.bank(60)
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    assert (hub.get("/v1/status")["clock"] == "synced") is says(False)
    assert hub.stop() == 0
    assert hub.rows("SELECT count(*) FROM hub_boot") == [(1,)]
    assert hub.rows("SELECT count(*) FROM anchor WHERE is_banked = 0 AND hub_boot_key IS NULL") == [(0,)]
    assert hub.rows("SELECT count(*) > 0 FROM anchor WHERE is_banked = 0") == [(1,)]
