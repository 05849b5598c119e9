# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What the help of a command says it takes is what it takes."""
import re
import shlex

import pytest

from test_process import NOT_RUNNING, USAGE, knead

# what a command does nothing without, beside the words of its example
NEEDED = {"checkout": ["--to", "Mia"], "assign": ["--to", "Mia"], "capture": ["-o", "FILE"], "rate": ["--before", "3"], "delete": ["--yes"], "split": ["--after", "3"]}
PAIRS = {("summary", "--to"): ["--from", "monday"], ("split", "--at"): []}
WORDS = {"person": ["person", "rename", "Mia", "Eva"], "plan": ["plan", "show"], "summary": ["summary"]}
VALUES = {"--day": "today", "--since": "monday", "--from": "yesterday", "--to": "today", "--by": "dose", "--color": "never", "--sort": "name", "--limit": "3", "--for": "3",
          "--at": "07:40", "-o": "FILE", "--sessions-from": "today", "--month": None, "--before": "3", "--after": "3"}


def help_of(command):
    return knead(command, "--help").stdout


COMMANDS = re.findall("^  ([a-z]+) ", knead("--help").stdout, re.M)


def options_of(command):
    """Each with whether it takes a value."""
    lines = [re.match("  (-[-a-z]+)( [A-Z]+| X| N)?(?: (--[a-z]+) [A-Z]+)?", line) for line in help_of(command).splitlines()]
    found = {match.group(1): bool(match.group(2)) for match in lines if match}
    return {**found, **{match.group(3): True for match in lines if match and match.group(3)}}


# of others, that might be taken for its own
FOREIGN = {"--to", "--for", "--at", "--device", "-o"}
ALL = {name: takes for command in COMMANDS for name, takes in options_of(command).items()}


def base_of(command):
    words = WORDS.get(command) or shlex.split(re.search("^Example: (?:sudo )?knead (.*)$", help_of(command), re.M).group(1))
    first = next((i for i, word in enumerate(words) if word.startswith("-")), len(words))
    return words[:first]


def run(command, option, tmp_path, takes):
    needed = PAIRS.get((command, option), NEEDED.get(command, []))
    value = VALUES.get(option, "Mia") if takes else None
    words = base_of(command) + ([] if option in needed else needed) + [option] + ([value] if value else [])
    return knead(*[str(tmp_path / "file") if word == "FILE" else word for word in words], path=tmp_path / "none.sock")


def test_there_are_commands_and_options():
    assert len(COMMANDS) >= 27 and {"--json", "-o", "--for", "--to", "--sort"} <= set(ALL)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_of_its_help_is_taken_and_no_other(command, tmp_path):
    """Taken: that there is no hub is all that is wrong."""
    mine = options_of(command)
    assert {"--json", "--socket", "--help"} <= set(mine)
    for option in sorted({*mine, *FOREIGN} - {"--help", "--version", "--socket", "--color"}):
        done = run(command, option, tmp_path, ALL[option])
        assert done.returncode == (NOT_RUNNING if option in mine else USAGE), (option, done.stderr)


@pytest.mark.parametrize("command, usage", [("assign", "assign SESSION... --to PERSON"), ("checkout", "checkout DEVICE --to PERSON"), ("capture", "capture DEVICE -o FILE"),
                                            ("show", "show SESSION"), ("merge", "merge SESSION SESSION"), ("summary", "summary [DAYS]")])
def test_the_usage_is_what_has_to_be_typed(command, usage):
    assert f"\nUsage: knead {usage} [OPTIONS]\n" in help_of(command)


@pytest.mark.parametrize("words, said", [(("assign", "--to", "Mia"), "say which sessions"), (("assign", "1", "two", "--to", "Mia"), "say which sessions"), (("assign", "1"), "--to PERSON"),
                                         (("checkout", "1"), "--to PERSON"), (("capture", "1"), "-o FILE")])
def test_what_is_left_out_is_asked_for(words, said, tmp_path):
    done = knead(*words, path=tmp_path / "none.sock")
    assert done.returncode == USAGE and said in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_eighty_columns_and_a_screen_and_ends_with_an_example(command):
    lines = help_of(command).splitlines()
    assert max(map(len, lines)) <= 80 and len(lines) <= 24
    assert re.fullmatch(f"Example: (sudo )?knead {command}( .*)?", lines[-1])
