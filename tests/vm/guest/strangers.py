# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Those who have no business with the hub: other users, names made to deceive, and what a hub that was taken over could reach."""
import pathlib
import re
import shutil
import time

import place
from line import wait_for
from place import sh

NOBODY = ("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups")


def a_name_with_control_characters_reaches_no_terminal(where):
    evil = "\x1b[31mbed\u202e\x07"  # a name in an advertisement has 29 bytes at most
    where.bring(f"kind=back14,adapter=hci1,name={evil},seed={time.monotonic_ns()}")
    address, = where.addresses
    place.remove_bond("hci0", address)
    where.massagers.call("LoseBond", "(s)", address)
    done = sh("knead", "scan", "--for", "10")
    shown = done.stdout + sh("knead", "devices").stdout + sh("knead", "log").stdout
    assert address in shown
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", shown)
    return "scan, devices and log are clean"


def nobody_else_reads_or_changes(where):
    refused = sh(*NOBODY, "knead", check=False)
    assert refused.returncode == 4 and "You may not talk to the hub." in refused.stderr, (refused.returncode, refused.stderr)
    listing = [*NOBODY, "gdbus", "call", "--system", "--dest", "org.bluez", "--object-path", "/", "--method",
               "org.freedesktop.DBus.ObjectManager.GetManagedObjects"]
    assert sh(*listing, check=False).returncode == 0
    pathlib.Path("/etc/dbus-1").mkdir(exist_ok=True)
    shutil.copy("/usr/share/doc/kneadd/knead-hub.conf", "/etc/dbus-1/system-local.conf")
    sh("systemctl", "reload", "dbus")
    denied = wait_for(lambda: (d := sh(*listing, check=False)).returncode != 0 and d, "the policy", 30)
    assert "AccessDenied" in denied.stderr
    where.bring_seven()
    for address in (where.addresses[0],):
        place.pair_by_hand(address)
    where.wait_all()
    return "0 values by D-Bus, refused on the socket with a line"


def the_sandbox_holds_and_nothing_was_killed_by_it(where):
    kernel = sh("journalctl", "--no-pager", "-k").stdout + sh("journalctl", "--no-pager", "-u", "kneadd").stdout
    killed = re.findall(r".*(?:type=1326|status=31/SYS).*", kernel)  # as the kernel's audit and systemd tell it
    assert not killed, killed
    score = re.search(r"Overall exposure level for kneadd.service: ([0-9.]+)", sh("systemd-analyze", "security", "kneadd", check=False).stdout)
    assert float(score.group(1)) <= 1.0
    namespace = pathlib.Path(f"/proc/{where.hub.pid()}/ns/net").readlink()
    assert namespace != pathlib.Path("/proc/1/ns/net").readlink()
    return f"score {score.group(1)}"
