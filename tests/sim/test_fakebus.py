# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The fake org.bluez, from outside: what a central sees of it, over a real bus and real descriptors."""

import os
import select
import subprocess
import sys

import pytest
from gi.repository import Gio, GLib

sys.path.insert(0, os.path.dirname(__file__))
sys.path.insert(0, os.environ["KN_KTP_PYTHON"])
import telemetry_pb2 as ktp  # noqa: E402
from simbus import ADAPTER, BLUEZ, HISTORY, LIVE, REPLY, SIM, Link, Sim, error_of  # noqa: E402

BACK = "C0:FF:EE:00:00:01"
ROLLER = "C0:FF:EE:00:00:02"
STRANGER = "C0:FF:EE:00:00:03"
BACK_PATH = ADAPTER + "/dev_C0_FF_EE_00_00_01"
STRANGER_PATH = ADAPTER + "/dev_C0_FF_EE_00_00_03"
UNKNOWN_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"


@pytest.fixture
def sim():
    started = Sim("--device", "kind=back14,address=" + BACK, "--device", "kind=roller,address=" + ROLLER + ",mtu=185",
                  "--device", "kind=foam-roll,address=%s,bonded=no" % STRANGER, "--temporary-timeout", "1")
    yield started
    started.close()


def reply(kind, body, is_right):
    return kind == REPLY and is_right


def fetch_done(kind, body, is_right):
    return reply(kind, body, is_right) and ktp.Reply.FromString(body).HasField("fetch_done")


def log_id(sim, address=BACK):
    return sim.status(address)["log_id"]


def fetch(sim, link, first, last):
    link.write(ktp.Control(fetch=ktp.Fetch(log_id=log_id(sim), from_seq=first, to_seq=last)))
    return link.bodies(fetch_done)


def test_bonded_devices_are_there_and_strangers_for_a_while_after_they_were_heard(sim):
    assert {path for path in sim.objects()} == {BLUEZ, ADAPTER, BACK_PATH, ADAPTER + "/dev_C0_FF_EE_00_00_02"}
    sim.bluez(ADAPTER, "Adapter1", "SetDiscoveryFilter", "(a{sv})", {})
    sim.bluez(ADAPTER, "Adapter1", "StartDiscovery")
    assert error_of(sim.bluez, ADAPTER, "Adapter1", "StartDiscovery") == (
        "org.bluez.Error.InProgress", "Operation already in progress")
    seen = sim.until(lambda: sim.objects().get(STRANGER_PATH))["org.bluez.Device1"]
    assert (seen["Address"], seen["Bonded"]) == (STRANGER, False)
    back = sim.objects()[BACK_PATH]["org.bluez.Device1"]
    assert -100 < back["RSSI"] < 0
    assert list(back["ServiceData"].values()) == [[1, 0]]  # back14, nothing unsynced, not in use
    sim.play("BankSession", "(sus)", BACK, 30, "mixed")
    sim.until(lambda: list(sim.objects()[BACK_PATH]["org.bluez.Device1"]["ServiceData"].values()) == [[1, 1]])
    sim.bluez(ADAPTER, "Adapter1", "StopDiscovery")
    assert "RSSI" not in sim.objects()[STRANGER_PATH]["org.bluez.Device1"]
    sim.until(lambda: STRANGER_PATH not in sim.objects())
    assert "RSSI" not in sim.objects()[BACK_PATH]["org.bluez.Device1"]
    assert error_of(sim.bluez, ADAPTER, "Adapter1", "StopDiscovery") == (
        "org.bluez.Error.Failed", "No discovery started")


def test_gatt_objects_live_as_long_as_the_link(sim):
    link = Link(sim, BACK)
    assert len(link.characteristics) == 3
    info = ktp.Info.FromString(link.info())
    assert (info.protocol, info.kind, len(info.nodes)) == (1, ktp.KIND_BACK14, 14)
    assert [node.side for node in info.nodes] == [ktp.SIDE_LEFT] * 7 + [ktp.SIDE_RIGHT] * 7
    data = link.characteristic("a")
    assert link.acquire() == 247
    sim.bluez(BACK_PATH, "Device1", "Disconnect")
    assert not sim.get(BACK_PATH, "Device1", "Connected")
    assert not [path for path in sim.objects() if path.startswith(BACK_PATH + "/")]
    assert link.socket.recv(10) == b""
    assert error_of(sim.bluez, data, "GattCharacteristic1", "AcquireNotify", "(a{sv})", {}) == (
        UNKNOWN_OBJECT, 'Method "AcquireNotify" with signature "a{sv}" on interface "org.bluez.GattCharacteristic1" '
        "doesn't exist\n")
    assert error_of(sim.bluez, BACK_PATH, "Device1", "Disconnect")[0] == "org.bluez.Error.NotConnected"


