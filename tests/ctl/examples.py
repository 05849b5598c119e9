# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""The examples in README.md and in the man pages: what stands there, and what knead prints of the hub of the examples.

An example is a block (``` in README.md, .EX to .EE in a man page) whose first line begins with "$ ": commands, each with what it printed,
standard error too. README.md has them as on a terminal of 80 columns with UTF-8, the man pages as on one of 72 with ASCII. Each block has a
hub of its own: that of a home, or, with the line '.\\" a clinic' before .EX, one with the persons of CLINIC.

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
CLINIC_MARK = '.\\" a clinic\n.EX\n'
HOW = {".md": {"LC_ALL": "C.UTF-8", "COLUMNS": "80"}}
MANUAL_HOW = {"LC_ALL": "C", "COLUMNS": "72"}
CLINIC = ["knead person add Mia --external-id A-1017", "knead person add Jonas", "knead person add 'Room 4'",
          "knead checkout 'back bed' --to Mia --from '8 weeks ago'", "knead checkout 'hand roller' --to Jonas --from '8 weeks ago'",
          "knead checkout 'foam roll' --to 'Room 4' --from '8 weeks ago'",
          # given back in the middle of a session, which is nobody's by that
          "knead return 'back bed' --at 'yesterday 08:10'", "knead checkout 'back bed' --to Mia --from 'yesterday 12:00'",
          "knead plan set lower-back.plan --person Mia"]


def from_roff(text):
    return re.sub(r"^\\&", "", text, flags=re.M).replace("\\-", "-").replace("\\e", "\\")


def to_roff(text):
    return re.sub(r"^(?=[.'])", r"\\&", text.replace("\\", "\\e").replace("-", "\\-"), flags=re.M)


def is_page(path):
    return path.suffix == ".md"


def blocks(path):
    found = (BLOCKS[".md"] if is_page(path) else MANUAL_BLOCK).findall(path.read_text())
    return found if is_page(path) else [from_roff(block) for block in found]


def is_of_a_clinic(match):
    return match.string.endswith(CLINIC_MARK, 0, match.start())


def clinics(path):
    """The numbers of those of its blocks that are of a clinic."""
    return {number for number, match in enumerate(MANUAL_BLOCK.finditer(path.read_text())) if is_of_a_clinic(match)}


def plan_of_the_manual():
    """The example of knead-plan(5)."""
    page = (ROOT / "packaging/man/knead-plan.5").read_text()
    return from_roff(re.search(r"^\.EX\n(\[.*?)^\.EE$", page, re.M | re.S).group(1))


def commands(block):
    return re.findall(r"^\$ (.*)$", block, re.M)


@contextlib.contextmanager
def running_hub(is_clinic=False):
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
            for command in CLINIC if is_clinic else []:
                subprocess.run(["bash", "-c", command], env=environment(place, MANUAL_HOW), cwd=place, check=True, timeout=60, stdout=subprocess.DEVNULL)
            yield place
        finally:
            hub.stdin.close()
            hub.wait(30)
            hub.stdout.close()


def environment(place, how):
    return {"PATH": f"{place}/bin:{os.environ['PATH']}", "KNEAD_SOCKET": str(place / "knead.sock"), **how,
            **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}


def run(place, command, how):
    process = subprocess.Popen(["bash", "-c", f"exec {command}"], env=environment(place, how), cwd=place, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if "watch" not in command.split():
        return process.communicate(timeout=60)[0]
    # that goes on until nobody listens any more: its first line
    line = process.stdout.readline()
    process.terminate()
    process.communicate(timeout=60)
    return line


def make(block, how, is_clinic=False):
    with running_hub(is_clinic) as place:
        return "".join(f"$ {command}\n{run(place, command, how)}" for command in commands(block))


def rewrite(path):
    text = path.read_text()
    if is_page(path):
        text = BLOCKS[".md"].sub(lambda found: make(found.group(), HOW[".md"]), text)
    else:
        text = MANUAL_BLOCK.sub(lambda found: to_roff(make(from_roff(found.group()), MANUAL_HOW, is_of_a_clinic(found))), text)
    path.write_text(text)


if __name__ == "__main__":
    for page in (README, *MANUALS):
        rewrite(page)
