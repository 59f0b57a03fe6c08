-- Triage's own tables: those of SQLite after its third migration. Times are microseconds since 1970, every number is a
-- BIGINT, as the queries bind them; days are ISO 8601 civil dates. Nothing here names a child: tokens are keyed hashes
-- whose key never leaves intake.
--
-- What is compared or sorted is COLLATE "C": a place in the order of a lane, a day and a pair of references compare byte
-- by byte, as the domain does and SQLite, whatever the database's own collation is.

-- The cases, and where each stands on the panel's queue. A case is made anew by each revision that takes effect:
--
--                 take                       acknowledge with that lease
--   waiting ─────────────▶ leased ───────────────────────────▶ acknowledged
--      ▲                      │                                      │
--      ├──────────────────────┘ the time comes that it was leased    │
--      │                        until                                │
--      └─────────────────────────────────────────────────────────────┘
--         from both: a higher revision, a withdrawal, a declined hand-over: the lease is void (void_lease)
--
-- The way back from a lease whose time has come takes no write: it is no longer held, and the next taker writes its own
-- over it. Until then the old lease may still acknowledge: the work was done, and nobody else had the case.
CREATE TABLE panel_case (
    reference        TEXT    COLLATE "C" NOT NULL PRIMARY KEY, -- as printed, such as LW-7K4-MXP-2R9
    revision         BIGINT  NOT NULL,                      -- the notification's revision, from 1
    authority        TEXT    NOT NULL,                      -- DfE number of the notifier
    outcome          BIGINT  NOT NULL,                      -- lapwing.notification.v1.Outcome of the incident
    provision        TEXT    NOT NULL,                      -- the provision that the finding relied on
    children         BIGINT  NOT NULL,                      -- how many children the notification concerns
    lane             BIGINT  NOT NULL,                      -- lapwing.notification.v1.Lane: 1 decision, 2 information
    priority         BIGINT  NOT NULL,                      -- 1 urgent, 2 standard: in the order in which it is worked
    queued_at        BIGINT  NOT NULL,                      -- when the case was opened
    policy_hash      TEXT    NOT NULL,                      -- SHA-256 of the policy of its clocks, in hexadecimal
    lease_id         UUID,                                  -- the newest lease; stays once acknowledged
    leased_by        TEXT,                                  -- the caller who took it, such as lapwing://panel/secretariat
    leased_until     BIGINT,                                -- from then on the lease holds no longer
    acknowledged_by  TEXT,                                  -- the caller who acknowledged it
    acknowledged_at  BIGINT,                                -- when
    traceparent      TEXT,                                  -- W3C trace context under which it was taken up last: what
    tracestate       TEXT,                                  --   is told later joins the notification's trace
    assessed         BYTEA   NOT NULL,                      -- notification.assessed.v1 as it was heard (protobuf)
    withdrawn        BOOLEAN NOT NULL,                      -- whether the notification was withdrawn
    taken_up_on      TEXT    NOT NULL,                      -- the day, in London, on which the news that it rests on was
                                                            --   taken up
    review_due       TEXT    COLLATE "C" NOT NULL,          -- the rapid review's due day; 'none', which sorts after every
                                                            --   day
    indicators       BIGINT  NOT NULL,                      -- how many are present
    clusters         BIGINT  NOT NULL,                      -- how many clusters it is in
    CONSTRAINT revisions_count_from_one CHECK (revision >= 1),
    CONSTRAINT outcome_is_known CHECK (outcome BETWEEN 1 AND 7),
    CONSTRAINT every_case_is_in_one_of_two_lanes CHECK (lane IN (1, 2)),
    CONSTRAINT priority_is_known CHECK (priority IN (1, 2)),
    CONSTRAINT policy_hash_is_sha256 CHECK (length(policy_hash) = 64),
    CONSTRAINT a_lease_is_whole
        CHECK ((lease_id IS NULL) = (leased_by IS NULL) AND (lease_id IS NULL) = (leased_until IS NULL)),
    CONSTRAINT an_acknowledgement_is_whole CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL)),
    CONSTRAINT only_a_lease_acknowledges CHECK (acknowledged_at IS NULL OR lease_id IS NOT NULL)
);

