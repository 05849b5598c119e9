# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A person pairs: the real knead pair and kneadd, a massager that shows, compares or takes digits, and all that can come in between."""

import json
import os
import subprocess

import line
import pytest
from gi.repository import Gio, GLib
from line import BED, KNEAD, ROLLER, wait_for

AGENT = "/org/knead/agent"
SCALE = ("--timer-scale", line.timer_scale(0.2))  # a search of 8 s


def massager(address=BED, **settings):
    return ",".join([f"kind=back14,address={address},serial=S{address[-1]},seed=5,bonded=no", *(f"{k}={v}" for k, v in settings.items())])


class Talk:
    """knead pair, and a person at it."""

    def __init__(self, hub, address=BED, *words):
        self.out = hub.directory / f"pair-{len(list(hub.directory.glob('pair-*.out')))}.out"
        with open(self.out, "wb") as out:
            self.child = subprocess.Popen([str(KNEAD), "--socket", str(hub.socket), "pair", address, *words], stdin=subprocess.PIPE, stdout=out,
                                          stderr=subprocess.STDOUT, text=True, env={**os.environ, "NO_COLOR": "1", "LC_ALL": "C.UTF-8"})

    def text(self):
        return self.out.read_text(errors="replace")

    def says(self, words):
        def is_said():
            has_ended = self.child.poll() is not None
            assert words in self.text() or not has_ended, self.text()
            return words in self.text()
        wait_for(is_said, words)

    def asks_for_digits(self):
        self.says("Type the six digits that the massager shows:")

    def types(self, text):
        self.child.stdin.write(text + "\n")
        self.child.stdin.flush()

    def leaves(self):
        self.child.stdin.close()

    def ends(self, status):
        """With what it said, the line ends as blanks."""
        assert self.child.wait(line.DEADLINE_S) == status, self.text()
        self.leaves()
        return " ".join(self.text().split())

    def fails(self):
        said = self.ends(1)
        assert "failed:" in said and "org.bluez" not in said
        return said


@pytest.fixture
def begin(hub, make_sim):
    def start(*devices, scale=SCALE):
        sim = make_sim(*(devices or (massager(),)))
        sim.call("SetSpeed", "(u)", 8)
        hub.start(*scale)
        wait_for(lambda: hub.get("/v1/status")["radio"]["state"] == "ready", "the radio")
        return sim
    return start


def nothing_came_of_it(hub, sim, address=BED):
    assert hub.get("/v1/status")["devices"] == []
    wait_for(lambda: not sim.status(address)["connected"], "the link's end")
    assert sim.status(address)["n_fetches"] == 0


def pair_with_digits(hub, sim, n=1):
    talk = Talk(hub)
    talk.asks_for_digits()
    talk.types(sim.shown(n))
    said = talk.ends(0)
    hub.wait_caught_up(sim)
    return said


def test_a_massager_without_digits_is_paired_recorded_and_said_to_have_none(begin, hub):
    sim = begin()
    sim.bank(60)
    said = Talk(hub, BED.lower(), "--label", "sofa").ends(0)
    assert f"{BED} is paired, and recorded from now on." in said and "Nobody had to confirm anything" in said
    hub.wait_caught_up(sim)
    assert len(hub.sessions()) == 1 and hub.device()["label"] == "sofa"


def test_the_digits_that_it_shows_pair_it(begin, hub):
    sim = begin(massager(pairing="display"))
    sim.bank(60)
    said = pair_with_digits(hub, sim)
    assert "is paired, and recorded from now on" in said and "Nobody had to confirm" not in said
    assert len(hub.sessions()) == 1


def test_other_digits_do_not_and_the_next_try_may(begin, hub):
    sim = begin(massager(pairing="display"))
    sim.bank(60)
    talk = Talk(hub)
    talk.asks_for_digits()
    talk.types(f"{(int(sim.shown()) + 1) % 1000000:06}")
    assert "the digits were wrong" in talk.fails()
    nothing_came_of_it(hub, sim)
    pair_with_digits(hub, sim, 2)


def test_both_show_one_number_and_a_yes_pairs(begin, hub):
    sim = begin(massager(pairing="confirm"))
    talk = Talk(hub)
    talk.says(f"Does the massager show {sim.shown()}? [y/N]")
    talk.types("y")
    assert "Nobody had to confirm" not in talk.ends(0)
    hub.wait_caught_up(sim)


def test_a_no_does_not_pair_and_says_whose_it_was(begin, hub):
    sim = begin(massager(pairing="confirm"))
    talk = Talk(hub)
    talk.says("[y/N]")
    talk.types("n")
    assert "not confirmed" in talk.fails()
    nothing_came_of_it(hub, sim)


