-- A revision may be queued, and acknowledged, anew: `at` is when it was last, and this column when it was first. By it an
-- acknowledgement of the first queueing is known to be of this revision, also where it is heard after the second one.
-- Times are microseconds since 1970.
ALTER TABLE step ADD COLUMN first_at INTEGER NOT NULL DEFAULT 0;

UPDATE step SET first_at = at;
