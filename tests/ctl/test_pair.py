# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""knead pair: a conversation between a person, the hub and the massager."""
import contextlib
import json
import os
import pty
import subprocess

import pytest

from fakehub import Hub, device, session
from test_process import DENIED, FAILED, KNEAD, OK, USAGE, knead

ADDRESS = "AA:BB:CC:DD:EE:FF"


def job(step, **more):
    return {"id": "5", "kind": "pairing", "state": "running", "progress_permille": 10, "step": step, **more}


def done(is_paired, **more):
    return job("done" if is_paired else "failed", state="done",
               result={"address": ADDRESS, "is_paired": is_paired, "is_just_works": False, **more})


@pytest.fixture
def hub(tmp_path):
    with Hub(str(tmp_path / "knead.sock")) as running:
        running.documents["/v1/pairings"] = running.documents["/v1/pairings/5"] = job("searching")
        yield running


def answers(hub):
    return [json.loads(body) for method, path, body in hub.asked if path == "/v1/pairings/5"]


def test_the_six_digits_are_asked_for_until_they_are_six_and_sent(hub):
    hub.jobs = [job("pairing"), job("wants-passkey"), job("wants-passkey"), done(True)]
    result = knead("pair", ADDRESS.lower(), "--label", "sofa", path=hub.path, typed="12\n12345a\n 012345 \n")
    assert result.returncode == OK, result.stderr
    assert json.loads(hub.asked[0][2]) == {"address": ADDRESS, "label": "sofa"}
    assert answers(hub) == [{"passkey": "012345"}]
    assert result.stdout.count("Type the six digits") == 3
    assert f"{ADDRESS} is paired, and recorded from now on." in result.stdout
    assert "Nobody had to confirm" not in result.stdout
    # the hub is asked for what comes after the step that is known
    assert [path for _, path, _ in hub.asked if "step=" in path][0] == "/v1/jobs/5?wait=25&step=searching"


@pytest.mark.parametrize("typed, is_yes", [("y\n", True), ("Yes\n", True), ("n\n", False), ("\n", False), ("", False)])
def test_only_a_yes_confirms_the_number(hub, typed, is_yes):
    hub.jobs = [job("wants-confirmation", number="000042"), done(is_yes, **({} if is_yes else {"error": "it was refused"}))]
    result = knead("pair", ADDRESS, path=hub.path, typed=typed)
    assert "Does the massager show 000042? [y/N]" in result.stdout
    assert answers(hub) == [{"confirm": is_yes}]
    assert result.returncode == (OK if is_yes else FAILED)


def test_nobody_there_to_type_digits_ends_it(hub):
    hub.jobs = [job("wants-passkey"), done(False, error="it was refused")]
    result = knead("pair", ADDRESS, path=hub.path)
    assert answers(hub) == [{"confirm": False}]
    assert result.returncode == FAILED
    assert result.stderr.startswith(f"knead: pairing {ADDRESS} failed: it was refused\n")
    assert f"knead why {ADDRESS}" in result.stderr


def test_a_number_to_type_on_the_massager_is_shown_once(hub):
    hub.jobs = [job("shows-passkey", number="123456"), job("shows-passkey", number="123456"), done(True)]
    result = knead("pair", ADDRESS, path=hub.path)
    assert result.stdout.count("Type on the massager: 123456") == 1


def test_just_works_is_said_to_be_just_that(hub):
    hub.jobs = [done(True, is_just_works=True)]
    assert "Nobody had to confirm anything" in " ".join(knead("pair", ADDRESS, path=hub.path).stdout.split())


def test_one_that_was_paired_already_is_said_to_be_and_how_to_begin_anew(hub):
    hub.jobs = [done(True, was_paired_already=True)]
    shown = " ".join(knead("pair", ADDRESS, path=hub.path).stdout.split())
    assert f"{ADDRESS} was paired already" in shown and f"sudo bluetoothctl remove {ADDRESS}" in shown
    assert "Nobody had to confirm" not in shown


def test_one_that_is_paired_and_could_not_be_recorded_needs_no_button(hub):
    hub.jobs = [done(False, is_bonded=True, error="this hub has 64 massagers, which is its limit: forget one first")]
    result = knead("pair", ADDRESS, path=hub.path)
    assert result.returncode == FAILED
    assert result.stderr.startswith(f"knead: {ADDRESS} is paired, but not recorded: this hub has 64")
    assert f"sudo knead allow {ADDRESS}" in result.stderr and "button" not in result.stderr


def test_digits_that_come_too_late_tell_how_it_ended(hub):
    hub.jobs = [job("wants-passkey"), done(False, error="nobody answered in time")]
    del hub.documents["/v1/pairings/5"]
    result = knead("pair", ADDRESS, path=hub.path, typed="012345\n")
    assert result.returncode == FAILED
    assert "nobody answered in time" in result.stderr and "does not run any more" not in result.stderr


