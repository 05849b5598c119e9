# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Whatever people are called and write is a text: to SQL, to a shell, to a terminal and to a spreadsheet. Labels of massagers: test_clients."""

import csv
import io
import json
import os
import pathlib
import re
import subprocess
import urllib.parse

import line

# taken as they are, up to the limit to the letter
LITERAL = ["'; DROP TABLE person; --", 'Robert"); DELETE FROM session; --', "../../../../etc/passwd", "-rf", "--help", "%s%n%s", "$(touch gone)",
           "`touch gone`", "a,b\"c", "%27 OR 1=1", "' OR '1'='1", "\\", "null", "1", "ß" * 64]
BY_CLI = LITERAL[1:6]  # each call is a process: not for every text
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")']
# not taken as a name; taken out of what is written
UNSHOWN = ["a\x00b", "a\nb", "a\tb", "a\rb", "\x1b[31mred", "\x1b]52;c;aGk=\x07", "a\x7fb", "a\x85b", "a\x9b31mb", "a\u202eb", "a\u2066b", "a\u200bb", "\ufeffa"]
TOO_LONG = ["x" * 65, "x" * 640, "\U0001f486" * 65]
NOTE_MAX = 280
# what no output may have: control bytes but line feeds (and, of csv, their carriage returns), and what turns the direction of writing
UNCLEAN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def files(directory):
    return {str(path.relative_to(directory)) for path in pathlib.Path(directory).rglob("*")}


