# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A person who knows nothing but "knead" gets to a working massager by doing what each screen says."""
import re
import shlex

import line
import pytest

NEW = f"kind=back14,address={line.BED},serial=BED-1,seed=7,name=Sofa"


def told(screen, command):
    """The line to type for a command, as it stands on the screen, without sudo (these tests are the hub's own user)."""
    found = re.search(rf'sudo knead ({command}(?: (?:ADDRESS|[0-9A-F:]{{17}}))?(?: --label "[^"]*")?)', " ".join(screen.split()))
    assert found, screen
    return found.group(1)


@pytest.mark.parametrize("bonded", ["no", "yes"])
def test_three_commands_lead_from_nothing_to_a_massager_that_is_recorded(hub, make_sim, bonded):
    hub.start("--timer-scale", line.timer_scale(0.2))
    first = hub.cli()
    assert first.returncode == 0 and "No massager is recorded yet." in first.stdout
    assert "Switch it on" in first.stdout and max(map(len, first.stdout.splitlines())) <= 80
    assert told(first.stdout, "pair") == 'pair ADDRESS --label "living room"'
    sim = make_sim(f"{NEW},bonded={bonded}")
    sim.bank(60)
    line.wait_for(lambda: hub.get("/v1/status")["radio"]["state"] == "ready", "the radio")

    # 1
    scan = hub.cli(*shlex.split(told(first.stdout, "scan")))
    assert scan.returncode == 0 and line.BED in scan.stdout
    # 2
    command = "pair" if bonded == "no" else "allow"
    words = shlex.split(told(scan.stdout, command))
    assert words == [command, line.BED]
    assert hub.cli(*words, "--label", "living room").returncode == 0
    hub.wait_caught_up(sim)
    # 3
    last = hub.cli()
    assert last.returncode == 0 and "living room" in last.stdout and "in 1 session," in last.stdout


def test_what_the_list_of_massagers_says_to_do_can_be_done(hub, make_sim):
    hub.start("--timer-scale", line.timer_scale(0.2))
    assert told(hub.cli("devices").stdout, "scan") == "scan"
    make_sim(f"{NEW},bonded=no")
    line.wait_for(lambda: hub.get("/v1/status")["radio"]["state"] == "ready", "the radio")
    assert hub.cli("scan").returncode == 0
    assert line.BED in hub.cli("devices").stdout
    words = shlex.split(told(hub.cli("devices").stdout, "pair"))
    assert hub.cli(*(line.BED if word == "ADDRESS" else word for word in words)).returncode == 0
    assert hub.get("/v1/devices")["devices"][0]["label"] == "living room"
