-- SPDX-FileCopyrightText: 2026 the knead authors
-- SPDX-License-Identifier: MIT

-- A hub may not know the time yet when it records, and learn it later. Between two settings its wall clock and its boottime run side by
-- side, so one good reading of both dates everything of that boot.
CREATE TABLE hub_boot (
    hub_boot_key INTEGER PRIMARY KEY,    -- rises from boot to boot
    hub_boot_id INTEGER NOT NULL UNIQUE, -- of this boot of the machine, 64 random bits
    boottime_us INTEGER NOT NULL,        -- CLOCK_BOOTTIME at the best reading, us
    utc_us INTEGER NOT NULL,             -- CLOCK_REALTIME at the same moment, UTC us
    quality INTEGER NOT NULL             -- ktp.ClockQuality of that reading: 0 unknown, 1 restored, 2 synced
) STRICT;

-- (made anew: a column that is added behind the others would part the last one from its comment)
ALTER TABLE anchor RENAME TO old_anchor;
CREATE TABLE anchor (
    log_key INTEGER NOT NULL REFERENCES log,  -- which log
    device_boot INTEGER NOT NULL,             -- boot of the device: ticks start at 0 with each
    t_ms INTEGER NOT NULL,                    -- device tick, ms since device_boot
    is_banked INTEGER NOT NULL,               -- 1: a record of the device; 0: a round trip of this hub
    utc_us INTEGER NOT NULL,                  -- UTC us, by the best reading of the hub's boot
    error_us INTEGER NOT NULL,                -- half the round trip, us; 0 for a banked one
    quality INTEGER NOT NULL,                 -- ktp.ClockQuality of the clock it is dated by: 0 unknown, 1 restored, 2 synced
    hub_boot_key INTEGER REFERENCES hub_boot, -- boot of the hub in which it was read; NULL: banked, or from before schema 4
    hub_us INTEGER,                           -- CLOCK_BOOTTIME of that boot at this moment, us; NULL with hub_boot_key
    PRIMARY KEY (log_key, device_boot, t_ms, is_banked)
) STRICT, WITHOUT ROWID;
INSERT INTO anchor SELECT log_key, device_boot, t_ms, is_banked, utc_us, error_us, quality, NULL, NULL FROM old_anchor;
DROP TABLE old_anchor;
-- those that may still be dated better
CREATE INDEX anchor_unsynced ON anchor (hub_boot_key) WHERE quality < 2;

-- by hand: which sessions were moved to another zone, and by whom
CREATE TABLE zone_change (
    change_id INTEGER PRIMARY KEY, -- order of the changes
    session_id INTEGER NOT NULL,   -- which session; it may be gone by now
    changed_us INTEGER NOT NULL,   -- when, by the hub's clock of that moment, UTC us
    uid INTEGER NOT NULL,          -- user of this machine who asked for it
    old_zone TEXT NOT NULL,        -- IANA zone before
    new_zone TEXT NOT NULL         -- and after
) STRICT;

-- Times of which records were lost here, because a database was damaged and set aside.
CREATE TABLE loss (
    loss_id INTEGER PRIMARY KEY, -- order of noting
    from_us INTEGER NOT NULL,    -- of nothing that happened before this was anything lost, UTC us; 0 not known
    to_us INTEGER NOT NULL,      -- when it was found, UTC us: what came later is here
    file TEXT NOT NULL,          -- the damaged database: its name beside this one
    mended_us INTEGER            -- when all that was in it was brought back, UTC us; NULL not
) STRICT;

