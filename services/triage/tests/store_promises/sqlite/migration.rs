//! A store that was written before there were revisions, links and notices is read on: no case is lost from the queue,
//! and the next revision makes it anew like any other.

use jiff::civil::date;
use prost::Message;
use sqlx::Connection;
use sqlx::migrate::{Migrate, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use triage::domain::policy::compiled_in;
use triage::domain::priority::Priority;
use triage::domain::told::News;
use triage::store::sqlite::{SqliteStore, open};
use triage::store::{PageOf, Store};

use super::world::{Finding, World, at, references, secretariat};
use triage::domain::lane::Lane;

/// Brings a new file to the schema of the first migration alone.
async fn at_first_migration(file: &std::path::Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true).foreign_keys(true);
    let mut connection = SqliteConnection::connect_with(&options).await.expect("connects");
    let migrator: Migrator = sqlx::migrate!("migrations/sqlite");
    let first = migrator.iter().next().expect("a first migration").clone();
    assert_eq!(first.version, 1);
    connection.ensure_migrations_table("_sqlx_migrations").await.expect("a table");
    connection.apply("_sqlx_migrations", &first).await.expect("applies");
    connection
}

/// A case as the first version opened it: two clocks, one reason, waiting.
async fn old_case(connection: &mut SqliteConnection, finding: &Finding) {
    let reference = finding.reference.to_string();
    sqlx::query(
        "INSERT INTO panel_case (reference, revision, authority, outcome, provision, children, lane, priority, queued_at,
                                 policy_hash, assessed)
         VALUES ($1, 1, '373', 1, 'Children Act 2004 s.16C(1)(a)', 1, 1, 2, 5000000, $2, $3)",
    )
    .bind(&reference)
    .bind("0".repeat(64))
    .bind(finding.event().encode_to_vec())
    .execute(&mut *connection)
    .await
    .expect("an old case");
    for (kind, days, anchor, due_on) in
        [(1, 5, "becoming aware", "2026-03-09"), (2, 15, "the notification", "2026-03-24")]
    {
        sqlx::query("INSERT INTO clock VALUES ($1, $2, $3, $4, '2026-03-02', $5, 0, 'an old explanation', 'an edition')")
            .bind(&reference)
            .bind(kind)
            .bind(days)
            .bind(anchor)
            .bind(due_on)
            .execute(&mut *connection)
            .await
            .expect("an old clock");
    }
    sqlx::query("INSERT INTO reason VALUES ($1, 1, 'DUTY_IN_AREA', 'A duty.', 'a source', '')")
        .bind(&reference)
        .execute(connection)
        .await
        .expect("an old reason");
}

#[tokio::test]
async fn a_case_of_before_revisions_stays_on_the_queue_and_is_made_anew_by_the_next_revision() {
    let world = World::new().await;
    let finding = world.finding();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("old.sqlite");
    let mut connection = at_first_migration(&file).await;
    old_case(&mut connection, &finding).await;
    connection.close().await.expect("closes");

    let database = open(&file).await.expect("opens and brings up to date");
    let store = SqliteStore::new(database, compiled_in(), world.ambient.clone());
    let lane = PageOf { lane: Lane::Decision, after: None, at_most: 10, include_acknowledged: false };
    let page = store.list(lane, &secretariat(), at(10)).await.expect("lists");
    assert_eq!((references(&page), page.waiting), (vec![finding.reference], 1));
    assert_eq!(page.cases[0].entry.clocks.len(), 2);
    let held = store.find(finding.reference, &secretariat()).await.expect("reads").case().expect("is there");
    assert_eq!(held.case.entry.queued_at, at(5));

    let second = Finding { revision: 2, died: true, ..finding.clone() };
    let mut amended = world.heard(&second);
    let News::Assessed(assessed) = &mut amended.effect.news else { panic!("a finding") };
    assessed.received_on = date(2026, 5, 1);
    store.take_up(&[amended], at(20)).await.expect("takes up");
    let anew = store.find(finding.reference, &secretariat()).await.expect("reads").case().expect("is there");
    assert_eq!((anew.case.entry.revision, anew.case.entry.priority), (2, Priority::Urgent));
    assert_eq!((anew.case.entry.queued_at, anew.case.entry.clocks.len()), (at(5), 3));
    assert!(!anew.case.entry.clocks[0].late, "what was in time before is not late for having been amended");
}
