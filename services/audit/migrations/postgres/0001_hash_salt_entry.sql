-- Audit's own tables. Times are microseconds since 1970; every number is a BIGINT, as the queries bind them. The columns are
-- those of SQLite after its first migration.
--
-- The log itself is `hash`: nothing there is altered or taken away, ever. `entry` and `salt` say what the log's
-- leaves stand for. Destroying a notification's salt takes its entries with it and leaves every hash in place, so
-- that the notification is erased and the log still proves all the others (promise 7).

-- Every hash of the Merkle tree (RFC 6962), leaves and complete subtrees, in the order in which they are made.
CREATE TABLE hash (
    position BIGINT NOT NULL PRIMARY KEY,                   -- dense, from 0: each record's leaf, then the subtrees it completes
    hash     BYTEA  NOT NULL,                               -- SHA-256
    CONSTRAINT positions_count_from_zero CHECK (position >= 0),
    CONSTRAINT hash_is_sha256 CHECK (octet_length(hash) = 32)
);

-- What makes a notification's leaves meaningless to whoever does not hold it.
CREATE TABLE salt (
    reference TEXT  NOT NULL PRIMARY KEY,                   -- the notification, as its events name it
    salt      BYTEA NOT NULL,                               -- 32 random bytes, the same for all entries of the notification
    CONSTRAINT salt_has_32_bytes CHECK (octet_length(salt) = 32)
);

-- What happened, one row for each event.
CREATE TABLE entry (
    position    BIGINT  NOT NULL PRIMARY KEY,               -- place in the log, from 0
    leaf        BIGINT  NOT NULL REFERENCES hash (position), -- where its leaf hash stands
    event_id    UUID    NOT NULL,                           -- CloudEvents ce-id
    kind        TEXT    NOT NULL,                           -- CloudEvents ce-type
    source      TEXT    NOT NULL,                           -- CloudEvents ce-source: the service that said so
    reference   TEXT    NOT NULL                            -- CloudEvents ce-subject: the notification
                REFERENCES salt (reference) ON DELETE CASCADE,
    owner       TEXT    NOT NULL,                           -- DfE number of the authority whose notification it is
    occurred_at BIGINT  NOT NULL,                           -- CloudEvents ce-time
    recorded_at BIGINT  NOT NULL,                           -- when the log took it, by the clock of the replica that did
    payload     BYTEA   NOT NULL,                           -- the event (protobuf); coded facts, no identities
    CONSTRAINT entries_count_from_zero CHECK (position >= 0),
    CONSTRAINT one_entry_for_each_event UNIQUE (event_id)
);

-- A timeline in the order of the log; also what an erasure takes.
CREATE INDEX entry_by_reference ON entry (reference, position);

-- The role of audit may read and add alone (deploy/postgres/grants.sql). The owner of the tables, who may do more, is
-- refused by the tables themselves, as SQLite refuses whoever can write the file.
CREATE FUNCTION refuse_to_alter_the_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER a_hash_is_never_altered BEFORE UPDATE ON hash
    EXECUTE FUNCTION refuse_to_alter_the_log('a hash of the log is never altered');

CREATE TRIGGER a_hash_is_never_taken_away BEFORE DELETE OR TRUNCATE ON hash
    EXECUTE FUNCTION refuse_to_alter_the_log('a hash of the log is never taken away');

CREATE TRIGGER a_salt_is_never_altered BEFORE UPDATE ON salt
    EXECUTE FUNCTION refuse_to_alter_the_log('a salt is destroyed with its notification, and never altered');

CREATE TRIGGER an_entry_is_never_altered BEFORE UPDATE ON entry
    EXECUTE FUNCTION refuse_to_alter_the_log('an entry is erased with its notification, and never altered');
