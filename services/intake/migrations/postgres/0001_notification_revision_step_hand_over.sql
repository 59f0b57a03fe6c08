-- Intake's own tables: the columns are those of SQLite after its third migration. Times are microseconds since 1970; every
-- number is a BIGINT, as the queries bind them.

-- One notification: who sent it first, and who is responsible for it now.
CREATE TABLE notification (
    reference        TEXT   NOT NULL PRIMARY KEY,           -- as printed, such as LW-7K4-MXP-2R9
    first_authority  TEXT   NOT NULL,                       -- DfE number of the authority that sent it first
    sender_reference TEXT   NOT NULL,                       -- that authority's own reference
    authority        TEXT   NOT NULL,                       -- DfE number of the notifier now; another one after a hand-over
    -- Promise 3: this key answers with the same receipt, for ever.
    CONSTRAINT one_notification_for_each_submission UNIQUE (first_authority, sender_reference)
);

-- Its lineage: every revision that was ever held, in whatever order they came. Nothing is overwritten. The only table
-- of Lapwing with identities (promise 6).
--
--   submitted (1) ──▶ amended ──▶ … ──▶ withdrawn ──▶ amended: brought back
--                        │
--                        └──▶ handed over (by the accepting authority) ──▶ amended by that authority ──▶ …
--
-- The highest number held is the one that counts.
CREATE TABLE revision (
    reference   TEXT   NOT NULL REFERENCES notification (reference),
    number      BIGINT NOT NULL,                            -- from 1; there may be gaps
    kind        BIGINT NOT NULL,                            -- lapwing.notification.v1.RevisionKind
    authority   TEXT   NOT NULL,                            -- DfE number of the authority that sent it
    fingerprint BYTEA  NOT NULL,                            -- SHA-256 of the record, or of the withdrawal
    record      BYTEA,                                      -- the notification as sent (protobuf), with identities
    reason      BIGINT,                                     -- of a withdrawal: lapwing.notification.v1.WithdrawalReason
    words       BYTEA,                                      -- of a withdrawal: the same in the sender's words (UTF-8). Not
                                                            -- TEXT, which has no NUL character: the words may
    signed_note TEXT   NOT NULL,                            -- the receipt as signed
    received_at BIGINT NOT NULL,
    follows     BIGINT NOT NULL,                            -- the highest revision held when it came; 0 for the first one
    PRIMARY KEY (reference, number),
    CONSTRAINT fingerprint_is_sha256 CHECK (octet_length(fingerprint) = 32),
    CONSTRAINT revisions_count_from_one CHECK (number >= 1),
    CONSTRAINT kind_is_known CHECK (kind BETWEEN 1 AND 4),
    CONSTRAINT the_first_is_submitted_and_no_other CHECK ((number = 1) = (kind = 1)),
    CONSTRAINT a_withdrawal_has_a_reason_and_anything_else_a_record
        CHECK ((kind = 3 AND record IS NULL AND reason IS NOT NULL AND words IS NOT NULL)
            OR (kind <> 3 AND record IS NOT NULL AND reason IS NULL AND words IS NULL))
);

-- A row of about 2 KB sits on the threshold at which PostgreSQL compresses and moves columns out: kept in line, nearly half
-- more are committed in the same time.
ALTER TABLE revision SET (toast_tuple_target = 8160);

-- How far each revision has come: intake's read model of what the other services say.
--
--   received ──▶ assessed ──▶ queued ──▶ acknowledged
--
-- The first step is the revision's own row. A step is written once, but a revision may be queued anew, such as in
-- another lane after a hand-over was declined: then the later telling stands. Steps may be heard in any order, and a late
-- one about an older revision stands beside those of a newer one.
CREATE TABLE step (
    reference TEXT   NOT NULL,
    revision  BIGINT NOT NULL,                              -- the revision that it is about
    stage     BIGINT NOT NULL,                              -- lapwing.notification.v1.Stage
    at        BIGINT NOT NULL,                              -- when it was taken last
    first_at  BIGINT NOT NULL,                              -- when it was taken first
    detail    BYTEA  NOT NULL,                              -- the event that said so (protobuf), coded facts alone
    PRIMARY KEY (reference, revision, stage),
    FOREIGN KEY (reference, revision) REFERENCES revision (reference, number),
    CONSTRAINT stage_is_heard_from_others CHECK (stage BETWEEN 2 AND 4)
);

-- Passing a notification to the authority with which the duty rests (Children Act 2004 s.16C(1)(a)).
--
--   offered ──▶ accepted: a revision of kind handed over makes the notification the other authority's
--      │──────▶ declined: it stays the sender's, and a person decides
--      └──────▶ lapsed:   a newer revision is found otherwise, or withdraws
--
-- An offer stands on the finding of one revision. Where the finding of a newer one says the same, the open offer stands
-- on that one. After an end, a newer revision that is found so is offered anew, in a row of its own.
CREATE TABLE hand_over (
    offer            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- in the order of the offers: writers take turns
    reference        TEXT   NOT NULL REFERENCES notification (reference),
    revision         BIGINT NOT NULL,                       -- the revision on whose finding it stands
    from_authority   TEXT   NOT NULL,                       -- DfE number of the notifier then
    to_authority     TEXT   NOT NULL,                       -- DfE number of the authority with the duty
    state            BIGINT NOT NULL,                       -- lapwing.notification.v1.HandOverState
    offered_at       BIGINT NOT NULL,
    answered_at      BIGINT,                                -- when it was accepted or declined
    accepted_as      BIGINT,                                -- where accepted: the revision that this made
    declined_because BIGINT,                                -- where declined: lapwing.notification.v1.DeclineReason
    words            BYTEA,                                 -- where declined: the same in words (UTF-8), as in revision
    CONSTRAINT nobody_asks_itself CHECK (from_authority <> to_authority),
    CONSTRAINT state_is_known CHECK (state BETWEEN 1 AND 4),
    CONSTRAINT an_answer_has_a_time CHECK ((state IN (2, 3)) = (answered_at IS NOT NULL)),
    CONSTRAINT accepted_makes_a_revision CHECK ((state = 2) = (accepted_as IS NOT NULL)),
    CONSTRAINT declined_says_why CHECK ((state = 3) = (declined_because IS NOT NULL AND words IS NOT NULL))
);

CREATE UNIQUE INDEX one_open_offer ON hand_over (reference) WHERE state = 1;
CREATE INDEX hand_over_of_notification ON hand_over (reference, offer);
CREATE INDEX hand_over_to ON hand_over (to_authority, state);
CREATE INDEX hand_over_from ON hand_over (from_authority, state);
