# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Sessions put right by hand: what a person is asked before, and what is listed after."""
import os
import pty
import subprocess

import pytest

from fakehub import NOW, Hub
from test_process import KNEAD, OK, knead


def test_an_edit_of_which_no_session_is_left_names_none(tmp_path):
    edit = {"id": 3, "kind": "delete", "device_id": 1, "first_seq": 1, "last_seq": 9, "at": NOW, "uid": 1000}
    with Hub(str(tmp_path / "knead.sock")) as hub:
        hub.documents["/v1/edits"] = {"tz": "Europe/Berlin", "edits": [edit]}
        listed = knead("edits", path=hub.path)
    assert listed.returncode == OK
    assert listed.stdout == "    3  Sat 21 Nov 09:00   delete  no session any more, by user 1000\n"


@pytest.mark.parametrize("person, named", [(None, "Session 12, back bed, Sat 21 Nov 2026 08:12, 12 min: "), ("Mia", "Session 12 of Mia, back bed, Sat 21 Nov 2026 08:12, 12 min: ")])
def test_what_is_to_be_deleted_is_named_with_whose_it_is(tmp_path, person, named):
    ours, theirs = pty.openpty()
    os.write(ours, b"n\n")
    with Hub(str(tmp_path / "knead.sock")) as hub:
        if person:
            hub.documents["/v1/sessions/12"]["person"] = {"id": 1, "label": person}
        asked = subprocess.run([KNEAD, "--socket", hub.path, "delete", "12"], stdin=theirs, capture_output=True, text=True, timeout=60)
        assert [method for method, _, _ in hub.asked] == ["GET"]
    os.close(ours)
    os.close(theirs)
    assert (asked.returncode, asked.stdout) == (OK, "Nothing was changed.\n")
    assert asked.stderr.startswith(named)
