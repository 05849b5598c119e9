# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""More massagers than the adapter carries links (fault 7)."""
from gi.repository import Gio
from line import timer_scale, wait_for

N_MASSAGERS = 12
N_LINKS = 5
ADDRESSES = [f"C0:FF:EE:00:01:{n:02X}" for n in range(N_MASSAGERS)]


def links(sim):
    """All at one instant: asked for one after the other, one that ends and one that begins meanwhile would both count."""
    objects = sim.connection.call_sync("org.bluez", "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", None, None,
                                       Gio.DBusCallFlags.NONE, 30000, None).unpack()[0]
    devices = [interfaces["org.bluez.Device1"] for interfaces in objects.values() if "org.bluez.Device1" in interfaces]
    return [device["Address"] for device in devices if device["Connected"]]


def test_fault_7_twelve_massagers_on_five_links_all_have_a_turn_and_lose_nothing(hub, make_sim):
    sim = make_sim(*[f"kind=roller,address={a},serial=T{n},seed={n},history=1d" for n, a in enumerate(ADDRESSES)])
    sim.call("SetLinks", "(u)", N_LINKS)
    hub.start()
    for address in ADDRESSES:
        hub.allow(address)
    most = 0

    def are_all_here():
        nonlocal most
        most = max(most, len(links(sim)))
        return all(sim.status(a)["trimmed_to"] >= sim.status(a)["newest"] > 0 for a in ADDRESSES)

    wait_for(are_all_here, "every massager's turn", process=hub.process.child, every_s=0.1)
    assert most <= N_LINKS
    # what the adapter carries was learned from its refusals, and they ended
    assert all(hub.device(a)["n_missing"] == 0 for a in ADDRESSES)
    told = [hub.get(f"/v1/devices/{a}/why") for a in ADDRESSES]
    adapter, = hub.get("/v1/status")["radio"]["adapters"]
    assert adapter["n_links_max"] == N_LINKS and adapter["n_links"] <= N_LINKS and adapter["is_powered"]
    in_line = [why for why in told if why["cause"] == "no-slot"]
    assert in_line and all(f"carries {N_LINKS} links at once" in why["text"] for why in in_line)
    # and who waits is told its place, of which there always is a first
    wait_for(lambda: any("; 1 in line." in hub.get(f"/v1/devices/{a}/why")["text"] for a in ADDRESSES), "a place in line", process=hub.process.child)
    # it goes on: one that has something new is heard, whoever holds the links
    waiting = next(a for a in ADDRESSES if a not in links(sim))
    sim.bank(60, address=waiting)
    newest = sim.status(waiting)["newest"]
    wait_for(lambda: sim.status(waiting)["trimmed_to"] >= newest, "the new session", process=hub.process.child, every_s=0.1)


def test_an_adapter_that_does_not_say_that_it_is_full_lets_all_have_a_turn(hub, make_sim):
    """Some controllers fail a link too many as if it were the weather."""
    sim = make_sim(*[f"kind=roller,address={a},serial=T{n},seed={n}" for n, a in enumerate(ADDRESSES[:7])])
    sim.call("SetLinks", "(u)", N_LINKS)
    sim.call("HideLimit", "(b)", True)
    hub.start()
    for address in ADDRESSES[:7]:
        hub.allow(address)
    served = set()

    def have_all_been_served():
        served.update(links(sim))
        return len(served) == 7

    wait_for(have_all_been_served, "every massager's turn", process=hub.process.child, every_s=0.05)
    adapter, = hub.get("/v1/status")["radio"]["adapters"]
    assert adapter["n_links_max"] == N_LINKS


def test_a_massager_in_use_keeps_its_link_while_others_take_turns(hub, make_sim):
    sim = make_sim(*[f"kind=roller,address={a},serial=T{n},seed={n}" for n, a in enumerate(ADDRESSES[:4])])
    sim.call("SetLinks", "(u)", 2)
    hub.start()
    hub.allow(ADDRESSES[0])
    wait_for(lambda: hub.device(ADDRESSES[0])["link"] == "ready", "the first")
    sim.start_session(600, address=ADDRESSES[0])
    wait_for(lambda: hub.device(ADDRESSES[0])["n_open"] > 0, "its session")
    for address in ADDRESSES[1:4]:
        hub.allow(address)
    served = set()

    def have_all_been_served():
        served.update(links(sim))
        return served >= set(ADDRESSES[:4])

    wait_for(have_all_been_served, "the others", process=hub.process.child, every_s=0.05)
    assert sim.status(ADDRESSES[0])["n_connects"] == 1


def test_a_session_that_is_over_keeps_no_link(hub, make_sim):
    """Its pictures stay to be looked at. Of two it makes room that has nothing to do, not the one that is connected longer and in use."""
    in_use, is_over, waits = ADDRESSES[:3]
    sim = make_sim(*[f"kind=roller,address={a},serial=T{n},seed={n}" for n, a in enumerate(ADDRESSES[:3])])
    sim.call("SetLinks", "(u)", 2)
    hub.start()
    hub.allow(in_use)
    wait_for(lambda: hub.device(in_use)["link"] == "ready", "the first")
    sim.start_session(600, address=in_use)
    hub.allow(is_over)
    wait_for(lambda: hub.device(is_over)["link"] == "ready", "the second")
    sim.start_session(600, address=is_over)
    wait_for(lambda: all(hub.device(a)["n_open"] > 0 for a in (in_use, is_over)), "both sessions")
    sim.stop_session(address=is_over)
    hub.wait_caught_up(sim, is_over)
    hub.allow(waits)
    wait_for(lambda: sim.status(waits)["connected"], "the third", process=hub.process.child, every_s=0.05)
    assert sim.status(in_use)["n_connects"] == 1 and sim.status(in_use)["connected"]


def test_a_massager_that_comes_back_is_heard_while_others_are_switched_off(hub, make_sim):
    """Each Connect to one that is not there takes the adapter; between two of them the hub listens."""
    sim = make_sim(*[f"kind=roller,address={a},serial=T{n},seed={n}" for n, a in enumerate(ADDRESSES[:6])])
    sim.call("SetSpeed", "(u)", 4)
    hub.start("--timer-scale", timer_scale(0.02))
    for address in ADDRESSES[:6]:
        hub.allow(address)
    wait_for(lambda: len(links(sim)) == 6, "all links", process=hub.process.child)
    for address in ADDRESSES[:6]:
        sim.call("Vanish", "(s)", address)
    # every one of them has been tried without having been heard
    wait_for(lambda: all(hub.device(a)["attempts"] > 0 for a in ADDRESSES[:6]), "the tries", process=hub.process.child)
    back = ADDRESSES[3]
    tried = sum(hub.device(a)["attempts"] for a in ADDRESSES[:6] if a != back)
    sim.call("Return", "(s)", back)
    wait_for(lambda: sim.status(back)["connected"], "the one that is back", process=hub.process.child)
    # one that was under way already, and at most one more
    assert sum(hub.device(a)["attempts"] for a in ADDRESSES[:6] if a != back) <= tried + 2
