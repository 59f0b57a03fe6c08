-- Revisions, withdrawals and hand-overs; indicators; the order of the queue; what DfE and Ofsted were told. Times are
-- microseconds since 1970; days are ISO 8601 civil dates. Nothing here names a child.

-- A case is made anew by each revision that takes effect:
--
--                 take                       acknowledge with that lease
--   waiting ─────────────▶ leased ───────────────────────────▶ acknowledged
--      ▲                      │                                      │
--      └──────────────────────┴──────────────────────────────────────┘
--         a higher revision, a withdrawal, a declined hand-over: the lease is void (void_lease)
ALTER TABLE panel_case ADD COLUMN withdrawn   INTEGER NOT NULL DEFAULT 0       -- 1 where the notification was withdrawn
    CONSTRAINT withdrawn_is_yes_or_no CHECK (withdrawn IN (0, 1));
ALTER TABLE panel_case ADD COLUMN taken_up_on TEXT    NOT NULL DEFAULT '';     -- the day, in London, on which the news
                                                                               --   that it rests on was taken up
ALTER TABLE panel_case ADD COLUMN review_due  TEXT    NOT NULL DEFAULT 'none'; -- the rapid review's due day; 'none',
                                                                               --   which sorts after every day
ALTER TABLE panel_case ADD COLUMN indicators  INTEGER NOT NULL DEFAULT 0;      -- how many are present
ALTER TABLE panel_case ADD COLUMN clusters    INTEGER NOT NULL DEFAULT 0;      -- how many clusters it is in
UPDATE panel_case SET taken_up_on = date(queued_at / 1000000, 'unixepoch');
UPDATE panel_case SET review_due = coalesce(
    (SELECT due_on FROM clock WHERE clock.reference = panel_case.reference AND clock.kind = 2), 'none');

-- The order in which a lane is worked: urgent first, then the earlier due rapid review, then more indicators, then
-- first come first, then by reference.
DROP INDEX working_order;
DROP INDEX whole_order;
CREATE INDEX working_order ON panel_case (lane, priority, review_due, -indicators, queued_at, reference)
    WHERE acknowledged_at IS NULL;
-- The same with what the panel has acknowledged.
CREATE INDEX whole_order ON panel_case (lane, priority, review_due, -indicators, queued_at, reference);

-- The clocks once more, with clocks that are counted in months.
CREATE TABLE clock_of_case (
    reference         TEXT    NOT NULL REFERENCES panel_case (reference),
    kind              INTEGER NOT NULL,                     -- lapwing.notification.v1.ClockKind
    working_days      INTEGER NOT NULL,                     -- its length (England and Wales); 0 where in months
    months            INTEGER NOT NULL,                     -- its length; 0 where in working days
    anchor            TEXT    NOT NULL,                     -- what the first day follows, as the policy words it
    anchor_on         TEXT,                                 -- that day; absent where it is not known
    due_on            TEXT,                                 -- absent where it cannot be computed, or runs no more
    late              INTEGER NOT NULL,                     -- 1 where the notification came after due_on
    late_reason_given INTEGER NOT NULL,                     -- 1 where it is late and the authority has said why
    explanation       TEXT    NOT NULL,                     -- how the day came about, or why there is none
    other_reading     TEXT    NOT NULL,                     -- the day by the other anchor, as a sentence; or empty
    policy_edition    TEXT    NOT NULL,                     -- the edition that set length and anchor
    PRIMARY KEY (reference, kind),
    CONSTRAINT kind_is_known CHECK (kind IN (1, 2, 3)),
    CONSTRAINT counted_in_days_or_months CHECK ((working_days = 0) <> (months = 0)),
    CONSTRAINT nothing_is_due_without_an_anchor CHECK (due_on IS NULL OR anchor_on IS NOT NULL),
    CONSTRAINT nothing_is_late_without_a_due_day CHECK (late = 0 OR (late = 1 AND due_on IS NOT NULL)),
    CONSTRAINT only_the_late_say_why CHECK (late_reason_given = 0 OR (late_reason_given = 1 AND late = 1))
) WITHOUT ROWID;
INSERT INTO clock_of_case (reference, kind, working_days, months, anchor, anchor_on, due_on, late, late_reason_given,
                           explanation, other_reading, policy_edition)
    SELECT reference, kind, working_days, 0, anchor, anchor_on, due_on, late, 0, explanation, '', policy_edition
    FROM clock;
DROP TABLE clock;
ALTER TABLE clock_of_case RENAME TO clock;

-- The indicators that are present in a case: they oblige nothing.
CREATE TABLE indicator (
    reference TEXT    NOT NULL REFERENCES panel_case (reference),
    position  INTEGER NOT NULL,                             -- from 1, in the order of the policy
    code      TEXT    NOT NULL,                             -- stable, such as CHILD_IN_CARE
    text      TEXT    NOT NULL,                             -- the indicator as a sentence
    source    TEXT    NOT NULL,                             -- the guidance it comes from
    facts     TEXT    NOT NULL,                             -- paths of the coded facts it rests on, one a line
    PRIMARY KEY (reference, position),
    CONSTRAINT positions_count_from_one CHECK (position >= 1)
) WITHOUT ROWID;

