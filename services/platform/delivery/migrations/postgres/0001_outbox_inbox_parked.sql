-- The tables that every service has besides its own. Times are microseconds since 1970; every number is a BIGINT, as the
-- queries bind them. The columns are those of SQLite after its second migration.

-- Events that a transaction of this service has committed and that the broker does not hold yet.
CREATE TABLE outbox (
    sequence    BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order of commits: writers take turns
    event_id    UUID    NOT NULL UNIQUE,                    -- CloudEvents ce-id
    kind        TEXT    NOT NULL,                           -- CloudEvents ce-type
    source      TEXT    NOT NULL,                           -- CloudEvents ce-source: the service
    subject     TEXT    NOT NULL,                           -- CloudEvents ce-subject: the reference
    owner       TEXT    NOT NULL,                           -- the authority whose notification it is about
    occurred_at BIGINT  NOT NULL,                           -- CloudEvents ce-time
    traceparent TEXT,                                       -- W3C trace context of whoever caused it
    tracestate  TEXT,
    payload     BYTEA   NOT NULL,                           -- protobuf of the event; coded facts, no identities
    routing_key TEXT    NOT NULL,                           -- where receivers choose by more than the kind; else empty
    urgent      BOOLEAN NOT NULL,                           -- whether it may overtake others
    queue       TEXT                                        -- where it goes to one queue alone: a retry
);

-- Rows come and go with every event: the table stays small where it is cleaned often, and payloads of some kilobytes are
-- read at once with their row.
ALTER TABLE outbox SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0,
    toast_tuple_target = 8160
);

-- Events whose effect this service has committed: a second delivery has none.
CREATE TABLE inbox (
    event_id    UUID    NOT NULL PRIMARY KEY,
    received_at BIGINT  NOT NULL
);

-- Events that this service could not handle, kept with the reason until a person decides.
CREATE TABLE parked (
    event_id    UUID    NOT NULL PRIMARY KEY,
    queue       TEXT    NOT NULL,                           -- the queue on which it arrived
    reason      TEXT    NOT NULL,                           -- why it could not be handled; never its content
    parked_at   BIGINT  NOT NULL,
    kind        TEXT    NOT NULL,                           -- from here on as in the outbox, so that it can be retried
    source      TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    owner       TEXT    NOT NULL,
    occurred_at BIGINT  NOT NULL,
    traceparent TEXT,
    tracestate  TEXT,
    payload     BYTEA   NOT NULL
);

-- Parked events are listed, and taken up again, oldest first; their payloads are not read for that.
CREATE INDEX parked_in_order ON parked (parked_at, event_id);
