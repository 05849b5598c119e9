# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""A hub for tests of the command line: canned documents over a Unix socket, by Python's own HTTP server."""
import copy
import http.server
import json
import os
import socketserver
import threading

NOW = "2026-11-21T09:00:00+01:00"
REGIONS = ["upper-trapezius", "rhomboids", "rhomboids", "erector-spinae-thoracic", "erector-spinae-lumbar",
           "erector-spinae-lumbar", "quadratus-lumborum"]


def node(index, region, side, dose_hpa_ms, peak_hpa):
    return {"node": index, "region": region, "side": side, "full_scale_hpa": 2000, "contact_ms": 500000,
            "n_samples": 12500, "mean_hpa": 250, "peak_hpa": peak_hpa, "p95_hpa": 400,
            "dose_hpa_ms": dose_hpa_ms, "hold_count": 0, "saturation_permille": 0}


def session(number, start, duration_ms, **more):
    nodes = [node(i, REGIONS[i], "left", 10_000_000 * (i + 1), 300 + 10 * i) for i in range(7)]
    nodes += [node(7 + i, REGIONS[i], "right", 8_000_000 * (i + 1), 305 + 10 * i) for i in range(7)]
    document = {
        "id": number, "device_id": 1,
        "device": {"address": "C0:FF:EE:00:00:01", "label": "back bed", "kind": "back14"},
        "start": start, "tz": "Europe/Berlin", "time_uncertain": False, "duration_ms": duration_ms,
        "active_ms": duration_ms - 60000, "mean_hpa": 251, "peak_hpa": 905, "p95_hpa": 609,
        "dose_hpa_ms": 504_000_000, "dose_left_hpa_ms": 280_000_000, "dose_right_hpa_ms": 224_000_000,
        "symmetry_permille": 111, "saturation_permille": 12, "hold_count": 3, "hold_longest_ms": 45000,
        "hold_mean_hpa": 612, "rocking_half_cycles": 240, "rocking_centi_per_min": 2400, "strokes": 0,
        "state": "ended", "is_provisional": False, "revision": 2, "completeness_permille": 1000,
        "is_completeness_known": True, "stored": 1204, "expected": 1204, "log_id": "0123456789abcdef",
        "boot": 3, "first_seq": 100, "last_seq": 1303, "nodes": nodes, "gaps": []}
    document.update(more)
    return document


def curve(n_slices):
    nodes = []
    for i, n in enumerate(session(1, NOW, 600000)["nodes"]):
        values = [100 + 10 * (k % 30) + 5 * i for k in range(n_slices)]
        if n_slices > 2:
            values[2] = None
        nodes.append({"node": n["node"], "region": n["region"], "side": n["side"], "mean_hpa": values})
    return {"session_id": 12, "revision": 2, "is_provisional": False, "n_slices": n_slices, "slice_ms": 15000,
            "nodes": nodes}


def period(first, last, n_sessions, duration_ms, **more):
    document = {"first_day": first, "last_day": last, "tz": "Europe/Berlin", "now": NOW,
                "n_sessions": n_sessions, "n_open": 0, "is_provisional": False, "n_time_uncertain": 0,
                "time_uncertain": False, "duration_ms": duration_ms, "active_ms": duration_ms * 9 // 10,
                "mean_hpa": 251, "peak_hpa": 905, "dose_hpa_ms": 504_000_000, "symmetry_permille": -40,
                "hold_count": 4 * n_sessions, "hold_longest_ms": 65000, "n_data_days": 3, "revision": 9,
                "completeness_permille": 1000, "is_completeness_known": True, "stored": 5000,
                "expected": 5000, "gaps": []}
    document.update(more)
    return document


def week():
    days = []
    for i in range(7):
        minutes = [14, 0, 22, 5, 0, 31, 12][i]
        days.append({"day": f"2026-11-{15 + i}", **period(f"2026-11-{15 + i}", f"2026-11-{15 + i}",
                                                        1 if minutes else 0, minutes * 60000)})
    return period("2026-11-15", "2026-11-21", 5, 84 * 60000, period="week", days=days)


