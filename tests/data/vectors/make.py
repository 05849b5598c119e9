#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: CC0-1.0
"""Makes the KTP/1 test vectors with Google's protobuf and zlib, so that they share no code with what they test.

    KN_KTP_PYTHON=<folder of telemetry_pb2.py> make.py           # writes *.txt beside this file
    KN_KTP_PYTHON=<folder of telemetry_pb2.py> make.py --check   # exit status 1 when they are not current
"""

import os
import pathlib
import sys
import zlib

sys.path.insert(0, os.environ["KN_KTP_PYTHON"])
import telemetry_pb2 as ktp  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
LIVE, HISTORY, REPLY = 1, 2, 4
KINDS = {LIVE: "live", HISTORY: "history", REPLY: "reply"}


def varint(n):
    out = bytearray()
    while n > 0x7f:
        out.append(n & 0x7f | 0x80)
        n >>= 7
    return bytes(out) + bytes([n])


def field(number, wire_type, payload):
    return varint(number << 3 | wire_type) + payload


def text(number, payload):
    return field(number, 2, varint(len(payload)) + payload)


def seal(body):
    framed = varint(len(body)) + body
    return framed + zlib.crc32(framed).to_bytes(4, "little")


def packet(kind, *bodies, counter=0, version=1):
    return bytes([counter, version << 4 | kind]) + b"".join(seal(body) for body in bodies)


def deltas(columns):
    """Node after node: the first value as it is, then differences."""
    return [value - (column[k - 1] if k else 0) for column in columns for k, value in enumerate(column)]


# ---- what a decoder must say, in one line ----

def joined(numbers):
    return ",".join(str(number) for number in numbers)


def describe_record(record, columns=(), angles=()):
    key = "seq=%d boot=%d t_ms=%d " % (record.seq, record.boot, record.t_ms)
    kind = record.WhichOneof("body")
    body = getattr(record, kind)
    if kind == "samples":
        return key + "samples period_us=%d t0_ms=%d node_mask=%d n=%d values=%s" % (
            body.period_us, body.t0_ms, body.node_mask, body.n, joined(v for column in columns for v in column))
    if kind == "motion":
        return key + "motion period_us=%d t0_ms=%d angles=%s directions=%s" % (
            body.period_us, body.t0_ms, joined(angles), joined(body.directions))
    names = {"session_start": ("head",), "session_end": ("duration_ms",), "event": ("code", "value", "text"),
             "clock_anchor": ("unix_us", "quality", "hub_id"),
             "battery": ("charge_permille", "voltage_mv", "is_charging")}[kind]
    return key + kind + "".join(" " + describe_field(body, name) for name in names)


def describe_field(message, name):
    value = getattr(message, name)
    return "%s=%s" % (name, value.hex() if isinstance(value, bytes) else int(value))


def describe(message, oneof):
    """A reply or a control message: its kind and every field of it, in number order."""
    kind = message.WhichOneof(oneof)
    body = getattr(message, kind)
    return kind + "".join(" " + describe_field(body, f.name) for f in body.DESCRIPTOR.fields)


def describe_info(info):
    return "protocol=%d kind=%d model=%s serial=%s firmware=%s sample_period_us=%d capabilities=%d nodes=%s" % (
        info.protocol, info.kind, info.model.hex(), info.serial.hex(), info.firmware.hex(), info.sample_period_us,
        info.capabilities, ",".join("%d/%d/%d" % (n.region, n.side, n.full_scale_hpa) for n in info.nodes))


# ---- the vectors ----

class Page:
    def __init__(self, name, about):
        self.path = HERE / (name + ".txt")
        self.lines = ["# SPDX-FileCopyrightText: 2026 the knead authors", "# SPDX-License-Identifier: CC0-1.0",
                      "# made by make.py; do not edit", "# " + about]

    def add(self, name, **entries):
        self.lines += ["", "[%s]" % name]
        for key, value in entries.items():
            self.lines.append("%s=%s" % (key, value.hex() if isinstance(value, bytes) else value))

    def notification(self, name, raw, *bodies, frame=None):
        if frame is None:
            frame = "ok counter=%d kind=%s version=%d" % (raw[0], KINDS[raw[1] & 15], raw[1] >> 4)
        numbered = {"body%d" % (i + 1): body for i, body in enumerate(bodies)}
        self.add(name, notification=raw, frame=frame, **numbered)

    def refused(self, name, body, refusal):
        """One record in a sound frame."""
        self.notification(name, packet(HISTORY, body), refusal)


