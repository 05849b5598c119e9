# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
import pathlib
import signal
import sys

import line
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
import openapi  # noqa: E402

# what is started here meets the signals as from a person's shell (see ../ctl/conftest.py)
for number in (signal.SIGHUP, signal.SIGINT):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, lambda *_: None)


@pytest.fixture(autouse=True)
def described_answers(monkeypatch):
    """Whatever any of these tests asks a hub, the answer looks as src/serve/openapi.json says."""
    def judge(method, path, response, document):
        wrong = openapi.request_offences(method, path, response.status, response.headers["Content-Type"], document)
        assert wrong == [], f"{method} {path} is answered in another way than described"

    monkeypatch.setattr(line.Hub, "judge_answer", staticmethod(judge))


@pytest.fixture
def real_time(monkeypatch):
    """For what is about the world's time: how much passes in a second of it, or for how long something stands still in it."""
    monkeypatch.setattr(line, "TIMES", 1)


@pytest.fixture
def bus(tmp_path):
    bus = line.Bus(tmp_path)
    bus.start()
    yield bus
    bus.stop()


@pytest.fixture
def make_sim(bus):
    sims = []

    def make(*devices, extra=()):
        sims.append(line.Sim(bus, devices or (f"kind=back14,address={line.BED},serial=BED-1,seed=7",), extra))
        return sims[-1]

    yield make
    for sim in sims:
        assert sim.stop() == 0
        line.assert_no_sanitizer_report(sim.process.log)


@pytest.fixture
def hub(tmp_path, bus):
    """A hub that was not started yet; whatever runs at the end must end cleanly."""
    hub = line.Hub(tmp_path, bus.address)
    yield hub
    if hub.process and hub.process.child.poll() is None:
        assert hub.stop() == 0
    if hub.log.exists():
        line.assert_no_sanitizer_report(hub.log)
