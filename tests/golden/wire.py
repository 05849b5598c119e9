# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Records to notifications and captures, for the generators of test logs."""
import zlib

import telemetry_pb2 as ktp

NOTIFICATION_MAX = 182
RECORD_MAX = 174
LIVE, HISTORY, REPLY = 1, 2, 4


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
        self.first_seq = seq

    def of(self, seq):
        return self.records[seq - self.first_seq][1]

    def add_raw(self, t_ms, tail):
        """A body that is no field of today's Record."""
        self.records.append((t_ms, encode(ktp.Record(seq=self.seq, boot=self.boot, t_ms=t_ms)) + tail))
        self.seq += 1

    def add(self, t_ms, **body):
        record = ktp.Record(seq=self.seq, boot=self.boot, t_ms=t_ms, **body)
        data = encode(record)
        if len(data) > RECORD_MAX:
            raise ValueError(f"a record of {len(data)} bytes")
        self.seq += 1
        self.records.append((t_ms, data))


class Capture:
    """What a hub would have heard of one device; tests/golden/README.md has the format. Times are ms here, us in the file."""

    UTC_US = 1_780_000_000_000_000  # the hub's clock when a capture begins, unless it says otherwise
    HUB_ID = 0x1122334455667788

    def __init__(self, info, quality=2, **header):
        self.lines = ["# knead-capture: 1"] + [f"# {key}: {value}" for key, value in header.items()]
        self.counter = 0
        self.anchors = {}  # (log_id, boot): (t_ms, utc_us) as a hub must place it
        if quality is not None:
            self.clock(0, self.UTC_US, quality)
            self.up(0, info)

    def clock(self, t_ms, utc_us, quality):
        self.clock_at = (t_ms, utc_us)
        self.lines.append(f"clock {t_ms * 1000} {utc_us} {quality}")

    def utc_us(self, t_ms):
        """by the hub's clock that holds"""
        return self.clock_at[1] + (t_ms - self.clock_at[0]) * 1000

    def up(self, t_ms, info):
        self.lines.append(f"up {t_ms * 1000} {encode(info).hex()}")

    def down(self, t_ms, reason="out of range"):
        self.lines.append(f"down {t_ms * 1000} {reason}")

    def reply(self, t_ms, **body):
        self.notify(t_ms, REPLY, [ktp.Reply(**body).SerializeToString(deterministic=True)])

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
        self.lines.append(f"n {t_ms * 1000} {data.hex()}")

    def write(self, path):
        text = "".join(line + "\n" for line in self.lines).encode()
        with open(path, "wb") as out:
            out.write(text + f"end {len(text)} {zlib.crc32(text):08x}\n".encode())
