-- SPDX-FileCopyrightText: 2026 the knead authors
-- SPDX-License-Identifier: MIT

-- A clinic hands out forty massagers for years, and asks for one person at a time: what is theirs is found without reading what is
-- everybody's.
CREATE INDEX assignment_by_person ON assignment (person_id, log_key, seq);
CREATE INDEX handout_by_person ON handout (person_id);
CREATE INDEX plan_by_person ON plan (person_id);
-- who has each now, and who gave it back last
CREATE INDEX handout_by_end ON handout (device_id, to_us);
PRAGMA user_version = 5;
