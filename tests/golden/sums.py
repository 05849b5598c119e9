# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Periods and their parts a second time, from the written definitions: no code is shared with the C. Sessions are those of recompute.py,
with "day" (a number), "start_ms" (of the day), "device" and "places" ([(region, side) of each node]) added."""
from fractions import Fraction

import telemetry_pb2 as ktp

REGIONS = {number: "free" if number == 0 else name.removeprefix("REGION_").lower().replace("_", "-") for name, number in ktp.Region.items()}
SIDES = {number: name.removeprefix("SIDE_").lower() for name, number in ktp.Side.items()}


def half_up(fraction):
    return int(fraction + Fraction(1, 2))


def half_away(fraction):
    return half_up(fraction) if fraction >= 0 else -half_up(-fraction)


def weighted_mean(pairs):
    n = sum(count for count, _ in pairs)
    return half_up(Fraction(sum(count * mean for count, mean in pairs), n)) if n else 0


def covered_ms(sessions):
    """Milliseconds in which at least one session ran: boundaries in order, and how many are open between them."""
    edges = sorted([(s["day"] * 86_400_000 + s["start_ms"], 1) for s in sessions]
                   + [(s["day"] * 86_400_000 + s["start_ms"] + s["duration_ms"], -1) for s in sessions])
    total, n_open = 0, 0
    for (at, step), (following, _) in zip(edges, edges[1:] + edges[-1:]):
        n_open += step
        total += following - at if n_open > 0 else 0
    return total


def samples_of(session):
    return sum(node["n_samples"] for node in session["nodes"])


def period(sessions):
    result = {
        "n_sessions": len(sessions),
        "n_open": sum(s["state"] == "open" for s in sessions),
        "duration_ms": covered_ms(sessions),
        "mean_hpa": weighted_mean([(samples_of(s), s["mean_hpa"]) for s in sessions]),
        "n_data_days": len({s["day"] for s in sessions if s["state"] != "open"}),
    }
    for key in ("active_ms", "dose_hpa_ms", "dose_left_hpa_ms", "dose_right_hpa_ms", "hold_count"):
        result[key] = sum(s[key] for s in sessions)
    for key in ("peak_hpa", "hold_longest_ms"):
        result[key] = max((s[key] for s in sessions), default=0)
    left, right = result["dose_left_hpa_ms"], result["dose_right_hpa_ms"]
    if left + right:
        result["symmetry_permille"] = half_away(Fraction(1000 * (left - right), left + right))
    return result


def change(now, before):
    if min(now["n_data_days"], before["n_data_days"]) < 3:
        return {}
    shares = {key: Fraction(now[key] - before[key], before[key])
              for key in ("duration_ms", "active_ms", "dose_hpa_ms", "mean_hpa", "peak_hpa", "hold_count") if before[key]}
    return {key: half_away(1000 * share) for key, share in shares.items() if abs(share) >= Fraction(1, 5)}


def parts(sessions, by):
    found = {}
    for number, session in enumerate(sessions):
        for index, (node, (region, side)) in enumerate(zip(session["nodes"], session["places"])):
            key = {"place": (0, 0, region, side), "region": (0, 0, region, 0), "side": (0, 0, 0, side),
                   "node": (session["device"], index, region, side)}[by]
            found.setdefault(key, []).append((number, node))
    return [[device, index, REGIONS[region], SIDES[side],
             len({number for number, node in nodes if node["n_samples"]}),
             sum(node["contact_ms"] for _, node in nodes),
             weighted_mean([(node["n_samples"], node["mean_hpa"]) for _, node in nodes]),
             max(node["peak_hpa"] for _, node in nodes),
             sum(node["dose_hpa_ms"] for _, node in nodes),
             sum(node["hold_count"] for _, node in nodes),
             max(node["hold_longest_ms"] for _, node in nodes)]
            for (device, index, region, side), nodes in sorted(found.items())]