-- Every revision that was taken up. A withdrawal may come before the case is opened, so there may be no case yet.
CREATE TABLE case_revision (
    reference TEXT    NOT NULL,                             -- the notification
    revision  INTEGER NOT NULL,                             -- its number, from 1
    outcome   INTEGER,                                      -- lapwing.notification.v1.Outcome; absent for a withdrawal
                                                            --   that came before any finding
    lane      INTEGER NOT NULL,                             -- lapwing.notification.v1.Lane that it led to
    priority  INTEGER NOT NULL,                             -- 1 urgent, 2 standard
    at        INTEGER NOT NULL,                             -- when it was taken up
    came_late INTEGER NOT NULL,                             -- 1 where a newer one had been taken up before
    withdraws INTEGER NOT NULL,                             -- 1 where it withdraws the notification
    PRIMARY KEY (reference, revision),
    CONSTRAINT revisions_count_from_one CHECK (revision >= 1),
    CONSTRAINT outcome_is_known CHECK (outcome IS NULL OR outcome BETWEEN 1 AND 7),
    CONSTRAINT only_a_withdrawal_finds_nothing CHECK (outcome IS NOT NULL OR withdraws = 1),
    CONSTRAINT lane_is_known CHECK (lane IN (1, 2)),
    CONSTRAINT priority_is_known CHECK (priority IN (1, 2)),
    CONSTRAINT came_late_is_yes_or_no CHECK (came_late IN (0, 1)),
    CONSTRAINT withdraws_is_yes_or_no CHECK (withdraws IN (0, 1))
) WITHOUT ROWID;
INSERT INTO case_revision (reference, revision, outcome, lane, priority, at, came_late, withdraws)
    SELECT reference, revision, outcome, lane, priority, queued_at, 0, 0 FROM panel_case;

-- The highest revision that withdraws a notification; it counts while no higher one has been judged. It may come
-- before the case is opened.
CREATE TABLE withdrawal (
    reference   TEXT    NOT NULL PRIMARY KEY,               -- the notification
    revision    INTEGER NOT NULL,                           -- the revision that withdraws it
    reason      INTEGER NOT NULL,                           -- lapwing.notification.v1.WithdrawalReason
    received_on TEXT    NOT NULL,                           -- the day, in London, on which intake received it
    CONSTRAINT revisions_count_from_one CHECK (revision >= 1),
    CONSTRAINT reason_is_known CHECK (reason BETWEEN 1 AND 4)
) WITHOUT ROWID;

-- The declined hand-over of the highest revision; it counts while that revision's finding does. It may come before it.
CREATE TABLE declined_hand_over (
    reference TEXT    NOT NULL PRIMARY KEY,                 -- the notification
    revision  INTEGER NOT NULL,                             -- the revision on whose finding it was offered
    authority TEXT    NOT NULL,                             -- DfE number of the authority that declined
    reason    INTEGER NOT NULL,                             -- lapwing.notification.v1.DeclineReason
    CONSTRAINT revisions_count_from_one CHECK (revision >= 1),
    CONSTRAINT reason_is_known CHECK (reason BETWEEN 1 AND 3)
) WITHOUT ROWID;

-- The day on which an authority notified: that of its first revision. Amending does not notify anew; taking over does.
CREATE TABLE notified (
    reference   TEXT NOT NULL,                              -- the notification
    authority   TEXT NOT NULL,                              -- DfE number
    received_on TEXT NOT NULL,                              -- the day, in London
    PRIMARY KEY (reference, authority)
) WITHOUT ROWID;

-- Leases that a change of their case has made void: whoever gives one back is told so.
CREATE TABLE void_lease (
    lease_id  BLOB    NOT NULL PRIMARY KEY,                 -- the lease
    reference TEXT    NOT NULL REFERENCES panel_case (reference),
    revision  INTEGER NOT NULL,                             -- the revision at which the case has stood since
    voided_at INTEGER NOT NULL                              -- when
) WITHOUT ROWID;
CREATE INDEX void_lease_of_case ON void_lease (reference);

-- What DfE and Ofsted were told. Rows are added, never changed.
CREATE TABLE notice (
    sequence  INTEGER PRIMARY KEY AUTOINCREMENT,            -- in the order of telling
    recipient INTEGER NOT NULL,                             -- lapwing.triage.v1.Recipient: 2 DfE, 3 Ofsted
    reference TEXT    NOT NULL REFERENCES panel_case (reference),
    revision  INTEGER NOT NULL,                             -- the revision that it tells of
    told      BLOB    NOT NULL,                             -- lapwing.triage.v1.Notice as it was told (protobuf)
    CONSTRAINT recipient_is_told_by_notices CHECK (recipient IN (2, 3))
);
CREATE INDEX notice_of_recipient ON notice (recipient, sequence);
CREATE INDEX notice_of_case ON notice (reference, recipient, sequence);
