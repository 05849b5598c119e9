-- SPDX-FileCopyrightText: 2026 the knead authors
-- SPDX-License-Identifier: MIT

-- Times of which records were lost here, because a database was damaged and set aside.
CREATE TABLE loss (
    loss_id INTEGER PRIMARY KEY, -- order of noting
    from_us INTEGER NOT NULL,    -- of nothing that happened before this was anything lost, UTC us; 0 not known
    to_us INTEGER NOT NULL,      -- when it was found, UTC us: what came later is here
    file TEXT NOT NULL,          -- the damaged database: its name beside this one
    mended_us INTEGER            -- when all that was in it was brought back, UTC us; NULL not
) STRICT;

PRAGMA user_version = 4;
