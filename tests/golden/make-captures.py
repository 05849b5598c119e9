# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""make-captures.py DIR_OF_TELEMETRY_PB2 DIR_OF_CAPTURES: writes the golden captures anew. The same script gives the same bytes:
signals are integers all the way, and the noise is a small generator of its own."""
import os
import sys

sys.path[:0] = [sys.argv[1], os.path.dirname(os.path.abspath(__file__))]
import telemetry_pb2 as ktp  # noqa: E402
import trouble  # noqa: E402
import wire  # noqa: E402
from scenario import LATENCY_MS, PERIOD_US, TICKS, Noise, clip, finish, meet, new_capture, roller_info, wave  # noqa: E402

def back14_info(full_scale_hpa):
    left = [ktp.REGION_UPPER_TRAPEZIUS, ktp.REGION_LEVATOR_SCAPULAE, ktp.REGION_RHOMBOIDS, ktp.REGION_ERECTOR_SPINAE_THORACIC,
            ktp.REGION_LATISSIMUS_DORSI, ktp.REGION_ERECTOR_SPINAE_LUMBAR, ktp.REGION_QUADRATUS_LUMBORUM]
    nodes = [ktp.Node(region=region, side=side, full_scale_hpa=full_scale_hpa)
             for side in (ktp.SIDE_LEFT, ktp.SIDE_RIGHT) for region in left]
    return ktp.Info(protocol=1, kind=ktp.KIND_BACK14, model=b"Backbed 14", serial=b"SIM-0001", firmware=b"1.0.0",
                    sample_period_us=PERIOD_US, nodes=nodes,
                    capabilities=ktp.CAPABILITY_BANKS | ktp.CAPABILITY_MOTION | ktp.CAPABILITY_IDENTIFY)


def add_halves(log, values, tick, t_ms):
    """Fourteen nodes as two records of the same ticks, as many ticks as fit; returns how many."""
    for n in range(16, 0, -1):
        columns = values[tick:tick + n]
        halves = [{node: [row[node] for row in columns] for node in nodes} for nodes in (range(7), range(7, 14))]
        blocks = [wire.block(PERIOD_US, t_ms, half) for half in halves]
        sizes = [len(wire.encode(ktp.Record(seq=log.seq + 1, boot=log.boot, t_ms=t_ms + 10000, samples=each))) for each in blocks]
        if max(sizes) <= wire.RECORD_MAX:
            made_ms = t_ms + len(columns) * 40
            for each in blocks:
                log.add(made_ms, samples=each)
            return len(columns)
    raise ValueError("one tick of seven nodes does not fit")


def back14_log(values, angles, start_ms, boot=3, seq=1001):
    """values: a row of fourteen for each tick; angles: one for each fifth tick (5 Hz)."""
    log = wire.Log(boot, seq)
    log.add(start_ms - 700, battery=ktp.Battery(charge_permille=870, voltage_mv=3985))
    log.add(start_ms, session_start=ktp.SessionStart())
    tick = moved = 0
    while tick < len(values):
        tick += add_halves(log, values, tick, start_ms + 20 + tick * 40)
        while (moved + 15) * 5 <= tick:
            log.add(start_ms + 20 + tick * 40, motion=wire.motion(5 * PERIOD_US, start_ms + 20 + moved * 200,
                                                                  angles[moved:moved + 15]))
            moved += 15
    end_ms = start_ms + 20 + len(values) * 40 + 300
    log.add(end_ms, session_end=ktp.SessionEnd(duration_ms=end_ms - start_ms))
    return log


def rocking(seed, seconds, full_scale, is_up, base=620, swing=150):
    """Weight that rolls from left to right and back at 0.3 Hz, breath of 8 % at 0.25 Hz; is_up(s): nobody lies on it."""
    noise = Noise(seed)
    values = []
    for tick in range(seconds * TICKS):
        roll, breath, row = wave(tick, 300), wave(tick, 250, 120), []
        for node in range(14):
            lean = roll if node < 7 else -roll
            shape = (700, 850, 1000, 1000, 900, 800, 600)[node % 7]
            hpa = (base * shape + swing * shape * lean // 1000) // 1000
            hpa += hpa * 8 * breath // 100000
            ramp = min(1000, tick * 1000 // (8 * TICKS))
            hpa = 2 if is_up(tick // TICKS) else hpa * ramp // 1000
            row.append(clip(hpa + noise.lsb(), full_scale))
        values.append(row)
    angles = [1200 * wave(5 * i, 300) // 1000 + 10 * noise.lsb() for i in range(seconds * 5)]
    return values, angles


def even_rocking():
    return rocking(14, 150, 4000, lambda s: s < 2 or s >= 147)


def long_holds():
    """Pressed on one pair of nodes after the other: 30 to 90 s firm, 10 s let go; the last pair is pressed harder and harder."""
    noise = Noise(15)
    plan = [(3, 48, (2, 9), 1300, 0), (58, 150, (3, 10), 2450, 0), (160, 195, (5, 12), 820, 0), (150, 218, (0, 7), 560, 4)]
    values = []
    for tick in range(220 * TICKS):
        breath, row = wave(tick, 220), []
        for node in range(14):
            hpa = 60 if 2 * TICKS < tick < 219 * TICKS else 0
            firm = [level + rise * (tick // TICKS - first) - (120 if node >= 7 else 0) for first, last, nodes, level, rise in plan
                    if node in nodes and first * TICKS <= tick < last * TICKS]
            hpa = firm[-1] if firm else hpa
            hpa += hpa * 6 * breath // 100000
            row.append(clip(hpa + noise.lsb(), 4000))
        values.append(row)
    return values, [200 * wave(5 * i, 220) // 1000 for i in range(220 * 5)]


def saturation():
    """A film sensor that ends at 1580 hPa under somebody heavy: nodes clip at each roll, one of them all the time."""
    values, angles = rocking(16, 130, 1580, lambda s: s >= 128, base=1350, swing=450)
    for row in values[10 * TICKS:120 * TICKS]:
        row[3] = 1580
    return values, angles


def got_up_once():
    return rocking(17, 160, 4000, lambda s: 70 <= s < 82 or s >= 157, base=700, swing=90)


def write(path, info, log, scenario, seed, lost=(0, 0), model="back14"):
    """lost: live records made in [from, to) ms never arrive; they come as history at the end, with some that had arrived."""
    capture = new_capture(info, model, scenario, seed)
    meet(capture, log)
    begin = log.records[0][0]
    repeat, at = [], 0
    for t_ms, body in log.records:
        at = 50 + t_ms - begin + LATENCY_MS
        if not lost[0] <= t_ms - begin < lost[1]:
            capture.notify(at, wire.LIVE, [body])
        if lost[0] - 1000 <= t_ms - begin < lost[1] + 1000:
            repeat.append(body)
    if lost[1]:
        # fetched in two ranges, the later one first: arrival is not the order of seq
        half = len(repeat) // 2
        capture.notify(at + 150, wire.HISTORY, repeat[half:])
        capture.notify(at + 320, wire.HISTORY, repeat[:half])
    finish(capture, path)


def roller_log():
    """Strokes of 0.8 s in four bouts; the hand goes on moving while the head is in the air."""
    noise, log = Noise(18), wire.Log(boot=7, seq=1)
    start_ms, n = 5000, 160 * TICKS
    log.add(start_ms, session_start=ktp.SessionStart(head=ktp.HEAD_LOTION))
    values, ways = [], []
    for tick in range(n):
        is_pressed = tick // TICKS % 40 < 33
        hpa = 900 + 90 * wave(tick, 625) // 1000 + 3 * noise.lsb() if is_pressed else max(0, noise.lsb())
        values.append(hpa)
        turn = tick * 625 // TICKS % 1000
        ways.append(0 if turn % 500 < 40 else 1 if turn < 500 else -1)
    for tick in range(0, n, 50):
        made_ms = start_ms + (tick + 50) * 40
        # motion first: contact at its ticks is known only from the record after it
        log.add(made_ms, motion=wire.motion(2 * PERIOD_US, start_ms + tick * 40, directions=ways[tick:tick + 50:2]))
        log.add(made_ms, samples=wire.block(PERIOD_US, start_ms + tick * 40, {0: values[tick:tick + 50]}))
    end_ms = start_ms + n * 40
    log.add(end_ms, session_end=ktp.SessionEnd(duration_ms=end_ms - start_ms - 2500))  # the device counts it shorter
    return log


def main():
    out = os.path.join(sys.argv[2], "back14")
    start_ms = 61234
    write(f"{out}/01-even-rocking.cap", back14_info(4000), back14_log(*even_rocking(), start_ms), "even rocking at 0.3 Hz", 14)
    write(f"{out}/02-long-holds.cap", back14_info(4000), back14_log(*long_holds(), start_ms), "holds of 35 to 92 s", 15)
    write(f"{out}/03-saturation.cap", back14_info(1580), back14_log(*saturation(), start_ms), "nodes at full scale", 16)
    write(f"{out}/04-lost-and-repaired.cap", back14_info(4000), back14_log(*got_up_once(), start_ms),
          "live records of 21 s lost, fetched at the end; got up once", 17, lost=(40000, 61000))
    write(os.path.join(sys.argv[2], "roller", "01-strokes.cap"), roller_info(), roller_log(),
          "strokes with and without contact; the device's own duration is 2.5 s short", 18, model="roller")
    trouble.write_foam_roll(os.path.join(sys.argv[2], "foam-roll", "01-no-marks.cap"))
    for number, (name, make) in enumerate((
            ("two-boots", trouble.write_two_boots), ("link-lost", trouble.write_link_lost), ("factory-reset", trouble.write_factory_reset),
            ("unreadable", trouble.write_unreadable), ("overwritten", trouble.write_overwritten), ("unsynced-clock", trouble.write_unsynced),
            ("newer-kinds", trouble.write_newer_kinds), ("night-of-the-clocks", trouble.write_night_of_the_clocks)), 2):
        make(os.path.join(sys.argv[2], "roller", f"{number:02}-{name}.cap"))


if __name__ == "__main__":
    main()