-- What a massager brought along when a person said since when its sessions are theirs (device.shown_from_us). A clock decides for most; for
-- sessions whose time nobody knows, whether they were there by then. A log without a row: nobody said so, or all are shown.
CREATE TABLE brought (
    log_key INTEGER PRIMARY KEY REFERENCES log, -- which log
    to_seq INTEGER NOT NULL                     -- its newest record at that moment; 0 none
) STRICT;
-- Who used a massager, what they said of it, what was prescribed, and what was put right by hand. Whatever belongs to a session is tied to a
-- record of it (log_key, seq), not to its row: a repair may fold two sessions into one, and a word that was said is not to be lost by that.
CREATE TABLE person (
    person_id INTEGER PRIMARY KEY,            -- our own number
    label TEXT NOT NULL UNIQUE,               -- what the hub calls the person: opaque, chosen by who runs it
    external_id TEXT NOT NULL,                -- number in another system; '' none
    made_us INTEGER NOT NULL                  -- when, UTC us
) STRICT;
CREATE TABLE handout (
    handout_id INTEGER PRIMARY KEY,           -- order of handing out
    device_id INTEGER NOT NULL REFERENCES device, -- which massager
    person_id INTEGER NOT NULL REFERENCES person, -- who has it
    from_us INTEGER NOT NULL,                 -- from when on, UTC us
    to_us INTEGER                             -- until when, UTC us; NULL still
) STRICT;
CREATE INDEX handout_by_device ON handout (device_id, from_us);
-- by hand: says more than any hand-out. The one with the largest number counts.
CREATE TABLE assignment (
    assignment_id INTEGER PRIMARY KEY,        -- order of saying so
    log_key INTEGER NOT NULL REFERENCES log,  -- which log
    seq INTEGER NOT NULL,                     -- a record of the session
    person_id INTEGER REFERENCES person,      -- whose it is; NULL nobody's
    at_us INTEGER NOT NULL,                   -- when it was said, UTC us
    uid INTEGER NOT NULL                      -- by which user of this machine
) STRICT;
CREATE INDEX assignment_by_seq ON assignment (log_key, seq);

-- what a person says of a session; each saying is a row, and of each column the newest that was said at a record counts
CREATE TABLE word (
    word_id INTEGER PRIMARY KEY,             -- order of saying so
    log_key INTEGER NOT NULL REFERENCES log, -- which log
    seq INTEGER NOT NULL,                    -- a record of the session
    pain_before INTEGER,                     -- 0 to 10; NULL not said, -2 taken back
    pain_after INTEGER,                      -- 0 to 10; NULL not said, -2 taken back
    region TEXT,                             -- where: the words of kn_name_region or others; NULL not said, '' taken back
    note TEXT,                               -- in free words; NULL not said, '' taken back
    at_us INTEGER NOT NULL,                  -- when it was said, UTC us
    uid INTEGER NOT NULL                     -- by which user of this machine
) STRICT;
CREATE INDEX word_by_seq ON word (log_key, seq);
-- sessions put right by hand. Sessions are derived from records and from these; nothing that was recorded is changed
CREATE TABLE edit (
    edit_id INTEGER PRIMARY KEY,             -- order of doing so
    log_key INTEGER NOT NULL REFERENCES log, -- which log
    device_boot INTEGER NOT NULL,            -- boot of the device
    kind INTEGER NOT NULL,                   -- 1 split: a session begins with first_seq; 2 joined: from first_seq to last_seq there is one; 3 deleted
    first_seq INTEGER NOT NULL,              -- first record that it is about
    last_seq INTEGER NOT NULL,               -- last record that it is about
    at_us INTEGER NOT NULL,                  -- when, UTC us
    uid INTEGER NOT NULL,                    -- by which user of this machine
    undone_us INTEGER                        -- when it was taken back, UTC us; NULL it holds
) STRICT;
CREATE INDEX edit_by_seq ON edit (log_key, device_boot, first_seq);
CREATE TABLE plan (
    plan_id INTEGER PRIMARY KEY,              -- order of prescribing
    person_id INTEGER REFERENCES person,      -- for whom; NULL a home without persons
    text TEXT NOT NULL,                       -- as it was written; '' none any more
    from_day INTEGER NOT NULL,                -- first local day it holds for, days since 1970-01-01
    at_us INTEGER NOT NULL,                   -- when it was stored, UTC us
    uid INTEGER NOT NULL                      -- by which user of this machine
) STRICT;

-- Storing a session must cost the same after five years as on the first day: what an anchor moves, and how good the clock of a boot
-- is, is found without a walk over all sessions and anchors of a log. The two short ones hold next to nothing.
CREATE INDEX anchor_by_quality ON anchor (log_key, device_boot, quality, t_ms);
CREATE INDEX session_by_tick ON session (log_key, device_boot, first_t_ms);
CREATE INDEX session_open ON session (log_key, device_boot) WHERE state = 0;
CREATE INDEX session_uncertain ON session (log_key) WHERE is_time_uncertain;

PRAGMA user_version = 4;
