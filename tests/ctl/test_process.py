# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""knead as a process: exit codes, streams, options, and what it asks the hub."""
import itertools
import json
import os
import re
import socket
import subprocess
import zlib

import pytest

from fakehub import DOCUMENTS, Hub

KNEAD = os.environ["KNEAD"]
OK, FAILED, USAGE, NOT_FOUND, DENIED, NOT_RUNNING = range(6)


def knead(*arguments, path=None, typed="", **environment):
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
    env.update(environment)
    words = [KNEAD, *(["--socket", str(path)] if path else []), *arguments]
    return subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, input=typed)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "knead.sock"


@pytest.fixture
def hub(path):
    with Hub(str(path)) as running:
        yield running


def test_without_a_hub_it_says_how_to_start_it(path):
    result = knead(path=path)
    assert result.returncode == NOT_RUNNING
    assert result.stdout == ""
    assert "not running" in result.stderr and "sudo systemctl start kneadd" in result.stderr


def test_a_dead_socket_is_a_hub_that_does_not_run(path):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert knead("status", path=path).returncode == NOT_RUNNING


@pytest.mark.parametrize("arguments", [
    ("sesions",), ("--frobnicate",), ("show",), ("show", "1", "2"), ("allow",), ("devices", "x"),
    ("--limit", "3"), ("sessions", "--limit", "0"), ("sessions", "--limit", "401"), ("sessions", "--limit", "x"),
    ("sessions", "--day", "2026-11-21"), ("summary", "--to", "2026-11-21"), ("summary", "today", "--week"), ("summary", "--month", "--since", "monday"),
    ("summary", "--day", "today", "--since", "monday"), ("summary", "--month", "last", "month"), ("summary", "--by", "colour"), ("show", "12", "--by", "region"),
    ("devices", "--by", "dose"), ("sessions", "--since", "today", "--from", "today"), ("sessions", "--month"), ("status", "--device", "1"),
    ("summary", "--from", "2026-11-20", "--to", "2026-11-21", "--week"), ("--color", "maybe"), ("--socket",),
    ("show", "soon"), ("show", "0"), ("show", "-1"), ("allow", "nowhere"), ("devices", "--label", "x")])
def test_wrong_words_are_usage_errors_and_ask_nothing(hub, arguments):
    result = knead(*arguments, path=hub.path if arguments != ("--socket",) else None)
    assert result.returncode == USAGE
    assert result.stdout == ""
    assert result.stderr.startswith("knead: ")
    assert hub.asked == []


def test_a_wrong_command_suggests_the_nearest(hub):
    assert 'did you mean "sessions"?' in knead("sesions", path=hub.path).stderr
    evil = knead("\x1b[31mses", path=hub.path)
    assert evil.returncode == USAGE and "\x1b" not in evil.stderr


def test_a_wrong_option_suggests_the_nearest(hub):
    assert 'there is no option "--devcie"; did you mean "--device"?' in knead("sessions", "--devcie", "1", path=hub.path).stderr
    assert 'did you mean "--limit"?' in knead("sessions", "--Limits=3", path=hub.path).stderr
    assert "did you mean" not in knead("--frobnicate", path=hub.path).stderr
    evil = knead("--dev\x1b[31mice", path=hub.path)
    assert evil.returncode == USAGE and "\x1b" not in evil.stderr
    # what stands behind an option is its word, and what stands behind -- is no option
    assert knead("sessions", "--device", "--devcie", path=hub.path).returncode == OK
    assert "is a word too many" in knead("show", "1", "--", "--devcie", path=hub.path).stderr
    assert hub.asked[-1][1] == "/v1/sessions?limit=20&device=--devcie"


FILED = [(), ("summary",), ("sessions",), ("show", "12"), ("devices",), ("status",), ("log",), ("allow", "C0:FF:EE:00:00:02")]


