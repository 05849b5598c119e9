# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Clients that are many, rude, or have a way with words: the hub goes on, and takes every word for a word."""
import contextlib
import csv
import io
import os
import pathlib
import signal
import socket
import urllib.parse

import line
import pytest

EVIL = ["'; DROP TABLE device; --", 'Robert"); DELETE FROM session; --', "../../../../etc/passwd", "-rf", "--help", "%s%n%s", "$(touch gone)",
        "=1+1", "@SUM(A1)", "a,b\"c", "%27 OR 1=1", "' OR '1'='1"]


def n_descriptors(hub):
    return len(os.listdir(f"/proc/{hub.process.child.pid}/fd"))


def is_taken(client, hub):
    try:
        client.connect(str(hub.socket))
    except BlockingIOError:  # the queue is full: the kernel's way to say later
        return False
    return True


def connect(hub):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(30)
    line.wait_for(lambda: is_taken(client, hub), "a place in the queue")
    return client


def stats(hub):
    return hub.get("/v1/status")["clients"]


def test_fault_84_a_thousand_clients_take_no_more_than_48_descriptors_and_leave_none(hub):
    hub.start()
    before = n_descriptors(hub)
    clients, most = [], 0
    for i in range(1000):
        clients.append(connect(hub))
        with contextlib.suppress(OSError):  # one that is over the limit is closed at once
            if i % 3 == 1:
                clients[-1].send(b"GET /v1/st")  # half a request
            if i % 3 == 2:
                clients[-1].shutdown(socket.SHUT_WR)  # half a connection
        most = max(most, n_descriptors(hub))
    for client in clients:
        client.close()
    # 32 that are served and 16 that are told that there are too many; and the one in its hand, which it has to accept before it can close it
    assert most - before <= 48 + 1
    line.wait_for(lambda: hub.is_answering() and stats(hub)["n_clients"] == 1, "they have left")
    assert stats(hub)["n_refused_clients"] > 0
    line.wait_for(lambda: n_descriptors(hub) <= before, "their descriptors")


def test_fault_85_a_thousand_clients_that_leave_in_the_middle_of_an_answer_end_nothing(hub):
    hub.start()
    before = n_descriptors(hub)
    for path in ("/v1/openapi.json", "/v1/events?follow=1", "/v1/status") * 334:
        with connect(hub) as client:
            client.send(f"GET {path} HTTP/1.1\r\nHost: knead\r\n\r\n".encode())
            if path != "/v1/status":
                client.recv(16)
    line.wait_for(lambda: hub.is_answering() and stats(hub)["n_clients"] == 1 and stats(hub)["n_followers"] == 0, "they have left")
    line.wait_for(lambda: n_descriptors(hub) <= before, "their descriptors")


def files(directory):
    return {str(path.relative_to(directory)) for path in pathlib.Path(directory).rglob("*")}


def test_fault_86_names_that_mean_something_to_sql_a_shell_or_a_path_are_names(hub, make_sim, tmp_path):
    sim = make_sim()
    hub.start()
    hub.allow()
    sim.bank(30)
    hub.wait_caught_up(sim)
    hub.stop()
    schema = hub.rows("SELECT type, name, sql FROM sqlite_master ORDER BY name")
    n_sessions = hub.rows("SELECT count(*) FROM session")
    hub.start()
    before = files(tmp_path)
    for label in EVIL:
        assert hub.allow(label=label)["label"] == label
        assert [d["label"] for d in hub.get("/v1/devices")["devices"]] == [label]
        escaped = urllib.parse.quote(label, safe="")
        assert hub.get(f"/v1/devices/{escaped}/why")["address"] == line.BED
        assert len(hub.get(f"/v1/sessions?device={escaped}")["sessions"]) == 1
        shown = hub.cli(f"--device={label}", "sessions")
        assert shown.returncode == 0 and "1 " in shown.stdout
        scenario = hub.cli("capture", line.BED, "--for", "1", f"--scenario={label}", "-o", str(tmp_path / "evil.cap"), "--force")
        assert scenario.returncode == 0, scenario.stderr
        status, _ = hub.request("GET", f"/v1/sessions?device={escaped}%27--")
        assert status == 404
    for label in ("a\nb", "\x1b[31m", "x" * 65, "\u202e"):
        assert hub.request("POST", f"/v1/devices/{line.BED}/allow", {"label": label})[0] == 400
    (tmp_path / "evil.cap").unlink()
    assert files(tmp_path) == before
    hub.stop()
    assert hub.rows("SELECT type, name, sql FROM sqlite_master ORDER BY name") == schema
    assert hub.rows("SELECT count(*) FROM session") == n_sessions


