-- SPDX-FileCopyrightText: 2026 the knead authors
-- SPDX-License-Identifier: MIT
-- made by: ninja -C build update-schema; a test keeps it equal to the migrations
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
CREATE TABLE assignment (
    assignment_id INTEGER PRIMARY KEY,        -- order of saying so
    log_key INTEGER NOT NULL REFERENCES log,  -- which log
    seq INTEGER NOT NULL,                     -- a record of the session
    person_id INTEGER REFERENCES person,      -- whose it is; NULL nobody's
    at_us INTEGER NOT NULL,                   -- when it was said, UTC us
    uid INTEGER NOT NULL                      -- by which user of this machine
) STRICT;
CREATE TABLE block (
    block_id INTEGER PRIMARY KEY,                -- order of appending
    log_key INTEGER NOT NULL REFERENCES log,     -- which log
    device_boot INTEGER NOT NULL,                -- boot of the device that made all its records
    info_id INTEGER REFERENCES info,             -- description its records are read with; NULL: none was known, nothing is derived
    prev_block_id INTEGER,                       -- block of the same log appended before this one; NULL the first
    log_max_seq INTEGER NOT NULL,                -- largest last_seq of this and all earlier blocks of the log
    first_seq INTEGER NOT NULL,                  -- first record
    last_seq INTEGER NOT NULL,                   -- last record; there is no hole between
    first_t_ms INTEGER NOT NULL,                 -- tick of the first record, ms since device_boot
    last_t_ms INTEGER NOT NULL,                  -- tick of the last record, ms since device_boot
    n_records INTEGER NOT NULL,                  -- how many records: last_seq - first_seq + 1
    touch_first_t_ms INTEGER,                    -- tick of the first sample that could be contact, ms; NULL none
    touch_last_t_ms INTEGER,                     -- tick of the last sample that could be contact, ms; NULL none
    codec INTEGER NOT NULL,                      -- 1: columns, differences, byte planes, zstd (src/store/block.h)
    raw_bytes INTEGER NOT NULL,                  -- bytes of the records with two bytes of length each
    crc32 INTEGER NOT NULL,                      -- over the columns above (but the ids of rows around it) and data
    data BLOB NOT NULL                           -- the records, coded
) STRICT;
CREATE TABLE brought (
    log_key INTEGER PRIMARY KEY REFERENCES log, -- which log
    to_seq INTEGER NOT NULL                     -- its newest record at that moment; 0 none
) STRICT;
CREATE TABLE conflict (
    conflict_id INTEGER PRIMARY KEY,         -- order of noting
    log_key INTEGER NOT NULL REFERENCES log, -- which log
    seq INTEGER NOT NULL,                    -- which record
    bytes BLOB NOT NULL,                     -- the record as it came later
    seen_us INTEGER NOT NULL                 -- when it came, UTC us
) STRICT;
CREATE TABLE coverage (
    log_key INTEGER NOT NULL REFERENCES log, -- which log
    first_seq INTEGER NOT NULL,              -- first record of the range
    last_seq INTEGER NOT NULL,               -- last record of the range
    PRIMARY KEY (log_key, first_seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE device (
    device_id INTEGER PRIMARY KEY,              -- our own number for it
    address TEXT NOT NULL UNIQUE,               -- Bluetooth identity address, AA:BB:CC:DD:EE:FF in upper case
    label TEXT NOT NULL,                        -- what the person calls it; '' none
    is_allowed INTEGER NOT NULL,                -- 0: forgotten, no longer connected; what it gave stays
    enrolled_us INTEGER NOT NULL,               -- when it was first allowed, UTC us
    info_id INTEGER REFERENCES info,            -- its newest description; NULL before the first contact
    charge_permille INTEGER,                    -- battery, 0 to 1000; NULL never told
    is_charging INTEGER NOT NULL DEFAULT 0,     -- 1 while on the charger, as of battery_us
    battery_us INTEGER NOT NULL DEFAULT 0,      -- when the battery was told, UTC us; 0 never
    synced_us INTEGER NOT NULL DEFAULT 0        -- when its log was last found complete, UTC us; 0 never
, shown_from_us INTEGER -- sessions that began before are not shown, UTC us; 0 all are
    NOT NULL DEFAULT 0) STRICT;
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
CREATE TABLE event (
    event_id INTEGER PRIMARY KEY, -- rises with time; numbers may be left out, none is used twice
    at_us INTEGER NOT NULL,       -- when, by the hub's clock of that moment, UTC us
    class INTEGER NOT NULL,       -- 1 session, 2 link, 3 alarm (KnEventClass)
    kind TEXT NOT NULL,           -- what: the words of kn_event_kind_name
    device_id INTEGER,            -- which massager; NULL the hub itself
    session_id INTEGER,           -- which session; NULL none. It may be gone by now
    detail TEXT NOT NULL          -- what there is to add; '' nothing
) STRICT;
CREATE TABLE event_number (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1), -- there is one hub in a database
    next_event_id INTEGER NOT NULL                     -- first number that no client can have been given
) STRICT;
CREATE TABLE gap (
    gap_id INTEGER PRIMARY KEY,              -- order of noting
    log_key INTEGER NOT NULL REFERENCES log, -- which log
    first_seq INTEGER NOT NULL,              -- first missing record
    last_seq INTEGER NOT NULL,               -- last missing record
    reason INTEGER NOT NULL,                 -- 0 open, still to be fetched; 1 overwritten; 2 unreadable; 3 erased: never to come
    opened_us INTEGER NOT NULL,              -- when it was noted, UTC us
    filled_us INTEGER                        -- when its records were stored after all, UTC us; NULL not
) STRICT;
CREATE TABLE handout (
    handout_id INTEGER PRIMARY KEY,           -- order of handing out
    device_id INTEGER NOT NULL REFERENCES device, -- which massager
    person_id INTEGER NOT NULL REFERENCES person, -- who has it
    from_us INTEGER NOT NULL,                 -- from when on, UTC us
    to_us INTEGER                             -- until when, UTC us; NULL still
) STRICT;
CREATE TABLE hub (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1), -- there is one hub in a database
    hub_id INTEGER NOT NULL,                           -- random 64 bits, made with the database: the owner devices know
    made_us INTEGER NOT NULL,                          -- when the database was made, UTC us
    is_clean INTEGER NOT NULL                          -- 1: the last daemon closed it; 0: in use, or the plug was pulled
) STRICT;
CREATE TABLE hub_boot (
    hub_boot_key INTEGER PRIMARY KEY,    -- rises from boot to boot
    hub_boot_id INTEGER NOT NULL UNIQUE, -- of this boot of the machine, 64 random bits
    boottime_us INTEGER NOT NULL,        -- CLOCK_BOOTTIME at the best reading, us
    utc_us INTEGER NOT NULL,             -- CLOCK_REALTIME at the same moment, UTC us
    quality INTEGER NOT NULL             -- ktp.ClockQuality of that reading: 0 unknown, 1 restored, 2 synced
) STRICT;
CREATE TABLE info (
    info_id INTEGER PRIMARY KEY,                           -- rises with time
    device_id INTEGER NOT NULL REFERENCES device,          -- whose description it is
    bytes BLOB NOT NULL,                                   -- ktp.Info as the device sent it
    read_us INTEGER NOT NULL                               -- when it was first read, UTC us
) STRICT;
CREATE TABLE log (
    log_key INTEGER PRIMARY KEY,                     -- short key of (device, log_id) for the tables below
    device_id INTEGER NOT NULL REFERENCES device,    -- whose flash it is
    log_id INTEGER NOT NULL,                         -- the device's random 64 bits
    first_seq INTEGER NOT NULL,                      -- oldest record this hub is to have; 0 until the device told
    newest_seq INTEGER NOT NULL,                     -- newest record known to exist; 0 none
    is_newest_known INTEGER NOT NULL,                -- 1: the device told its newest_seq
    newest_boot INTEGER NOT NULL,                    -- largest device_boot among its blocks: earlier boots are over; -1 none
    newest_block_id INTEGER REFERENCES block,        -- its block appended last: the head of the chain of prev_block_id; NULL none
    UNIQUE (device_id, log_id)
) STRICT;
CREATE TABLE loss (
    loss_id INTEGER PRIMARY KEY, -- order of noting
    from_us INTEGER NOT NULL,    -- of nothing that happened before this was anything lost, UTC us; 0 not known
    to_us INTEGER NOT NULL,      -- when it was found, UTC us: what came later is here
    file TEXT NOT NULL,          -- the damaged database: its name beside this one
    mended_us INTEGER            -- when all that was in it was brought back, UTC us; NULL not
) STRICT;
CREATE TABLE mark (
    log_key INTEGER NOT NULL REFERENCES log, -- which log
    device_boot INTEGER NOT NULL,            -- boot of the device
    seq INTEGER NOT NULL,                    -- the SessionStart or SessionEnd record
    is_end INTEGER NOT NULL,                 -- 0: SessionStart; 1: SessionEnd
    PRIMARY KEY (log_key, device_boot, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE person (
    person_id INTEGER PRIMARY KEY,            -- our own number
    label TEXT NOT NULL UNIQUE,               -- what the hub calls the person: opaque, chosen by who runs it
    external_id TEXT NOT NULL,                -- number in another system; '' none
    made_us INTEGER NOT NULL                  -- when, UTC us
) STRICT;
CREATE TABLE plan (
    plan_id INTEGER PRIMARY KEY,              -- order of prescribing
    person_id INTEGER REFERENCES person,      -- for whom; NULL a home without persons
    text TEXT NOT NULL,                       -- as it was written; '' none any more
    from_day INTEGER NOT NULL,                -- first local day it holds for, days since 1970-01-01
    at_us INTEGER NOT NULL,                   -- when it was stored, UTC us
    uid INTEGER NOT NULL                      -- by which user of this machine
) STRICT;
CREATE TABLE session (
    session_id INTEGER PRIMARY KEY,                 -- kept as long as the session has records in common with what it was
    revision INTEGER NOT NULL,                      -- 1, and 1 more with each change of a stored column or node
    zone TEXT NOT NULL,                             -- IANA zone in force when it was first stored
    device_id INTEGER NOT NULL REFERENCES device,   -- the device
    log_key INTEGER NOT NULL REFERENCES log,        -- its log
    device_boot INTEGER NOT NULL,                   -- boot of the device
    info_id INTEGER NOT NULL REFERENCES info,       -- description that its nodes are named by
    first_seq INTEGER NOT NULL,                     -- first record
    last_seq INTEGER NOT NULL,                      -- last record
    first_t_ms INTEGER NOT NULL,                    -- tick of SessionStart or of the first contact, ms since device_boot
    last_t_ms INTEGER NOT NULL,                     -- tick of SessionEnd or of the last contact, ms since device_boot
    has_start INTEGER NOT NULL,                     -- 1: begins with SessionStart
    has_end INTEGER NOT NULL,                       -- 1: ends with SessionEnd
    state INTEGER NOT NULL,                         -- 0 open, 1 ended, 2 interrupted, 3 quiet (KnSessionState)
    start_utc_us INTEGER NOT NULL,                  -- begin, UTC us; 9223372036854775807: not known, sorts as the newest
    is_time_uncertain INTEGER NOT NULL,             -- 1: no good anchor of its own boot
    stored INTEGER NOT NULL,                        -- records in blocks
    expected INTEGER NOT NULL,                      -- records that there are, with the gaps that touch it
    unrepairable INTEGER NOT NULL,                  -- of expected: in gaps with a reason
    is_completeness_known INTEGER NOT NULL,         -- 1: the device's newest record was told
    duration_ms INTEGER NOT NULL,                   -- from begin to end, ms of device ticks
    active_ms INTEGER NOT NULL,                     -- with contact of any node, ms
    device_duration_ms INTEGER,                     -- as SessionEnd said, ms; NULL it did not
    is_duration_disputed INTEGER NOT NULL,          -- 1: the two differ by more than a second
    n_samples INTEGER NOT NULL,                     -- contact samples of all nodes
    mean_hpa INTEGER NOT NULL,                      -- mean of contact samples, hPa
    peak_hpa INTEGER NOT NULL,                      -- largest sample, hPa
    p95_hpa INTEGER NOT NULL,                       -- 95th percentile of contact samples, hPa
    dose_hpa_ms INTEGER NOT NULL,                   -- pressure-time integral over all nodes, hPa ms
    dose_left_hpa_ms INTEGER NOT NULL,              -- of nodes on the left, hPa ms
    dose_right_hpa_ms INTEGER NOT NULL,             -- of nodes on the right, hPa ms
    symmetry_permille INTEGER,                      -- left against right, -1000 to 1000; NULL no side
    saturation_permille INTEGER NOT NULL,           -- contact samples at the end of the scale, per mille
    hold_count INTEGER NOT NULL,                    -- holds of all nodes
    hold_longest_ms INTEGER NOT NULL,               -- longest hold of any node, ms
    hold_mean_hpa INTEGER NOT NULL,                 -- mean of all holds, hPa
    rocking_half_cycles INTEGER NOT NULL,           -- swings through 5 degrees either side
    strokes INTEGER NOT NULL,                       -- reversals of direction with contact
    n_nodes INTEGER NOT NULL                        -- nodes of the device
) STRICT;
CREATE TABLE session_block (
    session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE, -- which session
    block_id INTEGER NOT NULL REFERENCES block,                       -- which block
    PRIMARY KEY (session_id, block_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE session_node (
    session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE, -- which session
    node INTEGER NOT NULL,                                            -- index in ktp.Info.nodes, from 0
    contact_ms INTEGER NOT NULL,                                      -- time with contact, ms
    n_samples INTEGER NOT NULL,                                       -- contact samples
    mean_hpa INTEGER NOT NULL,                                        -- mean of contact samples, hPa
    peak_hpa INTEGER NOT NULL,                                        -- largest sample, hPa
    p95_hpa INTEGER NOT NULL,                                         -- 95th percentile of contact samples, hPa
    dose_hpa_ms INTEGER NOT NULL,                                     -- pressure-time integral, hPa ms
    hold_count INTEGER NOT NULL,                                      -- holds
    hold_longest_ms INTEGER NOT NULL,                                 -- longest hold, ms
    hold_mean_hpa INTEGER NOT NULL,                                   -- mean of all holds, hPa
    buildup_hpa INTEGER,                                              -- last third less first third, hPa; NULL too short
    saturation_permille INTEGER NOT NULL,                             -- contact samples at the end of the scale, per mille
    PRIMARY KEY (session_id, node)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE zone_change (
    change_id INTEGER PRIMARY KEY, -- order of the changes
    session_id INTEGER NOT NULL,   -- which session; it may be gone by now
    changed_us INTEGER NOT NULL,   -- when, by the hub's clock of that moment, UTC us
    uid INTEGER NOT NULL,          -- user of this machine who asked for it
    old_zone TEXT NOT NULL,        -- IANA zone before
    new_zone TEXT NOT NULL         -- and after
) STRICT;
CREATE INDEX anchor_by_quality ON anchor (log_key, device_boot, quality, t_ms);
CREATE INDEX anchor_unsynced ON anchor (hub_boot_key) WHERE quality < 2;
CREATE INDEX assignment_by_person ON assignment (person_id, log_key, seq);
CREATE INDEX assignment_by_seq ON assignment (log_key, seq);
CREATE INDEX edit_by_seq ON edit (log_key, device_boot, first_seq);
CREATE INDEX gap_unfilled ON gap (log_key, first_seq) WHERE filled_us IS NULL;
CREATE INDEX handout_by_device ON handout (device_id, from_us);
CREATE INDEX handout_by_end ON handout (device_id, to_us);
CREATE INDEX handout_by_person ON handout (person_id);
CREATE INDEX plan_by_person ON plan (person_id);
CREATE INDEX session_by_device ON session (device_id, start_utc_us, session_id);
CREATE INDEX session_by_seq ON session (log_key, first_seq);
CREATE INDEX session_by_tick ON session (log_key, device_boot, first_t_ms);
CREATE INDEX session_by_time ON session (start_utc_us, session_id);
CREATE INDEX session_open ON session (log_key, device_boot) WHERE state = 0;
CREATE INDEX session_uncertain ON session (log_key) WHERE is_time_uncertain;
CREATE INDEX word_by_seq ON word (log_key, seq);
