# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""make-seeds.py DIR: the seeds of the harnesses, from the golden captures and vectors. Run it as: ninja -C build fuzz-seeds

The build makes them (they are not kept): DIR/record, info, notification, capture, one file an input."""
import configparser
import hashlib
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data"
OUT = pathlib.Path(sys.argv[1])
PACKETS_A_SEED = 40


def put(harness, data):
    path = OUT / harness / hashlib.sha1(data).hexdigest()[:16]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def body(notification):
    """The first body, without its length and sum."""
    length, at, shift = 0, 2, 0
    while True:
        length |= (notification[at] & 0x7F) << shift
        shift += 7
        at += 1
        if notification[at - 1] < 0x80:
            return notification[at:at + length]


def vectors(name, key):
    page = configparser.ConfigParser(interpolation=None)
    page.read(DATA / "vectors" / name)
    return [bytes.fromhex(page[group][key]) for group in page.sections() if page[group].get(key)]


def packets(path):
    for line in path.read_text().splitlines():
        if line.startswith("n "):
            yield bytes.fromhex(line.split(" ")[2])


for notification in vectors("records.txt", "notification") + vectors("replies.txt", "notification"):
    put("record", body(notification))
    put("notification", bytes([len(notification)]) + notification)
for notification in vectors("refusals.txt", "notification"):
    put("notification", bytes([len(notification) % 253]) + notification)
for info in vectors("info.txt", "info"):
    put("info", info)
for capture in sorted((DATA / "captures").glob("*/*.cap")):
    text = capture.read_bytes()
    put("capture", b"".join(text.splitlines(keepends=True)[:30]))
    if len(text) < 8000:
        put("capture", text)
    some = list(packets(capture))
    for part in (some[:PACKETS_A_SEED], some[:2] + some[-PACKETS_A_SEED:]):
        # commits and time among the packets
        put("notification", b"".join(bytes([len(p)]) + p + (b"\xfe\xff" if i % 10 == 9 else b"") for i, p in enumerate(part)))
(OUT / "stamp").write_text("made\n")
