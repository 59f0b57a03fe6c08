-- Links between cases that may be of one incident, and clusters of cases that name one setting or provider. Times are
-- microseconds since 1970; days are ISO 8601 civil dates. Nothing here names a child: tokens are keyed hashes whose key
-- never leaves intake.
--
-- These tables begin empty, also where cases are stored already: a case of before is linked and counted in clusters once
-- its next revision comes, and until then other cases are not compared with it.

-- What linking looks cases up by: one row for a case, replaced by each revision. A withdrawn case has none.
CREATE TABLE linkable (
    reference         TEXT    NOT NULL PRIMARY KEY REFERENCES panel_case (reference),
    authority         TEXT    NOT NULL,                     -- DfE number of the notifier
    occurred_on       TEXT,                                 -- the incident's day; absent where it is not known
    occurred_at       TEXT,                                 -- the time of day in London, such as 23:50
    dated_on          TEXT,                                 -- the incident's day, or of becoming aware, or of receipt
    dated_by          TEXT,                                 -- the path of the fact that tells dated_on
    area              TEXT,                                 -- DfE number of the authority of the area; or Wales, ...
    setting_urn       TEXT,                                 -- Ofsted reference of the setting where it happened
    names_perpetrator INTEGER NOT NULL,                     -- 1 where a child harmed another child
    names_victim      INTEGER NOT NULL,                     -- 1 where a child died or was harmed
    CONSTRAINT a_dated_case_says_by_what CHECK ((dated_on IS NULL) = (dated_by IS NULL)),
    CONSTRAINT names_perpetrator_is_yes_or_no CHECK (names_perpetrator IN (0, 1)),
    CONSTRAINT names_victim_is_yes_or_no CHECK (names_victim IN (0, 1))
) WITHOUT ROWID;

-- Two authorities on one day: the notifier is part of the key, so that one authority's many cases are passed over.
CREATE INDEX linkable_by_area ON linkable (area, occurred_on, authority)
    WHERE area IS NOT NULL AND occurred_on IS NOT NULL;
CREATE INDEX linkable_by_setting ON linkable (setting_urn, occurred_on, authority)
    WHERE setting_urn IS NOT NULL AND occurred_on IS NOT NULL;
-- Victim and perpetrator: perpetrators are few.
CREATE INDEX perpetrator_by_area ON linkable (area, occurred_on) WHERE names_perpetrator = 1;
CREATE INDEX perpetrator_by_setting ON linkable (setting_urn, occurred_on) WHERE names_perpetrator = 1;

-- The children of those cases.
CREATE TABLE linkable_child (
    reference       TEXT    NOT NULL REFERENCES linkable (reference),
    position        INTEGER NOT NULL,                       -- in the sender's order, from 0
    happened        INTEGER,                                -- lapwing.notification.v1.Event: 1 death, 2 harm, 3 harmed
                                                            --   another child; absent where none of them is known
    years           INTEGER,                                -- age on the day of the incident
    child_token     TEXT,                                   -- equal for the same child
    household_token TEXT,                                   -- equal for the same home
    dated_on        TEXT,                                   -- as in linkable, so that a token is sought with its days
    PRIMARY KEY (reference, position),
    CONSTRAINT happened_is_known CHECK (happened IS NULL OR happened IN (1, 2, 3))
) WITHOUT ROWID;

CREATE INDEX child_by_token ON linkable_child (child_token, dated_on) WHERE child_token IS NOT NULL;
CREATE INDEX child_by_household ON linkable_child (household_token, dated_on) WHERE household_token IS NOT NULL;

