-- That a notification is erased: its identities and narrative are gone at intake, and its match tokens here. It may be heard
-- before the case is opened; what comes then is kept without tokens.
CREATE TABLE erasure (
    reference TEXT    NOT NULL PRIMARY KEY,                 -- the notification
    erased_at INTEGER NOT NULL,                             -- when: microseconds since 1970
    reason    INTEGER NOT NULL,                             -- lapwing.notification.v1.ErasureReason; 0 where it is one
                                                            --   that is not known
    erased_by TEXT    NOT NULL,                             -- who, as their certificate names them
    CONSTRAINT reason_is_known CHECK (reason BETWEEN 0 AND 4)
) WITHOUT ROWID;
