# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A capture is the bug report: replayed, it gives what the hub had; redacted, it says nothing of whom."""

import json
import os
import signal
import sqlite3
import subprocess
import sys

import line
import pytest

sys.path.insert(0, os.environ["KN_GOLDEN_DIR"])
import recompute  # noqa: E402

SERIAL = "BED-OF-ANNA-77"
DEVICE = f"kind=back14,address={line.BED},serial={SERIAL},seed=7"


class Capturing:
    """knead capture in the background, writing already."""

    def __init__(self, hub, path, *args, device="back bed"):
        self.path = path
        self.child = subprocess.Popen([str(line.KNEAD), "--socket", str(hub.socket), "capture", device, "-o", str(path), *args],
                                      stderr=subprocess.PIPE, text=True)
        line.wait_for(lambda: any("\nclock " in part.read_text() for part in self.parts()), "the capture", process=self.child)

    def parts(self):
        """What is being written, under a name that nobody could plant."""
        return list(self.path.parent.glob(self.path.name + ".*"))

    def end(self):
        self.child.send_signal(signal.SIGINT)
        _, self.messages = self.child.communicate(timeout=60)
        return self.child.returncode


def replay(path, directory):
    done = subprocess.run([str(line.KNEADD), "--replay", str(path), "--state-dir", str(directory)], capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["sessions"]


def rows(directory, table, leave_out=()):
    with sqlite3.connect(f"file:{directory / 'knead.db'}?mode=ro", uri=True) as db:
        cursor = db.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
        names = [column[0] for column in cursor.description]
        return [{n: v for n, v in zip(names, row) if n not in leave_out} for row in cursor]


@pytest.fixture
def enrolled(hub):
    """The massager is known, and not there yet: a capture can begin before the link does."""
    hub.start()
    hub.allow(label="back bed")
    return hub


def test_a_raw_capture_of_a_whole_link_replays_to_the_rows_of_the_hub(enrolled, make_sim, tmp_path):
    hub = enrolled
    capturing = Capturing(hub, tmp_path / "raw.cap", "--with-identity")
    # as fast as the air is: a capture holds 256 KiB for a reader, and more than that at once ends it
    sim = make_sim(DEVICE + ",history=2d,pace=400")
    hub.wait_caught_up(sim)
    sim.start_session(4)
    line.wait_for(lambda: len([s for s in hub.sessions() if not s["is_provisional"]]) == 3, "the live session")
    hub.wait_caught_up(sim)
    assert capturing.end() == 0, capturing.messages
    assert "health data" in capturing.messages
    hub.stop()
    replay(tmp_path / "raw.cap", tmp_path / "again")
    # which commit made a row final is the machine's business; what the row says is not
    for table, leave_out in (("session", {"revision", "start_utc_us"}), ("session_node", set()), ("coverage", set()),
                             ("gap", {"gap_id", "opened_us", "filled_us"}), ("mark", set()), ("log", {"newest_block_id"})):
        assert rows(hub.state, table, leave_out) == rows(tmp_path / "again", table, leave_out), table
    starts = zip(rows(hub.state, "session"), rows(tmp_path / "again", "session"))
    # the hub's two clocks are read one after the other
    assert all(abs(a["start_utc_us"] - b["start_utc_us"]) <= 2000 for a, b in starts)


def test_a_redacted_capture_of_a_running_link_keeps_the_pressures_and_nothing_of_whom(enrolled, make_sim, tmp_path):
    hub = enrolled
    sim = make_sim(DEVICE)
    hub.wait_caught_up(sim)
    capturing = Capturing(hub, tmp_path / "bug.cap", "--scenario", "one short session")
    sim.start_session(4)
    line.wait_for(lambda: [s for s in hub.sessions() if not s["is_provisional"]], "the session")
    (live,) = hub.sessions()
    assert capturing.end() == 0, capturing.messages
    status = hub.get("/v1/status")
    text = (tmp_path / "bug.cap").read_text()
    header, entries = recompute.read_entries(tmp_path / "bug.cap")
    assert header["redacted"] == "yes" and header["scenario"] == "one short session" and header["model"]
    log_id, hub_id = int(status["devices"][0]["log_id"], 16), int(status["hub_id"], 16)
    for secret in (line.BED, line.BED.replace(":", "").lower(), SERIAL, SERIAL.encode().hex(), f"{log_id:016x}", f"{hub_id:016x}",
                   log_id.to_bytes(8, "little").hex(), hub_id.to_bytes(8, "little").hex(), status["now"][:10], "back bed"):
        assert secret not in text, secret
    # every date that is told is in the first days of 2020
    ktp = recompute.ktp
    for _, _, value in (entry for entry in entries if entry[0] == "n"):
        for body in recompute.bodies(value):
            message = ktp.Reply.FromString(body).clock if value[1] & 15 == 4 else ktp.Record.FromString(body).clock_anchor
            assert message.unix_us == 0 or abs(message.unix_us / 1e6 - 1577836800) < 86400
    (again,) = replay(tmp_path / "bug.cap", tmp_path / "again")
    for key in ("duration_ms", "dose_hpa_ms", "peak_hpa", "hold_count", "first_seq", "last_seq", "nodes", "completeness_permille"):
        assert again[key] == live[key], key


def test_a_file_that_is_there_is_not_written_over(enrolled, make_sim, tmp_path):
    path = tmp_path / "there.cap"
    path.write_text("mine")
    done = enrolled.cli("capture", "back bed", "-o", str(path), "--for", "1")
    assert done.returncode == 1 and "is there already" in done.stderr
    assert path.read_text() == "mine"
    done = enrolled.cli("capture", "back bed", "-o", str(path), "--for", "1", "--force")
    assert done.returncode == 0 and "Nothing came" in done.stderr
    assert path.read_text().startswith("# knead-capture: 1\n") and (path.stat().st_mode & 0o777) == 0o600


def test_what_is_put_there_meanwhile_is_not_written_over_and_the_capture_is_kept(enrolled, make_sim, tmp_path):
    make_sim(DEVICE)
    path = tmp_path / "late.cap"
    capturing = Capturing(enrolled, path)
    path.write_text("mine")
    assert capturing.end() == 1
    assert path.read_text() == "mine"
    (kept,) = capturing.parts()
    assert str(kept) in capturing.messages and kept.read_text().startswith("# knead-capture: 1\n")


def test_a_massager_that_is_not_known_is_said_so_and_leaves_no_file(enrolled, tmp_path):
    done = enrolled.cli("capture", "nobody", "-o", str(tmp_path / "x.cap"))
    assert done.returncode == 3 and "knead devices" in done.stderr
    assert list(tmp_path.glob("x.cap*")) == []


def test_a_capture_that_was_cut_off_because_too_much_waited_says_so(enrolled, make_sim, tmp_path):
    """Whoever writes it stands still while days are fetched."""
    capturing = Capturing(enrolled, tmp_path / "cut.cap")
    capturing.child.send_signal(signal.SIGSTOP)
    try:
        make_sim(DEVICE + ",history=2d")
        line.wait_for(lambda: enrolled.get("/v1/status")["clients"]["n_dropped_readers"] == 1, "the cut")
    finally:
        capturing.child.send_signal(signal.SIGCONT)
    _, told = capturing.child.communicate(timeout=60)
    assert capturing.child.returncode == 1
    assert "It broke off before its end; what came is in the file." in told and "256 KiB" in told and "has ended" not in told
    assert not (tmp_path / "cut.cap").read_text().splitlines()[-1].startswith("end ")


def test_a_capture_whose_hub_was_killed_says_so(enrolled, make_sim, tmp_path):
    capturing = Capturing(enrolled, tmp_path / "cut.cap")
    enrolled.process.child.kill()
    _, told = capturing.child.communicate(timeout=60)
    assert capturing.child.returncode == 1
    assert "It broke off before its end" in told and "The hub has ended" in told and "256 KiB" not in told
