-- The tables that every service has besides its own. Times are microseconds since 1970.

-- Events that a transaction of this service has committed and that not every receiver holds yet.
CREATE TABLE outbox (
    sequence    INTEGER PRIMARY KEY AUTOINCREMENT,          -- the order of commits: SQLite has one writer
    event_id    BLOB    NOT NULL UNIQUE,                    -- CloudEvents ce-id
    kind        TEXT    NOT NULL,                           -- CloudEvents ce-type, and the routing key
    source      TEXT    NOT NULL,                           -- CloudEvents ce-source: the service
    subject     TEXT    NOT NULL,                           -- CloudEvents ce-subject: the reference
    owner       TEXT    NOT NULL,                           -- the authority whose notification it is about
    occurred_at INTEGER NOT NULL,                           -- CloudEvents ce-time
    traceparent TEXT,                                       -- W3C trace context of whoever caused it
    tracestate  TEXT,
    payload     BLOB    NOT NULL                            -- protobuf of the event; coded facts, no identities
);

-- Events whose effect this service has committed: a second delivery has none.
CREATE TABLE inbox (
    event_id    BLOB    NOT NULL PRIMARY KEY,
    received_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Events that this service could not handle, kept with the reason until a person decides.
CREATE TABLE parked (
    event_id    BLOB    NOT NULL PRIMARY KEY,
    queue       TEXT    NOT NULL,                           -- the queue on which it arrived
    reason      TEXT    NOT NULL,                           -- why it could not be handled; never its content
    parked_at   INTEGER NOT NULL,
    kind        TEXT    NOT NULL,                           -- from here on as in the outbox, so that it can be retried
    source      TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    owner       TEXT    NOT NULL,
    occurred_at INTEGER NOT NULL,
    traceparent TEXT,
    tracestate  TEXT,
    payload     BLOB    NOT NULL
) WITHOUT ROWID;
