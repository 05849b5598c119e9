# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The wall clock of the machine is set while the hub runs; here it can be, and nowhere else in the tests."""
import contextlib
import datetime
import pathlib
import shutil
import time

from place import sh, wait_for

HOUR_S = 3600
# of each hub: its first look at the clock is a minute after its start, and of settings within a minute of a note one is told
QUIET_MS = 65_000
SESSION_S = 90
TIMESYNC = pathlib.Path("/run/systemd/timesync")


@contextlib.contextmanager
def vouched_clock():
    """systemd-timesyncd, which is not in this machine, has set the clock: a hub that believes it looks no more."""
    there = TIMESYNC.is_dir()
    TIMESYNC.mkdir(exist_ok=True)
    (TIMESYNC / "synchronized").touch()
    try:
        yield
    finally:
        if not there:
            shutil.rmtree(TIMESYNC)


def set_clock(step_s):
    time.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME) + step_s)


def settings(hub):
    return [e["detail"] for e in hub.get("/v1/log?limit=400")["events"] if e["kind"] == "clock_set"]


def set_and_told(hub, step_s, deadline_s):
    """Sets the clock; how long it took until the hub had told it, by a clock that nobody sets."""
    before, began = settings(hub), time.monotonic()
    set_clock(step_s)
    wait_for(lambda: len(settings(hub)) > len(before), f"a word about {step_s:+} s", deadline_s)
    told = settings(hub)[len(before):]
    # of 3599.9999 whole seconds are told
    assert len(told) == 1 and any(told[0].startswith(f"{s:+} s, ") for s in (step_s, step_s - 1, step_s + 1)), told
    return time.monotonic() - began


def summed(hub, address, true_us):
    """The days around the truth, of one massager."""
    first, last = (time.strftime("%Y-%m-%d", time.gmtime(true_us / 1e6 + days * 86400)) for days in (-3, 3))
    return hub.get(f"/v1/summary?period=range&from={first}&to={last}&device={address}")


def a_clock_that_is_set_is_noticed_at_once_and_moves_no_second(where):
    hub = where.hub
    # nobody's clock: what it and the truth differ by at first stays so for ever
    true_less_boot_us = (time.clock_gettime_ns(time.CLOCK_REALTIME) - time.clock_gettime_ns(time.CLOCK_BOOTTIME)) // 1000

    def true_us():
        return true_less_boot_us + time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000

    where.bring(f"kind=back14,adapter=hci1,seed={time.monotonic_ns()}")
    address, = where.addresses
    where.wait_caught_up(address)
    known = {s["id"]: s for s in hub.sessions()}
    where.massagers.call("Vanish", "(s)", address)
    wait_for(lambda: hub.device(address).get("link") != "ready", "its link to go", 60)
    with vouched_clock():
        sh("systemctl", "restart", "kneadd")
        wait_for(hub.is_answering, "the hub", 60)
        assert hub.get("/v1/status")["clock"] == "synced"
        wait_for(lambda: hub.get("/v1/status")["uptime_ms"] > QUIET_MS, "the hub to have nothing to do", 120)
        # no link, no tick, no look: only the kernel can tell it
        idle_s = set_and_told(hub, HOUR_S, 30)
        assert hub.get("/v1/status")["clock"] == "restored"
        began_ms = hub.get("/v1/status")["uptime_ms"]
        where.massagers.call("Return", "(s)", address)
        where.wait_caught_up(address)
        earliest_us = true_us()
        where.massagers.start_session(SESSION_S, address)
        latest_us = true_us()
        wait_for(lambda: hub.get("/v1/status")["uptime_ms"] > began_ms + QUIET_MS, "a minute without a note", 120)
        assert where.massagers.status(address)["session_active"]
        busy_s = set_and_told(hub, -HOUR_S, 30)
        wait_for(lambda: not where.massagers.status(address)["session_active"], "the session's end", SESSION_S + 60)
        where.wait_caught_up(address)
    after = {s["id"]: s for s in hub.sessions()}
    (session,) = [after[key] for key in after.keys() - known.keys()]
    assert_true(session, earliest_us, latest_us)
    moved_us = moved_at_most(known, after)
    assert_counted_once(after.values(), summed(hub, address, true_us()), address)
    return f"told after {idle_s:.1f} s with nothing to do, {busy_s:.1f} s in a session; no other of {len(known)} moved by more than {moved_us / 1000:.0f} ms"


def assert_true(session, earliest_us, latest_us):
    """Its seconds are those of the massager, and it began when it began: as the clock was before anybody set it."""
    assert session["state"] == "ended" and session["completeness_permille"] == 1000, session
    assert abs(session["duration_ms"] - SESSION_S * 1000) <= 1000 and not session["is_duration_disputed"], session
    start_us = read_us(session["start"])
    assert earliest_us - 2_000_000 <= start_us <= latest_us + 2_000_000, (session["start"], earliest_us, latest_us)


def read_us(text):
    return int(datetime.datetime.fromisoformat(text).timestamp() * 1_000_000)


def moved_at_most(before, after):
    """None is another one now. With a clock that is believed more, other readings of a massager's clock count, which differ by their round
    trips, and beyond them by a slope; what follows a setting moves by the hour."""
    assert before.keys() <= after.keys()
    moves = [abs(after[key]["start_unix_us"] - session["start_unix_us"]) for key, session in before.items()]
    assert max(moves) < HOUR_S * 1_000_000 // 2, moves
    for key, session in before.items():
        assert all(after[key][what] == session[what] for what in ("duration_ms", "active_ms", "dose_hpa_ms", "stored")), (session, after[key])
    return max(moves)


def union_us(sessions):
    ran_us = end_us = 0
    for begin_us, until_us in sorted((s["start_unix_us"], s["start_unix_us"] + s["duration_ms"] * 1000) for s in sessions):
        ran_us += max(until_us - max(begin_us, end_us), 0)
        end_us = max(end_us, until_us)
    return ran_us


def assert_counted_once(sessions, summary, address):
    """The union of what ran, of the sessions themselves: histories of several massagers with one address may overlap."""
    days = {day["day"]: [] for day in summary["days"]}
    for session in sessions:
        if session["device"]["address"] == address and session["start"][:10] in days:
            days[session["start"][:10]].append(session)
    for day in [*summary["days"], summary]:
        those = days[day["day"]] if "day" in day else [s for ours in days.values() for s in ours]
        assert day["n_sessions"] == len(those) and abs(day["duration_ms"] - union_us(those) / 1000) <= 1, (those, day)
