# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Reasons that knead why tells of a link that bluetoothd or another program has spoiled, each from its cause to the words a person reads."""

import signal

import pytest
from line import BED, wait_for

DEVICE = f"kind=back14,address={BED},serial=B,seed=5"


def cause(hub):
    return hub.get(f"/v1/devices/{BED}/why")["cause"]


def why_is(hub, wanted, *words):
    wait_for(lambda: cause(hub) == wanted, wanted, process=hub.process.child)

    def is_told():
        # between two tries it is connecting, for a moment
        done = hub.cli("why", BED)
        assert done.returncode == 0 and 1 <= len(done.stdout.splitlines()) <= 3
        return all(word in " ".join(done.stdout.split()) for word in words)

    wait_for(is_told, f"the words of {wanted}", process=hub.process.child)


def start(hub, make_sim, device=DEVICE, fail=None):
    sim = make_sim(device)
    if fail:
        sim.call("FailNext", "(sssu)", *fail, 100000)
    hub.start()
    hub.allow()
    return sim


def test_another_program_that_listens_is_named_and_waited_for(hub, make_sim):
    taken = ("AcquireNotify", "org.bluez.Error.NotPermitted", "Notify acquired")
    sim = start(hub, make_sim, fail=taken)
    why_is(hub, "listener", f"Another program on this machine listens to {BED}.", "Close the other program")
    sim.call("FailNext", "(sssu)", *taken, 0)
    why_is(hub, "well")


def test_a_link_that_is_too_narrow_says_so(hub, make_sim):
    start(hub, make_sim, DEVICE + ",mtu=184")
    why_is(hub, "unsupported", f"{BED} can not be read: link too narrow.", "Check its firmware")


@pytest.mark.parametrize("message", ["le-connection-key-missing", "br-connection-key-missing"])
def test_a_bond_that_the_massager_has_lost_is_paired_anew_by_a_person(hub, make_sim, message):
    sim = start(hub, make_sim, fail=("Connect", "org.bluez.Error.Failed", message))
    why_is(hub, "bond-lost", f"{BED} does not know this machine any more.", f"sudo knead pair {BED}")
    # and nothing else is tried: that would only say the same
    assert hub.get("/v1/status")["devices"][0]["link"] == "bond-lost"
    assert sim.status()["n_connects"] == 0


def test_a_bluetoothd_that_hangs_is_started_anew_and_not_started(hub, make_sim):
    sim = make_sim(DEVICE)
    sim.process.child.send_signal(signal.SIGSTOP)
    hub.start("--timer-scale", "0.1")
    hub.allow()
    why_is(hub, "mute-bluetoothd", "Bluetooth service does not answer.", "sudo systemctl restart bluetooth")
    status = " ".join(hub.cli("status").stdout.split())
    assert "Bluetooth does not answer: sudo systemctl restart bluetooth" in status
    sim.process.child.send_signal(signal.SIGCONT)
    why_is(hub, "well")