def test_notify_has_one_listener(sim):
    link = Link(sim, ROLLER)
    data = link.characteristic("a")
    assert link.acquire() == 185
    acquired = ("org.bluez.Error.NotPermitted", "Notify acquired")
    assert error_of(link.acquire) == acquired
    assert error_of(sim.bluez, data, "GattCharacteristic1", "StartNotify") == acquired
    link.socket.close()
    sim.until(lambda: not sim.get(data, "GattCharacteristic1", "NotifyAcquired"))
    sim.bluez(data, "GattCharacteristic1", "StartNotify")
    assert error_of(link.acquire) == ("org.bluez.Error.InProgress", "In Progress")


def test_a_fetch_gives_what_was_banked(sim):
    sim.play("BankSession", "(sus)", BACK, 60, "rocking")
    truth = [bytes(body) for body in sim.play("DumpLog", "(s)", BACK)[0]]
    link = Link(sim, BACK)
    link.acquire()
    heard = fetch(sim, link, 1, 64) + fetch(sim, link, 65, 128)
    assert [body for kind, body, _ in heard if kind == HISTORY] == truth[:128]
    assert all(is_right for _, _, is_right in heard)
    assert [ktp.Record.FromString(body).seq for body in truth] == list(range(1, len(truth) + 1))
    status = sim.status(BACK)
    assert (status["n_fetches"], status["n_records_fetched"]) == (2, 128)


def test_live_records_are_banked_first_and_can_be_lost(sim):
    link = Link(sim, BACK)
    link.acquire()
    link.write(ktp.Control(live=ktp.Live(is_on=True)))
    sim.until(lambda: sim.status(BACK)["live"])
    sim.play("DropLive", "(su)", BACK, 3)
    sim.play("StartSession", "(sus)", BACK, 3, "mixed")
    heard = link.bodies(lambda kind, body, _: kind == LIVE and ktp.Record.FromString(body).HasField("session_end"))
    truth = [bytes(body) for body in sim.play("DumpLog", "(s)", BACK)[0]]
    records = [body for _, body, _ in heard]
    assert records == [body for body in truth if body in set(records)]
    missing = [ktp.Record.FromString(body).seq for body in truth if body not in set(records)]
    assert len(missing) >= 3 and sim.status(BACK)["n_live_dropped"] == 3
    heard = fetch(sim, link, min(missing), max(missing))
    assert [body for kind, body, _ in heard if kind == HISTORY] == truth[min(missing) - 1:max(missing)]


def test_a_full_socket_drops_silently_and_counts(sim):
    sim.play("BankSession", "(sus)", BACK, 300, "mixed")
    link = Link(sim, BACK)
    link.acquire()
    for first in range(1, 6 * 64, 64):
        link.write(ktp.Control(fetch=ktp.Fetch(log_id=log_id(sim), from_seq=first, to_seq=first + 63)))
        sim.until(lambda: sim.status(BACK)["n_records_fetched"] >= first + 63)
    sim.until(lambda: sim.status(BACK)["n_socket_dropped"] > 0)
    n_read = 0
    while select.select([link.socket], [], [], 0.3)[0]:
        link.socket.recv(517)
        n_read += 1
    status = sim.status(BACK)
    assert n_read == status["n_notified"]
    assert 250 < n_read < 310  # bluetoothd's socket holds 278 of full size


