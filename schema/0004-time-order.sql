-- SPDX-FileCopyrightText: 2026 the knead authors
-- SPDX-License-Identifier: MIT

-- Storing a session must cost the same after five years as on the first day: what an anchor moves, and how good the clock of a boot
-- is, is found without a walk over all sessions and anchors of a log. The two short ones hold next to nothing.
CREATE INDEX anchor_by_quality ON anchor (log_key, device_boot, quality, t_ms);
CREATE INDEX session_by_tick ON session (log_key, device_boot, first_t_ms);
CREATE INDEX session_open ON session (log_key, device_boot) WHERE state = 0;
CREATE INDEX session_uncertain ON session (log_key) WHERE is_time_uncertain;

PRAGMA user_version = 4;