def run(hub, *args):
    """Bytes in, bytes out: what comes out is UTF-8 and can be shown, whatever happened."""
    done = subprocess.run([str(line.KNEAD).encode(), b"--socket", str(hub.socket).encode(), *(os.fsencode(arg) for arg in args)],
                          capture_output=True, timeout=60, env={**os.environ, "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "COLUMNS": "200"})
    for out in (done.stdout, done.stderr):
        assert not UNCLEAN.search(out.decode()), (args, out)
    return done


def told(hub, *args):
    done = run(hub, *args)
    assert done.returncode == 0, done
    return done.stdout.decode()


def raw(hub, method, path, body=None):
    """As bytes, which need not be UTF-8."""
    connection = line.UnixConnection(hub.socket)
    connection.request(method, path, body, {"Content-Type": "application/json"} if body is not None else {})
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    assert not UNCLEAN.search(answer.decode().replace("\r\n", "\n")), (path, body, answer)
    return response.status, answer.decode()


def exported(hub):
    status, text = raw(hub, "POST", "/v1/exports?format=csv")
    assert status == 200
    return list(csv.DictReader(io.StringIO(text)))[0]


def in_csv(text):
    return "'" + text if text[0] in "=+-@" else text


def begin(hub, make_sim):
    sim = make_sim()
    hub.start()
    hub.allow(label="pad 7")
    sim.bank(30)
    hub.wait_caught_up(sim)
    assert hub.request("POST", "/v1/persons", {"label": "Mia"})[0] in (200, 201)
    session = line.wait_for(lambda: hub.get("/v1/sessions")["sessions"], "the session")[0]["id"]
    assert hub.request("POST", "/v1/assignments", {"sessions": [session], "to": "Mia"})[0] in (200, 201)
    return session


def assert_is_called(hub, label, session):
    who = urllib.parse.quote(label, safe="")
    assert [person["label"] for person in hub.get("/v1/persons")["persons"]] == [label]
    assert [one["person"]["label"] for one in hub.get(f"/v1/sessions?person={who}")["sessions"]] == [label]
    assert hub.get(f"/v1/adherence?person={who}")["person"]["label"] == label
    assert [one["person"]["label"] for one in hub.get("/v1/summary?period=week&by=person")["parts"]] == [label]
    assert exported(hub)["person.label"] == in_csv(label)
    if label in BY_CLI:
        assert f"Planned for {label[:21]}" in told(hub, f"--person={label}", "plan")
        assert label in told(hub, "show", str(session))
    assert raw(hub, "GET", f"/v1/sessions?person={who}%27--")[0] == 404


def test_fault_86_persons_may_be_called_anything_that_can_be_shown_and_nothing_else(hub, make_sim, tmp_path):
    session = begin(hub, make_sim)
    hub.stop()
    schema = hub.rows("SELECT type, name, sql FROM sqlite_master ORDER BY name")
    hub.start()
    before, label = files(tmp_path), "Mia"
    for text in LITERAL + FORMULAS:
        status, person = hub.request("POST", f"/v1/persons/{urllib.parse.quote(label, safe='')}", {"label": text, "external_id": text[::-1]})
        assert status == 200 and (person["label"], person["external_id"]) == (text, text[::-1]), text
        label = text
        assert_is_called(hub, label, session)
    for text in UNSHOWN + TOO_LONG:
        for body in ({"label": text}, {"external_id": text}):
            assert raw(hub, "POST", "/v1/persons", json.dumps({"label": "Tom", **body}).encode())[0] == 400, body
        escaped = urllib.parse.quote(text, safe="")
        assert raw(hub, "GET", f"/v1/plans?person={escaped}")[0] in (400, 404), text
    for text in UNSHOWN[1::4] + TOO_LONG[:1]:
        assert run(hub, "person", "add", text).returncode != 0
        assert run(hub, "plan", f"--person={text}").returncode != 0
    # not UTF-8: in a body, in a path, in a query, on the command line
    assert raw(hub, "POST", "/v1/persons", b'{"label":"a\xffb"}')[0] == 400
    assert raw(hub, "POST", "/v1/persons", b'{"label":"\\ud800"}')[0] == 400
    assert raw(hub, "GET", "/v1/plans?person=%FF%C0%80")[0] in (400, 404)
    assert raw(hub, "POST", "/v1/persons/%FF", b'{"label":"Tom"}')[0] in (400, 404)
    for args in (("person", "add", b"a\xffb"), ("plan", b"--person=a\xffb"), ("sessions", b"--person=\xc0\x80"), ("assign", str(session), b"--to=\xff")):
        assert run(hub, *args).returncode != 0, args
    assert [person["label"] for person in hub.get("/v1/persons")["persons"]] == [label] and files(tmp_path) == before
    hub.stop()
    assert hub.rows("SELECT type, name, sql FROM sqlite_master ORDER BY name") == schema
    assert not UNCLEAN.search(hub.log.read_text())


def assert_is_said(hub, session, key, text):
    assert hub.get(f"/v1/sessions/{session}")["words"][key] == text
    assert exported(hub)[f"words.{key}"] == in_csv(text)
    assert hub.request("POST", "/v1/exports?format=json")[1]["sessions"][0]["words"][key] == text
    if text in BY_CLI:
        assert text in told(hub, "show", str(session))


def test_fault_86_notes_and_places_are_what_was_written_less_what_cannot_be_shown(hub, make_sim, tmp_path):
    session = begin(hub, make_sim)
    path, before = f"/v1/sessions/{session}/notes", files(tmp_path)
    for i, text in enumerate(LITERAL + FORMULAS):
        key = ("note", "region")[i % 2]
        assert hub.request("POST", path, {key: text})[0] == 200, text
        assert_is_said(hub, session, key, text)
    for text in UNSHOWN[1:]:
        clean = UNCLEAN.sub("", text).replace("\n", "")
        assert hub.request("POST", path, {"note": text, "region": text})[0] == 200
        assert_is_said(hub, session, "note", clean)
    assert run(hub, "note", str(session), UNSHOWN[4]).returncode == 0
    assert_is_said(hub, session, "note", UNCLEAN.sub("", UNSHOWN[4]))
    for n, wanted in ((NOTE_MAX, 200), (NOTE_MAX + 1, 400), (10 * NOTE_MAX, 400)):
        assert hub.request("POST", path, {"note": "ß" * n})[0] == wanted
    assert_is_said(hub, session, "note", "ß" * NOTE_MAX)
    for n, wanted in ((64, 200), (65, 400), (640, 400)):
        assert hub.request("POST", path, {"region": "ß" * n})[0] == wanted
    assert raw(hub, "POST", path, b'{"note":"a\xffb"}')[0] == 400
    assert raw(hub, "POST", path, b'{"note":"a\\u0000b"}')[0] == 400
    assert run(hub, "note", str(session), b"a\xffb").returncode != 0
    assert_is_said(hub, session, "note", "ß" * NOTE_MAX)
    assert files(tmp_path) == before
    assert "ß" not in told(hub, "log")
    hub.stop()
    assert not [row for row in hub.rows("SELECT note, region FROM word") if any(text and UNCLEAN.search(text) for text in row)]
