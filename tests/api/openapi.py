# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The document of the API, and whether an answer is what it says.

Only what the document uses of JSON Schema is read; anything else in it is refused, so that nothing stands there unchecked. Objects are
closed: a key that is not described is an offence, and the message says where to describe it.
"""
import datetime
import json
import pathlib
import re

FILE = "src/serve/openapi.json"
DOCUMENT = json.loads((pathlib.Path(__file__).resolve().parents[2] / FILE).read_text())
SAID_ELSEWHERE = {"description", "examples", "default", "required"}
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}


def resolve(part):
    while "$ref" in part:
        at = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            at = at[name]
        part = at
    return part


def operations():
    """Each (METHOD, path, operation)."""
    return [(method.upper(), path, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()]


def parameters(operation, place):
    return [p for p in map(resolve, operation.get("parameters", [])) if p["in"] == place]


def is_type(value, name):
    return isinstance(value, TYPES[name]) and not (name == "integer" and isinstance(value, bool))


def check_type(value, wanted):
    names = wanted if isinstance(wanted, list) else [wanted]
    return None if any(is_type(value, name) for name in names) else f"is no {' or '.join(names)}"


def check_format(value, name):
    try:
        if name == "date-time":
            parsed = datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo is not None
        else:
            parsed = name == "date" and bool(datetime.date.fromisoformat(value))
    except ValueError:
        parsed = False
    return None if parsed else f"is no {name}"


RULES = {
    "type": check_type,
    "format": check_format,
    "const": lambda value, wanted: None if value == wanted else f"is not {wanted!r}",
    "enum": lambda value, words: None if value in words else f"is none of {words}",
    "minimum": lambda value, least: None if value is None or value >= least else f"is less than {least}",
    "maximum": lambda value, most: None if value <= most else f"is more than {most}",
    "maxLength": lambda value, most: None if len(value) <= most else f"has more than {most} characters",
    "pattern": lambda value, pattern: None if re.search(pattern, value) else f"does not look like {pattern}",
}


def keys_of(value, schema, where, name):
    properties = schema["properties"]
    missing = [key for key in schema.get("required", []) if key not in value]
    yield from (f"{where}.{key} is required and not there" for key in missing)
    for key, member in value.items():
        if key in properties:
            yield from offences(member, properties[key], f"{where}.{key}")
        else:
            yield f"{where}.{key} is not described: add it to {name} in {FILE}"


def any_of(value, choices, where):
    found = [list(offences(value, choice, where)) for choice in choices]
    if all(found):
        yield f"{where}: fits none of {len(choices)}; the nearest: {'; '.join(min(found, key=len))}"


def offences(value, schema, where="$"):
    """What is wrong with a value, in words; nothing when it is as the schema says."""
    name = schema.get("$ref", "the schema")
    schema = resolve(schema)
    for rule, wanted in schema.items():
        if rule in RULES:
            what = RULES[rule](value, wanted)
            if what:
                yield f"{where} {what}: {value!r}"
                return
        elif rule == "items":
            for i, item in enumerate(value):
                yield from offences(item, wanted, f"{where}[{i}]")
        elif rule == "properties":
            yield from keys_of(value, schema, where, name)
        elif rule in ("anyOf", "oneOf"):
            yield from any_of(value, wanted, where)
        elif rule not in SAID_ELSEWHERE:
            raise AssertionError(f"{name} uses {rule}, which tests/api/openapi.py does not know")


def answer_offences(operation, status, kind, value):
    """Whether an answer is one that the operation describes; kind is its media type."""
    answers = operation["responses"]
    media = resolve(answers.get(str(status), answers["default"]))["content"]
    if kind not in media:
        return [f"{status} {kind} is not described, only {list(media)}"]
    return list(offences(value, media[kind]["schema"]))


def request_offences(method, target, status, kind, value):
    """The same for a request as it was sent. One for which there is no operation can only be refused."""
    path = target.split("?")[0]
    for wanted, template, operation in operations():
        if wanted == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return answer_offences(operation, status, kind, value)
    return answer_offences({"responses": {"default": {"$ref": "#/components/responses/problem"}}}, status, kind, value)
