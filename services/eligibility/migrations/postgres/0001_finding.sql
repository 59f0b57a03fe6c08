-- Eligibility's own table. Times are microseconds since 1970; every number is a BIGINT, as the queries bind them. The columns
-- are those of SQLite after its first migration.

-- What was found for each revision. Written once: a finding is never altered, a new revision gets its own.
CREATE TABLE finding (
    reference     TEXT    NOT NULL,                         -- as printed, such as LW-7K4-MXP-2R9
    revision      BIGINT  NOT NULL,                         -- from 1
    outcome       BIGINT  NOT NULL,                         -- lapwing.notification.v1.Outcome of the incident
    policy_hash   TEXT    NOT NULL,                         -- SHA-256 of the policy relied on, in hexadecimal
    assessment    BYTEA   NOT NULL,                         -- the finding (protobuf), coded facts alone
    found_at      BIGINT  NOT NULL,
    PRIMARY KEY (reference, revision),
    CONSTRAINT outcome_is_known CHECK (outcome BETWEEN 1 AND 7),
    CONSTRAINT revisions_count_from_one CHECK (revision >= 1)
);