def test_a_record_can_be_spoiled_or_garbled(sim):
    sim.play("BankSession", "(sus)", BACK, 20, "mixed")
    sim.play("CorruptRecord", "(sts)", BACK, 10, "crc")
    sim.play("CorruptRecord", "(sts)", BACK, 12, "undecodable")
    link = Link(sim, BACK)
    link.acquire()
    heard = [item for item in fetch(sim, link, 9, 13) if item[0] == HISTORY]
    assert [is_right for _, _, is_right in heard] == [True, False, True, True, True]
    with pytest.raises(Exception):
        ktp.Record.FromString(heard[3][1])
    assert ktp.Record.FromString(heard[4][1]).seq == 13


def test_overwritten_and_formatted_logs(sim):
    sim.play("BankSession", "(sus)", BACK, 30, "mixed")
    before = sim.status(BACK)
    sim.play("OverwriteOldest", "(st)", BACK, 10)
    assert sim.status(BACK)["oldest"] == 11
    assert len(sim.play("DumpFlash", "(s)", BACK)[0]) == before["newest"] - 10
    sim.play("Format", "(s)", BACK)
    after = sim.status(BACK)
    assert after["log_id"] != before["log_id"] and (after["oldest"], after["newest"]) == (1, 0)
    assert len(sim.play("DumpLog", "(s)", BACK)[0]) == before["newest"]
    sim.play("Reboot", "(s)", BACK)
    assert sim.status(BACK)["boot"] == before["boot"] + 1


def test_a_held_fetch_is_not_answered(sim):
    sim.play("BankSession", "(sus)", BACK, 20, "mixed")
    link = Link(sim, BACK)
    link.acquire()
    sim.play("HoldFetch", "(sb)", BACK, True)
    link.write(ktp.Control(fetch=ktp.Fetch(log_id=log_id(sim), from_seq=1, to_seq=5)))
    link.write(ktp.Control(get_state=ktp.GetState()))
    assert [kind for kind, _, _ in link.bodies(reply)] == [REPLY]
    assert link.packet(0.2) is None
    sim.play("HoldFetch", "(sb)", BACK, False)
    assert len(fetch(sim, link, 1, 5)) == 6


def test_control_takes_requests_of_bonded_devices_only(sim):
    link = Link(sim, BACK)
    control = link.characteristic("b")
    options = {"type": GLib.Variant("s", "command")}
    assert error_of(sim.bluez, control, "GattCharacteristic1", "WriteValue", "(aya{sv})", b"\x0a\x00", options)[0] == (
        "org.bluez.Error.NotSupported")
    assert error_of(sim.bluez, control, "GattCharacteristic1", "WriteValue", "(aya{sv})", bytes(65), {}) == (
        "org.bluez.Error.InvalidArguments", "Invalid Length")
    sim.bluez(ADAPTER, "Adapter1", "StartDiscovery")
    sim.until(lambda: STRANGER_PATH in sim.objects())
    stranger = Link(sim, STRANGER)
    assert error_of(stranger.info) == ("org.bluez.Error.NotPermitted", "Not paired")
    assert error_of(stranger.acquire) == ("org.bluez.Error.NotPermitted", "Not paired")


def test_powering_off_ends_links_and_refuses_connects(sim):
    link = Link(sim, BACK)
    link.acquire()
    sim.play("SetPowered", "(b)", False)
    assert link.socket.recv(10) == b""
    assert not sim.get(ADAPTER, "Adapter1", "Powered")
    not_ready = ("org.bluez.Error.NotReady", "Resource Not Ready")
    assert error_of(sim.bluez, BACK_PATH, "Device1", "Connect") == not_ready
    assert error_of(sim.bluez, ADAPTER, "Adapter1", "StartDiscovery") == not_ready
    sim.play("SetPowered", "(b)", True)
    Link(sim, BACK)


def test_bluetoothd_and_adapter_go_and_come_back(sim):
    link = Link(sim, BACK)
    link.acquire()
    sim.play("SetAdapter", "(b)", False)
    assert set(sim.objects()) == {BLUEZ} and link.socket.recv(10) == b""
    sim.play("SetAdapter", "(b)", True)
    assert BACK_PATH in sim.objects()
    link = Link(sim, BACK)
    link.acquire()
    sim.play("SetBluez", "(b)", False)
    assert link.socket.recv(10) == b""
    assert error_of(sim.objects)[0] == "org.freedesktop.DBus.Error.NameHasNoOwner"
    sim.play("SetBluez", "(b)", True)

    def is_back():
        names = sim.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ListNames")[0]
        return "org.bluez" in names
    sim.until(is_back)
    Link(sim, BACK)


