# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Pairing with the fake org.bluez, as bluetoothd does it: who is asked what, how it ends, and what stays."""

import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))
from program import (BED, BUSY, CANCELED, EXISTS, FAILED, MISSING, OTHER, OTHER_PATH, PATH, UNREACHED, Program,  # noqa: E402
                     start)  # noqa: F401
from simbus import ADAPTER, Link, error_of  # noqa: E402


def digits(sim, word="passkey"):
    shown = sim.shown()
    assert shown[0] == word and len(shown[1]) == 6
    return int(shown[1])


def begun(start):
    """A pairing whose agent has been asked for digits."""
    sim = start("pairing=display")
    program = Program(sim, "")
    program.pair()
    program.hears("RequestPasskey")
    return sim, program


# ---- agents ----


def test_a_connection_has_one_agent(start):
    sim = start()
    program = Program(sim, "KeyboardDisplay")
    assert error_of(program.manage, "RegisterAgent", "(os)", "/agent", "KeyboardDisplay") == EXISTS
    assert error_of(program.manage, "RegisterAgent", "(os)", "/another", "KeyboardDisplay") == EXISTS
    Program(sim, "KeyboardDisplay")
    program.manage("UnregisterAgent", "(o)", "/agent")
    program.manage("RegisterAgent", "(os)", "/another", "")


@pytest.mark.parametrize("capability, is_known", [("", True), ("Display", True), ("KeyboardDisplay", True), ("keyboard", False), ("x", False)])
def test_a_capability_is_one_of_five_or_the_beginning_of_one(start, capability, is_known):
    program = Program(start())
    if is_known:
        program.manage("RegisterAgent", "(os)", "/agent", capability)
    else:
        assert error_of(program.manage, "RegisterAgent", "(os)", "/agent", capability) == (
            "org.bluez.Error.InvalidArguments", "Invalid arguments in method call")


@pytest.mark.parametrize("method", ["UnregisterAgent", "RequestDefaultAgent"])
def test_an_agent_is_known_by_connection_and_path(start, method):
    program = Program(start())
    assert error_of(program.manage, method, "(o)", "/agent") == MISSING
    program.manage("RegisterAgent", "(os)", "/agent", "")
    assert error_of(program.manage, method, "(o)", "/another") == MISSING
    program.manage(method, "(o)", "/agent")


def test_an_agent_that_unregisters_hears_nothing_of_it(start):
    sim = start()
    program = Program(sim, "")
    program.manage("UnregisterAgent", "(o)", "/agent")
    sim.stop()
    assert program.asked() == []


def test_the_callers_own_agent_is_asked_and_not_the_default_one(start):
    sim = start("pairing=display")
    default, program = Program(sim, ""), Program(sim, "")
    default.manage("RequestDefaultAgent", "(o)", "/agent")
    program.pair()
    assert program.hears("RequestPasskey") == (PATH,)
    assert default.asked() == []


def test_who_has_no_agent_pairs_with_the_first_that_registered_until_another_asks_to_be_the_default(start):
    sim = start("pairing=display")
    first, second, program = Program(sim, ""), Program(sim, ""), Program(sim)
    program.pair()
    assert first.hears("RequestPasskey") == (PATH,)
    first.answer("no")
    assert program.hears("end") == (FAILED,)
    sim.until(lambda: not sim.get(PATH, "Device1", "Connected"))
    second.manage("RequestDefaultAgent", "(o)", "/agent")
    program.pair()
    assert second.hears("RequestPasskey") == (PATH,)
    assert len(first.asked()) == 1


def test_an_agent_goes_with_its_connection(start):
    sim = start("pairing=display")
    program, gone = Program(sim), Program(sim, "")
    gone.leave()
    # nobody is left who could be asked
    sim.until(lambda: error_of(sim.bluez, PATH, "Device1", "CancelPairing") == MISSING)
    program.pair()
    assert program.hears("end") == (FAILED,)


