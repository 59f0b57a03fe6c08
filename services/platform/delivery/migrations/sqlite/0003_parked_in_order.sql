-- Parked events are listed, and taken up again, oldest first; their payloads are not read for that.
CREATE INDEX parked_in_order ON parked (parked_at, event_id);
