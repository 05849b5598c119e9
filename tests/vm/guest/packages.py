# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The packages come, are upgraded, and go."""
import glob
import pathlib
import time

import place
from line import wait_for
from place import sh


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
    where.wait_all()
    before = [(s["id"], s["dose_hpa_ms"]) for s in where.hub.sessions()]
    pid = where.hub.pid()
    sh("dpkg", "-i", *sorted(glob.glob("/knead-vm/*.deb")), timeout=180)
    wait_for(where.hub.is_answering, "the hub", 60)
    assert where.hub.pid() != pid
    assert [(s["id"], s["dose_hpa_ms"]) for s in where.hub.sessions()] == before
    assert "zone=Europe/Berlin" in pathlib.Path("/etc/knead/kneadd.conf").read_text()
    where.wait_all()
    return f"{len(before)} sessions"


def a_purge_removes_what_it_says(where):
    done = sh("dpkg", "--purge", "kneadd", timeout=120)
    assert "/var/lib/knead" in done.stdout
    assert not pathlib.Path("/var/lib/knead").exists() and not pathlib.Path("/etc/knead").exists()
    assert sh("knead", check=False).returncode == 5
    return ""
