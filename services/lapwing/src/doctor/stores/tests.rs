use super::*;
use crate::doctor::finding::Level;

fn right(table: &str, rights: &str) -> TableRights {
    let has = |letter| rights.contains(letter);
    TableRights { table: table.into(), read: has('r'), add: has('a'), alter: has('w'), take_away: has('d') }
}

#[test]
fn rights_are_held_to_what_the_grants_give() {
    for (service, rights, level, words) in [
        (
            "intake",
            vec![right("revision", "rawd"), right("_sqlx_migrations", "r")],
            Level::Well,
            "on 2 tables",
        ),
        ("intake", vec![right("revision", "ra")], Level::Failure, "needs with revision"),
        ("audit", vec![right("hash", "ra"), right("parked", "rawd")], Level::Well, "on 2 tables"),
        ("audit", vec![right("hash", "raw")], Level::Warning, "take away rows of hash"),
        ("audit", vec![right("entry", "r")], Level::Failure, "needs with entry"),
        ("audit", vec![right("inbox", "ra")], Level::Failure, "needs with inbox"),
    ] {
        let found = judge_rights(service, &rights);
        assert_eq!((found.len(), found[0].level), (1, level), "{rights:?}");
        assert!(found[0].what.contains(words), "{found:?}");
        assert_eq!(found[0].to_do.contains("grants.sql"), level != Level::Well);
    }
}

#[test]
fn a_connection_over_a_network_is_encrypted_and_knows_its_server() {
    for (local, encrypted, verified, level) in [
        (true, false, false, Level::Well),
        (true, true, false, Level::Well),
        (false, true, true, Level::Well),
        (false, true, false, Level::Warning),
        (false, false, false, Level::Warning),
    ] {
        let found = judge_session(Session { encrypted, local, verified, owner: false });
        assert_eq!((found.len(), found[0].level), (1, level), "{local} {encrypted} {verified}");
        assert_eq!(found[0].to_do.contains("verify-full"), level == Level::Warning);
    }
    let owner = judge_session(Session { encrypted: true, local: true, verified: true, owner: true });
    assert!(owner.len() == 2 && owner[1].to_do.contains("roles.sql"), "{owner:?}");
}

#[test]
fn a_schema_of_another_version_is_told_with_what_to_do() {
    let found = |difference, is_file| judge_schema(Ok(Some(difference)), is_file);
    let pending = || Difference::Pending(vec!["0002 birds".into(), "0003 nests".into()]);
    for (found, level, what, to_do) in [
        (judge_schema(Ok(None), true), Level::Well, "is this version's", ""),
        (found(pending(), true), Level::Warning, "2 migrations are pending", "the next `lapwing up`"),
        (found(pending(), false), Level::Failure, "the first is 0002 birds", "run `lapwing migrate`"),
        (
            found(Difference::Edited("0001 a".into()), true),
            Level::Failure,
            "applied as another text",
            "restore",
        ),
        (
            found(Difference::Newer("0007 nests".into()), false),
            Level::Failure,
            "has had migration 0007 nests",
            "start the newer version",
        ),
        (
            found(Difference::Added("0007 adds nests".into()), false),
            Level::Warning,
            "has had migration 0007 adds nests",
            "go on with the upgrade",
        ),
        (
            found(Difference::Unfinished("0007 nests".into()), false),
            Level::Failure,
            "began and did not end",
            "database's log",
        ),
    ] {
        assert_eq!(found.level, level, "{found:?}");
        assert!(found.what.contains(what) && found.to_do.contains(to_do), "{found:?}");
    }
}

#[test]
fn what_waits_too_long_or_was_put_aside_is_warned_of() {
    let minutes = SignedDuration::from_mins;
    assert_eq!(judge_outbox(0, minutes(0)).level, Level::Well);
    assert_eq!(judge_outbox(9, minutes(5)).level, Level::Well);
    assert_eq!(judge_outbox(9, minutes(6)).what, "9 events wait, the oldest for 6 minutes");
    assert_eq!(judge_outbox(9, minutes(6)).level, Level::Warning);
    assert_eq!(judge_parked(0).level, Level::Well);
    assert!(judge_parked(2).to_do.contains("parked retry --canary"));
}
