# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Records to notifications and captures, for the generators of test logs."""
import zlib

import telemetry_pb2 as ktp

NOTIFICATION_MAX = 182
RECORD_MAX = 174
LIVE, HISTORY = 1, 2


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def seal(body):
    framed = varint(len(body)) + body
    return framed + zlib.crc32(framed).to_bytes(4, "little")


def encode(record):
    """Canonical: fields in number order, defaults omitted, packed. Google's serializer does just that for these messages."""
    return record.SerializeToString(deterministic=True)


def block(period_us, t0_ms, series):
    """series: {node: [hPa, ...]}, all of one length"""
    nodes = sorted(series)
    samples = ktp.SampleBlock(period_us=period_us, t0_ms=t0_ms, node_mask=sum(1 << node for node in nodes),
                              n=len(series[nodes[0]]))
    for node in nodes:
        before = 0
        for hpa in series[node]:
            samples.deltas_hpa.append(hpa - before)
            before = hpa
    return samples


def motion(period_us, t0_ms, angles=(), directions=()):
    record = ktp.Motion(period_us=period_us, t0_ms=t0_ms, directions=directions)
    before = 0
    for angle in angles:
        record.angle_deltas_centideg.append(angle - before)
        before = angle
    return record


class Log:
    """A flash log: records get seq, boot and t_ms as they are added."""

    def __init__(self, boot=1, seq=1):
        self.boot, self.seq, self.records = boot, seq, []

    def add(self, t_ms, **body):
        record = ktp.Record(seq=self.seq, boot=self.boot, t_ms=t_ms, **body)
        data = encode(record)
        if len(data) > RECORD_MAX:
            raise ValueError(f"a record of {len(data)} bytes")
        self.seq += 1
        self.records.append((t_ms, data))


class Capture:
    def __init__(self, info, **header):
        self.lines = [f"# {key}: {value}" for key, value in header.items()]
        self.lines.append(f"info {encode(info).hex()}")
        self.counter = 0

    def notify(self, t_ms, kind, bodies):
        """As many bodies in a notification as fit."""
        packet = b""
        for body in bodies:
            sealed = seal(body)
            if packet and 2 + len(packet) + len(sealed) > NOTIFICATION_MAX:
                self.flush(t_ms, kind, packet)
                packet = b""
            packet += sealed
        if packet:
            self.flush(t_ms, kind, packet)

    def flush(self, t_ms, kind, packet):
        data = bytes([self.counter & 0xFF, 0x10 | kind]) + packet
        self.counter += 1
        self.lines.append(f"n {t_ms} {data.hex()}")

    def write(self, path):
        with open(path, "w", encoding="utf-8", newline="\n") as out:
            out.write("\n".join(self.lines) + "\n")
