# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Massagers that each break one rule of the protocol, or as few as can be, and say which."""

import telemetry_pb2 as ktp
from crooked import HISTORY, LIVE, REPLY, Massager, Refused

CROOKED = []


def breaks(*rules):
    def add(kind):
        kind.breaks = set(rules)
        CROOKED.append(kind)
        return kind
    return add


COPY = "a live record has the bytes of its copy in the log"
TO_DONE = "Fetch ends with FetchDone"
NOTHING = "a Fetch of what is not there sends nothing but FetchDone"
CANONICAL_INFO = "INFO is encoded canonically"
OUTLIVE = "log and records outlive the link"
UNCHANGED = "what was refused changed nothing"
UNASKED = "nothing comes that was not asked for"
GET_CLOCK = "GetClock is answered with Clock"


# ---- GATT and INFO ----
@breaks("it can be connected")
class Unreachable(Massager):
    def connect(self):
        raise Refused("le-connection-abort-by-local")


@breaks("it can be connected again")
class UnreachableAgain(Massager):
    def connect(self):
        if self.n_links > 0:
            raise Refused("le-connection-abort-by-local")
        super().connect()


@breaks("INFO is there and can be read", "DATA is there and notifies", "CONTROL is there and takes writes with a response")
class OtherFlags(Massager):
    flags = {"info": "notify", "data": "indicate", "control": "write-without-response"}


@breaks("INFO is read")
class Unreadable(Massager):
    def info(self):
        raise Refused("Read not permitted")


@breaks("INFO has at most 512 bytes", CANONICAL_INFO)
class LongInfo(Massager):
    def info(self):
        return super().info() + bytes.fromhex("fa3ff403") + bytes(500)  # a field that nobody knows


@breaks("INFO is the same when read again")
class FickleInfo(Massager):
    n_reads = 0

    def info(self):
        self.n_reads += 1
        return super().info().replace(b"S-1", b"S-%d" % (self.n_reads % 9))


@breaks("INFO is of protocol 1 and within its bounds")
class OtherProtocol(Massager):
    def info(self):
        return super().info().replace(b"\x08\x01", b"\x08\x02", 1)


@breaks(CANONICAL_INFO)
class RepeatedField(Massager):
    def info(self):
        return super().info() + b"\x08\x01"


@breaks("DATA can be subscribed to")
class Unsubscribable(Massager):
    def subscribe(self):
        raise Refused("Operation failed with ATT error: 0x0e")


@breaks("the ATT MTU is at least 185")
class Narrow(Massager):
    mtu = 184


# ---- State and Clock ----
@breaks("it says nothing until it is asked", UNASKED)
class Talkative(Massager):
    def link_up(self):
        super().link_up()
        self.get_state(None)


@breaks("GetState is answered with State")
class Stateless(Massager):
    def get_state(self, _):
        pass


def state_with(*rules, **fields):
    @breaks(*rules)
    class OtherState(Massager):
        def state(self):
            return {**super().state(), **fields}
    OtherState.__name__ = "State_" + "_".join(fields)


state_with("oldest is at most one behind newest", oldest_seq=20)
state_with("trimmed is at most newest", trimmed_to_seq=20)
state_with("the battery is at most full", charge_permille=1001)


@breaks("log_id is not 0")
class NoLog(Massager):
    def __init__(self):
        super().__init__()
        self.log_id = 0


@breaks(GET_CLOCK)
class Clockless(Massager):
    def get_clock(self, _):
        pass


@breaks("Clock is of the boot of State, and not before it")
class OtherBoot(Massager):
    def clock(self):
        return {"boot": 2, "t_ms": 60001}


@breaks("Clock has a time if it was set, and none if not")
class TimeOfNobody(Massager):
    def clock(self):
        return {"boot": 3, "t_ms": 60001, "unix_us": 1}


# ---- records ----
@breaks(NOTHING)
class RefusesTheFuture(Massager):
    def fetch(self, op):
        return ktp.ERROR_RANGE if op.from_seq > len(self.log) else super().fetch(op)


@breaks(TO_DONE, NOTHING, COPY)
class NeverDone(Massager):
    def done(self, op, sent):
        pass


@breaks("FetchDone names the range and how many records were sent")
class Miscounts(Massager):
    def done(self, op, sent):
        super().done(op, sent + 1 if sent else 0)


@breaks("every record from oldest to newest is there")
class Gap(Massager):
    def fetch(self, op):
        if op.to_seq - op.from_seq != 11:
            return super().fetch(op)
        self.give(self.log[:1] + self.log[2:12])
        return self.done(op, 11)


def record_with(rule, seq, *others, **change):
    @breaks(rule, *others)
    class OtherRecord(Massager):
        def __init__(self):
            super().__init__()
            record = ktp.Record.FromString(self.log[seq - 1])
            record.MergeFrom(ktp.Record(**change))
            self.log[seq - 1] = record.SerializeToString()
    OtherRecord.__name__ = "Record_" + "_".join(change)


record_with("every record decodes and is within its bounds", 2, battery=ktp.Battery(charge_permille=1001))
record_with("time does not go backwards within a boot, nor the boot", 2, boot=4)


@breaks("time does not go backwards within a boot, nor the boot")
class BackInTime(Massager):
    def __init__(self):
        super().__init__()
        self.log[6] = self.record(7, 5999, battery=ktp.Battery(charge_permille=500))


@breaks("every record is encoded canonically")
class BootTwice(Massager):
    def __init__(self):
        super().__init__()
        self.log[2] += b"\x10\x03"