-- The order in which a lane is worked: urgent first, then the earlier due rapid review, then more indicators, then
-- first come first, then by reference.
CREATE INDEX working_order ON panel_case (lane, priority, review_due, (-indicators), queued_at, reference)
    WHERE acknowledged_at IS NULL;
-- The same with what the panel has acknowledged.
CREATE INDEX whole_order ON panel_case (lane, priority, review_due, (-indicators), queued_at, reference);

-- The clocks of a case, as they stood when it was made last.
CREATE TABLE clock (
    reference         TEXT    COLLATE "C" NOT NULL REFERENCES panel_case (reference),
    kind              BIGINT  NOT NULL,                     -- lapwing.notification.v1.ClockKind
    working_days      BIGINT  NOT NULL,                     -- its length (England and Wales); 0 where in months
    months            BIGINT  NOT NULL,                     -- its length; 0 where in working days
    anchor            TEXT    NOT NULL,                     -- what the first day follows, as the policy words it
    anchor_on         TEXT,                                 -- that day; absent where it is not known
    due_on            TEXT,                                 -- absent where it cannot be computed, or runs no more
    late              BOOLEAN NOT NULL,                     -- whether the notification came after due_on
    late_reason_given BOOLEAN NOT NULL,                     -- whether it is late and the authority has said why
    explanation       TEXT    NOT NULL,                     -- how the day came about, or why there is none
    other_reading     TEXT    NOT NULL,                     -- the day by the other anchor, as a sentence; or empty
    policy_edition    TEXT    NOT NULL,                     -- the edition that set length and anchor
    PRIMARY KEY (reference, kind),
    CONSTRAINT kind_is_known CHECK (kind IN (1, 2, 3)),
    CONSTRAINT counted_in_days_or_months CHECK ((working_days = 0) <> (months = 0)),
    CONSTRAINT nothing_is_due_without_an_anchor CHECK (due_on IS NULL OR anchor_on IS NOT NULL),
    CONSTRAINT nothing_is_late_without_a_due_day CHECK (NOT late OR due_on IS NOT NULL),
    CONSTRAINT only_the_late_say_why CHECK (NOT late_reason_given OR late)
);

-- Why a case is in its lane, with its priority.
CREATE TABLE reason (
    reference TEXT   COLLATE "C" NOT NULL REFERENCES panel_case (reference),
    position  BIGINT NOT NULL,                              -- from 1: the lane's reason comes first
    code      TEXT   NOT NULL,                              -- stable, such as DUTY_IN_AREA
    text      TEXT   NOT NULL,                              -- the reason as a sentence
    source    TEXT   NOT NULL,                              -- the provision, guidance or rule it rests on
    facts     TEXT   NOT NULL,                              -- paths of the coded facts it rests on, one a line
    PRIMARY KEY (reference, position),
    CONSTRAINT positions_count_from_one CHECK (position >= 1)
);

-- The indicators that are present in a case: they oblige nothing.
CREATE TABLE indicator (
    reference TEXT   COLLATE "C" NOT NULL REFERENCES panel_case (reference),
    position  BIGINT NOT NULL,                              -- from 1, in the order of the policy
    code      TEXT   NOT NULL,                              -- stable, such as CHILD_IN_CARE
    text      TEXT   NOT NULL,                              -- the indicator as a sentence
    source    TEXT   NOT NULL,                              -- the guidance it comes from
    facts     TEXT   NOT NULL,                              -- paths of the coded facts it rests on, one a line
    PRIMARY KEY (reference, position),
    CONSTRAINT positions_count_from_one CHECK (position >= 1)
);