def test_an_agent_that_goes_in_the_middle_is_a_no(start):
    sim = start("pairing=display")
    agent, program = Program(sim, ""), Program(sim)
    program.pair()
    agent.hears("RequestPasskey")
    agent.leave()
    assert program.hears("end") == (FAILED,)


def test_an_agent_is_asked_one_thing_at_a_time(start):
    sim = start("pairing=display", "--device", "kind=roller,bonded=no,pairing=display,address=" + OTHER)
    program = Program(sim, "")
    program.pair()
    program.hears("RequestPasskey")
    program.pair(OTHER_PATH)
    assert program.hears("end") == (FAILED,)
    assert len(program.asked()) == 1


def test_an_orderly_end_of_bluetoothd_releases_agents_and_a_death_does_not(start):
    sim, program = begun(start)
    sim.play("SetBluez", "(b)", False)
    assert program.hears("end")[0][0] == "org.freedesktop.DBus.Error.NoReply"
    sim.play("SetBluez", "(b)", True)
    sim.until(lambda: "org.bluez" in sim.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ListNames")[0])
    # it knows nobody any more
    program.manage("RegisterAgent", "(os)", "/agent", "")
    sim.stop()
    program.hears("Release")
    assert [method for method, *_ in program.asked()] == ["RequestPasskey", "Release"]


# ---- what is asked ----


def test_just_works_asks_nothing_and_tells_in_this_order(start):
    sim = start()
    program = Program(sim, "")
    program.pair()
    program.hears("end")
    assert program.heard == [("Connected", True), ("Bonded", True), ("ServicesResolved", True), ("Paired", True), ("end", None)]
    assert Link(sim, BED).info()


def test_a_link_that_is_there_is_used_and_stays(start):
    sim = start()
    Link(sim, BED)
    program = Program(sim, "")
    program.pair()
    program.hears("end")
    assert program.heard == [("Bonded", True), ("Paired", True), ("end", None)]
    assert sim.status(BED)["n_connects"] == 1


def test_the_digits_that_it_shows_pair(start):
    sim = start("pairing=display")
    program = Program(sim, "KeyboardOnly")
    program.pair()
    assert program.hears("RequestPasskey") == (PATH,)
    program.types(digits(sim))
    assert program.hears("end") == (None,)
    assert sim.get(PATH, "Device1", "Bonded") and sim.get(PATH, "Device1", "Paired")


@pytest.mark.parametrize("typed", ["wrong", "no"])
def test_other_digits_and_no_digits_do_not_and_hang_up(start, typed):
    sim, program = begun(start)
    number = (digits(sim) + 1) % 1000000
    program.answer("no") if typed == "no" else program.types(number)
    assert program.hears("end") == (FAILED,)
    sim.until(lambda: not sim.get(PATH, "Device1", "Connected"))
    assert not sim.get(PATH, "Device1", "Bonded")
    assert len(program.asked()) == 1


@pytest.mark.parametrize("is_yes", [True, False])
def test_both_show_one_number_and_it_takes_a_yes(start, is_yes):
    sim = start("pairing=confirm")
    program = Program(sim, "DisplayYesNo")
    program.pair()
    assert program.hears("RequestConfirmation") == (PATH, digits(sim, "confirm"))
    program.answer(None if is_yes else "no")
    assert program.hears("end") == (None if is_yes else FAILED,)
    assert sim.get(PATH, "Device1", "Bonded") == is_yes


def test_digits_to_be_typed_on_it_are_counted_as_they_are_typed(start):
    sim = start("pairing=type")
    program = Program(sim, "DisplayOnly")
    program.pair()
    program.hears("end")
    assert program.heard[-1] == ("end", None)
    asked = program.asked()
    assert [entry[3] for entry in asked] == list(range(7))
    assert len({entry[:3] for entry in asked}) == 1 and asked[0][:2] == ("DisplayPasskey", PATH)


def test_a_no_at_the_massager_takes_the_question_back(start):
    sim = start("pairing=refuse")
    program = Program(sim, "")
    program.pair()
    assert program.hears("end") == (FAILED,)
    assert [method for method, *_ in program.asked()] == ["RequestConfirmation", "Cancel"]


def test_a_massager_with_digits_does_not_pair_with_who_can_neither_show_nor_type(start):
    sim = start("pairing=confirm")
    for program in (Program(sim), Program(sim, "NoInputNoOutput")):
        program.pair()
        assert program.hears("end") == (FAILED,)
        assert program.asked() == []
        sim.until(lambda: not sim.get(PATH, "Device1", "Connected"))


def test_a_massager_without_digits_needs_no_agent(start):
    sim = start()
    program = Program(sim)
    program.pair()
    assert program.hears("end") == (None,)


# ---- other ends ----


def test_a_bonded_one_is_not_paired_again(start):
    sim = start()
    program = Program(sim, "")
    program.pair()
    program.hears("end")
    assert error_of(program.call, PATH, "Device1", "Pair") == EXISTS


def test_while_one_pairs_nobody_else_pairs_or_connects(start):
    sim, program = begun(start)
    assert error_of(sim.bluez, PATH, "Device1", "Pair") == BUSY
    assert error_of(sim.bluez, PATH, "Device1", "Connect") == BUSY


@pytest.mark.parametrize("interface, method", [("Device1", "CancelPairing"), ("Device1", "Disconnect"), ("Adapter1", "RemoveDevice")])
def test_anybody_can_cancel_a_pairing_and_the_agent_is_told(start, interface, method):
    sim, program = begun(start)
    if interface == "Adapter1":
        sim.bluez(ADAPTER, interface, method, "(o)", PATH)
    else:
        sim.bluez(PATH, interface, method)
    assert program.hears("end") == (CANCELED,)
    assert program.asked()[1:] == [("Cancel",)]
    sim.until(lambda: not sim.status(BED)["connected"])


def test_a_pairing_that_is_cancelled_leaves_a_link_that_was_there(start):
    sim = start("pairing=display")
    Link(sim, BED)
    program = Program(sim, "")
    program.pair()
    program.hears("RequestPasskey")
    digits(sim)
    sim.bluez(PATH, "Device1", "CancelPairing")
    assert program.hears("end") == (CANCELED,)
    program.heard.clear()
    program.pair()
    program.hears("RequestPasskey")
    program.types(digits(sim))
    assert program.hears("end") == (None,)
    assert sim.status(BED)["n_connects"] == 1


def test_cancelling_what_does_not_run_takes_the_keys_of_a_bond(start):
    sim = start()
    assert error_of(sim.bluez, PATH, "Device1", "CancelPairing") == MISSING
    program = Program(sim, "")
    program.pair()
    program.hears("end")
    assert error_of(sim.bluez, PATH, "Device1", "CancelPairing") == MISSING
    assert not sim.get(PATH, "Device1", "Connected") and sim.get(PATH, "Device1", "Bonded")
    sim.bluez(PATH, "Device1", "Connect")
    sim.until(lambda: not sim.get(PATH, "Device1", "Connected"))


@pytest.mark.parametrize("has_link", [False, True])
def test_a_caller_that_leaves_cancels_and_takes_the_link_along(start, has_link):
    sim = start("pairing=display")
    if has_link:
        Link(sim, BED)
    agent, program = Program(sim, ""), Program(sim)
    program.pair()
    agent.hears("RequestPasskey")
    program.leave()
    agent.hears("Cancel")
    sim.until(lambda: not sim.status(BED)["connected"])
    assert error_of(sim.bluez, PATH, "Device1", "CancelPairing") == MISSING


def test_a_pairing_that_nobody_answers_is_cut_off(start):
    sim = start("pairing=display,patience=1")
    program = Program(sim, "")
    program.pair()
    assert program.hears("end") == (CANCELED,)
    assert [method for method, *_ in program.asked()] == ["RequestPasskey", "Cancel"]
    assert not sim.get(PATH, "Device1", "Connected")


def test_a_massager_that_goes_in_the_middle_ends_it(start):
    sim, program = begun(start)
    sim.play("Vanish", "(s)", BED)
    assert program.hears("end") == (CANCELED,)
    assert program.asked()[1:] == [("Cancel",)]


def test_a_massager_that_is_not_there_is_not_reached(start):
    sim = start()
    sim.play("Vanish", "(s)", BED)
    program = Program(sim, "")
    program.pair()
    assert program.hears("end") == (UNREACHED,)


def test_an_adapter_that_goes_off_ends_it(start):
    sim, program = begun(start)
    sim.play("SetPowered", "(b)", False)
    assert program.hears("end") == (CANCELED,)


def test_what_failed_while_linked_stays_known_and_what_failed_without_a_link_does_not(start):
    sim = start("pairing=display", "--device", "kind=roller,bonded=no,address=" + OTHER)
    program = Program(sim, "")
    program.pair()
    program.hears("RequestPasskey")
    program.answer("no")
    program.hears("end")
    sim.until(lambda: not sim.get(PATH, "Device1", "Connected"))
    sim.bluez(ADAPTER, "Adapter1", "StopDiscovery")
    # the other one was heard after it
    sim.until(lambda: OTHER_PATH not in sim.objects())
    assert PATH in sim.objects()
    sim.play("SetPowered", "(b)", False)
    assert error_of(program.call, PATH, "Device1", "Pair") == FAILED
    sim.until(lambda: PATH not in sim.objects())


def test_what_was_not_reached_does_not_stay_known(start):
    sim = start()
    program = Program(sim, "")
    program.pair()
    sim.bluez(ADAPTER, "Adapter1", "StopDiscovery")
    sim.play("Vanish", "(s)", BED)
    assert program.hears("end") == (UNREACHED,)
    sim.until(lambda: PATH not in sim.objects())


# ---- bonds and addresses ----


def test_a_lost_bond_cuts_each_link_until_it_is_removed_and_made_anew(start):
    sim = start()
    program = Program(sim, "")
    assert error_of(sim.play, "LoseBond", "(s)", BED)[0] == "org.knead.Sim1.Error.Refused"
    program.pair()
    program.hears("end")
    sim.play("LoseBond", "(s)", BED)
    assert not sim.get(PATH, "Device1", "Connected") and sim.get(PATH, "Device1", "Bonded")
    sim.bluez(PATH, "Device1", "Connect")
    sim.until(lambda: not sim.get(PATH, "Device1", "Connected"))
    assert error_of(program.call, PATH, "Device1", "Pair") == EXISTS
    sim.bluez(ADAPTER, "Adapter1", "RemoveDevice", "(o)", PATH)
    sim.until(lambda: PATH in sim.objects())
    program.call(PATH, "Device1", "Pair")
    assert Link(sim, BED).info()


def test_a_private_one_tells_who_it_is_by_bonding_and_its_path_follows_when_bluetoothd_starts_again(start):
    sim = start("private=yes")
    path, = [path for path in sim.objects() if "/dev_" in path]
    before = sim.objects()[path]["org.bluez.Device1"]
    assert before["Address"] == path[-17:].replace("_", ":") != BED
    assert before["AddressType"] == "random" and int(before["Address"][:2], 16) >> 6 == 1
    program = Program(sim, "")
    program.pair(path)
    program.hears("end")
    assert program.heard == [("Connected", True), ("Address", BED), ("AddressType", "public"), ("Bonded", True),
                             ("ServicesResolved", True), ("Paired", True), ("end", None)]
    assert path in sim.objects() and PATH not in sim.objects()
    sim.play("SetBluez", "(b)", False)
    sim.play("SetBluez", "(b)", True)
    sim.until(lambda: "org.bluez" in sim.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ListNames")[0])
    assert sim.objects()[PATH]["org.bluez.Device1"]["Address"] == BED and path not in sim.objects()
    sim.bluez(ADAPTER, "Adapter1", "RemoveDevice", "(o)", PATH)
    sim.bluez(ADAPTER, "Adapter1", "StartDiscovery")
    again, = sim.until(lambda: [path for path in sim.objects() if "/dev_" in path])
    assert again not in (path, PATH)
