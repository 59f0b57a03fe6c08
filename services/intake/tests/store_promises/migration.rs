//! A store that was written before there were revisions is read as if there had been: each notification is its first.

use contracts::notification::v1::{RevisionKind, Stage};
use intake::store::sqlite::{SqliteStore, open};
use intake::store::{Holding, Key, Store};
use prost::Message;
use sqlx::Connection;
use sqlx::migrate::{Migrate, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::room::{On, notification, wrapping};

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

#[tokio::test]
async fn what_was_held_before_there_were_revisions_is_held_as_the_first_with_its_steps() {
    let words = On::Sqlite.room().await;
    let sent = notification("373", "A-1", "");
    let candidate = words.candidate(&sent);
    let (receipt, key) = (&candidate.receipt, candidate.receipt.reference.to_string());
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("intake.sqlite");
    let mut connection = at_first_migration(&file).await;
    sqlx::query("INSERT INTO notification VALUES ($1, '373', 'A-1', 1, $2, $3, $4, $5)")
        .bind(&key)
        .bind(receipt.fingerprint.0.to_vec())
        .bind(sent.encode_to_vec())
        .bind(&candidate.signed_note)
        .bind(receipt.received_at.as_microsecond())
        .execute(&mut connection)
        .await
        .expect("an old row");
    sqlx::query("INSERT INTO step VALUES ($1, 3, 1, x'')")
        .bind(&key)
        .execute(&mut connection)
        .await
        .expect("an old step");
    connection.close().await.expect("closes");

    let database = open(&file).await.expect("opens and brings up to date");
    let store =
        SqliteStore::open(database, words.ambient.clone(), wrapping()).await.expect("opens and seals");
    let held = store.find("373", &Key::Reference(receipt.reference)).await.expect("reads").expect("is there");
    assert_eq!((held.notification.as_ref(), &held.receipt.receipt), (Some(&sent), receipt));
    assert_eq!(held.receipt.signed_note, candidate.signed_note);
    let status = store.status("373", receipt.reference).await.expect("reads").expect("is there");
    assert_eq!((status.stage(), status.steps[1].revision), (Stage::Queued, 1));
    assert_eq!(status.revisions[0].kind(), RevisionKind::Submitted);
    let again = store.hold(&[words.candidate(&sent)]).await.expect("answers");
    assert!(matches!(&again[0], Holding::Before { given, .. } if given.receipt == *receipt), "{again:?}");
    let second = words.amendment(receipt.reference, 2, &notification("373", "A-1", "second"));
    let amended = store.hold(&[second]).await.expect("holds");
    assert_eq!(amended, [Holding::New { follows: 1 }]);
}
