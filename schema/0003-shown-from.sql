-- SPDX-FileCopyrightText: 2026 the knead authors
-- SPDX-License-Identifier: MIT

-- A massager may come with sessions of somebody else: they are kept, because nothing is thrown away unasked, but not shown.
-- (The comment stands inside the statement, where the database keeps it.)
ALTER TABLE device ADD COLUMN shown_from_us INTEGER -- sessions that began before are not shown, UTC us; 0 all are
    NOT NULL DEFAULT 0;

PRAGMA user_version = 3;