def test_digits_to_be_typed_on_the_massager_are_shown_and_pair(begin, hub):
    sim = begin(massager(pairing="type"))
    said = Talk(hub).ends(0)
    assert said.count("Type on the massager: ") == 1 and "Nobody had to confirm" not in said
    hub.wait_caught_up(sim)


def test_a_massager_that_refuses_is_told_so(begin, hub):
    sim = begin(massager(pairing="refuse"))
    talk = Talk(hub)
    talk.says("[y/N]")
    wait_for(lambda: not sim.status()["connected"], "its no")
    talk.types("y")
    assert "the massager refused" in talk.fails()
    nothing_came_of_it(hub, sim)


def test_the_end_of_what_is_typed_ends_it_without_waiting_for_anybodys_patience(real_time, begin, hub):
    sim = begin(massager(pairing="display"), scale=("--timer-scale", "1"))
    talk = Talk(hub)
    talk.asks_for_digits()
    talk.leaves()
    assert "given up" in talk.fails()
    nothing_came_of_it(hub, sim)
    pair_with_digits(hub, sim, 2)


def test_what_nobody_answers_ends_by_itself_and_is_not_called_a_refusal(begin, hub):
    sim = begin(massager(pairing="display", patience=1))
    talk = Talk(hub)
    talk.asks_for_digits()
    wait_for(lambda: sim.status()["connected"], "the link")
    wait_for(lambda: not sim.status()["connected"], "the massager's patience")
    talk.types(sim.shown())
    assert "refused" not in talk.fails()
    nothing_came_of_it(hub, sim)


def test_a_massager_that_goes_in_the_middle_did_not_refuse_and_can_be_paired_when_it_is_back(begin, hub):
    sim = begin(massager(pairing="display"))
    talk = Talk(hub)
    talk.asks_for_digits()
    sim.call("Vanish", "(s)", BED)
    talk.types(sim.shown())
    assert "refused" not in talk.fails()
    nothing_came_of_it(hub, sim)
    sim.call("Return", "(s)", BED)
    pair_with_digits(hub, sim, 2)


def test_bluetoothd_that_goes_in_the_middle_is_named_and_the_next_try_pairs(begin, hub):
    sim = begin(massager(pairing="display"))
    talk = Talk(hub)
    talk.asks_for_digits()
    sim.call("SetBluez", "(b)", False)
    wait_for(lambda: hub.get("/v1/status")["radio"]["state"] == "no-bluetoothd", "the hub to notice")
    talk.types(sim.shown())
    assert "bluetoothd" in talk.fails()
    nothing_came_of_it(hub, sim)
    sim.call("SetBluez", "(b)", True)
    wait_for(lambda: hub.get("/v1/status")["radio"]["state"] == "ready", "bluetoothd to be back")
    pair_with_digits(hub, sim, 2)


def test_a_massager_that_is_not_there_is_not_heard(begin, hub):
    sim = begin(scale=())
    sim.call("Vanish", "(s)", BED)
    assert "it was not heard" in Talk(hub).fails()
    nothing_came_of_it(hub, sim)


def test_one_that_is_paired_already_is_recorded_and_said_to_have_been(begin, hub):
    sim = begin(f"kind=back14,address={BED},serial=B,seed=5")
    done = hub.cli("pair", BED, "--json", stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)["result"]
    assert result["is_paired"] and result["was_paired_already"] and not result["is_just_works"]
    hub.wait_caught_up(sim)
    assert "was paired already" in Talk(hub).ends(0)


def test_one_that_hides_its_address_is_recorded_under_its_true_one(begin, hub):
    sim = begin(massager(private="yes"))
    sim.bank(60)
    assert hub.cli("scan", "--for", "2").returncode == 0
    hidden, = [d["address"] for d in hub.get("/v1/devices")["devices"]]
    assert hidden != BED
    assert Talk(hub, hidden).ends(0).startswith("Listening") and hub.device()["address"] == BED
    hub.wait_caught_up(sim)
    assert [d["address"] for d in hub.get("/v1/status")["devices"]] == [BED]
    # bluetoothd calls its object by the true address from its next start on
    sim.call("SetBluez", "(b)", False)
    sim.bank(60)
    sim.call("SetBluez", "(b)", True)
    hub.wait_caught_up(sim)
    assert len(hub.sessions()) == 2


def test_a_bond_that_the_massager_has_lost_is_made_anew(begin, hub):
    sim = begin(scale=())
    Talk(hub).ends(0)
    hub.wait_caught_up(sim)
    sim.call("LoseBond", "(s)", BED)
    wait_for(lambda: hub.get(f"/v1/devices/{BED}/why")["cause"] == "bond-suspected", "the suspicion")
    sim.bank(60)
    said = Talk(hub).ends(0)
    assert "is paired, and recorded" in said and "already" not in said
    hub.wait_caught_up(sim)
    assert len(hub.sessions()) == 1