-- Every revision that was taken up. A withdrawal may come before the case is opened, so there may be no case yet.
CREATE TABLE case_revision (
    reference TEXT    COLLATE "C" NOT NULL,                 -- the notification
    revision  BIGINT  NOT NULL,                             -- its number, from 1
    outcome   BIGINT,                                       -- lapwing.notification.v1.Outcome; absent for a withdrawal
                                                            --   that came before any finding
    lane      BIGINT  NOT NULL,                             -- lapwing.notification.v1.Lane that it led to
    priority  BIGINT  NOT NULL,                             -- 1 urgent, 2 standard
    at        BIGINT  NOT NULL,                             -- when it was taken up
    came_late BOOLEAN NOT NULL,                             -- whether a newer one had been taken up before
    withdraws BOOLEAN NOT NULL,                             -- whether it withdraws the notification
    PRIMARY KEY (reference, revision),
    CONSTRAINT revisions_count_from_one CHECK (revision >= 1),
    CONSTRAINT outcome_is_known CHECK (outcome IS NULL OR outcome BETWEEN 1 AND 7),
    CONSTRAINT only_a_withdrawal_finds_nothing CHECK (outcome IS NOT NULL OR withdraws),
    CONSTRAINT lane_is_known CHECK (lane IN (1, 2)),
    CONSTRAINT priority_is_known CHECK (priority IN (1, 2))
);

-- The highest revision that withdraws a notification; it counts while no higher one has been judged. It may come
-- before the case is opened.
CREATE TABLE withdrawal (
    reference   TEXT   COLLATE "C" NOT NULL PRIMARY KEY,    -- the notification
    revision    BIGINT NOT NULL,                            -- the revision that withdraws it
    reason      BIGINT NOT NULL,                            -- lapwing.notification.v1.WithdrawalReason
    received_on TEXT   NOT NULL,                            -- the day, in London, on which intake received it
    CONSTRAINT revisions_count_from_one CHECK (revision >= 1),
    CONSTRAINT reason_is_known CHECK (reason BETWEEN 1 AND 4)
);

-- The declined hand-over of the highest revision; it counts while that revision's finding does. It may come before it.
CREATE TABLE declined_hand_over (
    reference TEXT   COLLATE "C" NOT NULL PRIMARY KEY,      -- the notification
    revision  BIGINT NOT NULL,                              -- the revision on whose finding it was offered
    authority TEXT   NOT NULL,                              -- DfE number of the authority that declined
    reason    BIGINT NOT NULL,                              -- lapwing.notification.v1.DeclineReason
    CONSTRAINT revisions_count_from_one CHECK (revision >= 1),
    CONSTRAINT reason_is_known CHECK (reason BETWEEN 1 AND 3)
);

-- The day on which an authority notified: that of its first revision. Amending does not notify anew; taking over does.
CREATE TABLE notified (
    reference   TEXT COLLATE "C" NOT NULL,                  -- the notification
    authority   TEXT NOT NULL,                              -- DfE number
    received_on TEXT NOT NULL,                              -- the day, in London
    PRIMARY KEY (reference, authority)
);

-- Leases that a change of their case has made void: whoever gives one back is told so.
CREATE TABLE void_lease (
    lease_id  UUID   NOT NULL PRIMARY KEY,                  -- the lease
    reference TEXT   COLLATE "C" NOT NULL REFERENCES panel_case (reference),
    revision  BIGINT NOT NULL,                              -- the revision at which the case has stood since
    voided_at BIGINT NOT NULL                               -- when
);
CREATE INDEX void_lease_of_case ON void_lease (reference);

-- What DfE and Ofsted were told. Rows are added, never changed.
CREATE TABLE notice (
    sequence  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- in the order of telling: writers take turns
    recipient BIGINT NOT NULL,                              -- lapwing.triage.v1.Recipient: 2 DfE, 3 Ofsted
    reference TEXT   COLLATE "C" NOT NULL REFERENCES panel_case (reference),
    revision  BIGINT NOT NULL,                              -- the revision that it tells of
    told      BYTEA  NOT NULL,                              -- lapwing.triage.v1.Notice as it was told (protobuf)
    CONSTRAINT recipient_is_told_by_notices CHECK (recipient IN (2, 3))
);
CREATE INDEX notice_of_recipient ON notice (recipient, sequence);
CREATE INDEX notice_of_case ON notice (reference, recipient, sequence);

