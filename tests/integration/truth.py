# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What the numbers must be: recomputed from the records the simulator made, by the definitions and Google's protobuf."""

import os
import sys

sys.path.insert(0, os.environ["KN_GOLDEN_DIR"])
import recompute  # noqa: E402

NODE_KEYS = ("contact_ms", "n_samples", "mean_hpa", "peak_hpa", "p95_hpa", "dose_hpa_ms", "hold_count", "hold_longest_ms",
             "hold_mean_hpa", "buildup_hpa", "saturation_permille")
SESSION_KEYS = ("duration_ms", "active_ms", "device_duration_ms", "mean_hpa", "peak_hpa", "p95_hpa", "dose_hpa_ms",
                "dose_left_hpa_ms", "dose_right_hpa_ms", "symmetry_permille", "saturation_permille", "hold_count",
                "hold_longest_ms", "hold_mean_hpa", "rocking_half_cycles", "strokes", "first_seq", "last_seq", "state")


def sessions(info, records):
    return recompute.recompute(info, records)


def assert_equal(hub_sessions, info, records):
    """Every integer of every session and node; kinds without a metric leave it out or say 0."""
    expected = sessions(info, records)
    assert len(hub_sessions) == len(expected), [(s["first_seq"], s["last_seq"]) for s in hub_sessions]
    for got, want in zip(hub_sessions, expected):
        for key in SESSION_KEYS:
            assert got.get(key, 0) == want.get(key, 0), (key, want["first_seq"])
        assert len(got["nodes"]) == len(want["nodes"])
        for node, (g, w) in enumerate(zip(got["nodes"], want["nodes"])):
            for key in NODE_KEYS:
                assert g.get(key, 0) == w.get(key, 0), (key, node, want["first_seq"])
