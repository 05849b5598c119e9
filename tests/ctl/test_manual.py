# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""knead-api(7) lists every cause and every event there is, and knead log has words for each."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


def words_of(source, table):
    """The first string of each row of a table in C."""
    text = (ROOT / source).read_text()
    body = text[text.index(table):]
    return re.findall(r'\{\s*"([a-z_-]+)"', body[:body.index("\n};")])


def section(name):
    page = (ROOT / "packaging/man/knead-api.7").read_text().replace("\\-", "-")
    return re.split(r"^\.SH ", page.split(f"\n.SH {name}\n", 1)[1], flags=re.M)[0]


CAUSES = words_of("src/core/link/why.c", "} causes[] = {")
EVENTS = words_of("src/core/log/event.c", "} kinds[] = {")


def test_the_tables_were_found():
    assert "quarantined" in CAUSES and CAUSES[-1] == "well"
    assert "quarantined" in EVENTS and EVENTS[-1] == "started"


def test_every_cause_is_in_the_manual_in_the_order_in_which_they_are_looked_at():
    rows = [row for row in section("CAUSES").splitlines() if row.startswith((".B ", ".BR "))]
    told = [word for row in rows for word in re.findall(r"(?<= )[a-z-]+", row)]
    assert told == CAUSES


def test_every_event_is_in_the_manual_under_its_class():
    told = re.findall(r"\b[a-z]+(?:_[a-z]+)*\b", section("EVENTS"))
    assert [kind for kind in EVENTS if kind not in told] == []
    for name in re.findall(r'\{"([a-z_]+)", KN_CLASS_ALARM\}', (ROOT / "src/core/log/event.c").read_text()):
        assert name in section("EVENTS").split(".B alarm", 1)[1]


def test_every_event_has_words_in_knead_log():
    told = words_of("src/ctl/print-log.c", "} sentences[] = {")
    assert [kind for kind in EVENTS if kind not in told and kind != "session_stored"] == []
