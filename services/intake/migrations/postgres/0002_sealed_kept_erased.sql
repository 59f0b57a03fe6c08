-- What is stored of identities and narrative is sealed from here on, under a key for each notification: revision.record,
-- revision.words and hand_over.words hold sealed bytes. What was held in clear before is sealed at the next start; its old pages
-- go with VACUUM FULL (deploy/README.md).

-- The key of each notification, wrapped by a key that the database never sees; or that it was destroyed.
CREATE TABLE notification_key (
    reference      TEXT   NOT NULL PRIMARY KEY REFERENCES notification (reference),
    wrapped        BYTEA,                                   -- the key, wrapped
    wrapped_under  TEXT,                                    -- the wrapping key's id
    erased_at      BIGINT,                                  -- when the key was destroyed
    erased_because BIGINT,                                  -- lapwing.notification.v1.ErasureReason
    erased_by      TEXT,                                    -- who did it, as their certificate names them
    CONSTRAINT a_key_is_there_or_destroyed CHECK (
        (wrapped IS NOT NULL AND wrapped_under IS NOT NULL
            AND erased_at IS NULL AND erased_because IS NULL AND erased_by IS NULL)
        OR (wrapped IS NULL AND wrapped_under IS NULL
            AND erased_at IS NOT NULL AND erased_because IS NOT NULL AND erased_by IS NOT NULL)),
    CONSTRAINT reason_is_known CHECK (erased_because BETWEEN 1 AND 4)
);

-- Who has read a notification's identities, and why. A row is written before the identities are told.
CREATE TABLE reading (
    reading   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- in the order of the readings: writers take turns
    reference TEXT   NOT NULL REFERENCES notification (reference),
    revision  BIGINT NOT NULL,                              -- the newest then
    reader    TEXT   NOT NULL,                              -- as their certificate names them
    purpose   BIGINT NOT NULL,                              -- lapwing.notification.v1.ReadingPurpose
    read_at   BIGINT NOT NULL,
    CONSTRAINT purpose_is_known CHECK (purpose BETWEEN 1 AND 5)
);

CREATE INDEX reading_of_notification ON reading (reference, reading);

-- What must not be erased. Released, the row goes; both are told to the log.
CREATE TABLE legal_hold (
    reference TEXT   NOT NULL PRIMARY KEY REFERENCES notification (reference),
    reason    BIGINT NOT NULL,                              -- lapwing.notification.v1.HoldReason
    placed_by TEXT   NOT NULL,                              -- as their certificate names them
    placed_at BIGINT NOT NULL,
    CONSTRAINT reason_is_known CHECK (reason BETWEEN 1 AND 4)
);

-- Panel members who stood aside from a case, as triage tells it: identities are not for them.
CREATE TABLE stood_aside (
    reference TEXT   NOT NULL,
    member    TEXT   NOT NULL,                              -- as their certificate names them
    stood_aside_at BIGINT,                                  -- when last, by triage's clock
    lifted_at BIGINT,                                       -- when that was lifted last; the later of the two counts
    PRIMARY KEY (reference, member)
);
