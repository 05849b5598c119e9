# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What is lost is found, named, counted, and repaired where it can be."""

import truth
from line import BED, wait_for


def only(sessions):
    assert len(sessions) == 1
    return sessions[0]


def test_a_stretch_of_live_records_lost_on_purpose_is_found_fetched_and_counted(hub, make_sim):
    sim = make_sim()
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    n_fetched = hub.device()["counters"]["n_fetched"]
    sim.call("HoldFetch", "(sb)", BED, True)
    sim.start_session(600, "rocking")
    start = sim.status()["newest"]
    wait_for(lambda: sim.status()["newest"] >= start + 10, "ten records")
    sim.call("DropLive", "(su)", BED, 7)
    wait_for(lambda: sim.status()["n_live_dropped"] == 7, "seven notifications lost")
    dropped = sim.status()["newest"]
    wait_for(lambda: sim.status()["newest"] >= dropped + 10, "ten more")
    sim.stop_session()
    before = wait_for(lambda: [s for s in hub.sessions() if s["state"] == "ended"], "the session stored with its hole")
    before = only(before)
    records = sim.records()
    end = before["last_seq"]
    stored = int(before["stored"])
    assert before["expected"] == end - before["first_seq"] + 1
    assert stored < before["expected"]
    assert before["completeness_permille"] == 1000 * stored // before["expected"] < 1000
    missing = [g for g in before["gaps"] if g["reason"] == "open"]
    assert sum(g["n_records"] for g in missing) == before["expected"] - stored
    assert hub.device()["counters"]["n_live_missed"] >= before["expected"] - stored

    sim.call("HoldFetch", "(sb)", BED, False)
    after = wait_for(lambda: [s for s in hub.sessions() if s.get("completeness_permille") == 1000], "the repair")
    after = only(after)
    assert after["id"] == before["id"]
    assert after["revision"] > before["revision"]
    assert after["gaps"] == []
    told = [e for e in hub.get("/v1/log?class=session")["events"] if e["kind"] == "session_stored" and e["session_id"] == after["id"]]
    assert len(told) >= 2
    assert hub.device()["counters"]["n_fetched"] - n_fetched == before["expected"] - stored
    truth.assert_equal([after], sim.info(), records)


def test_flash_that_went_round_before_the_hub_came_is_a_named_gap_and_trim_passes_it(hub, make_sim):
    sim = make_sim()
    sim.bank(70, "rocking")
    sim.bank(70, "holds")
    sim.call("OverwriteOldest", "(st)", BED, 2)
    oldest = sim.status()["oldest"]
    assert oldest == 3
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    first, second = hub.sessions()
    gap = only(first["gaps"])
    assert (gap["first_seq"], gap["last_seq"], gap["reason"]) == (1, oldest - 1, "overwritten")
    assert second["completeness_permille"] == 1000
    assert sim.status()["trimmed_to"] == sim.status()["newest"]
    hub.stop()
    assert hub.rows("SELECT first_seq, last_seq, reason FROM gap") == [(1, oldest - 1, 1)]


def test_a_record_with_a_right_sum_that_the_decoder_refuses_is_stored_once_and_never_asked_for_again(hub, make_sim):
    sim = make_sim()
    sim.bank(70, "rocking")
    sim.call("CorruptRecord", "(sts)", BED, 20, "undecodable")
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    counters = hub.device()["counters"]
    assert sum(counters[k] for k in ("n_bad_range", "n_bad_protobuf", "n_unsupported", "n_bad_version")) == 1
    assert only(hub.sessions())["completeness_permille"] == 1000
    assert counters["n_records"] == sim.status()["newest"]
    n_fetched = sim.status()["n_records_fetched"]
    sim.call("Disconnect", "(s)", BED)
    wait_for(lambda: sim.status()["n_connects"] >= 2, "the link again")
    hub.wait_caught_up(sim)
    assert sim.status()["n_records_fetched"] == n_fetched


def test_a_record_that_never_comes_right_becomes_a_named_gap_after_three_fetches(hub, make_sim):
    sim = make_sim()
    sim.bank(70, "rocking")
    sim.call("CorruptRecord", "(sts)", BED, 20, "crc")
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    session = only(hub.sessions())
    gap = only(session["gaps"])
    assert (gap["first_seq"], gap["last_seq"], gap["reason"]) == (20, 20, "unreadable")
    assert session["expected"] - session["stored"] == 1
    assert session["completeness_permille"] == 1000 * session["stored"] // session["expected"]


def test_nothing_of_a_new_log_is_trimmed_or_deduped_by_the_old_cursor(hub, make_sim):
    sim = make_sim()
    sim.bank(70, "rocking")
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    old = sim.status()
    n_old = len(sim.records())
    hub.stop()
    sim.call("Format", "(s)", BED)
    sim.bank(65, "holds")
    assert sim.status()["log_id"] != old["log_id"]
    assert sim.status()["trimmed_to"] == 0
    hub.start()
    hub.wait_caught_up(sim)
    fresh = sim.records()[n_old:]
    assert hub.device()["counters"]["n_records"] == len(fresh)
    sessions = hub.sessions()
    assert len({s["log_id"] for s in sessions}) == 2 and len(sessions) == 2
    truth.assert_equal([s for s in sessions if int(s["log_id"], 16) == sim.status()["log_id"]], sim.info(), fresh)


def test_link_loss_in_a_session_leaves_one_session_and_no_hole(hub, make_sim):
    sim = make_sim()
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    sim.start_session(600, "rocking")
    for _ in range(3):
        newest = sim.status()["newest"]
        wait_for(lambda: sim.status()["newest"] >= newest + 5, "five records")
        n_connects = sim.status()["n_connects"]
        sim.call("Disconnect", "(s)", BED)
        wait_for(lambda: sim.status()["n_connects"] > n_connects, "the link again")
    sim.stop_session()
    wait_for(lambda: [s for s in hub.sessions() if s["state"] == "ended"], "its end")
    hub.wait_caught_up(sim)
    truth.assert_equal(hub.sessions(), sim.info(), sim.records())


def test_a_device_that_reboots_in_a_session_leaves_an_interrupted_one(hub, make_sim):
    sim = make_sim()
    hub.start()
    hub.allow()
    hub.wait_caught_up(sim)
    sim.start_session(600, "rocking")
    newest = sim.status()["newest"]
    wait_for(lambda: sim.status()["newest"] >= newest + 10, "ten records")
    sim.call("Reboot", "(s)", BED)
    sim.bank(62, "rocking")
    wait_for(lambda: len(hub.sessions()) == 2, "two sessions")
    hub.wait_caught_up(sim)
    first, second = hub.sessions()
    assert (first["state"], second["state"]) == ("interrupted", "ended")
    truth.assert_equal([first, second], sim.info(), sim.records())