@breaks("records come in the order of seq", "time does not go backwards within a boot, nor the boot")
class Unordered(Massager):
    def give(self, bodies):
        for body in bodies[:3] + bodies[4:5] + bodies[3:4] + bodies[5:]:
            self.send(HISTORY, body)


@breaks("records that are fetched again have the same bytes")
class Forgetful(Massager):
    n_given = 0

    def give(self, bodies):
        self.n_given += len(bodies) > 1
        super().give([body.replace(b"\xa0\x1f", b"\xa1\x1f") for body in bodies] if self.n_given > 1 else bodies)


@breaks("in use and with Live on, records come live")
class NotLive(Massager):
    def live(self, op):
        pass


@breaks(COPY)
class OtherCopy(Massager):
    def live(self, op):
        super().live(op)
        self.log[-1] = self.log[-1].replace(b"\x08\xbc\x05", b"\x08\xbd\x05")


# ---- refusals ----
@breaks("a Fetch of another log is refused", "a Fetch from record 0 is refused", "a Fetch backwards is refused",
        "a Fetch of 65 records is refused")
class FetchesAnything(Massager):
    def fetch(self, op):
        if 0 < op.from_seq <= op.to_seq < op.from_seq + 64 and op.log_id == self.log_id:
            return super().fetch(op)
        return self.done(op, 0)


@breaks("a Trim of another log is refused")
class TrimsAnyLog(Massager):
    def trim(self, _):
        pass


@breaks("a Trim of another log is refused")
class SaysOfEveryTrim(Massager):
    owner = 77

    def trim(self, _):
        return ktp.ERROR_NOT_OWNER


@breaks("a Trim by another hub than the owner is refused")
class TrimsForAnybody(Massager):
    owner = 77

    def trim(self, op):
        return None if op.log_id == self.log_id else ktp.ERROR_FOREIGN_LOG


@breaks("a clock of unknown quality is refused", "hub 0 as an owner is refused", "Identify for 0 s is refused")
class RefusesNothing(Massager):
    def set_clock(self, _):
        pass

    own = identify = set_clock


@breaks("Identify, which it has not, is refused")
class KeepsStill(Massager):
    capabilities = ktp.CAPABILITY_BANKS

    def identify(self, _):
        pass


@breaks("bytes that are no operation are refused")
class TakesNonsense(Massager):
    def nonsense(self):
        pass


@breaks("bytes that are no operation are refused", "the link holds")
class FallsOverNonsense(Massager):
    def nonsense(self):
        self.disconnect()


@breaks(UNCHANGED, OUTLIVE)
class ChangesAnyway(Massager):
    def trim(self, op):
        self.trimmed = 1
        return super().trim(op)


@breaks(OUTLIVE)
class FormatsItself(Massager):
    def link_up(self):
        super().link_up()
        self.log_id += 1


# ---- every notification ----
@breaks("no notification is empty")
class Empty(Massager):
    def get_clock(self, op):
        self.out.append(b"")
        super().get_clock(op)


@breaks("no notification is longer than 182 bytes")
class Long(Massager):
    def give(self, bodies):
        if bodies:
            self.send(HISTORY, *bodies)


def before_clock(rule, notification):
    @breaks(rule)
    class AlsoSays(Massager):
        def get_clock(self, op):
            self.out.append(self.header(REPLY)[:1] + notification)
            super().get_clock(op)
    AlsoSays.__name__ = f"AlsoSays_{notification.hex()}"


REPLY_BODY = ktp.Reply(clock=ktp.Clock(boot=3)).SerializeToString()
before_clock("no notification is empty", b"\x14")
before_clock("every notification is of one kind", b"\x13" + Massager.frame(REPLY_BODY))
before_clock("every body has its length and its CRC", b"\x14" + Massager.frame(REPLY_BODY)[:-1] + b"\0")
before_clock("every body has its length and its CRC", b"\x14\x7f\x12\x00\x00\x00\x00\x00")
before_clock("every reply is one, encoded canonically", b"\x14" + Massager.frame(b"\xff"))


@breaks("every reply is one, encoded canonically")
class LaxReply(Massager):
    def get_clock(self, _):
        self.send(REPLY, bytes.fromhex("1206" "10e1d403" "0803"))  # t_ms before boot


@breaks("every notification is of version 1")
class OtherVersion(Massager):
    def header(self, kind):
        return super().header(kind)[:1] + bytes([0x20 | kind])


@breaks("the counter begins at 0 and goes on by 1")
class Miscounting(Massager):
    def link_up(self):
        super().link_up()
        self.counter = 1


@breaks(UNASKED)
class Twice(Massager):
    def get_clock(self, op):
        super().get_clock(op)
        super().get_clock(op)


@breaks(UNASKED)
class LiveUnasked(Massager):
    def get_clock(self, op):
        self.send(LIVE, self.log[0])
        super().get_clock(op)


# ---- never an answer, and never silent ----
class Chatter(Massager):
    is_chatting = False

    def get_clock(self, _):
        self.is_chatting = True

    def control(self, data):
        self.is_chatting = False
        super().control(data)

    def tick(self):
        if self.is_chatting and not self.out:
            self.chat()


@breaks(GET_CLOCK, UNASKED)
class Flood(Chatter):
    # one of its notifications may come between a question and its answer
    may_break = {"a Fetch of what is not there sends nothing but FetchDone"}

    def chat(self):
        for _ in range(50):
            self.send(LIVE, *self.log[:6])


@breaks(GET_CLOCK, "every notification is of one kind")
class Murmur(Chatter):
    def chat(self):
        self.out.append(self.header(0) + b"\0")
