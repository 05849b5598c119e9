-- SPDX-FileCopyrightText: 2026 the knead authors
-- SPDX-License-Identifier: MIT

-- What a massager brought along when a person said since when its sessions are theirs (device.shown_from_us). A clock decides for most; for
-- sessions whose time nobody knows, whether they were there by then. A log without a row: nobody said so, or all are shown.
CREATE TABLE brought (
    log_key INTEGER PRIMARY KEY REFERENCES log, -- which log
    to_seq INTEGER NOT NULL                     -- its newest record at that moment; 0 none
) STRICT;

PRAGMA user_version = 4;