def test_fault_87_a_label_that_a_spreadsheet_would_calculate_is_a_text_in_an_export(hub, make_sim, tmp_path):
    sim = make_sim()
    hub.start()
    sim.bank(30)
    hub.allow(label='=HYPERLINK("http://x","y")')
    hub.wait_caught_up(sim)
    path = tmp_path / "all.csv"
    done = hub.cli("export", "csv", "-o", str(path))
    assert done.returncode == 0 and done.stdout == "" and "all.csv: 1 session\n" in done.stderr
    assert path.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    session = hub.get("/v1/sessions")["sessions"][0]
    assert len(rows) == 1 and rows[0]["device.label"] == '\'=HYPERLINK("http://x","y")'
    for name, cell in rows[0].items():
        group, _, key = name.rpartition(".")
        value = (session.get(group, {}) if group else session).get(key)
        if name != "device.label":
            assert cell == ("" if value is None else str(value).lower() if isinstance(value, bool) else str(value)), name
    # and not over what is there, unless that is said
    again = hub.cli("export", "json", "-o", str(path))
    assert again.returncode == 1 and "is there already" in again.stderr and path.read_text().startswith("id,")
    assert hub.cli("export", "json", "-o", str(path), "--force").returncode == 0
    status, document = hub.request("POST", "/v1/exports?format=json")
    assert status == 200 and [s["id"] for s in document["sessions"]] == [session["id"]]


# ---- told to go, told to read its configuration again ----

ADDRESSES = [f"C0:FF:EE:00:00:{i:02X}" for i in range(1, 6)]


def test_fault_91_a_hub_told_to_stop_in_five_sessions_stores_all_it_has_been_sent(hub, make_sim):
    sim = make_sim(*(f"kind=back14,address={address},serial=B{address[-2:]},seed={i}" for i, address in enumerate(ADDRESSES)))
    hub.start()
    for address in ADDRESSES:
        hub.allow(address)
    for address in ADDRESSES:
        hub.wait_caught_up(sim, address)
        sim.start_session(600, "rocking", address)
    # a record holds 25 samples of 14 nodes at most: these are more than 1,000 values
    line.wait_for(lambda: all(hub.device(a)["n_open"] >= 4 for a in ADDRESSES), "unsaved records of all five")
    open_records = {hub.device(a)["id"]: hub.device(a)["trimmed_to_seq"] + hub.device(a)["n_open"] for a in ADDRESSES}
    assert hub.stop() == 0
    stored = dict(hub.rows("SELECT log.device_id, max(block.last_seq) FROM block JOIN log USING (log_key) GROUP BY 1"))
    assert all(stored[device] >= newest for device, newest in open_records.items()), (stored, open_records)
    assert not any(sim.status(address)["connected"] for address in ADDRESSES)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_fault_91_a_storm_of_hangups_is_survived_and_an_end_in_its_middle_is_an_end(hub, tmp_path, end):
    config = tmp_path / "kneadd.conf"
    config.write_text("[hub]\nzone=Asia/Tokyo\n")
    arguments = [argument for argument in hub.args("--config", config) if argument not in ("--zone", hub.zone)]
    hub.process = line.Process(arguments, hub.log)
    line.wait_for(hub.is_answering, "the hub", process=hub.process.child)
    for i in range(1000):
        config.write_text(f"[hub]\nzone={'Asia/Tokyo' if i % 2 else 'Europe/Berlin'}\n")
        hub.process.child.send_signal(signal.SIGHUP)
    line.wait_for(lambda: hub.get("/v1/status")["tz"] == "Asia/Tokyo", "the last one in force")
    for _ in range(100):
        hub.process.child.send_signal(signal.SIGHUP)
    hub.process.child.send_signal(end)
    assert hub.process.child.wait(30) == 0
    assert not hub.socket.exists()