@pytest.mark.parametrize("words", FILED)
def test_what_would_be_shown_is_written_into_the_file_instead(hub, tmp_path, words):
    hub.documents["/v1/log"] = {"now": "2026-11-21T09:00:00+01:00", "tz": "UTC", "events": []}
    for extra in ([], ["--json"]):
        shown = knead(*words, *extra, path=hub.path)
        to = tmp_path / f"file{len(extra)}"
        done = knead(*words, *extra, "-o", str(to), path=hub.path)
        assert (done.returncode, done.stdout, done.stderr) == (OK, "", "")
        assert to.read_text() == shown.stdout != "" and to.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file0", "file1", "knead.sock"]


def test_a_file_that_is_there_is_written_over_only_when_that_is_said(hub, tmp_path):
    to = tmp_path / "file"
    to.write_text("mine")
    refused = knead("forget", "1", "-o", str(to), path=hub.path)
    assert refused.returncode == FAILED and "is there already" in refused.stderr and "--force" in refused.stderr
    assert hub.asked == [] and to.read_text() == "mine"
    assert knead("status", "-o", str(to), "--force", path=hub.path).returncode == OK and to.read_text() != "mine"
    assert knead("status", "-o", str(tmp_path / "no/file"), path=hub.path).returncode == FAILED


def test_nothing_is_written_when_nothing_came_and_nothing_endless_is(hub, path, tmp_path):
    to = tmp_path / "file"
    hub.problem = {"status": 503, "kind": "degraded", "detail": "d", "hint": "h"}
    assert knead("status", "-o", str(to), path=hub.path).returncode == FAILED
    for words in (("watch",), ("log", "--follow")):
        assert knead(*words, "-o", str(to), path=hub.path).returncode == USAGE
    assert [path.name for path in tmp_path.iterdir()] == ["knead.sock"]


def test_an_export_that_breaks_off_is_no_file(server, tmp_path):
    for form, beginning in (("csv", "id,start,"), ("json", "{")):
        to = tmp_path / f"all.{form}"
        done = knead("export", form, "-o", str(to), path=server)
        assert done.returncode == OK and done.stderr == f"{to}: 2 sessions\n" and to.read_text().startswith(beginning)
        piped = knead("export", form, path=server)
        assert (piped.returncode, piped.stdout, piped.stderr) == (OK, to.read_text(), "")
    assert knead("export", "xml", path=server).returncode == USAGE
    assert knead("export", "csv", "--from", "someday", path=server).returncode == USAGE
    rude = socket.socket(socket.AF_UNIX)
    rude.bind(str(tmp_path / "rude"))
    rude.listen()
    with subprocess.Popen([KNEAD, "--socket", str(tmp_path / "rude"), "export", "csv", "-o", str(tmp_path / "half")], stderr=subprocess.PIPE,
                          text=True) as child:
        client = rude.accept()[0]
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nid,start\r\n")
        client.close()
        assert "it broke off before the end, and nothing was written" in child.stderr.read()
        assert child.wait(30) == FAILED
    rude.close()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("half")]


def run_beside(path, *arguments, body):
    """knead with a hub that answers so and goes: code, standard error."""
    with socket.socket(socket.AF_UNIX) as rude:
        rude.bind(str(path))
        rude.listen()
        with subprocess.Popen([KNEAD, "--socket", str(path), *arguments], stderr=subprocess.PIPE, text=True) as child:
            client = rude.accept()[0]
            client.recv(4096)
            chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n"
            client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)
            client.close()
            rude.close()
            told = child.stderr.read()
            return child.wait(30), told


def test_a_capture_is_whole_only_with_its_last_line_and_that_only_when_it_was_sent(tmp_path):
    text = b"# knead-capture: 1\nclock 0 1795248000000000 2\n"
    end = f"end {len(text)} {zlib.crc32(text):08x}\n".encode()
    to = tmp_path / "bed.cap"
    arguments = ("capture", "1", "-o", str(to), "--force")
    assert run_beside(tmp_path / "whole", *arguments, body=text + end)[0] == OK
    assert to.read_bytes() == text + end
    for body in (text, text + b"end 46 00000000\n", text + end + b"n 5 00\n"):
        code, told = run_beside(tmp_path / f"rude{len(body)}", *arguments, body=body)
        assert code == FAILED and "It broke off before its end; what came is in the file." in told, body
        assert to.read_bytes() == body.replace(end, b""), body


