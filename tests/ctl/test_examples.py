# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Every example in README.md and the man pages is what knead prints; every command has one."""
import re

import pytest

import examples

EXAMPLES = [(path, number) for path in (examples.README, *examples.MANUALS) for number in range(len(examples.blocks(path)))]


@pytest.mark.parametrize("path, number", EXAMPLES, ids=[f"{path.name}-{number}" for path, number in EXAMPLES])
def test_what_stands_there_is_what_is_printed(path, number):
    block = examples.blocks(path)[number]
    is_page = examples.is_page(path)
    assert examples.make(block, examples.HOW[".md"] if is_page else examples.MANUAL_HOW, not is_page and number in examples.clinics(path)) == block


def shown_commands():
    return {command.removeprefix("sudo ") for path, number in EXAMPLES for command in examples.commands(examples.blocks(path)[number])}


def test_every_command_is_shown():
    with examples.running_hub() as place:
        usage = examples.run(place, "knead --help", examples.MANUAL_HOW)
    shown = {word for command in shown_commands() for word in command.split()[1:2]}
    assert {name for name in re.findall(r"^  ([a-z]+) ", usage, re.M)} <= shown
    assert "knead" in shown_commands()


def test_what_a_clinic_sees_is_shown():
    for wanted in ("person show ", "person rename ", "devices --sort ", "sessions --person ", "summary --by person", "plan end --person "):
        assert any(command.startswith(f"knead {wanted}") for command in shown_commands()), wanted
    assert any("knead" in examples.commands(block) for path in examples.MANUALS for number, block in enumerate(examples.blocks(path))
               if number in examples.clinics(path))


def test_examples_fit_where_they_stand():
    for path, number in EXAMPLES:
        for line in examples.blocks(path)[number].splitlines():
            assert len(line) <= (80 if examples.is_page(path) else 72), line
            assert examples.is_page(path) or line.isascii(), line


def test_roff_and_back_is_the_same():
    text = "$ knead a-b\n.dot\n'quote\nback\\slash -1\n"
    assert examples.from_roff(examples.to_roff(text)) == text
    assert not [line for line in examples.to_roff(text).splitlines() if line[0] in ".'"]
