# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What stands on a screen: how high, how wide, in which signs; with the real server and a hub of seven weeks."""
import os
import re
import subprocess

import pytest

import examples
from test_process import OK, knead

HEIGHT = 24


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    path = tmp_path_factory.mktemp("hub") / "knead.sock"
    process = subprocess.Popen([os.environ["KN_EXAMPLE_HUB"], str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    yield path
    process.stdin.close()
    assert process.wait(30) == 0
    process.stdout.close()


def lines_of(hub, *words, **environment):
    result = knead(*words, path=hub, **environment)
    assert (result.returncode, result.stderr) == (OK, ""), words
    return result.stdout.splitlines()


SCREENS = [(), ("summary",), ("summary", "today"), ("summary", "--month"), ("summary", "--month", "2026-10"), ("summary", "--since", "2026-09-01"),
           ("summary", "--by", "peak"), ("summary", "--by", "region"), ("summary", "--by", "side"), ("summary", "--by", "node"),
           ("summary", "--by", "device", "--month"), ("summary", "2025"), ("show", "last"), ("show", "58"), ("show", "47"), ("show", "55", "--by", "peak"),
           ("sessions",)]


@pytest.mark.parametrize("columns", [40, 60, 79, 80, 120, 200])
@pytest.mark.parametrize("words", SCREENS)
def test_no_line_is_wider_than_the_terminal(hub, words, columns):
    for locale in ("C.UTF-8", "C"):
        for line in lines_of(hub, *words, COLUMNS=str(columns), LC_ALL=locale):
            assert len(line) <= columns, line


@pytest.mark.parametrize("words", [(), ("summary", "--device", "1", "last", "week"), ("summary", "2026-11-19"), ("show", "last"), ("show", "54"), ("show", "47"),
                                   ("summary", "--month", "2026-10", "--device", "1"), ("summary", "--by", "region", "last", "week"),
                                   ("summary", "--by", "device", "--month"), ("sessions",)])
def test_eighty_columns_and_twenty_four_lines_are_enough(hub, words):
    assert len(lines_of(hub, *words)) <= HEIGHT


def test_what_is_missing_takes_the_lines_it_needs_and_no_more(hub):
    assert len(lines_of(hub, "summary")) <= HEIGHT + 4


@pytest.mark.parametrize("environment", [{"LC_ALL": "C"}, {"TERM": "dumb"}])
@pytest.mark.parametrize("words", SCREENS)
def test_plain_terminals_get_plain_signs(hub, words, environment):
    text = "\n".join(lines_of(hub, *words, **environment))
    assert text.isascii()
    assert "\x1b" not in text


def test_the_signs_alone_carry_the_shades(hub):
    """With 256 colours the same signs stand there; without, and with NO_COLOR, there is no escape at all."""
    colourful = knead("show", "52", "--color", "always", path=hub, TERM="xterm-256color").stdout
    plain = knead("show", "52", path=hub, TERM="xterm-256color", NO_COLOR="1").stdout
    few = knead("show", "52", "--color", "always", path=hub, TERM="xterm").stdout
    assert "\x1b[38;5;" in colourful and "\x1b[38;5;" not in few and "\x1b" not in plain
    assert re.sub("\x1b\\[[0-9;]*m", "", colourful) == plain
    # one colour for each sign, and lighter ones for more
    pairs = set(re.findall("\x1b\\[38;5;([0-9]+)m([░▒▓█])", colourful))
    assert len(pairs) == len({sign for _, sign in pairs}) == len({colour for colour, _ in pairs}) >= 3


def test_the_number_beside_a_curve_does_not_depend_on_the_screen(hub):
    def beside(columns):
        return [line.split()[-2] for line in lines_of(hub, "show", "52", COLUMNS=str(columns)) if re.search(r"[▁▂▃▄▅▆▇█]{10,} [0-9.]+ kPa$", line)]
    assert len(beside(80)) == 7
    assert beside(80) == beside(60) == beside(200) == beside(40)


def test_json_does_not_depend_on_the_screen(hub):
    assert knead("show", "52", "--json", path=hub, COLUMNS="40").stdout == knead("show", "52", "--json", path=hub, COLUMNS="200").stdout


def test_a_month_has_a_column_for_each_day_and_a_quarter_for_each_week(hub):
    month = lines_of(hub, "summary", "--month", "2026-10", "--device", "1")
    ground = [line for line in month if re.search("[·█]( [·█▁▂▃▄▅▆▇]){20}", line)][-1]
    assert len(ground[13:].split(" ")) == 31
    quarter = lines_of(hub, "summary", "--since", "2026-09-01")
    ground = [line for line in quarter if "··· ···" in line][-1]
    assert len(ground[13:].split(" ")) == 12  # the week of 1 September to that of 16 November


def test_a_massager_without_sides_has_a_map_without_sides(hub):
    roller = lines_of(hub, "show", "58")
    assert "left" not in roller[2] and "wherever it was moved" in roller[3]
    sleeve = lines_of(hub, "show", "47")
    assert [line.split("  ")[1] for line in sleeve[3:7]] == [f"moved freely, point {n}" for n in (1, 2, 3, 4)]


def test_a_node_has_the_number_that_a_plan_writes(hub):
    import json
    parts = json.loads(knead("summary", "--by", "node", "--json", path=hub).stdout)["parts"]
    lines = lines_of(hub, "summary", "--by", "node")
    assert {part["node"] for part in parts} >= {0, 13}
    for part in parts:
        side = "" if part["side"] == "centre" else part["side"] + " "
        assert len([line for line in lines if line.startswith(f"  {part['device']['label']} {part['node']}: {side}")]) == 1, part


def test_arrows_stand_where_the_hub_says_so_and_nowhere_else(hub):
    import json
    for words in (("summary",), ("summary", "--month"), ("summary", "today"), ("summary", "--since", "3-days-ago")):
        change = json.loads(knead(*words, "--json", path=hub).stdout)["change_permille"]
        told = {"Time": "duration_ms", "Pressed": "active_ms", "Pressure": "mean_hpa", "Dose": "dose_hpa_ms", "Holds": "hold_count"}
        lines = lines_of(hub, *words)
        for label, key in told.items():
            (line,) = [line for line in lines if line.startswith(f"  {label} ")]
            found = re.search("([↑↓]) ([0-9]+) %$", line)
            assert (found is not None) == (key in change), line
            if found:
                assert found.group(1) == ("↑" if change[key] > 0 else "↓")
                assert int(found.group(2)) == (abs(change[key]) + 5) // 10


# ---- where there are persons ----


@pytest.fixture(scope="module")
def clinic():
    with examples.running_hub(is_clinic=True) as place:
        yield place / "knead.sock"


OF_PERSONS = [(), ("person", "list"), ("person", "show", "Mia"), ("sessions", "--person", "Mia"), ("sessions", "--limit", "8"), ("plan", "--person", "Mia"),
              ("plan", "--person", "Jonas"), ("summary", "--by", "person", "yesterday"), ("devices",), ("devices", "--sort", "person"), ("devices", "--device", "foam roll")]


@pytest.mark.parametrize("words", OF_PERSONS)
def test_the_screens_of_a_clinic_fit_any_terminal(clinic, words):
    for columns, locale in ((40, "C.UTF-8"), (72, "C"), (80, "C.UTF-8"), (120, "C")):
        lines = lines_of(clinic, *words, COLUMNS=str(columns), LC_ALL=locale)
        assert max(map(len, lines)) <= columns
        assert locale != "C" or "\n".join(lines).isascii()
    assert len(lines_of(clinic, *words)) <= HEIGHT


def test_a_hub_is_a_clinic_from_its_first_person_on_and_its_tray_has_all_that_is_nobodys():
    """Nobody has a massager nor used one, and most sessions are older than a week: the glance tells what the list of them shows."""
    with examples.running_hub() as place:
        path = place / "knead.sock"
        assert "belong to nobody" not in "".join(lines_of(path))
        lines_of(path, "person", "add", "Mia")
        listed = lines_of(path, "sessions", "--person", "unassigned", "--limit", "400")[1:]
        glance = lines_of(path)
        assert len(listed) == 60
        assert f"  {len(listed)} sessions belong to nobody yet: knead sessions --person unassigned" in glance
        assert any("Nobody has a massager now" in line for line in glance)


def test_a_plan_of_a_person_is_on_their_line_and_on_the_glance_of_nobody_else(clinic):
    import json
    told = json.loads(knead("plan", "--person", "Mia", "--json", path=clinic).stdout)
    lines = lines_of(clinic)
    (mia,) = [line for line in lines if line.startswith("  Mia")]
    assert f"  {told['n_met_days']} of {told['n_due_days']}" in mia
    assert not [line for line in lines if re.search("[0-9] of [0-9]\\?*( |$)", line) and line != mia]
    assert any(line.startswith("  Plan: ") and line.endswith(f"streak {told['streak_days']}") for line in lines_of(clinic, "person", "show", "Mia"))
    assert not [line for line in lines_of(clinic, "person", "show", "Jonas") if "Plan" in line]


def test_one_massager_of_all_is_told_with_its_address(clinic):
    """Of a table the addresses are cut, or left out."""
    for words in (("--device", "3"), ("--device", "foam roll"), ("--device", "C0:FF:EE:00:00:03")):
        shown = "\n".join(lines_of(clinic, "devices", *words))
        assert "C0:FF:EE:00:00:03" in shown and "foam roll" in shown and "back bed" not in shown
    assert knead("devices", "--device", "nobody", path=clinic).returncode == 3
    assert knead("devices", "--device", "3", "--sort", "name", path=clinic).returncode == 2


def test_files_that_were_written_are_told_to_programs_with_json(clinic, tmp_path):
    import json
    table, sent = tmp_path / "table.csv", tmp_path / "sent.cap"
    exported = knead("export", "csv", "-o", str(table), "--json", path=clinic)
    assert (exported.returncode, exported.stderr) == (OK, "")
    assert json.loads(exported.stdout) == {"path": str(table), "n_sessions": len(table.read_text().splitlines()) - 1}
    captured = knead("capture", "1", "-o", str(sent), "--json", path=clinic)
    assert (captured.returncode, captured.stderr) == (OK, "")
    assert json.loads(captured.stdout) == {"path": str(sent), "n_notifications": 2, "n_bytes": sent.stat().st_size, "is_whole": True}


def test_who_did_nothing_has_no_numbers_of_it(clinic):
    (jonas,) = [line for line in lines_of(clinic, "summary", "--by", "person", "yesterday", COLUMNS="80") if line.startswith("  Jonas ")]
    assert jonas.split()[1:5] == ["-"] * 4 and len(jonas.split()) > 5  # and what was before


def test_who_may_be_a_plans_person_is_not_nobody(clinic):
    help_text = knead("plan", "--help", path=clinic).stdout
    assert "--person WHO " in help_text and "unassigned" not in help_text
    assert "unassigned" in knead("sessions", "--help", path=clinic).stdout


@pytest.mark.parametrize("words, said, next_step", [
    (("--person", "Jonas", "--since", "today"), "No session of Jonas since today.", "knead person show Jonas"),
    (("--person", "Room 4", "--from", "yesterday", "--to", "today"), "No session of Room 4 from yesterday to today.", "knead person show 'Room 4'"),
    (("--device", "foam roll", "--since", "monday"), "No session with massager foam roll since monday.", "knead sessions"),
    (("--to", "2020-01-01"), "No session until 2020-01-01.", "knead sessions"),
    (("--person", "unassigned", "--since", "today"), "No session that is nobody's since today.", "knead sessions"),
    (("--deleted",), "No deleted session.", "knead edits")])
def test_a_list_of_nothing_says_what_was_asked_and_what_to_do_next(clinic, words, said, next_step):
    lines = lines_of(clinic, "sessions", *words)
    assert lines[0] == said
    assert any(line.endswith(f": {next_step}") for line in lines[1:])
    for columns in (40, 60):
        assert max(map(len, lines_of(clinic, "sessions", *words, COLUMNS=str(columns)))) <= columns


CHANGES = ["person add 'A label of several words that is rather long'", "person rename 1 Mia", "checkout 'back bed' --to Mia --from monday", "return 1", "assign 50 51 --to Mia",
           "plan check lower-back.plan", "plan set lower-back.plan --person Mia", "plan end --person Mia", "rate last --before 6 --after 3 --where 'left shoulder blade'",
           "pair C0:FF:EE:00:00:03 --label 'foam roll'", "allow C0:FF:EE:00:00:03 --label 'foam roll'", "identify 3", "scan --for 1", "why 3", "status", "status --all", "log",
           "rezone Europe/Lisbon --since 2026-11 --dry-run", "rezone Europe/Lisbon --yes", "backup", "export csv -o table.csv", "forget 3", "split 58 --after 4", "delete 57 --yes", "undo last", "edits"]


def test_what_is_answered_to_a_change_fits_a_narrow_terminal_too():
    with examples.running_hub() as place:
        for command in CHANGES:
            shown = examples.run(place, f"knead {command}", {"LC_ALL": "C.UTF-8", "COLUMNS": "40"})
            assert shown and not shown.startswith("knead: "), command
            assert max(map(len, shown.splitlines())) <= 40, shown
