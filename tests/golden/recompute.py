# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The metrics a second time, from the written definitions, slowly and plainly. No code is shared with the C, nor its way of folding:
all samples are kept in lists, and each number is read off them by itself.

recompute(info_bytes, [record_bytes, ...]) returns a list of sessions, dictionaries with the keys of the JSON API.
telemetry_pb2 (made by the build in its proto/ folder) must be importable.
"""
import telemetry_pb2 as ktp
from capture_file import bodies, capture_records, read_capture, read_entries, read_logs  # noqa: F401

KNOWN = {"samples", "session_start", "session_end", "event", "clock_anchor", "battery", "motion"}


# ---- what a decoder accepts ----

def samples_of(record):
    """[(node, [(tick_us, period_us, hPa), ...]), ...] of a block"""
    block = record.samples
    nodes = [i for i in range(32) if block.node_mask >> i & 1]
    result = []
    for place, node in enumerate(nodes):
        value, series = 0, []
        for k in range(block.n):
            value += block.deltas_hpa[place * block.n + k]
            series.append((block.t0_ms * 1000 + k * block.period_us, block.period_us, value))
        result.append((node, series))
    return result


def is_period(period_us):
    return 1000 <= period_us <= 1000000


def is_accepted(record, info):
    kind = record.WhichOneof("body")
    if kind not in KNOWN or not 1 <= record.seq <= 1 << 62 or record.t_ms > 1 << 50:
        return False
    if kind == "samples":
        block = record.samples
        n_nodes = bin(block.node_mask).count("1")
        if (n_nodes == 0 or block.n == 0 or block.node_mask >> len(info.nodes) or not is_period(block.period_us)
                or block.n * n_nodes != len(block.deltas_hpa) or block.t0_ms > record.t_ms):
            return False
        return all(0 <= hpa <= info.nodes[node].full_scale_hpa
                   for node, series in samples_of(record) for _, _, hpa in series)
    if kind == "session_end":
        return record.session_end.duration_ms <= 7 * 24 * 3600 * 1000
    if kind == "motion":
        angles = angles_of(record.motion)
        return (is_period(record.motion.period_us) and record.motion.t0_ms <= record.t_ms and all(-9000 <= angle <= 9000 for _, angle in angles)
                and all(-1 <= way <= 1 for way in record.motion.directions))
    return True


def angles_of(motion):
    angle, result = 0, []
    for k, delta in enumerate(motion.angle_deltas_centideg):
        angle += delta
        result.append((motion.t0_ms * 1000 + k * motion.period_us, angle))
    return result


def directions_of(motion):
    return [(motion.t0_ms * 1000 + k * motion.period_us, way) for k, way in enumerate(motion.directions)]


# ---- contact ----

class Contact:
    """One node. take() returns the samples of a series that are no repetitions, each with whether it is a contact sample."""

    def __init__(self):
        self.last = None
        self.is_on = False

    def take(self, series):
        taken = []
        for tick, period, hpa in series:
            if self.last is not None and tick <= self.last[0]:
                continue
            if self.last is not None and tick - (self.last[0] + self.last[1]) > 2_000_000:
                self.is_on = False
            self.is_on = hpa >= 15 if self.is_on else hpa >= 20
            self.last = (tick, period)
            taken.append((tick, period, hpa, self.is_on))
        return taken


# ---- where sessions are ----

def split(records, info, is_boot_over):
    """records: accepted ones of one boot, by seq. Returns spans, dictionaries with lists of records."""
    spans, span, latest = [], None, 0
    contacts = [Contact() for _ in info.nodes]

    def is_quiet(tick):
        return span is not None and not span["has_start"] and tick - span["contact_end"] >= 120_000_000

    def contact_of(record):
        return [(tick, tick + period) for node, series in samples_of(record)
                for tick, period, _, on in contacts[node].take(series) if on]

    def close(state):
        nonlocal span
        span["state"] = state
        spans.append(span)
        span = None

    def press(record):
        nonlocal span, contacts
        pressed = contact_of(record)
        if pressed and span and is_quiet(min(pressed)[0]):
            close("quiet")
        if pressed and span is None:
            contacts = [Contact() for _ in info.nodes]
            pressed = contact_of(record)  # as in a session of its own
            span = {"has_start": False, "first": record.seq, "last": record.seq, "ticks": [], "end": None, "contact_end": 0}
        if pressed:
            span["last"] = record.seq
            span["ticks"] += [tick for tick, _ in pressed]
            span["contact_end"] = max([span.get("contact_end", 0)] + [end for _, end in pressed])

    for record in records:
        kind = record.WhichOneof("body")
        now = record.t_ms * 1000
        if kind == "session_start":
            if span:
                close("quiet" if is_quiet(now) else "interrupted")
            span = {"has_start": True, "first": record.seq, "last": record.seq, "ticks": [], "end": None, "last_record": record}
            contacts = [Contact() for _ in info.nodes]
        elif kind == "session_end" and span:
            if is_quiet(now):
                close("quiet")
            else:
                span.update(last=record.seq, end=record.t_ms, last_record=record)
                close("ended")
                contacts = [Contact() for _ in info.nodes]
        elif kind == "samples":
            latest = max([latest] + [series[-1][0] + series[-1][1] for _, series in samples_of(record)])
            press(record)
        if span and span["has_start"]:
            span["last"] = record.seq
            span["last_record"] = record
        latest = max(latest, now)
    if span:
        close("quiet" if is_quiet(latest) else "interrupted" if is_boot_over else "open")
    for each in spans:
        each["records"] = [r for r in records if each["first"] <= r.seq <= each["last"]]
    return spans


# ---- metrics ----

def half_up(total, n):
    return (2 * total + n) // (2 * n) if n else 0


def p95(values):
    if not values:
        return 0
    rank = -(-95 * len(values) // 100)  # the smallest count that is 95 % or more
    return min(sorted(values)[rank - 1] // 10 * 10 + 9, max(values))


def holds(samples, origin, end):
    """[(windows, values in them), ...] of one node"""
    windows = {}
    for tick, period, hpa, _ in samples:
        if tick >= origin:
            windows.setdefault((tick - origin) // 5_000_000, []).append((period, hpa))
    runs, run = [], []
    for index in sorted(windows):
        values = [hpa for _, hpa in windows[index]]
        mean = sum(values) // len(values)
        is_whole = origin + (index + 1) * 5_000_000 <= end
        if not is_whole or 2 * sum(period for period, _ in windows[index]) < 5_000_000 or mean < 500:
            continue
        means = [each[1] for each in run] + [mean]
        if run and index == run[-1][0] + 1 and (max(means) - min(means)) * 100 <= 30 * max(means):
            run.append((index, mean, values))
        else:
            runs.append(run)
            run = [(index, mean, values)]
    runs.append(run)
    return [(len(run), [hpa for _, _, values in run for hpa in values]) for run in runs if len(run) >= 6]


def union(intervals):
    merged = []
    for first, end in sorted(intervals):
        if merged and first <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([first, end])
    return merged


def later_only(items):
    last, result = None, []
    for tick, value in items:
        if last is None or tick > last:
            result.append((tick, value))
            last = tick
    return result


def half_cycles(records):
    angles = later_only([item for r in records if r.WhichOneof("body") == "motion" for item in angles_of(r.motion)])
    leans = [1 if angle >= 500 else -1 for _, angle in angles if abs(angle) >= 500]
    return sum(a != b for a, b in zip(leans, leans[1:]))


def strokes(records, covered):
    ways = later_only([item for r in records if r.WhichOneof("body") == "motion" for item in directions_of(r.motion)])
    ways = [(tick, way) for tick, way in ways if way]
    reversals = [tick for (_, a), (tick, b) in zip(ways, ways[1:]) if a != b]
    return sum(any(first <= tick < end for first, end in covered) for tick in reversals)


def node_metrics(samples, origin, end, full_scale, is_over):
    pressed = [sample for sample in samples if sample[3]]
    values = [hpa for _, _, hpa, _ in pressed]
    found = holds(samples, origin, end)
    held = [hpa for _, inside in found for hpa in inside]
    contact_us = sum(period for _, period, _, _ in pressed)
    result = {
        "contact_ms": contact_us // 1000,
        "n_samples": len(values),
        "mean_hpa": half_up(sum(values), len(values)),
        "peak_hpa": max(values, default=0),
        "p95_hpa": p95(values),
        "dose_hpa_ms": sum(hpa * period for _, period, hpa, _ in pressed) // 1000,
        "hold_count": len(found),
        "hold_longest_ms": max((windows * 5000 for windows, _ in found), default=0),
        "hold_mean_hpa": sum(held) // len(held) if held else 0,
        "saturation_permille": 1000 * sum(100 * hpa >= 98 * full_scale for hpa in values) // max(len(values), 1),
    }
    third = len(values) // 3
    if is_over and contact_us >= 30_000_000 and third:
        result["buildup_hpa"] = half_up(sum(values[-third:]), third) - half_up(sum(values[:third]), third)
    return result, held


def taken_of(records, info):
    """(samples taken, for each node; where hold windows begin: at SessionStart, else at the first contact)"""
    contacts = [Contact() for _ in info.nodes]
    nodes = [[] for _ in info.nodes]
    origin = None
    for record in records:
        if record.WhichOneof("body") == "session_start" and origin is None:
            origin = record.t_ms * 1000
        if record.WhichOneof("body") != "samples":
            continue
        pressed = []
        for node, series in samples_of(record):
            taken = contacts[node].take(series)
            nodes[node] += taken
            pressed += [tick for tick, _, _, on in taken if on]
        if origin is None and pressed:
            origin = min(pressed)
    return nodes, origin if origin is not None else 0


def session(span, info):
    records = span["records"]
    nodes, origin = taken_of(records, info)
    everything = [sample for samples in nodes for sample in samples]
    pressed = [sample for sample in everything if sample[3]]
    ticks = [tick for tick, _, _, _ in pressed]
    pressed_end = max((tick + period for tick, period, _, _ in pressed), default=0)
    samples_end = max((tick + period for r in records if r.WhichOneof("body") == "samples"
                       for _, series in samples_of(r) for tick, period, _ in series), default=0)
    if span["end"] is not None:
        end = max(span["end"] * 1000, pressed_end)
    else:
        end = samples_end if span["has_start"] else pressed_end
    covered = union([(tick, tick + period) for tick, period, _, _ in pressed])
    each = [node_metrics(samples, origin, end, info.nodes[i].full_scale_hpa, span["state"] != "open")
            for i, samples in enumerate(nodes)]
    values = [hpa for _, _, hpa, _ in pressed]
    held = [hpa for _, inside in each for hpa in inside]
    start = records[0].t_ms if span["has_start"] else None
    if start is not None and span["end"] is not None and span["end"] >= start:
        duration = span["end"] - start
    else:
        duration = (max(ticks) - min(ticks)) // 1000 if ticks else 0

    def dose(side=None):
        return sum(hpa * period for i, samples in enumerate(nodes) if side is None or info.nodes[i].side == side
                   for _, period, hpa, on in samples if on) // 1000

    result = {
        "first_seq": span["first"],
        "last_seq": span["last"],
        "first_t_ms": start if start is not None else min(ticks) // 1000,
        "last_t_ms": span["end"] if span["end"] is not None else max(ticks) // 1000 if ticks else span["last_record"].t_ms,
        "state": span["state"],
        "duration_ms": duration,
        "active_ms": sum(b - a for a, b in covered) // 1000,
        "mean_hpa": half_up(sum(values), len(values)),
        "peak_hpa": max(values, default=0),
        "p95_hpa": p95(values),
        "dose_hpa_ms": dose(),
        "dose_left_hpa_ms": dose(ktp.SIDE_LEFT),
        "dose_right_hpa_ms": dose(ktp.SIDE_RIGHT),
        "saturation_permille": 1000 * sum(100 * hpa >= 98 * info.nodes[i].full_scale_hpa
                                          for i, samples in enumerate(nodes)
                                          for _, _, hpa, on in samples if on) // max(len(values), 1),
        "hold_count": sum(metrics["hold_count"] for metrics, _ in each),
        "hold_longest_ms": max(metrics["hold_longest_ms"] for metrics, _ in each),
        "hold_mean_hpa": sum(held) // len(held) if held else 0,
        "rocking_half_cycles": half_cycles(records),
        "strokes": strokes(records, covered),
        "nodes": [metrics for metrics, _ in each],
    }
    left, right = result["dose_left_hpa_ms"], result["dose_right_hpa_ms"]
    if left + right:
        rounded = (2000 * abs(left - right) + left + right) // (2 * (left + right))
        result["symmetry_permille"] = rounded if left >= right else -rounded
    if records[-1].WhichOneof("body") == "session_end":
        result["device_duration_ms"] = records[-1].session_end.duration_ms
    return result


def recompute(info_bytes, record_bytes):
    """record_bytes: of one log, any order; of two with the same seq the first counts."""
    info = ktp.Info.FromString(info_bytes)
    by_seq = {}
    for data in record_bytes:
        record = ktp.Record()
        try:
            record.ParseFromString(data)
        except Exception:  # any message: the decoder refuses it
            continue
        if is_accepted(record, info):
            by_seq.setdefault(record.seq, record)
    ordered = [by_seq[seq] for seq in sorted(by_seq)]
    boots = sorted({record.boot for record in ordered})
    return [session(span, info)
            for boot in boots
            for span in split([r for r in ordered if r.boot == boot], info, boot != boots[-1])]
