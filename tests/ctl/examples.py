# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The examples in README.md and in the man pages: what stands there, and what knead prints of the hub of the examples.

An example is a block (``` in README.md, .EX to .EE in a man page) whose first line begins with "$ ": commands, each with what it printed,
standard error too. README.md has them as on a terminal of 80 columns with UTF-8, the man pages as on one of 72 with ASCII.

To write all of them anew:  KNEAD=… KN_EXAMPLE_HUB=… /usr/bin/python3 tests/ctl/examples.py
"""
import contextlib
import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
MANUALS = sorted((ROOT / "packaging/man").glob("*.[1-8]"))
BLOCKS = {".md": re.compile(r"(?<=^```text\n)\$ .*?(?=^```$)", re.M | re.S)}
MANUAL_BLOCK = re.compile(r"(?<=^\.EX\n)\$ .*?(?=^\.EE$)", re.M | re.S)
HOW = {".md": {"LC_ALL": "C.UTF-8", "COLUMNS": "80"}}
MANUAL_HOW = {"LC_ALL": "C", "COLUMNS": "72"}


def from_roff(text):
    return re.sub(r"^\\&", "", text, flags=re.M).replace("\\-", "-").replace("\\e", "\\")


def to_roff(text):
    return re.sub(r"^(?=[.'])", r"\\&", text.replace("\\", "\\e").replace("-", "\\-"), flags=re.M)


def is_page(path):
    return path.suffix == ".md"


def blocks(path):
    found = (BLOCKS[".md"] if is_page(path) else MANUAL_BLOCK).findall(path.read_text())
    return found if is_page(path) else [from_roff(block) for block in found]


def plan_of_the_manual():
    """The example of knead-plan(5)."""
    page = (ROOT / "packaging/man/knead-plan.5").read_text()
    return from_roff(re.search(r"^\.EX\n(\[.*?)^\.EE$", page, re.M | re.S).group(1))


def commands(block):
    return re.findall(r"^\$ (.*)$", block, re.M)


@contextlib.contextmanager
def running_hub():
    """A folder with a socket, a knead that talks to it, and a sudo that is none; a hub that listens there."""
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        (place / "bin").mkdir()
        (place / "bin/knead").symlink_to(os.environ["KNEAD"])
        (place / "bin/sudo").write_text('#!/bin/sh\nexec "$@"\n')
        (place / "bin/sudo").chmod(0o755)
        (place / "lower-back.plan").write_text(plan_of_the_manual())
        hub = subprocess.Popen([os.environ["KN_EXAMPLE_HUB"], str(place / "knead.sock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            assert hub.stdout.readline() == "ready\n"
            yield place
        finally:
            hub.stdin.close()
            hub.wait(30)
            hub.stdout.close()


def run(place, command, how):
    env = {"PATH": f"{place}/bin:{os.environ['PATH']}", "KNEAD_SOCKET": str(place / "knead.sock"), **how,
           **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    process = subprocess.Popen(["bash", "-c", f"exec {command}"], env=env, cwd=place, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if "watch" not in command.split():
        return process.communicate(timeout=60)[0]
    # that goes on until nobody listens any more: its first line
    line = process.stdout.readline()
    process.terminate()
    process.communicate(timeout=60)
    return line


def make(place, block, how):
    return "".join(f"$ {command}\n{run(place, command, how)}" for command in commands(block))


def rewrite(place, path):
    how = HOW[".md"] if is_page(path) else MANUAL_HOW
    text = path.read_text()
    if is_page(path):
        text = BLOCKS[".md"].sub(lambda found: make(place, found.group(), how), text)
    else:
        text = MANUAL_BLOCK.sub(lambda found: to_roff(make(place, from_roff(found.group()), how)), text)
    path.write_text(text)


if __name__ == "__main__":
    with running_hub() as hub_place:
        for page in (README, *MANUALS):
            rewrite(hub_place, page)
