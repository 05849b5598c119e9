# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The packages come, are upgraded, and go."""
import glob
import pathlib
import time

import place
from place import sh, wait_for


def the_packages_install_and_the_hub_starts(where):
    began = time.monotonic()
    sh("dpkg", "-i", *sorted(glob.glob("/knead-vm/*.deb")), timeout=180)
    wait_for(where.hub.is_answering, "the hub", 60)
    passed = time.monotonic() - began
    assert sh("systemctl", "is-enabled", "kneadd").stdout.strip() == "enabled"
    assert pathlib.Path("/var/lib/knead").stat().st_mode & 0o777 == 0o700
    assert pathlib.Path(place.SOCKET).stat().st_mode & 0o777 == 0o660
    assert pathlib.Path(place.SOCKET).group() == "knead"
    assert "No massager is recorded yet." in where.hub.knead()
    where.configure(f"[hub]\nzone=Europe/Berlin\n[radio]\nadapters={place.adapters()['hci0']}\n")
    return f"{passed:.0f} s from dpkg to the first answer"


def an_upgrade_over_a_running_hub_keeps_everything(where):
    where.bring_seven()
    sh("dpkg", "-i", *sorted(glob.glob("/knead-vm/older/*.deb")), timeout=180)
    wait_for(where.hub.is_answering, "the hub", 60)
    where.wait_all()
    older, pid = version(), where.hub.pid()
    before = {s["id"]: s["dose_hpa_ms"] for s in where.hub.sessions()}
    for address in where.addresses:
        where.massagers.start_session(3600, address)
    wait_for(lambda: all(where.hub.device(a)["n_open"] > 3 for a in where.addresses), "the sessions' first records", 60)
    sh("dpkg", "-i", *sorted(glob.glob("/knead-vm/*.deb")), timeout=180)
    wait_for(where.hub.is_answering, "the hub", 60)
    assert where.hub.pid() != pid and sh("dpkg", "--compare-versions", older, "lt", version())
    wait_for(lambda: where.n_ready() == len(where.addresses), "the links", 120)
    for address in where.addresses:
        assert where.massagers.status(address)["session_active"]
        where.massagers.call("StopSession", "(s)", address)
    where.wait_all()
    after = {s["id"]: s for s in where.hub.sessions()}
    assert {i: after[i]["dose_hpa_ms"] for i in before} == before
    new = [session for i, session in after.items() if i not in before]
    assert len(new) == len(where.addresses) and all(s["state"] == "ended" and s["completeness_permille"] == 1000 for s in new)
    assert "zone=Europe/Berlin" in pathlib.Path("/etc/knead/kneadd.conf").read_text()
    return f"{older} to {version()}; {len(before)} sessions from before, 7 in the middle; {where.assert_stored_once()} records, 0 missing, 0 twice"


def version():
    return sh("dpkg-query", "--show", "--showformat", "${Version}", "kneadd").stdout


def a_purge_removes_what_it_says(where):
    done = sh("dpkg", "--purge", "kneadd", timeout=120)
    assert "/var/lib/knead" in done.stdout
    assert not pathlib.Path("/var/lib/knead").exists() and not pathlib.Path("/etc/knead").exists()
    assert sh("knead", check=False).returncode == 5
    return ""
