-- Triage's own tables. Times are microseconds since 1970; days are ISO 8601 civil dates. Nothing here names a child.

-- The cases, and where each stands on the panel's queue.
--
--               take                          acknowledge with that lease
--   waiting ───────────▶ leased (lease, by, until) ───────────▶ acknowledged (lease, by, at)
--      ▲                      │
--      └──────────────────────┘  the time comes that it was leased until
--
-- The way back takes no write: a lease whose time has come is no longer held, and the next taker writes its own
-- over it. Until then the old lease may still acknowledge: the work was done, and nobody else had the case.
CREATE TABLE panel_case (
    reference        TEXT    NOT NULL PRIMARY KEY,          -- as printed, such as LW-7K4-MXP-2R9
    revision         INTEGER NOT NULL,                      -- the notification's revision, from 1
    authority        TEXT    NOT NULL,                      -- DfE number of the notifier
    outcome          INTEGER NOT NULL,                      -- lapwing.notification.v1.Outcome of the incident
    provision        TEXT    NOT NULL,                      -- the provision that the finding relied on
    children         INTEGER NOT NULL,                      -- how many children the notification concerns
    lane             INTEGER NOT NULL,                      -- lapwing.notification.v1.Lane: 1 decision, 2 information
    priority         INTEGER NOT NULL,                      -- 1 urgent, 2 standard: in the order in which it is worked
    queued_at        INTEGER NOT NULL,                      -- when the case was opened
    policy_hash      TEXT    NOT NULL,                      -- SHA-256 of the policy of its clocks, in hexadecimal
    lease_id         BLOB,                                  -- the newest lease; stays once acknowledged
    leased_by        TEXT,                                  -- the caller who took it, such as lapwing://panel/secretariat
    leased_until     INTEGER,                               -- from then on the lease holds no longer
    acknowledged_by  TEXT,                                  -- the caller who acknowledged it
    acknowledged_at  INTEGER,                               -- when
    traceparent      TEXT,                                  -- W3C trace context under which it was queued: what is
    tracestate       TEXT,                                  --   told later joins the notification's trace
    assessed         BLOB    NOT NULL,                      -- notification.assessed.v1 as it was heard (protobuf)
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

-- The order in which a lane is worked: urgent first, then first come first, then by reference.
CREATE INDEX working_order ON panel_case (lane, priority, queued_at, reference) WHERE acknowledged_at IS NULL;
-- The same with what the panel has acknowledged.
CREATE INDEX whole_order ON panel_case (lane, priority, queued_at, reference);

-- The clocks of a case, as they stood when it was opened.
CREATE TABLE clock (
    reference      TEXT    NOT NULL REFERENCES panel_case (reference),
    kind           INTEGER NOT NULL,                        -- lapwing.notification.v1.ClockKind
    working_days   INTEGER NOT NULL,                        -- its length (England and Wales)
    anchor         TEXT    NOT NULL,                        -- what the first day follows, as the policy words it
    anchor_on      TEXT,                                    -- that day; absent where it is not known
    due_on         TEXT,                                    -- absent where it cannot be computed
    late           INTEGER NOT NULL,                        -- 1 where the notification came after due_on
    explanation    TEXT    NOT NULL,                        -- how the day came about, or why there is none
    policy_edition TEXT    NOT NULL,                        -- the edition that set length and anchor
    PRIMARY KEY (reference, kind),
    CONSTRAINT kind_is_known CHECK (kind IN (1, 2)),
    CONSTRAINT nothing_is_due_without_an_anchor CHECK (due_on IS NULL OR anchor_on IS NOT NULL),
    CONSTRAINT nothing_is_late_without_a_due_day CHECK (late = 0 OR (late = 1 AND due_on IS NOT NULL))
) WITHOUT ROWID;

-- Why a case is in its lane, with its priority.
CREATE TABLE reason (
    reference TEXT    NOT NULL REFERENCES panel_case (reference),
    position  INTEGER NOT NULL,                             -- from 1: the lane's reason comes first
    code      TEXT    NOT NULL,                             -- stable, such as DUTY_IN_AREA
    text      TEXT    NOT NULL,                             -- the reason as a sentence
    source    TEXT    NOT NULL,                             -- the provision, guidance or rule it rests on
    facts     TEXT    NOT NULL,                             -- paths of the coded facts it rests on, one a line
    PRIMARY KEY (reference, position),
    CONSTRAINT positions_count_from_one CHECK (position >= 1)
) WITHOUT ROWID;