def device(number, **more):
    document = {"address": f"C0:FF:EE:00:00:{number:02X}", "is_enrolled": True, "is_bonded": True,
                "link": "streaming", "signal_dbm": -61, "seen": NOW, "device_id": number,
                "label": f"massager {number}", "enrolled": "2026-10-01T10:00:00+02:00",
                "synced": "2026-11-21T08:30:00+01:00", "kind": "back14", "model": "bed", "serial": "S1",
                "firmware": "1.0", "n_nodes": 14,
                "battery": {"charge_permille": 870, "is_charging": False, "at": NOW},
                "is_newest_known": True, "n_unsynced": 0, "n_gaps": 0}
    document.update(more)
    return document


DOCUMENTS = {
    "/v1/status": {"version": "0.1.0", "clock": {"quality": "synced", "uptime_ms": 5400000},
                   "store": {"state": "ok", "stored_bytes": 1048576, "n_commits": 12345}},
    "/v1/devices": {"now": NOW, "tz": "Europe/Berlin", "devices": [
        device(1, label="back bed"),
        device(2, label="roller", battery={"charge_permille": 120, "is_charging": False, "at": NOW},
               synced="2026-11-17T08:30:00+01:00")]},
    "/v1/sessions": {"now": NOW, "tz": "Europe/Berlin", "sessions": [
        session(12, "2026-11-21T08:12:00+01:00", 720000),
        session(11, "2026-11-20T19:00:00+01:00", 1800000, stored=1202,
                completeness_permille=998)]},
    "/v1/sessions/12": session(12, "2026-11-21T08:12:00+01:00", 720000),
    "/v1/sessions/11": session(11, "2026-11-20T19:00:00+01:00", 1800000, stored=1202, completeness_permille=998,
                               gaps=[{"first_seq": 200, "last_seq": 201, "n_records": 2,
                                      "reason": "overwritten"}]),
    "/v1/persons": {"now": NOW, "tz": "Europe/Berlin", "persons": []},
    "/v1/adherence": {"first_day": "2026-11-15", "last_day": "2026-11-21", "n_due_days": 0, "days": []},
    "/v1/summary?period=day": period("2026-11-21", "2026-11-21", 2, 12 * 60000),
    "/v1/summary?period=week": week(),
    "/v1/summary?period=week&by=person": week(),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        hub = self.server.hub
        length = int(self.headers.get("Content-Length") or 0)
        hub.asked.append((self.command, self.path, self.rfile.read(length).decode()))
        status, document = hub.find(self.path)
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *arguments):
        pass

    def address_string(self):
        return "local"


class Hub:
    """with Hub(path) as hub: …; hub.documents may be changed, hub.problem is answered to everything when set."""

    def __init__(self, path):
        self.path = path
        self.documents = copy.deepcopy(DOCUMENTS)
        self.problem = None
        self.jobs = []  # what is answered to each question after a job, in turn
        self.asked = []

    def find(self, path):
        if self.problem is not None:
            return self.problem["status"], self.problem
        if "/curve?slices=" in path:
            return 200, curve(int(path.split("=")[1]))
        if path.startswith("/v1/jobs/") and self.jobs:
            return 200, self.jobs.pop(0)
        if path.endswith("/allow"):
            return 200, device(2, label="roller")
        for key in (path, path.split("?")[0]):
            if key in self.documents:
                return 200, self.documents[key]
        return 404, {"status": 404, "kind": "not-found", "detail": "no such session",
                     "hint": "See what there is: knead sessions"}

    def __enter__(self):
        self.server = socketserver.ThreadingUnixStreamServer(self.path, Handler)
        self.server.daemon_threads = True
        self.server.hub = self
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()
        return self

    def __exit__(self, *arguments):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        os.unlink(self.path)
