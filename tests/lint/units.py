#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The name of a number says its unit, or that it has none: fields of the protocol and columns of the database."""

import re

import schema
import tree

UNITS = r"(us|ms|s|hpa|hpa_ms|mv|dbm|centideg|permille|bytes)"
# what has no unit, by its kind: counts, identities, places in a sequence, truths, sets of bits
UNITLESS = re.compile(r"^((n|seq|boot|crc32|only_row)|(n|is|has)_.+|.+_(id|key|seq|boot|mask|count))$")
# and by its name; a new one is added here only when it has no unit
NAMED = {
    "Info.protocol", "Info.capabilities", "Event.value", "Motion.directions", "FetchDone.sent",
    "gap.reason", "block.codec", "anchor.quality", "hub_boot.quality", "zone_change.uid", "assignment.uid", "word.uid", "word.pain_before", "word.pain_after", "edit.uid", "edit.kind",
    "plan.uid", "plan.from_day", "session.revision", "session.state",
    "session.stored", "session.expected", "session.unrepairable", "session.rocking_half_cycles", "session.strokes", "session_node.node", "event.class",
}
FIELD = re.compile(r"^\s*(?:repeated |optional )?(u?int32|u?int64|sint32|sint64|s?fixed32|s?fixed64|float|double|bool)"
                   r"\s+(\w+)\s*=\s*\d+")


def is_clear(owner, name):
    return bool(re.search(rf"(^|_){UNITS}$", name) or UNITLESS.match(name) or f"{owner}.{name}" in NAMED)


def fields(text):
    """(line, message, field) of every number of a .proto file."""
    message = None
    for number, line in enumerate(text.splitlines(), 1):
        opened = re.match(r"\s*message\s+(\w+)", line)
        message = opened.group(1) if opened else message
        match = FIELD.match(line)
        if match:
            yield number, message, match.group(2)


def offences(path):
    text = path.read_text(encoding="utf-8") if path.suffix in {".proto", ".sql"} and path.name != schema.DUMP else ""
    numbers = fields(text) if path.suffix == ".proto" else (
        (line, table, name) for line, table, name, kind in schema.columns(text) if kind in {"INTEGER", "REAL"})
    for line, owner, name in numbers:
        if not is_clear(owner, name):
            yield line, f"{owner}.{name}: in which unit? Put it at the end of the name; if it has none, name it so in {__name__}.py"


if __name__ == "__main__":
    tree.main()
