# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Logs made to be awkward: values around every threshold, rates without a whole number of milliseconds, breaks just around their limits,
repeated and late samples, starts and ends that are missing or double, several boots, lost and repeated and refused records."""
import random

import telemetry_pb2 as ktp
import wire

PERIODS_US = (7777, 20000, 33333, 40000, 100000, 250000, 1000000)


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        r = self.random
        self.info = ktp.Info(protocol=1, kind=ktp.KIND_FOAM_ROLL, model=b"Random", serial=b"R1", firmware=b"0",
                             sample_period_us=40000)
        for _ in range(r.choice((1, 2, 3, 5))):
            self.info.nodes.add(region=r.randrange(10), side=r.randrange(3), full_scale_hpa=r.choice((100, 1580, 4000)))
        self.n_nodes = len(self.info.nodes)
        self.log = wire.Log(boot=r.randrange(5), seq=r.choice((1, 1000)))
        self.t_us = r.choice((0, 5_000_000, 86_400_000_000 * 40))
        self.style = {}
        self.angle = 0

    def value(self, node):
        r = self.random
        kind, level = self.style[node]
        limit = self.info.nodes[node].full_scale_hpa
        if kind == "edge":
            hpa = r.choice((14, 15, 16, 19, 20, 21))
        elif kind == "flicker":
            hpa = r.choice((0, level))
        elif kind == "noise":
            hpa = r.randrange(limit + 1)
        elif kind == "full":
            hpa = limit * r.choice((97, 98, 98, 99, 100)) // 100
        else:
            hpa = level + r.choice((0, 0, 0, 1, -1))
        return max(0, min(limit, hpa))

    def choose_styles(self):
        for node in range(self.n_nodes):
            self.style[node] = self.random.choice((
                ("edge", 0), ("flicker", 25), ("noise", 0), ("full", 0), ("steady", 0), ("steady", 499), ("steady", 500),
                ("steady", 501), ("steady", 700), ("steady", 1000), ("steady", 1002), ("steady", 3000)))

    def groups(self):
        nodes = list(range(self.n_nodes))
        if self.random.random() < 0.5:
            self.random.shuffle(nodes)
        cut = self.random.randrange(self.n_nodes + 1)
        return [sorted(part) for part in (nodes[:cut], nodes[cut:]) if part]

    def samples(self, period_us, n):
        r = self.random
        t0_ms = self.t_us // 1000
        made_ms = (self.t_us + n * period_us) // 1000
        for group in self.groups():
            late_ms = r.choice((0, 0, 0, 0, -3 * period_us // 1000, 1))
            series = {node: [self.value(node) for _ in range(n)] for node in group}
            try:
                self.log.add(made_ms, samples=wire.block(period_us, max(0, t0_ms + late_ms), series))
            except ValueError:  # too long for a record: the device would have made it shorter
                pass
        self.t_us += n * period_us

    def motion(self):
        r = self.random
        n = r.randrange(1, 25)
        angles = []
        for _ in range(n):
            self.angle = max(-9000, min(9000, self.angle + r.choice((-600, -100, 0, 100, 600))))
            angles.append(r.choice((self.angle, 499, 500, 501, -499, -500, -501)))
        ways = [r.choice((-1, 0, 0, 1)) for _ in range(n)] if r.random() < 0.7 else []
        t0_ms = max(0, self.t_us // 1000 + r.choice((0, -1500, 400)))
        self.log.add(self.t_us // 1000, motion=wire.motion(r.choice(PERIODS_US), t0_ms, angles, ways))

    def stretch(self):
        r = self.random
        period_us = r.choice(PERIODS_US)
        until_us = self.t_us + r.choice((2, 8, 31, 50)) * 1_000_000 * (1 if period_us >= 33333 else 0) + 2_000_000
        self.choose_styles()
        while self.t_us < until_us:
            self.samples(period_us, r.randrange(1, 24))
            if r.random() < 0.1:
                self.motion()
            if r.random() < 0.05:
                self.t_us += r.choice((period_us, 2 * period_us, 2 * period_us + 1, 2_000_000, 2_001_000, 4_000_000))
            if r.random() < 0.02:
                self.choose_styles()

    def boot(self):
        r = self.random
        for _ in range(r.randrange(1, 5)):
            t_ms = self.t_us // 1000
            if r.random() < 0.6:
                self.log.add(t_ms, session_start=ktp.SessionStart())
            for _ in range(r.randrange(3)):
                self.stretch()
                self.t_us += r.choice((0, 0, 1_900_000, 30_000_000, 119_000_000, 119_999_000, 120_000_000, 121_000_000))
            if r.random() < 0.6:
                self.log.add(self.t_us // 1000, session_end=ktp.SessionEnd(duration_ms=r.randrange(100000)))
            if r.random() < 0.3:
                self.log.add(self.t_us // 1000, battery=ktp.Battery(charge_permille=500))

    def make(self):
        for _ in range(self.random.randrange(1, 4)):
            self.boot()
            self.log.boot += self.random.choice((1, 1, 3))
            self.t_us = self.random.choice((0, 777_000))
        return self.info, self.log


def disturb(r, bodies, n_nodes):
    """What a radio and a device can do to them: lost, repeated, out of order, of an unknown kind, implausible."""
    kept = [body for body in bodies if r.random() > r.choice((0, 0, 0.05))]
    kept += r.sample(kept, len(kept) // 10)
    if r.random() < 0.5:
        cut = r.randrange(len(kept) + 1)
        kept = kept[cut:] + kept[:cut]
    seq = 1 << 20
    unknown = wire.varint(1 << 3) + wire.varint(seq) + wire.varint(15 << 3 | 2) + b"\x02\x08\x01"
    foreign = ktp.Record(seq=seq + 1, boot=1, samples=wire.block(40000, 0, {n_nodes: [50]}))
    beyond = ktp.Record(seq=seq + 2, boot=1, samples=wire.block(40000, 0, {0: [4001]}))
    return kept + [unknown, wire.encode(foreign), wire.encode(beyond)]


def write_capture(seed, path):
    maker = Maker(seed)
    info, log = maker.make()
    r = maker.random
    capture = wire.Capture(info, model="random", seed=seed)
    bodies = disturb(r, [data for _, data in log.records], maker.n_nodes)
    for at, body in enumerate(bodies):
        capture.notify(at, r.choice((wire.LIVE, wire.HISTORY)), [body])
        if r.random() < 0.02:
            broken = bytearray(wire.seal(body))
            broken[-1] ^= 1
            capture.flush(at, wire.LIVE, bytes(broken))
    capture.write(path)