-- What linking looks cases up by: one row for a case, replaced by each revision. A withdrawn case has none.
CREATE TABLE linkable (
    reference         TEXT    COLLATE "C" NOT NULL PRIMARY KEY REFERENCES panel_case (reference),
    authority         TEXT    COLLATE "C" NOT NULL,         -- DfE number of the notifier
    occurred_on       TEXT    COLLATE "C",                  -- the incident's day; absent where it is not known
    occurred_at       TEXT,                                 -- the time of day in London, such as 23:50
    dated_on          TEXT    COLLATE "C",                  -- the incident's day, or of becoming aware, or of receipt
    dated_by          TEXT,                                 -- the path of the fact that tells dated_on
    area              TEXT    COLLATE "C",                  -- DfE number of the authority of the area; or Wales, ...
    setting_urn       TEXT    COLLATE "C",                  -- Ofsted reference of the setting where it happened
    names_perpetrator BOOLEAN NOT NULL,                     -- whether a child harmed another child
    names_victim      BOOLEAN NOT NULL,                     -- whether a child died or was harmed
    CONSTRAINT a_dated_case_says_by_what CHECK ((dated_on IS NULL) = (dated_by IS NULL))
);

-- Two authorities on one day: the notifier is part of the key, so that one authority's many cases are passed over.
CREATE INDEX linkable_by_area ON linkable (area, occurred_on, authority)
    WHERE area IS NOT NULL AND occurred_on IS NOT NULL;
CREATE INDEX linkable_by_setting ON linkable (setting_urn, occurred_on, authority)
    WHERE setting_urn IS NOT NULL AND occurred_on IS NOT NULL;
-- Victim and perpetrator: perpetrators are few.
CREATE INDEX perpetrator_by_area ON linkable (area, occurred_on) WHERE names_perpetrator;
CREATE INDEX perpetrator_by_setting ON linkable (setting_urn, occurred_on) WHERE names_perpetrator;

-- The children of those cases.
CREATE TABLE linkable_child (
    reference       TEXT   COLLATE "C" NOT NULL REFERENCES linkable (reference),
    position        BIGINT NOT NULL,                        -- in the sender's order, from 0
    happened        BIGINT,                                 -- lapwing.notification.v1.Event: 1 death, 2 harm, 3 harmed
                                                            --   another child; absent where none of them is known
    years           BIGINT,                                 -- age on the day of the incident
    child_token     TEXT   COLLATE "C",                     -- equal for the same child
    household_token TEXT   COLLATE "C",                     -- equal for the same home
    dated_on        TEXT   COLLATE "C",                     -- as in linkable, so that a token is sought with its days
    PRIMARY KEY (reference, position),
    CONSTRAINT happened_is_known CHECK (happened IS NULL OR happened IN (1, 2, 3))
);

-- With the case, so that the nearest come first without sorting.
CREATE INDEX child_by_token ON linkable_child (child_token, dated_on, reference) WHERE child_token IS NOT NULL;
CREATE INDEX child_by_household ON linkable_child (household_token, dated_on, reference)
    WHERE household_token IS NOT NULL;

