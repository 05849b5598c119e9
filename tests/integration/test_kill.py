# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""kill -9 at any moment: nothing that was acked is missing, nothing is stored twice, a session stays one session."""

import os
import random

import line
import truth
from line import BED, wait_for

KILLS_LIVE = int(os.environ.get("KN_KILLS_LIVE", "80"))
KILLS_BACKFILL = int(os.environ.get("KN_KILLS_BACKFILL", "20"))


def assert_consistent(hub, acked_to):
    """The database as a killed hub left it, looked at by SQLite alone."""
    if not (hub.state / "knead.db").exists():
        assert acked_to == 0
        return
    assert hub.rows("PRAGMA quick_check") == [("ok",)]
    covered, end = set(), 0
    for first, last, n_records in hub.rows("SELECT first_seq, last_seq, n_records FROM block ORDER BY first_seq"):
        assert first > end, "a record is in two blocks"
        assert n_records == last - first + 1
        end = last
        covered.update(range(first, last + 1))
    assert acked_to == 0 or set(range(1, acked_to + 1)) <= covered, "an acked record is missing"
    ledger = set()
    for first, last in hub.rows("SELECT first_seq, last_seq FROM coverage"):
        ledger.update(range(first, last + 1))
    assert ledger == covered, "ledger and blocks disagree"


def kill_after(hub, seconds):
    """Lets it run for so long, unless it falls by itself."""
    try:
        code = hub.process.child.wait(seconds)
    except line.subprocess.TimeoutExpired:
        hub.kill()
    else:
        raise AssertionError(f"the hub ended by itself with {code}: {hub.process.text()[-2000:]}")


def has_given(sim, n_records):
    """So many, or all that it has: what was stored and not acked is not asked for again."""
    status = sim.status()
    return status["n_records_fetched"] >= n_records or status["trimmed_to"] == status["newest"]


def test_killed_in_the_middle_of_a_live_session_a_hundred_times_less_the_backfills(hub, make_sim):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    dice = random.Random(seed)
    sim = make_sim(f"kind=back14,address={BED},serial=B,seed={seed % 1000}")
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    sim.start_session(100000, "mixed")
    n_progress = 0
    for _ in range(KILLS_LIVE):
        acked = sim.status()["trimmed_to"]
        # on the way to its first ack, which takes what the machine makes of it, or once it has acked
        if dice.random() < 0.5:
            wait_for(lambda: sim.status()["trimmed_to"] > acked, "an ack", process=hub.process.child)
        kill_after(hub, dice.uniform(0, 0.3))
        n_progress += sim.status()["trimmed_to"] > acked
        assert_consistent(hub, sim.status()["trimmed_to"])
        hub.process = line.Process(hub.args(), hub.log)
    assert n_progress > KILLS_LIVE // 10, "the kills came before anything was acked: they prove nothing"
    wait_for(hub.is_answering, "the hub")
    sim.stop_session()
    wait_for(lambda: any(s["state"] == "ended" for s in hub.sessions()), "its end")
    hub.wait_caught_up(sim)
    truth.assert_equal(hub.sessions(), sim.info(), sim.records())
    assert len(hub.sessions()) == 1


def test_killed_in_the_middle_of_a_backfill(hub, make_sim):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    dice = random.Random(seed)
    sim = make_sim(f"kind=back14,address={BED},serial=B,seed={seed % 1000},pace={1500 // line.TIMES}")
    for seconds in (100, 80, 140, 120, 100):
        sim.bank(seconds, dice.choice(["rocking", "holds", "mixed"]))
    # a commit every fifth of a second
    often = ("--timer-scale", line.timer_scale(0.02))
    hub.start(*often)
    hub.allow()
    n_partial = 0
    for _ in range(KILLS_BACKFILL):
        status = sim.status()
        wanted = status["n_records_fetched"] + dice.randrange(status["newest"] - status["trimmed_to"])
        wait_for(lambda: has_given(sim, wanted), "so many records", process=hub.process.child, every_s=0.005)
        hub.kill()
        status = sim.status()
        n_partial += 0 < status["trimmed_to"] < status["newest"]
        assert_consistent(hub, status["trimmed_to"])
        hub.process = line.Process(hub.args(*often), hub.log)
        if status["trimmed_to"] == status["newest"]:
            sim.bank(200, "rocking")
    assert n_partial > 0, "no kill hit a backfill"
    wait_for(hub.is_answering, "the hub")
    hub.wait_caught_up(sim, deadline_s=120)
    truth.assert_equal(hub.sessions(), sim.info(), sim.records())
