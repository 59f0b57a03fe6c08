-- How an event travels: what a broker needs to know besides the event itself.

ALTER TABLE outbox ADD COLUMN routing_key TEXT NOT NULL DEFAULT '';     -- where receivers choose by more than the kind; else empty
ALTER TABLE outbox ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;        -- whether it may overtake others
ALTER TABLE outbox ADD COLUMN queue TEXT;                               -- where it goes to one queue alone: a retry
