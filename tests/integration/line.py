# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The real line for tests: a private dbus-daemon, knead-sim, the unmodified kneadd, and its socket.

Nothing of the project is replaced. Waiting is for a condition, never for a time; every wait has a deadline that only bounds a hang.
"""

import contextlib
import datetime
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

BUILD = pathlib.Path(os.environ["KN_BUILD_DIR"])
KNEADD = BUILD / "src/daemon/kneadd"
KNEAD = BUILD / "src/ctl/knead"
SIM = BUILD / "src/sim/knead-sim"

BED = "C0:FF:EE:00:00:01"
ROLLER = "C0:FF:EE:00:00:02"
DEADLINE_S = 60


def times_with(library, wanted=8):
    """How many times faster than the world's the clocks of programs run that this is loaded into: not asked of the library but of a clock,
    counted from a thousand seconds ago, since where times have 32 bits, or the C library other names for wide ones, it does nothing."""
    if not library:
        return 1
    before = time.monotonic_ns()
    env = {**os.environ, "KN_HASTE": str(wanted), "KN_HASTE_FROM_NS": str(before - 1000 * 10**9), "LD_PRELOAD": library}
    shown = subprocess.run([sys.executable, "-c", "import time; print(time.monotonic_ns())"], env=env, capture_output=True, check=True, timeout=DEADLINE_S)
    return wanted if int(shown.stdout) - time.monotonic_ns() > 1000 * 10**9 else 1


# of all clocks of a line (haste.c). The waits that the hub makes in real time stay what they are.
TIMES = times_with(os.environ.get("KN_HASTE_LIBRARY"))
FROM_NS = time.monotonic_ns()


def now():
    """What the clocks of a line show, to the second."""
    hurried_by_ns = (TIMES - 1) * (time.monotonic_ns() - FROM_NS)
    return datetime.datetime.fromtimestamp((time.time_ns() + hurried_by_ns) // 10**9, datetime.timezone.utc)


def timer_scale(of_real_time=0.05):
    """For --timer-scale: such a part of the hub's timers passes in the world."""
    return str(min(of_real_time * TIMES, 1))


def hurried(env=None):
    """The environment of a program that is part of a line."""
    env = {**os.environ, **(env or {})}
    if TIMES == 1:
        return env
    # the address sanitizer wants to be loaded first, and works all the same
    preloads, sanitizer = (env.get("LD_PRELOAD"), os.environ["KN_HASTE_LIBRARY"]), (env.get("ASAN_OPTIONS"), "verify_asan_link_order=0")
    return {**env, "KN_HASTE": str(TIMES), "KN_HASTE_FROM_NS": str(FROM_NS), "LD_PRELOAD": ":".join(filter(None, preloads)),
            "ASAN_OPTIONS": ":".join(filter(None, sanitizer))}


def wait_for(condition, what, deadline_s=DEADLINE_S, process=None, every_s=0.02):
    """The first true value of condition(), asked so often."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if process is not None and process.poll() is not None:
            raise AssertionError(f"{what}: the process ended with {process.returncode}")
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {deadline_s} s")
        time.sleep(every_s)


class Process:
    """A child with its output in a file, so that a failure can show it."""

    def __init__(self, args, log, env=None):
        self.log = pathlib.Path(log)
        with open(self.log, "ab") as out:
            self.child = subprocess.Popen([str(a) for a in args], stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=subprocess.STDOUT, env=hurried(env))

    def kill(self):
        self.child.kill()
        self.child.wait(30)

    def stop(self):
        """Ends it as an init system does, and expects a clean exit."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        return self.child.wait(30)

    def text(self):
        return self.log.read_text(errors="replace")


class Bus:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.path = self.directory / "bus"
        self.address = f"unix:path={self.path}"
        self.daemon = None

    def start(self):
        self.path.unlink(missing_ok=True)
        self.daemon = Process(["dbus-daemon", "--session", "--nofork", "--nosyslog", "--nopidfile", f"--address={self.address}"],
                              self.directory / "bus.log")
        wait_for(self.is_listening, "the private bus", process=self.daemon.child)

    def is_listening(self):
        """The file is there a moment before anybody is taken in."""
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self.path)) == 0

    def stop(self):
        self.daemon.kill()


