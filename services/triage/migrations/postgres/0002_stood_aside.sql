-- Panel members who stood aside from cases, for a conflict of interest. A row is there while it counts: what was lifted is
-- told by the log. Nothing here names a child.
CREATE TABLE stood_aside (
    member    TEXT   COLLATE "C" NOT NULL,                  -- the caller, such as lapwing://panel/ada
    reference TEXT   COLLATE "C" NOT NULL REFERENCES panel_case (reference),
    reason    BIGINT NOT NULL,                              -- lapwing.triage.v1.StandAsideReason
    at        BIGINT NOT NULL,                              -- when
    PRIMARY KEY (member, reference),
    CONSTRAINT only_members_stand_aside CHECK (member LIKE 'lapwing://panel/%'),
    CONSTRAINT reason_is_known CHECK (reason BETWEEN 1 AND 4)
);
