# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Golden captures of what goes wrong between a device and a hub; make-captures.py calls them."""
import telemetry_pb2 as ktp
import wire
from scenario import LATENCY_MS, LOG_ID, PERIOD_US, TICKS, Noise, clip, fetch, finish, meet, new_capture, roller_info, tell, wave


def short_session(log, start_ms, seconds, level=800, noise=None, has_end=True):
    """One node, pressed with a slow swell; two seconds a record."""
    noise = noise or Noise(log.seq)
    log.add(start_ms, session_start=ktp.SessionStart(head=ktp.HEAD_DRY))
    for second in range(0, seconds, 2):
        values = [clip(level + 100 * wave(second * TICKS + i, 250) // 1000 + noise.lsb(), 4000) for i in range(50)]
        log.add(start_ms + second * 1000 + 2000, samples=wire.block(PERIOD_US, start_ms + second * 1000, {0: values}))
    end_ms = start_ms + seconds * 1000
    if has_end:
        log.add(end_ms, session_end=ktp.SessionEnd(duration_ms=seconds * 1000))
    return end_ms


def foam_roll_info():
    sides = (ktp.SIDE_LEFT, ktp.SIDE_CENTRE, ktp.SIDE_RIGHT)
    return ktp.Info(protocol=1, kind=ktp.KIND_FOAM_ROLL, model=b"Sleeve", serial=b"SIM-6001", firmware=b"1.0.0",
                    sample_period_us=PERIOD_US, capabilities=ktp.CAPABILITY_BANKS | ktp.CAPABILITY_MOTION,
                    nodes=[ktp.Node(region=ktp.REGION_ERECTOR_SPINAE_THORACIC, side=side, full_scale_hpa=2500) for side in sides])


def write_foam_roll(path):
    """Three nodes under somebody who leans to the left; then a pause of two minutes without a mark: two sessions."""
    noise, log = Noise(60), wire.Log(boot=2, seq=1)
    for start_ms in (8000, 8000 + 40000 + 150000):
        for tick in range(0, 40 * TICKS, 25):
            rows = [[clip(base + 150 * wave(tick + i, 400, phase) // 1000 + noise.lsb(), 2500) for i in range(25)]
                    for base, phase in ((900, 0), (500, 300), (700, 600))]
            log.add(start_ms + (tick + 25) * 40, samples=wire.block(PERIOD_US, start_ms + tick * 40, dict(enumerate(rows))))
        log.add(start_ms + 41000, battery=ktp.Battery(charge_permille=640, voltage_mv=3800))
    capture = new_capture(foam_roll_info(), "foam-roll", "no marks: two uses, 150 s apart", 60)
    meet(capture, log)
    tell(capture, log, log.records)
    finish(capture, path)


def write_two_boots(path):
    """The battery falls out in mid-session; the next boot has a session that ends as it should."""
    log = wire.Log(boot=3, seq=41)
    short_session(log, 5000, 40, has_end=False)
    n_first = len(log.records)
    log.boot = 4
    short_session(log, 3000, 30)
    capture = new_capture(roller_info(), "roller", "a session cut by a reboot, and one after it", 61)
    meet(capture, log, boot=3)
    at = tell(capture, log, log.records[:n_first])
    capture.down(at + 100, "the device is gone")
    capture.up(at + 60000, roller_info())
    meet(capture, log, at_ms=at + 60000, newest=40 + n_first, t_ms=2500)
    begin = log.records[n_first][0]
    for t_ms, body in log.records[n_first:]:
        capture.notify(at + 60600 + t_ms - begin + LATENCY_MS, wire.LIVE, [body])
    finish(capture, path, gaps=[(0, 1, 40, "overwritten")])


def write_link_lost(path):
    """Out of range for half of it: the rest was banked, and is fetched."""
    log = wire.Log(boot=5, seq=1)
    short_session(log, 4000, 80)
    half = len(log.records) // 2
    capture = new_capture(roller_info(), "roller", "the link is lost in mid-session, the rest fetched", 62)
    meet(capture, log)
    at = tell(capture, log, log.records[:half])
    capture.down(at + 10, "out of range")
    capture.up(at + 90000, roller_info())
    meet(capture, log, at_ms=at + 90000, newest=len(log.records), t_ms=log.records[0][0] + at + 90000)
    fetch(capture, at + 90050, log, half + 1, len(log.records))
    finish(capture, path)


def write_factory_reset(path):
    """Another log_id begins again at 1: nothing of the old cursor applies."""
    first, second = wire.Log(boot=1, seq=1), wire.Log(boot=1, seq=1)
    short_session(first, 4000, 30)
    short_session(second, 4000, 44, level=1500)
    capture = new_capture(roller_info(), "roller", "a factory reset between two sessions", 63)
    meet(capture, first)
    at = tell(capture, first, first.records)
    capture.down(at + 10, "the device is gone")
    capture.up(at + 30000, roller_info())
    meet(capture, second, at_ms=at + 30000, log_id=LOG_ID + 1)
    tell(capture, second, second.records, begin_at=at + 30050)
    finish(capture, path)


UNREADABLE_SEQ = 9


def write_unreadable(path):
    """One record that is broken in the device's own flash: asked for three times, alone, then named."""
    log = wire.Log(boot=1, seq=1)
    short_session(log, 4000, 40)
    capture = new_capture(roller_info(), "roller", "a record with a wrong sum in flash", 64)
    meet(capture, log)
    broken = bytearray(wire.seal(log.of(UNREADABLE_SEQ)))
    broken[-1] ^= 0x40
    begin, at = log.records[0][0], 0
    for seq, (t_ms, body) in enumerate(log.records, 1):
        at = 50 + t_ms - begin + LATENCY_MS
        if seq == UNREADABLE_SEQ:
            capture.flush(at, wire.LIVE, bytes(broken))
        else:
            capture.notify(at, wire.LIVE, [body])
        if UNREADABLE_SEQ < seq <= UNREADABLE_SEQ + 3:
            capture.flush(at + 40, wire.HISTORY, bytes(broken))
            capture.reply(at + 45, fetch_done=ktp.FetchDone(from_seq=UNREADABLE_SEQ, to_seq=UNREADABLE_SEQ, sent=1))
    finish(capture, path, completeness={0: 1000 * 21 // 22}, gaps=[(0, UNREADABLE_SEQ, UNREADABLE_SEQ, "unreadable")])


def write_overwritten(path):
    """The hub was away for long: a stretch is gone from flash when it comes back."""
    log = wire.Log(boot=2, seq=1)
    end_ms = short_session(log, 4000, 60)
    end_ms = short_session(log, end_ms + 300000, 200)
    newest = len(log.records)
    capture = new_capture(roller_info(), "roller", "flash ran over while the hub was away", 65)
    meet(capture, log)
    at = tell(capture, log, log.records[:20])
    capture.down(at + 10, "out of range")
    capture.up(at + 900000, roller_info())
    meet(capture, log, at_ms=at + 900000, oldest=29, newest=newest, t_ms=log.records[0][0] + at + 900000)
    fetch(capture, at + 900050, log, 29, newest)
    finish(capture, path, completeness={0: 1000 * 24 // 32}, gaps=[(0, 21, 28, "overwritten")])


def write_unsynced(path):
    """A hub without a clock at first: the session is placed when the time is known."""
    log = wire.Log(boot=1, seq=1)
    short_session(log, 4000, 30)
    capture = new_capture(roller_info(), "roller", "the hub learns the time after the session", 66, quality=None)
    capture.clock(0, 7_000_000, 0)
    capture.up(0, roller_info())
    meet(capture, log, is_clock_set=False)
    at = tell(capture, log, log.records)
    capture.down(at + 100, "out of range")
    capture.clock(at + 60000, capture.UTC_US, 2)
    capture.up(at + 60000, roller_info())
    meet(capture, log, at_ms=at + 60000, newest=len(log.records), t_ms=log.records[0][0] + at + 60000)
    finish(capture, path)


def write_newer_kinds(path):
    """Records of kinds that this hub does not know, and known ones with fields that it does not know."""
    log = wire.Log(boot=1, seq=1)
    short_session(log, 4000, 20, has_end=False)
    log.add_raw(24500, wire.varint(15 << 3 | 2) + b"\x02\x08\x01")
    log.add_raw(24600, wire.varint(200 << 3) + b"\x07")
    log.add(25000, session_end=ktp.SessionEnd(duration_ms=21000))
    capture = new_capture(roller_info(), "roller", "records of newer firmware among known ones", 67)
    meet(capture, log)
    tell(capture, log, log.records)
    finish(capture, path)


def write_night_of_the_clocks(path):
    """Across the hour that comes twice: the day is the one it began on, the duration is that of ticks."""
    log = wire.Log(boot=1, seq=1)
    short_session(log, 4000, 24)
    capture = new_capture(roller_info(), "roller", "in the hour that comes twice", 68, quality=None)
    capture.clock(0, 1_792_889_990_000_000, 2)  # 2026-10-25 00:59:50 UTC: ten seconds before the clocks go back
    capture.up(0, roller_info())
    meet(capture, log)
    tell(capture, log, log.records)
    finish(capture, path)