class Sim:
    """knead-sim and its control interface."""

    def __init__(self, bus, devices, extra=()):
        args = [SIM, "--bus", bus.address, *extra]
        for device in devices:
            args += ["--device", device]
        log = bus.directory / f"sim-{len(list(bus.directory.glob('sim-*.log')))}.log"
        self.process = Process(args, log)
        wait_for(lambda: "ready" in self.process.text(), "the simulator", process=self.process.child)
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.connection = Gio.DBusConnection.new_for_address_sync(bus.address, flags, None, None)

    def ask(self, method, signature, *args):
        return self.connection.call_sync("org.knead.Sim", "/org/knead/sim", "org.knead.Sim1", method,
                                         GLib.Variant(signature, args), None, Gio.DBusCallFlags.NO_AUTO_START, 30000, None)

    def call(self, method, signature="()", *args):
        values = self.ask(method, signature, *args).unpack()
        return values[0] if len(values) == 1 else values

    def status(self, address=BED):
        return self.call("Status", "(s)", address)

    def records(self, address=BED):
        """Every record body the device ever made: the truth."""
        bodies = self.ask("DumpLog", "(s)", address).get_child_value(0)
        # unpack() would make a variant of every byte: a second of work for some thousand records
        return [bodies.get_child_value(i).get_data_as_bytes().get_data() for i in range(bodies.n_children())]

    def info(self, address=BED):
        return bytes(self.call("Info", "(s)", address))

    def bank(self, seconds, scenario="mixed", address=BED):
        self.call("BankSession", "(sus)", address, seconds, scenario)

    def shown(self, n=1):
        """The n-th digits that a massager showed a person."""
        return wait_for(lambda: re.findall(r"^(?:passkey|confirm) (\d{6})$", self.process.text(), re.M)[n - 1:n], "the digits")[0]

    def start_session(self, seconds, scenario="mixed", address=BED):
        self.call("StartSession", "(sus)", address, seconds, scenario)

    def stop_session(self, address=BED):
        self.call("StopSession", "(s)", address)

    def stop(self):
        self.connection.close_sync(None)
        return self.process.stop()


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Hub:
    judge_answer = None  # called with each answer, when set

    def __init__(self, directory, bus_address, zone="Europe/Berlin"):
        self.directory = pathlib.Path(directory)
        self.bus_address = bus_address
        self.zone = zone
        self.state = self.directory / "state"
        self.socket = self.directory / "knead.sock"
        self.log = self.directory / "kneadd.log"
        self.process = None

    def args(self, *extra):
        return [KNEADD, "--bus", self.bus_address, "--state-dir", self.state, "--socket", self.socket, "--zone", self.zone,
                "--timer-scale", timer_scale(), *extra]

    def start(self, *extra):
        self.process = Process(self.args(*extra), self.log)
        wait_for(self.is_answering, "the hub", process=self.process.child)

    def is_answering(self):
        """Not while it says that too many clients, of those who have left already, are still there."""
        try:
            return self.request("GET", "/v1/status")[0] == 200
        except OSError:
            return False

    def request(self, method, path, body=None):
        connection = UnixConnection(self.socket)
        try:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            document = json.loads(response.read())
            if self.judge_answer:
                self.judge_answer(method, path, response, document)
            return response.status, document
        finally:
            connection.close()

    def get(self, path):
        status, document = self.request("GET", path)
        assert status == 200, document
        return document

    def allow(self, address=BED, label=None):
        status, document = self.request("POST", f"/v1/devices/{address}/allow", {"label": label} if label else {})
        assert status in (200, 201), document
        return document

    def device(self, address=BED):
        return next(d for d in self.get("/v1/status")["devices"] if d["address"] == address)

    def sessions(self):
        """All sessions with their nodes and gaps, in record order."""
        listed = self.get("/v1/sessions?limit=400")["sessions"]
        whole = [self.get(f"/v1/sessions/{s['id']}") if "id" in s else s for s in listed]
        return sorted(whole, key=lambda s: (s["device_id"], s["boot"], s["first_seq"]))

    def wait_caught_up(self, sim, address=BED, deadline_s=DEADLINE_S):
        """Everything that the device has is durable here, and the device was told so."""
        def is_so():
            device = self.device(address)
            status = sim.status(address)
            return device.get("link") == "ready" and device["is_newest_known"] and device["n_missing"] == 0 and \
                device["n_open"] == 0 and status["trimmed_to"] >= status["newest"]
        wait_for(is_so, f"{address} caught up", deadline_s, self.process.child)

    def kill(self):
        self.process.kill()

    def stop(self):
        return self.process.stop()

    def cli(self, *args, env=None, **kwargs):
        return subprocess.run([str(KNEAD), "--socket", str(self.socket), *args], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "NO_COLOR": "1", "LC_ALL": "C.UTF-8", **(env or {})}, **kwargs)

    def rows(self, sql, *args):
        """From the database file, while no hub has it: from a copy, for what a kill left may have to be played back first."""
        with tempfile.TemporaryDirectory() as place:
            for path in self.state.glob("knead.db*"):
                shutil.copy(path, place)
            with contextlib.closing(sqlite3.connect(f"file:{place}/knead.db?mode=rw", uri=True)) as db:
                return db.execute(sql, args).fetchall()


def assert_no_sanitizer_report(log):
    text = pathlib.Path(log).read_text(errors="replace")
    assert not re.search(r"runtime error:|ERROR: (Address|Leak)Sanitizer", text), text[-4000:]
