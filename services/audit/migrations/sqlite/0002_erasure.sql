-- A notification that was erased has a salt again, for the entry that says so. Whatever else is heard of it from then on is
-- a leaf of the log and no entry: what was erased does not come back.
ALTER TABLE salt ADD COLUMN after_erasure INTEGER NOT NULL DEFAULT 0    -- 1 where it was drawn when the one before was destroyed
    CONSTRAINT after_erasure_is_yes_or_no CHECK (after_erasure IN (0, 1));
