# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""How figures are printed: each beside its goal, with a word on whether the goal was reached in this run."""
import statistics

SUBJECTS = ("kneadd", "gdbus", "python")
HEADING = ["| figure | kneadd | C, GDBus signals, wide rows | ratio | Python, wide rows | ratio | goal | |", "|---|---|---|---|---|---|---|---|"]


class Goal:
    """most, least: of the hub's own figure; gdbus, python: how many times as much the loggers are to take."""

    def __init__(self, most=None, least=None, gdbus=None, python=None, unit=""):
        self.most, self.least, self.gdbus, self.python, self.unit = most, least, gdbus, python, unit

    def text(self):
        parts = [f"≤ {self.most:g}{self.unit}" if self.most is not None else "", f"≥ {self.least:g}{self.unit}" if self.least is not None else ""]
        parts += [f"≥ {times:g}×" for times in (self.gdbus, self.python) if times is not None]
        return "; ".join(p for p in parts if p)

    def verdict(self, own, gdbus=None, python=None):
        """own and the ratios of the loggers; a ratio that was not measured reaches nothing."""
        if not self.text():
            return ""
        reached = [self.most is None or own <= self.most, self.least is None or own >= self.least]
        reached += [wanted is None or (ratio is not None and ratio >= wanted) for wanted, ratio in ((self.gdbus, gdbus), (self.python, python))]
        return "REACHED" if all(reached) else "NOT REACHED"


NONE = Goal()


def median(runs, key):
    return statistics.median(r[key] for r in runs)


def row(what, runs, key, goal=NONE, digits=1, scale=1):
    """A figure that the loggers have, too: medians of all rounds."""
    cells = [median(runs[s], key) * scale if s in runs and key in runs[s][0] else None for s in SUBJECTS]
    ratios = [c / cells[0] if c is not None and cells[0] else None for c in cells[1:]]
    text = [f"{c:,.{digits}f}" if c is not None else "–" for c in cells]
    times = [f"{r:.1f}×" if r is not None else "–" for r in ratios]
    return f"| {what} | {text[0]} | {text[1]} | {times[0]} | {text[2]} | {times[1]} | {goal.text()} | {goal.verdict(cells[0], *ratios)} |"


def one(what, value, goal=NONE, form="{:,.1f}", note=""):
    """A figure of the hub alone. note: printed behind it."""
    return f"| {what} | {form.format(value)}{note} | – | – | – | – | {goal.text()} | {goal.verdict(value)} |"


def quantile(values, q):
    """The value at or above which a share of 1 - q lies."""
    values = sorted(values)
    return values[min(int(len(values) * q), len(values) - 1)]
