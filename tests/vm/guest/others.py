# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Other programs of this machine that use the same adapter, as a desktop's settings or a careless script do."""
import place
from place import GLib, Gio, wait_for


def call_and_go_on(path, method):
    """A call whose answer may take twenty seconds; what it said in the end."""
    said = []

    def on_answer(bus, result):
        try:
            bus.call_finish(result)
            said.append("done")
        except GLib.Error as error:
            said.append(error.message)

    place.system_bus().call("org.bluez", path, "org.bluez.Device1", method, None, None, Gio.DBusCallFlags.NONE, 60000, None, on_answer)
    return said


def vanish(where, address):
    where.massagers.call("Vanish", "(s)", address)
    wait_for(lambda: where.hub.device(address).get("link") != "ready", "its link to go", 60)


def another_program_that_scans_does_not_keep_the_hub_from_its_links(where):
    address = where.addresses[0]
    where.wait_all()
    place.bluez("/org/bluez/hci0", "org.bluez.Adapter1", "StartDiscovery")
    vanish(where, address)
    where.massagers.call("Return", "(s)", address)
    where.wait_caught_up(address)
    # theirs goes on: a hub that ended it would take the settings' list away
    assert place.bluez_objects()["/org/bluez/hci0"]["org.bluez.Adapter1"]["Discovering"]
    place.bluez("/org/bluez/hci0", "org.bluez.Adapter1", "StopDiscovery")
    return ""


def another_program_that_connects_or_disconnects_costs_nothing(where):
    address = where.addresses[0]
    device = place.device_path("hci0", address)
    where.wait_all()
    where.massagers.start_session(3600, address)
    vanish(where, address)
    said = call_and_go_on(device, "Connect")
    where.massagers.call("Return", "(s)", address)
    wait_for(lambda: where.hub.device(address).get("link") == "ready", "the link", 120)
    place.bluez(device, "org.bluez.Device1", "Disconnect")
    where.massagers.call("StopSession", "(s)", address)
    where.wait_caught_up(address)
    place.turn_main_loop()
    return f"their Connect: {said[0] if said else 'not answered'}; {where.assert_stored_once()} records, 0 missing, 0 twice"


def a_bond_that_another_program_ends_ends_the_tries(where):
    """The object goes while the hub finds and connects; what remains is a massager to be paired."""
    address = where.addresses[-1]
    where.wait_all()
    vanish(where, address)
    place.remove_bond(address)
    where.massagers.call("Return", "(s)", address)
    cause = where.wait_why(address, "not-bonded", "bond-lost")
    where.lose_bond(address)
    place.pair_by_hand(address)
    where.wait_caught_up(address)
    return cause