def test_calls_fail_as_often_as_asked(sim):
    aborted = ("org.bluez.Error.Failed", "le-connection-abort-by-local")
    sim.play("FailNext", "(sssu)", "Connect", *aborted, 2)
    assert error_of(sim.bluez, BACK_PATH, "Device1", "Connect") == aborted
    assert error_of(sim.bluez, BACK_PATH, "Device1", "Connect") == aborted
    Link(sim, BACK)
    assert error_of(sim.bluez, ADAPTER + "/dev_00_00_00_00_00_00", "Device1", "Connect") == (
        UNKNOWN_OBJECT, 'Method "Connect" with signature "" on interface "org.bluez.Device1" doesn\'t exist\n')
    assert error_of(sim.play, "Status", "(s)", "00:00:00:00:00:00")[0] == "org.knead.Sim1.Error.NotFound"


def test_a_removed_device_is_a_stranger(sim):
    sim.bluez(ADAPTER, "Adapter1", "RemoveDevice", "(o)", BACK_PATH)
    assert BACK_PATH not in sim.objects()
    assert error_of(sim.bluez, ADAPTER, "Adapter1", "RemoveDevice", "(o)", BACK_PATH)[0] == "org.bluez.Error.DoesNotExist"
    sim.bluez(ADAPTER, "Adapter1", "StartDiscovery")
    assert not sim.until(lambda: sim.objects().get(BACK_PATH))["org.bluez.Device1"]["Bonded"]


def test_removing_a_connected_device_is_answered_when_the_link_is_down_and_before_the_object_goes(sim):
    """As bluetoothd 5.66 to 5.87 (adapter.c remove_device, device.c device_remove_connection): in between the bond looks sound."""
    Link(sim, BACK)
    seen = []

    def note(_bus, _sender, path, _interface, name, values):
        changed = values.unpack()
        if name == "InterfacesRemoved" and changed[0] == BACK_PATH:
            seen.append("gone")
        elif path == BACK_PATH and "Connected" in changed[1]:
            seen.append("not connected")

    subscription = sim.bus.signal_subscribe("org.bluez", None, None, None, None, Gio.DBusSignalFlags.NONE, note)
    sim.bus.call("org.bluez", ADAPTER, "org.bluez.Adapter1", "RemoveDevice", GLib.Variant("(o)", (BACK_PATH,)), None, Gio.DBusCallFlags.NONE,
                 10000, None, lambda bus, result: seen.append(bus.call_finish(result) is not None and "answered"))
    sim.until(lambda: len(seen) == 3)
    sim.bus.signal_unsubscribe(subscription)
    assert seen == ["not connected", "answered", "gone"]
    assert BACK_PATH not in sim.objects()


def test_nothing_is_removed_while_the_adapter_is_off(sim):
    sim.play("SetPowered", "(b)", False)
    assert error_of(sim.bluez, ADAPTER, "Adapter1", "RemoveDevice", "(o)", BACK_PATH)[0] == "org.bluez.Error.NotReady"
    assert BACK_PATH in sim.objects()


@pytest.mark.parametrize("arguments", [
    [], ["--device", "kind=gun,address=" + BACK], ["--device", "kind=back14"], ["--device", "kind=back14,address=xyz"],
    ["--device", "kind=back14,address=%s,mtu=9" % BACK], ["--nonsense"],
    ["--device", "kind=back14,pairing=magic,address=" + BACK], ["--pairing", "type", "--device", "kind=back14,adapter=hci1"], ["--live-session", "-3"],
    ["--device", "kind=back14,address=" + BACK, "--device", "kind=roller,address=" + BACK]])
def test_wrong_usage_is_one_line_and_status_2(arguments):
    done = subprocess.run([SIM, *arguments], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("knead-sim: ") and done.stderr.count("\n") == 1


def test_help_and_no_bus():
    done = subprocess.run([SIM, "--help"], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0 and "Example:" in done.stdout
    done = subprocess.run([SIM, "--bus", "unix:path=/nonexistent", "--device", "kind=roller,address=" + BACK],
                          capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "--bus" in done.stderr
