# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A radio that has gone deaf, and what the hub does about it. When it does what is a matter of virtual time: tests/core/link/test-ladder.c."""

import contextlib

import pytest
from gi.repository import Gio, GLib
from line import BED, wait_for

DEVICE = f"kind=back14,address={BED},serial=B,seed=5"
# the radio's own timers are as short as an answer on the bus may take
pytestmark = pytest.mark.usefixtures("real_time")
# with a simulator that is as fast
HASTE = ("--timer-scale", "0.004")
SYSTEMD = """<node><interface name='org.freedesktop.systemd1.Manager'><method name='RestartUnit'><arg type='s' direction='in'/>
<arg type='s' direction='in'/><arg type='o' direction='out'/></method></interface></node>"""


def deaf(make_sim, cure):
    sim = make_sim(DEVICE)
    sim.call("SetSpeed", "(u)", 20)
    sim.call("SetSilent", "(s)", cure)
    return sim


def start(hub, *extra, radio=""):
    config = hub.directory / "kneadd.conf"
    config.write_text(f"[radio]\n{radio}\n" if radio else "")
    hub.start("--config", config, *extra)
    hub.allow()
    wait_for(lambda: hub.get("/v1/status")["radio"]["state"] == "ready", "the radio", process=hub.process.child)
    # one window after the other: somebody looks what is in range
    assert hub.request("POST", "/v1/scans?seconds=60")[0] in (200, 201, 202)


def told(hub, kind="radio_rescue"):
    """What was tried, oldest first."""
    return [event["detail"] for event in hub.get("/v1/log?limit=400")["events"] if event["kind"] == kind]


def wait_told(hub, words):
    return wait_for(lambda: [detail for detail in told(hub) if words in detail], words, process=hub.process.child, every_s=0.1)


def wait_link(hub, sim):
    wait_for(lambda: sim.status()["connected"], "the link", process=hub.process.child, every_s=0.05)
    wait_told(hub, "works again")


def test_a_scan_that_heard_nobody_three_times_is_started_anew_and_that_is_all(hub, make_sim):
    sim = deaf(make_sim, "scan")
    start(hub)
    wait_link(hub, sim)
    assert told(hub) == ["hci0 hears nobody: the scan is started anew", "hci0 works again"]
    # it is told in words, too
    assert "Bluetooth: hci0 works again" in hub.cli("log").stdout


def test_a_massager_that_is_away_is_no_trouble_while_a_neighbour_is_heard(hub, make_sim):
    sim = make_sim(DEVICE)
    sim.call("SetSpeed", "(u)", 8)
    sim.call("SetStranger", "(b)", True)
    sim.call("Vanish", "(s)", BED)
    start(hub, "--timer-scale", "0.02")
    # a device of nobody's is seen only by the third window: three of these are nine windows
    flags = Gio.DBusSignalFlags.NONE
    strangers = []
    subscription = sim.connection.signal_subscribe(
        "org.bluez", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", None, None, flags,
        lambda *signal: strangers.append(signal[5].unpack()[0]))

    def has_come_three_times():
        while GLib.MainContext.default().iteration(False):
            pass
        return len([path for path in strangers if path.endswith("D0_0D_AD_00_00_01")]) >= 3

    wait_for(has_come_three_times, "the stranger", process=hub.process.child)
    sim.connection.signal_unsubscribe(subscription)
    assert told(hub) == []
    sim.call("Return", "(s)", BED)
    wait_for(lambda: sim.status()["connected"], "the link", process=hub.process.child)


def test_an_adapter_is_switched_off_and_on_only_if_that_was_allowed(hub, make_sim):
    sim = deaf(make_sim, "power")
    start(hub, *HASTE)
    wait_told(hub, "a new connection to the bus")
    before = told(hub)
    assert before == ["hci0 hears nobody: the scan is started anew"] * 2 + ["hci0 hears nobody: a new connection to the bus"]
    assert hub.stop() == 0
    start(hub, *HASTE, radio="power-cycle=yes")
    wait_told(hub, "it is switched off and on")
    wait_link(hub, sim)
    states = told(hub, "radio_state")
    assert states[-2:] == ["adapter-off", "ready"]
    assert not [detail for detail in told(hub) if "bluetooth.service" in detail]


def test_an_adapter_that_a_killed_hub_left_off_is_switched_on_by_the_next(hub, make_sim):
    sim = deaf(make_sim, "power")
    failed = ("org.bluez.Error.Failed", "Failed")
    sim.call("FailNext", "(sssu)", "PowerOn", *failed, 1000)
    start(hub, *HASTE, radio="power-cycle=yes")
    wait_told(hub, "does not come on again")
    hub.kill()
    sim.call("FailNext", "(sssu)", "PowerOn", *failed, 0)
    # by whatever settings
    start(hub)
    wait_for(lambda: sim.status()["connected"], "the link", process=hub.process.child)


@contextlib.contextmanager
def systemd(bus, sim):
    """Its name and the one method; it restarts the simulator's bluetoothd."""
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    connection = Gio.DBusConnection.new_for_address_sync(bus.address, flags, None, None)
    calls = []

    def on_call(_connection, _sender, _path, _interface, _method, parameters, invocation):
        calls.append(parameters.unpack())
        sim.call("SetBluez", "(b)", False)
        sim.call("SetBluez", "(b)", True)
        invocation.return_value(GLib.Variant("(o)", ("/org/freedesktop/systemd1/job/1",)))

    info = Gio.DBusNodeInfo.new_for_xml(SYSTEMD).interfaces[0]
    connection.register_object("/org/freedesktop/systemd1", info, on_call, None, None)
    connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                         GLib.Variant("(su)", ("org.freedesktop.systemd1", 0)), None, Gio.DBusCallFlags.NONE, 5000, None)
    yield calls
    connection.close_sync(None)


def test_bluetoothd_is_restarted_through_systemd_if_that_was_allowed(hub, bus, make_sim):
    sim = deaf(make_sim, "bluetoothd")
    with systemd(bus, sim) as calls:
        start(hub, *HASTE, radio="restart-bluetooth=yes")

        def was_asked():
            while GLib.MainContext.default().iteration(False):
                pass
            return calls

        wait_for(was_asked, "the restart", process=hub.process.child)
        wait_link(hub, sim)
        was_asked()
    assert calls == [("bluetooth.service", "replace")]
    assert not [detail for detail in told(hub) if "switched off" in detail]


def test_a_radio_that_nothing_helps_is_said_to_have_failed_and_goes_on_trying(hub, make_sim):
    sim = deaf(make_sim, "none")
    # nobody is there to restart anything: that is told, and ends nothing
    start(hub, *HASTE, radio="power-cycle=yes\nrestart-bluetooth=yes")
    wait_for(lambda: told(hub, "radio_failed"), "the end of the ladder", process=hub.process.child, every_s=0.1)
    assert told(hub, "radio_failed") == ["hci0 hears nobody: nothing is left to try"]
    assert len([detail for detail in told(hub) if "bluetoothd was not restarted" in detail]) == 1
    wait_for(lambda: hub.get(f"/v1/devices/{BED}/why")["cause"] == "radio-failed", "the reason", process=hub.process.child)
    why = " ".join(hub.cli("why", BED).stdout.split())
    assert "it has heard nobody at all." in why and "Switch this machine off and on again" in why
    sim.call("SetSilent", "(s)", "")
    wait_link(hub, sim)
    assert hub.get(f"/v1/devices/{BED}/why")["cause"] in ("connecting", "fetching", "well")
