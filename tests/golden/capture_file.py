# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Captures read by Python alone: lines, frames, sums. README.md has the format."""
import zlib

import telemetry_pb2 as ktp

def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def bodies(notification):
    """Bodies whose CRC is right. The rest of a notification after a wrong one is dropped."""
    at = 2
    while at < len(notification):
        start = at
        length, at = read_varint(notification, at)
        end = at + length
        crc = int.from_bytes(notification[end:end + 4], "little")
        if length == 0 or end + 4 > len(notification) or zlib.crc32(notification[start:end]) != crc:
            return
        yield notification[at:end]
        at = end + 4


def read_entries(path):
    """(header, [(word, t_us, rest), ...]): up and n with their bytes, clock with (utc_us, quality), down with its reason"""
    header, entries = {}, []
    with open(path, "rb") as capture:
        text = capture.read()
    for line in text.decode().splitlines(keepends=True):
        word, _, rest = line.rstrip("\n").partition(" ")
        t_us, _, value = rest.partition(" ")
        if word == "#":
            key, _, value = rest.partition(": ")
            header[key] = value
        elif word == "end":
            before = text[:int(t_us)]
            assert len(before) + len(line) == len(text) and zlib.crc32(before) == int(value, 16)
        elif word in ("up", "n"):
            entries.append((word, int(t_us), bytes.fromhex(value)))
        elif word == "clock":
            entries.append((word, int(t_us), tuple(int(number) for number in value.split())))
        elif word == "down":
            entries.append((word, int(t_us), value))
        else:
            raise ValueError(f"unknown line: {line!r}")
    return header, entries


def read_capture(path):
    """(header, info bytes, [(t_us, notification bytes), ...]) of a capture with one description"""
    header, entries = read_entries(path)
    infos = {value for word, _, value in entries if word == "up"}
    assert len(infos) == 1
    return header, infos.pop(), [(t_us, value) for word, t_us, value in entries if word == "n"]


def read_logs(path):
    """[(log_id, info bytes, [record bytes, ...]), ...]: what a hub has to believe, log by log: records count for the log that the last
    State of their link named."""
    logs, info, log_id = {}, None, None
    for word, _, value in read_entries(path)[1]:
        if word == "up":
            info, log_id = value, None
        if word != "n" or len(value) < 2 or value[1] >> 4 != 1:
            continue
        if value[1] & 15 == 4:
            replies = [ktp.Reply.FromString(body) for body in bodies(value)]
            told = [reply.state.log_id for reply in replies if reply.WhichOneof("body") == "state"]
            log_id = told[-1] if told else log_id
        elif log_id is not None:
            logs.setdefault(log_id, (info, []))[1].extend(bodies(value))
    return [(log_id, info, records) for log_id, (info, records) in logs.items()]


def capture_records(notifications):
    return [body for _, data in notifications if data[1] & 15 in (1, 2) for body in bodies(data)]
