-- Intake's own tables. Times are microseconds since 1970.

-- What authorities have sent. The only table of Lapwing with identities (promise 6).
CREATE TABLE notification (
    reference        TEXT    NOT NULL PRIMARY KEY,          -- as printed, such as LW-7K4-MXP-2R9
    authority        TEXT    NOT NULL,                      -- DfE number of the notifier
    sender_reference TEXT    NOT NULL,                      -- the sender's own reference
    revision         INTEGER NOT NULL,                      -- from 1
    fingerprint      BLOB    NOT NULL,                      -- SHA-256 of the record's canonical encoding
    record           BLOB    NOT NULL,                      -- the notification as sent (protobuf), with identities
    signed_note      TEXT    NOT NULL,                      -- the receipt as signed
    received_at      INTEGER NOT NULL,
    CONSTRAINT fingerprint_is_sha256 CHECK (length(fingerprint) = 32),
    CONSTRAINT revisions_count_from_one CHECK (revision >= 1),
    -- Promise 3: this key answers with the same receipt, for ever.
    CONSTRAINT one_receipt_for_each_submission UNIQUE (authority, sender_reference, revision)
);

-- How far each notification has come: intake's read model of what the other services say.
--
--   received ──▶ assessed ──▶ queued ──▶ acknowledged
--
-- The first step is the notification's own row. A step is written once; steps may be heard in any order.
CREATE TABLE step (
    reference TEXT    NOT NULL REFERENCES notification (reference),
    stage     INTEGER NOT NULL,                             -- lapwing.notification.v1.Stage
    at        INTEGER NOT NULL,
    detail    BLOB    NOT NULL,                             -- the event that said so (protobuf), coded facts alone
    PRIMARY KEY (reference, stage),
    CONSTRAINT stage_is_heard_from_others CHECK (stage BETWEEN 2 AND 4)
) WITHOUT ROWID;
