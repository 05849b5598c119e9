# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""knead-api(7) names what the document of the API describes, and knead(1) what knead takes and how it ends."""
import pathlib
import re
import subprocess

import openapi
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CTL = ROOT / "src/ctl"
API = (ROOT / "packaging/man/knead-api.7").read_text().replace("\\-", "-")
MANUAL = (ROOT / "packaging/man/knead.1").read_text().replace("\\-", "-")


def plain(line):
    """A line of a manual page without its macros and fonts."""
    return re.sub(r'\\f.|^\.[A-Z]+ |"', "", line)


def section(page, name):
    return re.split(r"^\.SH ", page.split(f"\n.SH {name}\n", 1)[1], flags=re.M)[0]


def routes_of_the_page():
    for line in map(plain, API.splitlines()):
        found = re.match(r"(GET|POST) (/v1/\S+)(.*)", line)
        if found:
            yield f"{found.group(1)} {found.group(2)}", set(re.findall(r"\b([a-z_]+)=", found.group(3)))


def test_the_page_has_each_route_with_its_keys():
    described = {f"{method} {path}": {p["name"] for p in openapi.parameters(operation, "query")} for method, path, operation in openapi.operations()}
    assert dict(routes_of_the_page()) == described


def test_the_page_has_each_kind_of_problem_with_its_status():
    kinds = openapi.DOCUMENT["components"]["schemas"]["Problem"]["properties"]["kind"]["oneOf"]
    described = {kind["const"]: kind["description"][:3] for kind in kinds}
    rows = re.findall(r"^\.B (\d{3})\n(.*)$", section(API, "ERRORS"), re.M)
    assert {kind: status for status, kinds in rows for kind in re.findall(r"[a-z-]+", kinds.split(":")[0])} == described


def test_the_exit_statuses_of_the_page_are_those_of_the_source():
    header = (CTL / "command.h").read_text()
    numbers = re.findall(r"KN_EXIT_\w+ = (\d+)", header)
    assert re.findall(r"^\.TP\n(\d+)$", section(MANUAL, "EXIT STATUS"), re.M) == numbers != []
    # and those of errors are the same numbers
    client = dict(re.findall(r"KN_CLIENT_ERROR_(\w+) = (\d+)", (CTL / "client.h").read_text()))
    exits = dict(re.findall(r"KN_EXIT_(\w+) = (\d+)", header))
    assert client and client.items() <= exits.items()


@pytest.fixture(scope="module")
def usage(knead):
    return subprocess.run([knead, "--help"], capture_output=True, text=True, timeout=30, check=True).stdout


def options_of(text):
    return set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", text))


def test_the_page_has_each_command_with_its_options_and_no_other(knead, usage):
    rows = {plain(row).split()[0]: plain(row) for row in re.findall(r"^\.TP\n(\.(?:B|BI|BR) [a-z].*)$", section(MANUAL, "COMMANDS"), re.M)}
    commands = re.findall(r"^  ([a-z]+) ", usage, re.M)
    assert rows.keys() - {"help"} == set(commands)
    common = options_of(usage.split("\n\n")[3])
    assert {"--json", "--socket", "-o"} <= common and common <= options_of(section(MANUAL, "OPTIONS"))
    for command in commands:
        text = subprocess.run([knead, command, "--help"], capture_output=True, text=True, timeout=30, check=True).stdout
        offered = {option for line in text.splitlines() if line.startswith("  -") for option in options_of(line[:40])} - common
        assert options_of(rows[command]) - {"-o"} == offered - {"-o"}, command


def test_each_help_has_an_example_that_knead_understands(knead, usage, tmp_path):
    """Understood: without a hub each gets as far as asking for one."""
    for command in re.findall(r"^  ([a-z]+) ", usage, re.M):
        text = subprocess.run([knead, command, "--help"], capture_output=True, text=True, timeout=30, check=True).stdout
        line = re.search(r"^Example: (?:sudo )?knead (.*)$", text, re.M).group(1)
        done = subprocess.run(["bash", "-c", f'"$0" --socket {tmp_path}/none {line}', knead], capture_output=True, text=True, timeout=30, cwd=tmp_path)
        assert done.returncode == 5 and "not running" in done.stderr, (command, done.stderr)
    assert list(tmp_path.iterdir()) == []