def test_another_massager_is_recorded_on_while_one_is_paired(begin, hub):
    sim = begin(massager(pairing="display"), f"kind=roller,address={ROLLER},serial=R,seed=6")
    hub.allow(ROLLER)
    hub.wait_caught_up(sim, ROLLER)
    pair_with_digits(hub, sim)
    assert sim.status(ROLLER)["n_connects"] == 1 and sim.status(ROLLER)["connected"]


def test_a_second_pairing_has_to_wait_and_does_the_first_no_harm(begin, hub):
    sim = begin(massager(pairing="display"), massager(ROLLER))
    talk = Talk(hub)
    talk.asks_for_digits()
    second = hub.cli("pair", ROLLER, stdin=subprocess.DEVNULL)
    assert second.returncode != 0 and "another massager is being paired" in second.stderr.lower().replace("\n", " ")
    talk.types(sim.shown())
    talk.ends(0)
    hub.wait_caught_up(sim)
    assert sim.status(ROLLER)["n_connects"] == 0
    Talk(hub, ROLLER).ends(0)


def test_a_second_hub_does_the_first_ones_pairing_no_harm(begin, hub, tmp_path):
    sim = begin(massager(pairing="display"))
    (tmp_path / "second").mkdir()
    other = line.Hub(tmp_path / "second", hub.bus_address)
    other.start(*SCALE)
    wait_for(lambda: other.get("/v1/status")["radio"]["state"] == "ready", "the other's radio")
    talk = Talk(hub)
    talk.asks_for_digits()
    assert Talk(other).ends(1)
    talk.types(sim.shown())
    talk.ends(0)
    hub.wait_caught_up(sim)
    assert other.get("/v1/status")["devices"] == []
    assert other.stop() == 0
    line.assert_no_sanitizer_report(other.log)


def test_a_knead_that_was_killed_keeps_nobody_from_pairing_that_massager(begin, hub):
    sim = begin(massager(pairing="display"))
    talk = Talk(hub)
    talk.asks_for_digits()
    talk.child.kill()
    talk.child.wait(line.DEADLINE_S)
    pair_with_digits(hub, sim, 2)


def connections_of(bus, pid):
    def ask(method, *names):
        return bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", method, GLib.Variant(f"({'s' * len(names)})", names), None,
                             Gio.DBusCallFlags.NONE, 10000, None).unpack()[0]

    def is_of(name):
        try:
            return ask("GetConnectionUnixProcessID", name) == pid
        except GLib.Error:
            return False  # it has just left
    return [name for name in ask("ListNames") if name.startswith(":") and is_of(name)]


@pytest.mark.parametrize("method, signature, values", [
    ("RequestPasskey", "(o)", ()), ("RequestConfirmation", "(ou)", (7,)), ("RequestAuthorization", "(o)", ()),
    ("RequestPinCode", "(o)", ()), ("DisplayPasskey", "(ouq)", (7, 0)), ("Cancel", "()", None), ("Release", "()", None)])
def test_a_stranger_who_calls_the_hubs_agent_is_rejected_and_changes_nothing(begin, hub, method, signature, values):
    sim = begin(massager(pairing="display"))
    talk = Talk(hub)
    talk.asks_for_digits()
    path = "/org/bluez/hci0/dev_" + BED.replace(":", "_")
    arguments = GLib.Variant(signature, () if values is None else (path, *values))
    errors = []
    for name in connections_of(sim.connection, hub.process.child.pid):
        with pytest.raises(GLib.Error) as raised:
            sim.connection.call_sync(name, AGENT, "org.bluez.Agent1", method, arguments, None, Gio.DBusCallFlags.NONE, 10000, None)
        errors.append(Gio.DBusError.get_remote_error(raised.value))
    assert errors.count("org.bluez.Error.Rejected") == 1, errors
    talk.types(sim.shown())
    said = talk.ends(0)
    assert said.count("Type the six digits") == 1 and "Type on the massager" not in said
    hub.wait_caught_up(sim)


def test_no_agent_of_the_hub_is_there_when_nobody_pairs(begin, hub):
    sim = begin(massager(pairing="display"))

    def objects():
        names = connections_of(sim.connection, hub.process.child.pid)
        assert names
        return [sim.connection.call_sync(name, AGENT, "org.freedesktop.DBus.Introspectable", "Introspect", None, None,
                                         Gio.DBusCallFlags.NONE, 10000, None).unpack()[0] for name in names]
    assert not any("Agent1" in text for text in objects())
    pair_with_digits(hub, sim)
    assert not any("Agent1" in text for text in objects())