def make_info():
    sides = [ktp.SIDE_LEFT, ktp.SIDE_RIGHT]
    nodes = [ktp.Node(region=1 + i % 9, side=sides[i // 7], full_scale_hpa=1580) for i in range(14)]
    return ktp.Info(protocol=1, kind=ktp.KIND_BACK14, model="Back 14".encode(), serial=b"B14-000017",
                    firmware=b"1.4.0", sample_period_us=40000, nodes=nodes, capabilities=15)


def info_page():
    page = Page("info", "INFO, one message without framing. The first one is the device of every record here.")
    info = make_info()
    page.add("back14", info=info.SerializeToString(), expect="ok " + describe_info(info))
    roller = ktp.Info(protocol=1, kind=ktp.KIND_ROLLER, model=b"R", serial=b"\xc3\xbc-1", firmware=b"0",
                      sample_period_us=33333, nodes=[ktp.Node(full_scale_hpa=4000)])
    page.add("roller", info=roller.SerializeToString(), expect="ok " + describe_info(roller))
    for name, change, why in (
            ("protocol_2", {"protocol": 2}, "version"), ("no_protocol", {"protocol": 0}, "version"),
            ("no_serial", {"serial": b""}, "range"), ("serial_too_long", {"serial": b"x" * 33}, "protobuf")):
        other = make_info()
        for key, value in change.items():
            setattr(other, key, value)
        page.add(name, info=other.SerializeToString(), expect=why)
    for name, scale in (("full_scale_zero", 0), ("full_scale_too_large", 4001)):
        other = make_info()
        other.nodes[13].full_scale_hpa = scale
        page.add(name, info=other.SerializeToString(), expect="range")
    other = make_info()
    del other.nodes[:]
    page.add("no_nodes", info=other.SerializeToString(), expect="range")
    other.nodes.extend([ktp.Node(full_scale_hpa=1)] * 33)
    page.add("nodes_33", info=other.SerializeToString(), expect="protobuf")
    page.add("truncated", info=info.SerializeToString()[:-1], expect="protobuf")
    return page


def good_records():
    """(name, record, columns of values, angles)"""
    yield "session_start", ktp.Record(seq=1, boot=1, t_ms=5000, session_start=ktp.SessionStart()), (), ()
    yield "session_start_lotion", ktp.Record(
        seq=2, boot=1, t_ms=5000, session_start=ktp.SessionStart(head=ktp.HEAD_LOTION)), (), ()
    yield "session_end", ktp.Record(
        seq=300, boot=70000, t_ms=1 << 33, session_end=ktp.SessionEnd(duration_ms=600123)), (), ()
    yield "event", ktp.Record(
        seq=3, boot=1, t_ms=6000, event=ktp.Event(code=ktp.EVENT_SENSOR_FAULT, value=13, text="n\u00f6".encode())), (), ()
    yield "clock_anchor", ktp.Record(
        seq=4, boot=1, t_ms=7000, clock_anchor=ktp.ClockAnchor(
            unix_us=1795219200000000, quality=ktp.CLOCK_SYNCED, hub_id=0x8877665544332211)), (), ()
    yield "battery", ktp.Record(
        seq=5, boot=1, t_ms=8000, battery=ktp.Battery(charge_permille=1000, voltage_mv=4180, is_charging=True)), (), ()
    one = [[0, 20, 15, 1580]]
    yield "samples_one_node", ktp.Record(
        seq=6, boot=1, t_ms=9000, samples=ktp.SampleBlock(
            period_us=40000, t0_ms=8840, node_mask=1 << 13, n=4, deltas_hpa=deltas(one))), one, ()
    many = [[100 * node + 7 * k for k in range(7)] for node in range(14)]
    yield "samples_fourteen_nodes", ktp.Record(
        seq=7, boot=1, t_ms=9280, samples=ktp.SampleBlock(
            period_us=40000, t0_ms=9000, node_mask=0x3fff, n=7, deltas_hpa=deltas(many))), many, ()
    most = [[k % 5 for k in range(70)] for node in range(2)]
    yield "samples_of_distant_nodes", ktp.Record(
        seq=8, boot=1, t_ms=9999, samples=ktp.SampleBlock(
            period_us=1000, t0_ms=0, node_mask=0x21, n=70, deltas_hpa=deltas(most))), most, ()
    angles = [0, 512, 900, -340, -9000, 9000]
    yield "motion_angles", ktp.Record(
        seq=9, boot=1, t_ms=9999, motion=ktp.Motion(
            period_us=100000, t0_ms=9000, angle_deltas_centideg=deltas([angles]))), (), angles
    yield "motion_directions", ktp.Record(
        seq=10, boot=1, t_ms=9999, motion=ktp.Motion(period_us=100000, t0_ms=9000, directions=[1, 1, 0, -1])), (), ()
    yield "largest_key", ktp.Record(
        seq=1 << 62, boot=0xffffffff, t_ms=1 << 50, session_end=ktp.SessionEnd(duration_ms=7 * 24 * 3600 * 1000)), (), ()


def records_page():
    page = Page("records", "Notifications whose records are fine: canonical, stored, counted in metrics.")
    for name, record, columns, angles in good_records():
        page.notification(name, packet(LIVE, record.SerializeToString(), counter=17),
                          "ok canonical " + describe_record(record, columns, angles))
    small = [record for name, record, _, _ in good_records() if name in ("session_start", "event", "battery")]
    page.notification("three_records", packet(HISTORY, *(r.SerializeToString() for r in small), counter=255),
                      *("ok canonical " + describe_record(r) for r in small))
    page.notification("version_2", packet(LIVE, small[0].SerializeToString(), version=2),
                      "ok canonical " + describe_record(small[0]))
    return page


def replies_page():
    page = Page("replies", "Notifications with the reply flag.")
    replies = {
        "state": ktp.Reply(state=ktp.State(
            log_id=0xfedcba9876543210, boot=3, oldest_seq=11, newest_seq=12035, t_ms=691200205, flash_bytes=8388608,
            flash_used_bytes=1700000, charge_permille=870, owner_hub_id=1, is_in_use=True, trimmed_to_seq=10)),
        "state_of_an_empty_log": ktp.Reply(state=ktp.State(log_id=5, boot=1, oldest_seq=1, t_ms=20)),
        "clock": ktp.Reply(clock=ktp.Clock(boot=3, t_ms=1000, unix_us=1795219200000000, quality=ktp.CLOCK_RESTORED)),
        "clock_never_set": ktp.Reply(clock=ktp.Clock(boot=3, t_ms=1000)),
        "fetch_done": ktp.Reply(fetch_done=ktp.FetchDone(from_seq=65, to_seq=128, sent=64)),
        "fetch_done_nothing": ktp.Reply(fetch_done=ktp.FetchDone(from_seq=1, to_seq=10)),
        "error": ktp.Reply(error=ktp.Error(operation=ktp.OPERATION_TRIM, code=ktp.ERROR_FOREIGN_LOG)),
    }
    for name, reply in replies.items():
        page.notification(name, packet(REPLY, reply.SerializeToString()), "ok " + describe(reply, "body"))
    page.notification("unknown", packet(REPLY, text(9, b"")), "unsupported")
    page.notification("truncated", packet(REPLY, replies["state"].SerializeToString()[:-1]), "protobuf")
    return page


def control_page():
    page = Page("control", "Writes to CONTROL: one message, no framing.")
    log_id, hub_id = 0xfedcba9876543210, 0x8877665544332211
    operations = {
        "get_state": ktp.Control(get_state=ktp.GetState()),
        "fetch": ktp.Control(fetch=ktp.Fetch(log_id=log_id, from_seq=65, to_seq=128)),
        "trim": ktp.Control(trim=ktp.Trim(log_id=log_id, to_seq=128, hub_id=hub_id)),
        "set_clock": ktp.Control(set_clock=ktp.SetClock(
            unix_us=1795219200000000, quality=ktp.CLOCK_SYNCED, hub_id=hub_id)),
        "get_clock": ktp.Control(get_clock=ktp.GetClock()),
        "live_on": ktp.Control(live=ktp.Live(is_on=True)),
        "live_off": ktp.Control(live=ktp.Live()),
        "identify": ktp.Control(identify=ktp.Identify(duration_s=10)),
        "own": ktp.Control(own=ktp.Own(hub_id=hub_id)),
        "wipe": ktp.Control(wipe=ktp.Wipe(log_id=log_id, hub_id=hub_id, is_forced=True)),
    }
    for name, operation in operations.items():
        page.add(name, control=operation.SerializeToString(), expect="ok " + describe(operation, "op"))
    page.add("empty", control=b"", expect="unsupported")
    page.add("unknown", control=text(10, b""), expect="unsupported")
    page.add("truncated", control=operations["fetch"].SerializeToString()[:-1], expect="protobuf")
    return page


def frame_refusals(page):
    good = ktp.Record(seq=7, boot=1, t_ms=500, battery=ktp.Battery(charge_permille=900)).SerializeToString()
    said = "ok canonical seq=7 boot=1 t_ms=500 battery charge_permille=900 voltage_mv=0 is_charging=0"
    frame, sealed = bytes([0, 0x12]), seal(good)
    page.notification("empty", b"", frame="header")
    page.notification("one_byte", b"\x00", frame="header")
    page.notification("header_alone", packet(LIVE, counter=3), frame="header")
    page.notification("no_kind", b"\x00\x10" + sealed, frame="header")
    page.notification("two_kinds", b"\x00\x13" + sealed, frame="header")
    page.notification("reserved_kind", b"\x00\x18" + sealed, frame="header")
    page.notification("wrong_crc", frame + sealed[:-1] + bytes([sealed[-1] ^ 1]), "crc")
    page.notification("flipped_bit", frame + sealed[:4] + bytes([sealed[4] ^ 0x10]) + sealed[5:], "crc")
    page.notification("crc_without_the_length", frame + varint(len(good)) + good + zlib.crc32(good).to_bytes(4, "little"),
                      "crc")
    page.notification("crc_big_endian", frame + sealed[:-4] + sealed[-4:][::-1], "crc")
    page.notification("zero_length", frame + seal(b""), "length")
    overlong = bytes([len(good) | 0x80, 0]) + good
    page.notification("overlong_varint", frame + overlong + zlib.crc32(overlong).to_bytes(4, "little"), "length")
    page.notification("length_of_eleven_bytes", frame + b"\xff" * 10 + b"\x01" + good, "length")
    page.notification("length_past_the_end", frame + bytes([len(good) + 5]) + sealed[1:], "length")
    page.notification("length_alone", frame + b"\x81", "length")
    page.notification("truncated_body", frame + sealed[:5], "length")
    page.notification("truncated_crc", frame + sealed[:-1], "length")
    page.notification("one_byte_too_many", frame + sealed + b"\x07", said, "length")
    page.notification("second_record_has_a_wrong_crc", frame + sealed + sealed[:-1] + bytes([sealed[-1] ^ 1]) + sealed,
                      said, "crc")


def key(seq=7, boot=1, t_ms=500):
    return field(1, 0, varint(seq)) + field(2, 0, varint(boot)) + field(3, 0, varint(t_ms))


def samples(columns, mask, **change):
    block = ktp.SampleBlock(period_us=40000, t0_ms=460, node_mask=mask, n=len(columns[0]) if columns else 0,
                            deltas_hpa=deltas(columns))
    for name, value in change.items():
        setattr(block, name, value)
    return key() + text(8, block.SerializeToString())


def range_refusals(page):
    known = "range key=7/1/500"
    page.refused("value_above_full_scale", samples([[1580, 1581]], 1), known)
    page.refused("value_below_zero", samples([[3, -1]], 1), known)
    page.refused("node_outside_the_layout", samples([[1], [2]], 1 | 1 << 14), known)
    page.refused("no_node", samples([], 0, n=1), known)
    page.refused("no_sample", samples([[]], 1), known)
    page.refused("fewer_values_than_said", samples([[1, 2]], 1, n=3), known)
    page.refused("more_values_than_said", samples([[1, 2]], 1, n=1), known)
    page.refused("count_that_wraps", samples([[1, 2]], 3, n=1 << 31), known)
    page.refused("period_zero", samples([[1]], 1, period_us=0), known)
    page.refused("period_too_short", samples([[1]], 1, period_us=999), known)
    page.refused("period_too_long", samples([[1]], 1, period_us=1000001), known)
    page.refused("first_tick_too_large", samples([[1]], 1, t0_ms=(1 << 50) + 1), known)
    page.refused("charge_above_1000", key() + text(13, ktp.Battery(charge_permille=1001).SerializeToString()), known)
    page.refused("a_session_of_8_days", key() + text(10, ktp.SessionEnd(duration_ms=691200000).SerializeToString()), known)
    page.refused("clock_quality_3", key() + text(12, field(2, 0, varint(3))), known)
    page.refused("clock_above_2_to_63", key() + text(12, field(1, 0, varint(1 << 63))), known)
    motion = ktp.Motion(period_us=100000, t0_ms=1)
    motion.angle_deltas_centideg.extend([9000, 1])
    page.refused("angle_above_90_degrees", key() + text(14, motion.SerializeToString()), known)
    motion = ktp.Motion(period_us=100000, t0_ms=1, directions=[2])
    page.refused("direction_2", key() + text(14, motion.SerializeToString()), known)


def protobuf_refusals(page):
    battery = text(13, field(1, 0, varint(900)))
    known, unknown = "protobuf key=7/1/500", "protobuf key=none"
    page.refused("seq_zero", field(2, 0, b"\x01") + field(3, 0, varint(500)) + battery, unknown)
    page.refused("seq_too_large", key(seq=(1 << 62) + 1) + battery, unknown)
    page.refused("tick_too_large", key(t_ms=(1 << 50) + 1) + battery, unknown)
    page.refused("boot_too_large", key(boot=1 << 32) + battery, unknown)
    page.refused("seq_twice", field(1, 0, b"\x07") + key() + battery, unknown)
    page.refused("seq_last", field(2, 0, b"\x01") + field(3, 0, varint(500)) + field(1, 0, b"\x07") + battery, unknown)
    page.refused("seq_as_fixed64", field(1, 1, bytes(8)) + battery, unknown)
    page.refused("varint_of_eleven_bytes", field(1, 0, b"\xff" * 10 + b"\x01") + battery, unknown)
    page.refused("field_zero", b"\x00\x00" + battery, unknown)
    page.refused("body_as_varint", key() + field(13, 0, b"\x05"), known)
    page.refused("body_past_the_end", key() + field(13, 2, b"\x20") + b"\x08\x05", known)
    page.refused("group", key() + field(13, 3, b"") + field(13, 4, b""), known)
    page.refused("values_161", key() + text(8, text(5, bytes(161))), known)
    page.refused("text_of_65_bytes", key() + text(11, text(3, b"x" * 65)), known)
    page.refused("truncated_in_the_body", (key() + battery)[:-1], known)
    page.refused("truncated_in_the_key", key()[:-1], unknown)


def kept_refusals(page):
    """Right enough to be somewhere in the log, but not what this version writes."""
    battery = text(13, field(1, 0, varint(900)))
    said = "seq=7 boot=1 t_ms=500 battery charge_permille=900 voltage_mv=0 is_charging=0"
    page.refused("thermal", key() + text(15, field(1, 0, b"\x05")), "unsupported key=7/1/500")
    page.refused("field_99", key() + text(99, b"hello"), "unsupported key=7/1/500")
    page.refused("no_body", key(), "unsupported key=7/1/500")
    page.refused("unknown_extra_field", key() + battery + text(99, b"hello"), "ok noncanonical " + said)
    page.refused("unknown_field_in_the_body", key() + text(13, field(1, 0, varint(900)) + field(9, 0, b"\x01")),
                 "ok noncanonical " + said)
    page.refused("default_written_out", key() + text(13, field(1, 0, varint(900)) + field(2, 0, b"\x00")),
                 "ok noncanonical " + said)
    page.refused("overlong_number", key() + text(13, field(1, 0, b"\x84\x87\x00")), "ok noncanonical " + said)
    page.refused("fields_out_of_order", key() + text(13, field(3, 0, b"\x01") + field(1, 0, varint(900))),
                 "ok noncanonical " + said.replace("is_charging=0", "is_charging=1"))
    one = field(5, 0, b"\x0a") + field(5, 0, b"\x02")
    head = field(1, 0, varint(40000)) + field(2, 0, varint(460)) + field(3, 0, b"\x01") + field(4, 0, b"\x02")
    page.refused("values_not_packed", key() + text(8, head + one),
                 "ok noncanonical seq=7 boot=1 t_ms=500 samples period_us=40000 t0_ms=460 node_mask=1 n=2 values=5,6")


def refusals_page():
    page = Page("refusals", "What must be refused, and how. CRC right: stored raw and covered whatever the decoder says.")
    frame_refusals(page)
    range_refusals(page)
    protobuf_refusals(page)
    kept_refusals(page)
    return page


def main():
    stale = []
    for page in (info_page(), records_page(), replies_page(), control_page(), refusals_page()):
        content = "\n".join(page.lines) + "\n"
        if sys.argv[1:] != ["--check"]:
            page.path.write_text(content, encoding="ascii")
        elif not page.path.exists() or page.path.read_text(encoding="ascii") != content:
            stale.append(page.path.name)
    if stale:
        print("not current, run make.py: " + ", ".join(stale))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
