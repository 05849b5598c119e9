-- SPDX-FileCopyrightText: 2026 the knead authors
-- SPDX-License-Identifier: MIT

-- What happened, for people who ask later. Written with the batch that is next, so its newest rows are as old as the last commit.
CREATE TABLE event (
    event_id INTEGER PRIMARY KEY, -- rises with time; numbers may be left out, none is used twice
    at_us INTEGER NOT NULL,       -- when, by the hub's clock of that moment, UTC us
    class INTEGER NOT NULL,       -- 1 session, 2 link, 3 alarm (KnEventClass)
    kind TEXT NOT NULL,           -- what: the words of kn_event_kind_name
    device_id INTEGER,            -- which massager; NULL the hub itself
    session_id INTEGER,           -- which session; NULL none. It may be gone by now
    detail TEXT NOT NULL          -- what there is to add; '' nothing
) STRICT;

-- set ahead of use, so that a pulled plug cannot make a number come twice
CREATE TABLE event_number (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1), -- there is one hub in a database
    next_event_id INTEGER NOT NULL                     -- first number that no client can have been given
) STRICT;
INSERT INTO event_number (only_row, next_event_id) VALUES (1, 1);

PRAGMA user_version = 2;
