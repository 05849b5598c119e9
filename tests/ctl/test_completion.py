# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The bash completion, called as bash calls it: what is offered for the last word."""
import os
import pathlib
import re
import subprocess

import pytest

KNEAD = pathlib.Path(os.environ["KNEAD"])
SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "packaging/completions/knead.bash"
CALL = 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _knead; printf "%s\\n" "${COMPREPLY[@]}"'


def offered(place, *words):
    """The directory has a file and a folder, so that a name of a file would be seen."""
    (place / "a file").write_text("")
    (place / "folder").mkdir(exist_ok=True)
    env = {**os.environ, "PATH": f"{KNEAD.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["bash", "-uc", CALL, SCRIPT, "knead", *words], cwd=place, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == ""
    return set(done.stdout.split("\n")) - {""}


COMMON = {"-o", "--force", "--json", "--socket", "--color", "--help", "--version"}
DAYS = {"today", "yesterday", "monday", "last-week", "this-month", "last-month"}
LINES = {
    ("summary", "--t"): {"--to"},
    ("summary", "-"): COMMON | {"--day", "--week", "--month", "--since", "--from", "--to", "--by", "--device", "--person"},
    ("capture", "1", "-"): COMMON | {"--for", "--scenario", "--with-identity"},
    ("backup", "-"): COMMON,
    ("-",): COMMON,
    ("summary", "--to", ""): DAYS,
    ("checkout", "1", "--to", ""): set(),
    ("assign", "1", "--to", ""): {"nobody"},
    ("summary", "--to", "=", "t"): {"today", "this-month"},
    ("summary", "--since", "last"): {"last-week", "last-month"},
    ("sessions", "--since", "m"): {"monday"},
    ("summary", "--day", ""): {"today", "yesterday", "monday"},
    ("summary", "--month", ""): {"this-month", "last-month"},
    ("summary", ""): DAYS,
    ("summary", "--by", ""): {"dose", "peak", "region", "side", "node", "device", "person"},
    ("show", "last", "--by", ""): {"dose", "peak"},
    ("summary", "--by", "region", "--mo"): {"--month"},
    ("pair", "X", "--sessions-from", ""): {"all", "today", "yesterday"},
    ("pair", "--sessions-from", "all", "-"): COMMON | {"--label", "--sessions-from"},
    ("--color", "a"): {"auto", "always"},
    ("capture", "1", "-o", ""): {"a file", "folder"},
    ("--socket", "=", "fo"): {"folder"},
    ("devices", "--sort", "p"): {"person"},
    ("checkout", "X", "-"): COMMON | {"--to", "--from"},
    ("person", ""): {"add", "list", "show", "rename"},
    ("show", ""): {"last", "longest"},
    ("merge", "40", ""): {"last", "longest"},
    ("undo", ""): {"last"},
    ("rezone", "X", "-"): COMMON | {"--since", "--from", "--to", "--device", "--dry-run", "--yes"},
    ("export", ""): {"csv", "json"},
    ("plan", ""): {"show", "set", "check", "end"},
    ("plan", "set", ""): {"a file", "folder"},
    ("plan", "-"): COMMON | {"--person"},
    ("plan", "show", "--person", ""): set(),
    ("help", "sta"): {"status"},
    ("sta",): {"status"},
    ("--socket", "folder", "sta"): {"status"},
    ("--socket", "=", "folder", "sta"): {"status"},
    ("--color", "never", "summary", "--t"): {"--to"},
}


@pytest.mark.parametrize("words", LINES)
def test_what_fits_is_offered_and_nothing_else(tmp_path, words):
    assert offered(tmp_path, *words) == LINES[words]


@pytest.mark.parametrize("words", [("why", ""), ("identify", ""), ("forget", ""), ("capture", ""), ("pair", ""), ("allow", ""),
                                   ("sessions", "--device", ""), ("watch", "--device", "fo"), ("summary", "--device", "=", "fo")])
def test_where_a_massager_is_named_no_file_is_offered(tmp_path, words):
    assert offered(tmp_path, *words) == set()


def test_bash_is_not_told_to_fall_back_to_files():
    done = subprocess.run(["bash", "-c", 'source "$0"; complete -p knead', SCRIPT], capture_output=True, text=True, timeout=60)
    assert done.stdout == "complete -F _knead knead\n"


def test_every_command_is_offered(tmp_path):
    shown = subprocess.run([KNEAD, "--help"], capture_output=True, text=True, timeout=60).stdout
    assert offered(tmp_path, "") == {"help", *re.findall(r"^  ([a-z]+) ", shown, re.M)}