@contextlib.contextmanager
def person(hub, *words, typed):
    """knead at a terminal where a person types when asked; yields what the terminal shows."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([KNEAD, "--socket", hub.path, "pair", ADDRESS, *words], stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while piece := os.read(ours, 4096):
            shown += piece
            if b"[Y/n] " in shown and typed:
                os.write(ours, typed.encode())
                typed = ""
    child.wait(timeout=30)
    os.close(ours)
    yield child.returncode, shown.decode()


@pytest.fixture
def past(hub):
    hub.jobs = [done(True, was_recorded=False)]
    hub.documents["/v1/devices"] = {"devices": [device(1, address=ADDRESS)]}
    hub.documents["/v1/sessions"] = {"sessions": [session(3, "2026-11-19T09:00:00+01:00", 60000), session(2, "2026-11-03T09:00:00+01:00", 60000)]}
    return hub


def allowed(hub):
    return [json.loads(body) for _, path, body in hub.asked if path.endswith("/allow")]


def test_a_person_is_asked_about_sessions_from_before_today_and_a_no_hides_them(past):
    with person(past, typed="n\n") as (status, shown):
        assert status == OK
        assert "It holds 2 sessions from before today, the first of Tuesday 3 November. Are they yours?" in shown
        assert f"sudo knead allow {ADDRESS} --sessions-from all" in shown
    assert allowed(past) == [{"sessions_from": "today"}]
    assert f"/v1/sessions?to=yesterday&limit=400&device={ADDRESS}" in [path for _, path, _ in past.asked]


def test_a_yes_and_no_word_at_all_leave_them_shown(past):
    with person(past, typed="\n") as (status, shown):
        assert status == OK and "Are they yours?" in shown
    assert allowed(past) == []


@pytest.mark.parametrize("known, words, n_asked", [
    (True, (), 0), (False, ("--sessions-from", "today"), 0), (False, (), 1)])
def test_only_a_new_one_of_which_nothing_was_said_is_asked_about(past, known, words, n_asked):
    past.jobs = [done(True, was_recorded=known)]
    with person(past, *words, typed="y\n") as (status, shown):
        assert status == OK and shown.count("Are they yours?") == n_asked
    if words:
        assert json.loads(past.asked[0][2])["sessions_from"] == "today"


def test_nothing_is_asked_when_it_brings_nothing_along(past):
    past.documents["/v1/sessions"] = {"sessions": []}
    with person(past, typed="n\n") as (status, shown):
        assert status == OK and "Are they yours?" not in shown
    assert allowed(past) == []


@pytest.mark.parametrize("dated, said", [
    (True, "2 sessions from before today, the first of Tuesday 3 November, and 1 session without a date."),
    (False, "It holds 1 session without a date.")])
def test_sessions_without_a_date_are_asked_about_too(past, dated, said):
    undated = session(4, "", 60000)
    del undated["start"]
    past.documents[f"/v1/sessions?limit=400&device={ADDRESS}"] = {"sessions": [undated]}
    if not dated:
        past.documents["/v1/sessions"] = {"sessions": []}
    with person(past, typed="n\n") as (status, shown):
        assert status == OK and said in shown and "Are they yours?" in shown
    assert allowed(past) == [{"sessions_from": "today"}]


def test_a_hub_that_does_not_know_the_day_hides_nothing_and_says_so(past):
    past.documents["/v1/status"]["clock"] = "unknown"
    with person(past, typed="n\n") as (status, shown):
        assert status == OK and "Are they yours?" not in shown
        said = " ".join(shown.split())
        assert "does not know what day it is" in said and f"sudo knead allow {ADDRESS} --sessions-from today" in said
    assert allowed(past) == []


def test_words_from_outside_reach_no_terminal(hub):
    hub.jobs = [done(False, error="\x1b[31mred")]
    result = knead("pair", ADDRESS, path=hub.path)
    assert "\x1b" not in result.stderr


def test_wrong_words_ask_nothing(hub):
    assert knead("pair", "nowhere", path=hub.path).returncode == USAGE
    assert knead("pair", path=hub.path).returncode == USAGE
    assert hub.asked == []


def test_a_refusal_is_told(hub):
    hub.problem = {"status": 403, "kind": "denied", "detail": "You may not.", "hint": "Ask."}
    assert knead("pair", ADDRESS, path=hub.path).returncode == DENIED


def test_a_program_gets_the_document_and_nothing_else_on_standard_output(hub):
    hub.jobs = [job("wants-confirmation", number="000042"), done(True)]
    result = knead("pair", ADDRESS, "--json", path=hub.path, typed="y\n")
    assert json.loads(result.stdout)["result"]["is_paired"]
    assert "Does the massager show 000042?" in result.stderr
