-- Audit's own tables. Times are microseconds since 1970.
--
-- The log itself is `hash`: nothing there is altered or taken away, ever. `entry` and `salt` say what the log's
-- leaves stand for. Destroying a notification's salt takes its entries with it and leaves every hash in place, so
-- that the notification is erased and the log still proves all the others (promise 7).

-- Every hash of the Merkle tree (RFC 6962), leaves and complete subtrees, in the order in which they are made.
CREATE TABLE hash (
    position INTEGER NOT NULL PRIMARY KEY,                  -- dense, from 0: each record's leaf, then the subtrees it completes
    hash     BLOB    NOT NULL,                              -- SHA-256
    CONSTRAINT positions_count_from_zero CHECK (position >= 0),
    CONSTRAINT hash_is_sha256 CHECK (length(hash) = 32)
);

-- What makes a notification's leaves meaningless to whoever does not hold it.
CREATE TABLE salt (
    reference TEXT NOT NULL PRIMARY KEY,                    -- the notification, as its events name it
    salt      BLOB NOT NULL,                                -- 32 random bytes, the same for all entries of the notification
    CONSTRAINT salt_has_32_bytes CHECK (length(salt) = 32)
) WITHOUT ROWID;

-- What happened, one row for each event.
CREATE TABLE entry (
    position    INTEGER NOT NULL PRIMARY KEY,               -- place in the log, from 0
    leaf        INTEGER NOT NULL REFERENCES hash (position), -- where its leaf hash stands
    event_id    BLOB    NOT NULL,                           -- CloudEvents ce-id
    kind        TEXT    NOT NULL,                           -- CloudEvents ce-type
    source      TEXT    NOT NULL,                           -- CloudEvents ce-source: the service that said so
    reference   TEXT    NOT NULL                            -- CloudEvents ce-subject: the notification
                REFERENCES salt (reference) ON DELETE CASCADE,
    owner       TEXT    NOT NULL,                           -- DfE number of the authority whose notification it is
    occurred_at INTEGER NOT NULL,                           -- CloudEvents ce-time
    recorded_at INTEGER NOT NULL,                           -- when the log took it
    payload     BLOB    NOT NULL,                           -- the event (protobuf); coded facts, no identities
    CONSTRAINT entries_count_from_zero CHECK (position >= 0),
    CONSTRAINT one_entry_for_each_event UNIQUE (event_id)
);

CREATE INDEX entry_by_reference ON entry (reference);

-- SQLite knows no roles that may insert and read alone, so the tables themselves refuse the rest.
CREATE TRIGGER a_hash_is_never_altered BEFORE UPDATE ON hash
BEGIN SELECT RAISE(ABORT, 'a hash of the log is never altered'); END;

CREATE TRIGGER a_hash_is_never_taken_away BEFORE DELETE ON hash
BEGIN SELECT RAISE(ABORT, 'a hash of the log is never taken away'); END;

CREATE TRIGGER a_salt_is_never_altered BEFORE UPDATE ON salt
BEGIN SELECT RAISE(ABORT, 'a salt is destroyed with its notification, and never altered'); END;

CREATE TRIGGER an_entry_is_never_altered BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is erased with its notification, and never altered'); END;