-- What stands between two cases, once for each pair. A proposal that corrected facts no longer bear out is deleted with
-- its reasons while nobody has decided; what a person decided stays.
--
--   coded facts ──▶ 1 proposed ──┬──▶ 2 same incident ◀──▶ 3 not a duplicate       a person, any number of times
--   nothing ─────────────────────┘
CREATE TABLE link (
    lower       TEXT   COLLATE "C" NOT NULL REFERENCES panel_case (reference), -- the one whose reference sorts first
    higher      TEXT   COLLATE "C" NOT NULL REFERENCES panel_case (reference), -- the other
    state       BIGINT NOT NULL,                            -- lapwing.triage.v1.LinkState: that of the last decision
    ground      BIGINT,                                     -- the strongest ground of the proposal: 1 same child, 2 same
                                                            --   household, 3 victim and perpetrator, 4 two authorities
    proposed_at BIGINT,                                     -- when it was proposed; absent where nothing proposed it
    PRIMARY KEY (lower, higher),
    CONSTRAINT a_pair_is_stored_once CHECK (lower < higher),
    CONSTRAINT state_is_known CHECK (state IN (1, 2, 3)),
    CONSTRAINT ground_is_known CHECK (ground IS NULL OR ground BETWEEN 1 AND 4),
    CONSTRAINT a_proposal_has_a_ground CHECK ((proposed_at IS NULL) = (ground IS NULL)),
    CONSTRAINT only_a_person_links_without_a_proposal CHECK (state <> 1 OR ground IS NOT NULL)
);

CREATE INDEX link_by_higher ON link (higher, state);

-- Why it was proposed.
CREATE TABLE link_reason (
    lower         TEXT   COLLATE "C" NOT NULL,
    higher        TEXT   COLLATE "C" NOT NULL,
    position      BIGINT NOT NULL,                          -- from 1: the strongest comes first
    code          TEXT   NOT NULL,                          -- stable, such as SAME_CHILD
    text          TEXT   NOT NULL,                          -- the reason as a sentence
    source        TEXT   NOT NULL,                          -- the rule it rests on
    lower_facts   TEXT   NOT NULL,                          -- paths in the notification of lower, one a line
    higher_facts  TEXT   NOT NULL,                          -- paths in the notification of higher, one a line
    PRIMARY KEY (lower, higher, position),
    FOREIGN KEY (lower, higher) REFERENCES link (lower, higher),
    CONSTRAINT positions_count_from_one CHECK (position >= 1)
);

-- What persons decided about the two. Rows are added, never changed.
CREATE TABLE link_decision (
    lower       TEXT   COLLATE "C" NOT NULL,
    higher      TEXT   COLLATE "C" NOT NULL,
    position    BIGINT NOT NULL,                            -- from 1: the last one counts
    state       BIGINT NOT NULL,                            -- lapwing.triage.v1.LinkState: 2 or 3
    decided_by  TEXT   NOT NULL,                            -- the caller, such as lapwing://panel/secretariat
    decided_at  BIGINT NOT NULL,                            -- when
    PRIMARY KEY (lower, higher, position),
    FOREIGN KEY (lower, higher) REFERENCES link (lower, higher),
    CONSTRAINT positions_count_from_one CHECK (position >= 1),
    CONSTRAINT a_decision_decides CHECK (state IN (2, 3))
);

-- What cases mention. Clusters are not stored: they follow from these rows alone, each under the rule of its own day.
CREATE TABLE cluster_mention (
    reference     TEXT   COLLATE "C" NOT NULL REFERENCES panel_case (reference),
    kind          BIGINT NOT NULL,                          -- lapwing.triage.v1.ClusterKind: 1 setting, 2 provider
    code          TEXT   COLLATE "C" NOT NULL,              -- its Ofsted reference; never a name
    authority     TEXT   NOT NULL,                          -- DfE number of the notifier
    dated_on      TEXT   COLLATE "C" NOT NULL,              -- the incident's day, or of becoming aware, or of receipt
    facts         TEXT   NOT NULL,                          -- paths of the facts that name it, one a line
    window_months BIGINT NOT NULL,                          -- the rule of the policy edition of dated_on: the window
    authorities   BIGINT NOT NULL,                          --   and how many authorities make a cluster
    PRIMARY KEY (reference, kind, code),
    CONSTRAINT kind_is_known CHECK (kind IN (1, 2)),
    CONSTRAINT a_window_has_a_length CHECK (window_months >= 1),
    CONSTRAINT authorities_are_counted_from_one CHECK (authorities >= 1)
);

-- With the case, so that the newest come first without sorting.
CREATE INDEX cluster_mention_by_code ON cluster_mention (kind, code, dated_on DESC, reference);
