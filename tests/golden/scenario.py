# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What the golden captures are made of: signals, the conversation of a device with a hub, and the file with its expectation."""
import json
import os

import recompute
import telemetry_pb2 as ktp
import wire

PERIOD_US = 40000  # 25 Hz
TICKS = 25
LATENCY_MS = 35


class Noise:
    def __init__(self, seed):
        self.state = seed * 2654435761 % 2**32 or 1

    def draw(self, n):
        """0 … n - 1 (xorshift32)"""
        x = self.state
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        self.state = x
        return x % n

    def lsb(self):
        """one or two LSB, bell-shaped: -2 … 2"""
        return self.draw(3) + self.draw(3) - 2


def wave(tick, millihertz, phase=0):
    """A rounded wave of two parabolas, -1000 … 1000; phase in 1/1000 of a turn."""
    turn = (tick * millihertz // TICKS + phase) % 1000
    half = turn % 500
    height = 16 * half * (500 - half) // 1000
    return height if turn < 500 else -height


def roller_info():
    return ktp.Info(protocol=1, kind=ktp.KIND_ROLLER, model=b"Roller", serial=b"SIM-1001", firmware=b"1.0.0",
                    sample_period_us=PERIOD_US, nodes=[ktp.Node(side=ktp.SIDE_CENTRE, full_scale_hpa=4000)],
                    capabilities=ktp.CAPABILITY_BANKS | ktp.CAPABILITY_MOTION)


def clip(value, full_scale):
    return max(0, min(full_scale, value))


LOG_ID = 0x0123456789ABCDEF


ASKED_MS, ANSWERED_MS = 20, 30  # of the question for the clock, after the link is up


def meet(capture, log, at_ms=0, newest=None, oldest=None, t_ms=None, log_id=LOG_ID, boot=None, is_clock_set=True):
    """What a device answers when a hub comes: what it holds, then its clock."""
    boot = log.boot if boot is None else boot
    t_ms = log.records[0][0] if t_ms is None else t_ms
    newest = log.first_seq - 1 if newest is None else newest
    oldest = log.first_seq if oldest is None else oldest
    capture.reply(at_ms + ASKED_MS, state=ktp.State(
        log_id=log_id, boot=boot, oldest_seq=oldest, newest_seq=newest, t_ms=t_ms, flash_bytes=1 << 20, flash_used_bytes=1 << 16,
        charge_permille=870, owner_hub_id=wire.Capture.HUB_ID))
    capture.reply(at_ms + ANSWERED_MS, clock=ktp.Clock(
        boot=boot, t_ms=t_ms, unix_us=capture.utc_us(at_ms) if is_clock_set else 0,
        quality=ktp.CLOCK_SYNCED if is_clock_set else ktp.CLOCK_UNKNOWN))
    if is_clock_set:
        # the device read its clock in the middle of question and answer
        capture.anchors[log_id, boot] = (t_ms, capture.utc_us(at_ms) + (ASKED_MS + ANSWERED_MS) * 500)


def new_capture(info, model, scenario, seed, zone="Europe/Berlin", **more):
    return wire.Capture(info, model=model, kind=model, firmware=info.firmware.decode(), date="2026-11-20", by="make-captures.py",
                        scenario=scenario, seed=seed, zone=zone, redacted="no", hub_id=f"{wire.Capture.HUB_ID:016x}", **more)


def tell(capture, log, records, begin_at=50, kind=wire.LIVE):
    """Each record at its own time, LATENCY_MS later; returns when the last one came."""
    begin, at = log.records[0][0], begin_at
    for t_ms, body in records:
        at = begin_at + t_ms - begin + LATENCY_MS
        capture.notify(at, kind, [body])
    return at


def fetch(capture, at_ms, log, first, last, step=64, missing=()):
    """History as a device sends it: ranges of 64, each ended by FetchDone; 20 ms a range. Returns when it was through."""
    for low in range(first, last + 1, step):
        high = min(low + step - 1, last)
        bodies = [log.of(seq) for seq in range(low, high + 1) if seq not in missing]
        capture.notify(at_ms, wire.HISTORY, bodies)
        capture.reply(at_ms + 5, fetch_done=ktp.FetchDone(from_seq=low, to_seq=high, sent=len(bodies)))
        at_ms += 20
    return at_ms


def finish(capture, path, completeness=None, gaps=()):
    """The capture, and beside it what a hub must make of it: every metric recomputed, times from the one anchor of each boot, and
    completeness as the writer of the scenario knows it. gaps: (first, last, reason) that touch a session, by its number."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    capture.write(path)
    sessions = []
    for log_id, info, records in recompute.read_logs(path):
        boots = {record.seq: record.boot for record in map(ktp.Record.FromString, records)}
        for session in recompute.recompute(info, records):
            anchor_ms, utc_us = capture.anchors[log_id, boots[session["first_seq"]]]
            session["log_id"] = f"{log_id:016x}"
            session["start_unix_us"] = utc_us + (session["first_t_ms"] - anchor_ms) * 1000
            session["completeness_permille"] = (completeness or {}).get(len(sessions), 1000)
            session["gaps"] = [list(gap[1:]) for gap in gaps if gap[0] == len(sessions)]
            sessions.append(session)
    with open(path.removesuffix(".cap") + ".json", "w", encoding="utf-8", newline="\n") as out:
        json.dump({"sessions": sessions}, out, indent=1)
        out.write("\n")