def test_a_file_that_cannot_be_written_is_told_with_the_reason_and_nothing_is_left(server, tmp_path):
    done = subprocess.run(["bash", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$@"', "bash", KNEAD, "--socket", server, "capture", "1", "-o", str(tmp_path / "x")],
                          capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.splitlines()[0]) == (FAILED, f"knead: cannot write {tmp_path}/x: File too large")
    assert not list(tmp_path.glob("x*"))


def test_a_usage_error_names_the_word_and_the_commands_own_help(hub):
    text = knead("show", "1", "2", path=hub.path).stderr
    assert '"2" is a word too many' in text and "See: knead show --help" in text
    assert "See: knead sessions --help" in knead("sessions", "--day", "today", path=hub.path).stderr


def test_help_is_a_command_too(path):
    assert knead("help", path=path).stdout == knead("--help", path=path).stdout
    assert knead("help", "show", path=path).stdout == knead("show", "--help", path=path).stdout
    assert knead("help", "shwo", path=path).returncode == USAGE


def test_help_and_version_need_no_hub(path):
    usage = knead("--help", path=path)
    assert usage.returncode == OK and usage.stderr == ""
    assert usage.stdout.count("not a medical device") == 1
    for name in ("summary", "sessions", "show", "devices", "allow", "status"):
        assert name in usage.stdout
        for words in ((name, "--help"), ("--help", name), (name, "-h")):
            text = knead(*words, path=path)
            assert text.returncode == OK
            assert f"Example: " in text.stdout and f"knead {name}" in text.stdout
    version = knead("--version")
    assert version.returncode == OK and version.stdout.startswith("knead 0.")


@pytest.mark.parametrize("status, code", [(400, USAGE), (403, DENIED), (404, NOT_FOUND), (409, FAILED),
                                          (500, FAILED), (503, FAILED)])
def test_the_hubs_refusal_becomes_an_exit_code_and_two_lines(hub, status, code):
    hub.problem = {"status": status, "kind": "k", "detail": "What \x1b[31mhappened.", "hint": "What to do."}
    for words in ((), ("summary",), ("sessions",), ("show", "12"), ("show", "last"), ("devices",), ("status",), ("status", "--all"), ("summary", "--day", "today"), ("summary", "--day", "yesterday"),
                  ("allow", "C0:FF:EE:00:00:02")):
        result = knead(*words, path=hub.path)
        assert result.returncode == code
        assert result.stdout == ""
        assert result.stderr == "knead: What [31mhappened.\n  What to do.\n"


def test_what_is_not_knead_is_told_so(hub):
    hub.documents["/v1/status"] = ["not", "an", "object"]
    result = knead("status", path=hub.path)
    assert result.returncode == FAILED and "not knead" in result.stderr
    deep = []
    for _ in range(16):
        deep = [deep]
    hub.documents["/v1/status"] = {"deep": deep}
    assert knead("status", path=hub.path).returncode == FAILED


def test_json_is_the_hubs_own_document(hub):
    for words, key in ((("status",), "/v1/status"), (("devices",), "/v1/devices"), (("sessions",), "/v1/sessions"),
                       (("summary",), "/v1/summary?period=week")):
        for order in ((*words, "--json"), ("--json", *words)):
            result = knead(*order, path=hub.path)
            assert result.returncode == OK
            assert json.loads(result.stdout) == DOCUMENTS[key]
    glance = json.loads(knead("--json", path=hub.path).stdout)
    assert glance["week"] == DOCUMENTS["/v1/summary?period=week&by=person"]
    assert glance["devices"] == DOCUMENTS["/v1/devices"]
    shown = json.loads(knead("show", "12", "--json", path=hub.path).stdout)
    assert shown["session"] == DOCUMENTS["/v1/sessions/12"]
    assert shown["curve"]["n_slices"] > 0


def test_the_first_screen_is_24_lines_of_80_columns(hub):
    result = knead(path=hub.path)
    assert result.returncode == OK
    lines = result.stdout.splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    assert "12 min in 2 sessions" in result.stdout
    # the longest day has the longest bar, half of it about half
    bars = {line.split()[0]: line.count("█") for line in lines if "░" in line or "█" in line}
    assert bars["Fri"] == 30 and bars["Mon"] == 0
    assert bars["Sun"] == -(-14 * 30 // 31)
    assert "charge it" in result.stdout and "not synced for 4 days" in result.stdout


def test_show_picks_last_and_longest(hub):
    assert knead("show", "last", path=hub.path).stdout.startswith("Session 12, ")
    assert knead("show", "longest", path=hub.path).stdout.startswith("Session 11, ")
    assert knead("show", "99", path=hub.path).returncode == NOT_FOUND
    hub.documents["/v1/sessions"]["sessions"] = []
    empty = knead("show", "last", path=hub.path)
    assert empty.returncode == NOT_FOUND and "no session yet" in empty.stderr


def test_longest_looks_through_all_pages(hub):
    first = dict(hub.documents["/v1/sessions"], next_cursor="11")
    older = hub.documents["/v1/sessions/12"] | {"id": 3, "duration_ms": 3600000}
    hub.documents["/v1/sessions?limit=400"] = first
    hub.documents["/v1/sessions?limit=400&cursor=11"] = {"sessions": [older]}
    hub.documents["/v1/sessions/3"] = older
    assert knead("show", "longest", path=hub.path).stdout.startswith("Session 3, ")


def test_the_body_map_and_curve_fit_in_80_columns(hub):
    for locale in ("C.UTF-8", "C"):
        result = knead("show", "12", path=hub.path, LC_ALL=locale)
        lines = result.stdout.splitlines()
        assert result.returncode == OK
        assert max(map(len, lines)) <= 80
        assert len([line for line in lines if "waist" in line]) == 2
    assert result.stdout.isascii()


def test_what_a_session_lacks_is_said(hub):
    text = " ".join(knead("show", "11", path=hub.path).stdout.split())
    assert "2 of 1,204 records missing (0.2 %) 2 are gone for good: the massager's memory ran over before the hub came" in text


def test_options_become_the_hubs_question(hub):
    asked = {
        ("summary",): "/v1/summary?period=week",
        ("summary", "--day", "2026-11-21"): "/v1/summary?period=day&day=2026-11-21",
        ("summary", "--week", "--day", "2026-11-21"): "/v1/summary?period=week&day=2026-11-21",
        ("summary", "--from", "2026-11-01", "--to", "2026-11-02", "--device", "back bed"):
            "/v1/summary?period=range&from=2026-11-01&to=2026-11-02&device=back%20bed",
        ("summary", "--since", "monday"): "/v1/summary?period=range&from=monday",
        ("summary", "--from", "3-days-ago"): "/v1/summary?period=range&from=3-days-ago",
        ("summary", "last", "week"): "/v1/summary?period=range&from=last%20week&to=last%20week",
        ("summary", "--month"): "/v1/summary?period=month",
        ("summary", "--month", "2026-10"): "/v1/summary?period=month&day=2026-10",
        ("summary", "--month", "--day", "yesterday"): "/v1/summary?period=month&day=yesterday",
        ("summary", "--by", "region", "--month=last month"): "/v1/summary?period=month&day=last%20month&by=region",
        ("summary", "--by", "peak"): "/v1/summary?period=week",
        ("sessions", "--since", "last week"): "/v1/sessions?limit=20&from=last%20week",
        ("sessions", "--from", "monday", "--to", "today", "-n", "3"): "/v1/sessions?limit=3&from=monday&to=today",
        ("sessions",): "/v1/sessions?limit=20",
        ("sessions", "--limit", "5", "--device", "a&b=c"): "/v1/sessions?limit=5&device=a%26b%3Dc",
    }
    for words, wanted in asked.items():
        hub.asked.clear()
        knead(*words, path=hub.path)
        assert hub.asked[0][:2] == ("GET", wanted)


def test_since_is_from_wherever_it_is_taken(hub):
    taken = [command for command in re.findall(r"^  ([a-z]+) ", knead("--help").stdout, re.M) if "--since" in knead(command, "--help").stdout]
    arguments = {"export": ["csv"], "rezone": ["Asia/Tokyo", "--yes"]}
    asked = {}
    for command, option in itertools.product(taken, ("--since", "--from")):
        hub.asked.clear()
        knead(command, *arguments.get(command, []), option, "monday", path=hub.path)
        asked.setdefault(command, []).append(hub.asked[0])
        assert "monday" in "".join(hub.asked[0][1:]), command
    assert {"summary", "sessions", "export", "rezone"} <= asked.keys()
    assert all(since == first for since, first in asked.values())


def test_allow_sends_the_address_and_the_label(hub):
    result = knead("allow", "c0:ff:ee:00:00:02", "--label", "Küche \"2\"", path=hub.path)
    assert result.returncode == OK and "roller is allowed" in result.stdout
    method, target, body = hub.asked[-1]
    assert (method, target) == ("POST", "/v1/devices/C0:FF:EE:00:00:02/allow")
    assert json.loads(body) == {"label": "Küche \"2\""}
    knead("allow", "C0:FF:EE:00:00:02", path=hub.path)
    assert json.loads(hub.asked[-1][2]) == {}


def test_colour_only_when_asked_for_or_on_a_terminal(hub):
    assert "\x1b" not in knead(path=hub.path).stdout
    assert "\x1b" in knead("--color=always", path=hub.path).stdout
    assert "\x1b" not in knead("--color=never", path=hub.path).stdout
    assert "\x1b" not in knead("--color", "auto", path=hub.path, NO_COLOR="1").stdout


def test_the_environment_names_the_socket_and_the_option_wins(hub, tmp_path):
    assert knead("status", KNEAD_SOCKET=hub.path).returncode == OK
    assert knead("status", path=hub.path, KNEAD_SOCKET=str(tmp_path / "none")).returncode == OK
    assert knead("status", KNEAD_SOCKET=str(tmp_path / "none")).returncode == NOT_RUNNING


def test_texts_from_the_air_reach_no_terminal(hub):
    evil = "\x1b]0;x\x07\x9b31m\u202eback"
    for device in hub.documents["/v1/devices"]["devices"]:
        device.update(label=evil, link=evil, link_error=evil, model=evil, firmware=evil, kind=evil)
    for session in hub.documents["/v1/sessions"]["sessions"]:
        session.update(tz=evil, device={"label": evil})
    hub.documents["/v1/sessions/12"].update(tz=evil, device={"label": evil})
    hub.documents["/v1/status"] = {evil: evil, "a": {evil: [evil]}}
    for words in ((), ("sessions",), ("devices",), ("status",), ("show", "12")):
        out = knead(*words, path=hub.path).stdout
        assert not any(c in out for c in "\x1b\x07\x9b\u202e"), words


# ---- with the real server ----

@pytest.fixture
def server(path):
    process = subprocess.Popen([os.environ["KN_FAKE_SERVER"], str(path)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    yield path
    process.stdin.close()
    assert process.wait(30) == 0
    process.stdout.close()


def test_every_command_understands_the_real_server(server):
    for words in ((), ("summary",), ("summary", "--day", "2026-11-21"), ("sessions",), ("show", "last"),
                  ("show", "longest"), ("show", "7"), ("devices",), ("status",),
                  ("allow", "C0:FF:EE:00:00:02", "--label", "roller")):
        result = knead(*words, path=server)
        assert (result.returncode, result.stderr) == (OK, ""), words
        assert max(map(len, result.stdout.splitlines())) <= 80, words
        shown = knead(*words, "--json", path=server)
        assert isinstance(json.loads(shown.stdout), dict)
    assert knead("show", "longest", path=server).stdout.startswith("Session 6, back bed, Thu 19 Nov 2026 09:00")
    assert knead("show", "5", path=server).returncode == NOT_FOUND
    assert knead("summary", "--day", "someday", path=server).returncode == USAGE
    assert knead("sessions", "--device", "nobody", path=server).returncode == NOT_FOUND


def test_a_second_server_is_refused_with_one_line(server):
    second = subprocess.run([os.environ["KN_FAKE_SERVER"], str(server)], capture_output=True, text=True, timeout=30)
    assert second.returncode == 1
    assert "a running kneadd answers there" in second.stderr and second.stderr.count("\n") == 1