-- What stands between two cases, once for each pair. A proposal that corrected facts no longer bear out is deleted with
-- its reasons while nobody has decided; what a person decided stays.
--
--   coded facts ──▶ 1 proposed ──┬──▶ 2 same incident ◀──▶ 3 not a duplicate       a person, any number of times
--   nothing ─────────────────────┘
CREATE TABLE link (
    lower       TEXT    NOT NULL REFERENCES panel_case (reference),  -- the one whose reference sorts first
    higher      TEXT    NOT NULL REFERENCES panel_case (reference),  -- the other
    state       INTEGER NOT NULL,                           -- lapwing.triage.v1.LinkState: that of the last decision
    ground      INTEGER,                                    -- the strongest ground of the proposal: 1 same child, 2 same
                                                            --   household, 3 victim and perpetrator, 4 two authorities
    proposed_at INTEGER,                                    -- when it was proposed; absent where nothing proposed it
    PRIMARY KEY (lower, higher),
    CONSTRAINT a_pair_is_stored_once CHECK (lower < higher),
    CONSTRAINT state_is_known CHECK (state IN (1, 2, 3)),
    CONSTRAINT ground_is_known CHECK (ground IS NULL OR ground BETWEEN 1 AND 4),
    CONSTRAINT a_proposal_has_a_ground CHECK ((proposed_at IS NULL) = (ground IS NULL)),
    CONSTRAINT only_a_person_links_without_a_proposal CHECK (state <> 1 OR ground IS NOT NULL)
) WITHOUT ROWID;

CREATE INDEX link_by_higher ON link (higher, state);

-- Why it was proposed.
CREATE TABLE link_reason (
    lower         TEXT    NOT NULL,
    higher        TEXT    NOT NULL,
    position      INTEGER NOT NULL,                         -- from 1: the strongest comes first
    code          TEXT    NOT NULL,                         -- stable, such as SAME_CHILD
    text          TEXT    NOT NULL,                         -- the reason as a sentence
    source        TEXT    NOT NULL,                         -- the rule it rests on
    lower_facts   TEXT    NOT NULL,                         -- paths in the notification of lower, one a line
    higher_facts  TEXT    NOT NULL,                         -- paths in the notification of higher, one a line
    PRIMARY KEY (lower, higher, position),
    FOREIGN KEY (lower, higher) REFERENCES link (lower, higher),
    CONSTRAINT positions_count_from_one CHECK (position >= 1)
) WITHOUT ROWID;

-- What persons decided about the two. Rows are added, never changed.
CREATE TABLE link_decision (
    lower       TEXT    NOT NULL,
    higher      TEXT    NOT NULL,
    position    INTEGER NOT NULL,                           -- from 1: the last one counts
    state       INTEGER NOT NULL,                           -- lapwing.triage.v1.LinkState: 2 or 3
    decided_by  TEXT    NOT NULL,                           -- the caller, such as lapwing://panel/secretariat
    decided_at  INTEGER NOT NULL,                           -- when
    PRIMARY KEY (lower, higher, position),
    FOREIGN KEY (lower, higher) REFERENCES link (lower, higher),
    CONSTRAINT positions_count_from_one CHECK (position >= 1),
    CONSTRAINT a_decision_decides CHECK (state IN (2, 3))
) WITHOUT ROWID;

-- What cases mention. Clusters are not stored: they follow from these rows alone, each under the rule of its own day.
CREATE TABLE cluster_mention (
    reference     TEXT    NOT NULL REFERENCES panel_case (reference),
    kind          INTEGER NOT NULL,                         -- lapwing.triage.v1.ClusterKind: 1 setting, 2 provider
    code          TEXT    NOT NULL,                         -- its Ofsted reference; never a name
    authority     TEXT    NOT NULL,                         -- DfE number of the notifier
    dated_on      TEXT    NOT NULL,                         -- the incident's day, or of becoming aware, or of receipt
    facts         TEXT    NOT NULL,                         -- paths of the facts that name it, one a line
    window_months INTEGER NOT NULL,                         -- the rule of the policy edition of dated_on: the window
    authorities   INTEGER NOT NULL,                         --   and how many authorities make a cluster
    PRIMARY KEY (reference, kind, code),
    CONSTRAINT kind_is_known CHECK (kind IN (1, 2)),
    CONSTRAINT a_window_has_a_length CHECK (window_months >= 1),
    CONSTRAINT authorities_are_counted_from_one CHECK (authorities >= 1)
) WITHOUT ROWID;

CREATE INDEX cluster_mention_by_code ON cluster_mention (kind, code, dated_on);
