# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""src/serve/openapi.json is true: it has the routes, rights and keys of the source, its examples are answered, and answers look as it says.

A new route is a row in src/serve/routes.c and an entry under paths; what fails here says what is missing where.
"""
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess

import openapi
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = json.loads(subprocess.run([os.environ["KN_API_TABLES"]], capture_output=True, text=True, timeout=30, check=True).stdout)
OPERATIONS = {f"{method} {path}": operation for method, path, operation in openapi.operations()}
ROUTES = {f"{route['method']} {route['path']}": route for route in TABLES["routes"]}
# bodies whose keys exclude each other
ALTERNATIVES = {"POST /v1/pairings/{id}", "POST /v1/assignments", "POST /v1/sessions/{id}/split"}
SOURCES = {path: path.read_text() for path in sorted((ROOT / "src").glob("*/*.c"))}


class Client(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("knead", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


def ask(path, method, target, body=None):
    client = Client(path)
    try:
        client.request(method, target, body if body is None or isinstance(body, bytes) else json.dumps(body))
        answer = client.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()
    finally:
        client.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("api") / "knead.sock")
    process = subprocess.Popen([os.environ["KN_FAKE_SERVER"], path, "clinic"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    yield path
    process.stdin.close()
    assert process.wait(30) == 0
    process.stdout.close()


# ---- the tables ----

def test_every_route_is_described_and_nothing_else():
    assert ROUTES.keys() - OPERATIONS.keys() == set(), f"rows of src/serve/routes.c without an entry under paths in {openapi.FILE}"
    assert OPERATIONS.keys() - ROUTES.keys() == set(), f"entries of {openapi.FILE} without a row in src/serve/routes.c"


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() & ROUTES.keys()))
def test_right_and_keys_are_those_of_the_route(name):
    operation, route = OPERATIONS[name], ROUTES[name]
    assert operation["x-right"] == route["right"]
    assert sorted(p["name"] for p in openapi.parameters(operation, "query")) == sorted(route["keys"].split())
    assert [p["name"] for p in openapi.parameters(operation, "path")] == re.findall(r"\{(\w+)\}", name)
    assert all(p["required"] for p in openapi.parameters(operation, "path"))


def test_every_command_asks_a_route_that_names_it():
    of_commands = {(command["name"], command["path"]) for command in TABLES["commands"]}
    described = {(name, path) for _, path, operation in openapi.operations() for name in operation["x-commands"]}
    assert of_commands == described, "src/ctl/commands.c and x-commands differ"


def sent_kinds():
    """Each kind of a problem document that the source can send: the first text of such a call, or in a row of a table behind its status."""
    for path, text in SOURCES.items():
        yield from re.findall(r'\{KN_HUB_ERROR_\w+, SOUP_STATUS_\w+, "([^"]*)"', text)
        for call in re.finditer(r"^\t.*\b(?:kn_request_answer_problem|send_raw_problem|kn_problem_new(?:_text)?)\(([^;]*);", text, re.M):
            first = re.search(r'"([^"]*)"', call.group(1))
            if first or path.name not in ("client.c", "request.c", "problem.c"):
                yield first.group(1) if first else f"{path.name}: a kind that is no word in the call: {call.group(0).strip()}"


def test_every_kind_of_problem_that_the_source_can_send_is_described_and_no_other():
    kinds = openapi.DOCUMENT["components"]["schemas"]["Problem"]["properties"]["kind"]["oneOf"]
    assert {kind["const"] for kind in kinds} == set(sent_kinds())


def named_properties(schema):
    if isinstance(schema, dict):
        properties = schema.get("properties")
        for key, member in schema.items():
            if key == "properties" and isinstance(properties, dict):
                yield from ((name, part) for name, part in member.items())
            yield from named_properties(member)
    elif isinstance(schema, list):
        for part in schema:
            yield from named_properties(part)


def test_every_key_that_is_described_is_a_word_of_the_source():
    words = set(re.findall(r'"([a-z][a-z0-9_]*)"', "".join(SOURCES.values())))
    # the steps of a rescue are counted under their names
    words |= {f"n_{step}" for step in openapi.DOCUMENT["components"]["schemas"]["Rescue"]["properties"]["last_step"]["enum"]}
    assert {name for name, _ in named_properties(openapi.DOCUMENT["components"])} - words == set()


def test_whatever_ends_in_a_unit_is_a_number_and_every_reference_is_there():
    for name, part in named_properties(openapi.DOCUMENT):
        part = openapi.resolve(part)
        if re.search(r"_(hpa|ms|us|permille|bytes|s|dbm)$", name) and part.get("type") != "array":
            # one unit may be that of several numbers: change_permille has one for each key that changed
            numbers = part["properties"].values() if part["type"] == "object" else [part]
            assert {number["type"] for number in numbers} == {"integer"}, name
    text = json.dumps(openapi.DOCUMENT)
    used = set(re.findall(r'"#/components/(\w+/\w+)"', text))
    assert used == {f"{kind}/{name}" for kind, parts in openapi.DOCUMENT["components"].items() for name in parts}


# ---- the answers ----

def begin_job(server, name):
    """A number of a job for a path that takes one: of a scan that runs, or of a pairing that waits for its answer."""
    body = {"address": "C0:FF:EE:00:00:03"} if name == "pairings" else None
    status, _, text = ask(server, "POST", f"/v1/{name}", body)
    assert status == 202, text
    return json.loads(text)["id"]


def target_of(server, name):
    path = name.split(" ")[1]
    if path in ("/v1/jobs/{id}", "/v1/pairings/{id}"):
        return path.replace("{id}", begin_job(server, "pairings"))
    for parameter in openapi.parameters(OPERATIONS[name], "path"):
        path = path.replace("{%s}" % parameter["name"], str(parameter["example"]))
    return path


def content_of(operation):
    return operation.get("requestBody", {}).get("content", {}).get("application/json")


def documents_of(kind, text):
    if kind == "application/x-ndjson":
        return [json.loads(line) for line in text.splitlines()]
    return [json.loads(text) if kind.endswith("json") else text]


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_example_is_answered_as_described(server, name):
    operation = OPERATIONS[name]
    content = content_of(operation)
    success = next(iter(operation["responses"]))
    for query in operation.get("x-queries", [""]):
        target = target_of(server, name) + (f"?{query}" if query else "")
        status, kind, text = ask(server, name.split(" ")[0], target, content and content["example"])
        assert str(status) == success, f"{target}: {text}"
        for document in documents_of(kind, text):
            assert openapi.answer_offences(operation, status, kind, document) == [], target


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_key_has_an_example(name):
    used = {key for query in OPERATIONS[name].get("x-queries", []) for key in re.findall(r"(\w+)=", query)}
    assert used == {p["name"] for p in openapi.parameters(OPERATIONS[name], "query")}, "see x-queries"


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name.startswith("POST")])
def test_a_body_has_the_keys_that_are_described_and_no_other(server, name):
    operation = OPERATIONS[name]
    content = content_of(operation)
    schema = openapi.resolve(content["schema"]) if content else {"properties": {}}
    if content:
        assert list(openapi.offences(content["example"], content["schema"])) == []
        assert content["example"].keys() == schema["properties"].keys() or name in ALTERNATIVES, "an example has every key"
    query = operation.get("x-queries", [""])[-1]
    target = target_of(server, name) + (f"?{query}" if query else "")
    status, kind, text = ask(server, "POST", target, {"no_such_key": 1})
    assert status == 400, f"{name} takes a body with an unknown key: its handler has to call kn_query_body, with no keys if it takes none"
    assert openapi.answer_offences(operation, status, kind, json.loads(text)) == []
    known = re.match(r"Known here: (.*)", json.loads(text)["hint"])
    assert sorted(known.group(1).split() if known else []) == sorted(schema["properties"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_unknown_key_is_a_described_refusal(server, name):
    status, kind, text = ask(server, name.split(" ")[0], target_of(server, name) + "?no_such_key=1")
    assert status == 400 and openapi.answer_offences(OPERATIONS[name], status, kind, json.loads(text)) == []


def test_the_hub_serves_this_very_document(server):
    status, kind, text = ask(server, "GET", "/v1/openapi.json")
    assert (status, kind) == (200, "application/json")
    assert text == (ROOT / openapi.FILE).read_text()


# ---- the validator itself ----

@pytest.mark.parametrize("value, schema, word", [
    ({"version": 1}, {"properties": {"version": {"type": "string"}}}, "is no string"),
    ({"x": 1}, {"properties": {}}, "not described"),
    ({}, {"required": ["x"], "properties": {"x": {}}}, "required"),
    (True, {"type": "integer"}, "is no integer"),
    (-1, {"type": "integer", "minimum": 0}, "less than"),
    (1001, {"maximum": 1000}, "more than"),
    ([1, "x"], {"items": {"type": "integer"}}, "$[1] is no integer"),
    ("2026-11-21T08:00:00", {"format": "date-time"}, "no date-time"),
    ("21.11.2026", {"format": "date"}, "no date"),
    ("x", {"enum": ["a", "b"]}, "none of"),
    ("x", {"anyOf": [{"const": "a"}, {"type": "integer"}]}, "fits none"),
    ("1", {"pattern": "^[a-z]$"}, "look like"),
    ("xx", {"maxLength": 1}, "more than 1")])
def test_what_is_not_as_described_is_an_offence(value, schema, word):
    assert any(word in what for what in openapi.offences(value, schema))


def test_a_rule_that_nobody_checks_may_not_stand_in_the_document():
    with pytest.raises(AssertionError, match="multipleOf"):
        list(openapi.offences(4, {"multipleOf": 2}))
