//! Rows that are given to a statement by column come back as they went, on either database.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, ROWS, whole};
use uuid::Uuid;

/// A row with every kind of column, NULL among them.
#[derive(Debug, Clone, PartialEq)]
struct Bird {
    id: Uuid,
    name: String,
    eggs: Option<i64>,
    seen: Option<bool>,
    song: Option<Vec<u8>>,
    words: Option<String>,
}

fn birds(number: usize) -> Vec<Bird> {
    (0..number)
        .map(|number| {
            let known = number % 2 == 0;
            Bird {
                id: Uuid::from_u128(number as u128),
                name: format!("bird {number}"),
                eggs: known.then(|| whole(number)),
                seen: known.then_some(number % 4 == 0),
                song: known.then(|| vec![0, 255]),
                words: known.then(|| "it's \"here\", {and} there".to_owned()),
            }
        })
        .collect()
}

/// The same promises, compiled for each database.
macro_rules! promises {
    ($module:ident, $dialect:path, $table:literal, $opened:ident) => {
        mod $module {
            use $dialect::{Connection, Db, execute, fetch_all, push_among, push_rows};

            use super::*;

            async fn insert(connection: &mut Connection, birds: &[Bird]) {
                for some in birds.chunks(ROWS) {
                    let mut insert =
                        QueryBuilder::<Db>::new("INSERT INTO bird (id, name, eggs, seen, song, words) ");
                    let columns = Columns::of(some)
                        .id(|bird| bird.id)
                        .text(|bird| &bird.name)
                        .optional_whole(|bird| bird.eggs)
                        .optional_flag(|bird| bird.seen)
                        .optional_bytes(|bird| bird.song.as_deref())
                        .optional_text(|bird| bird.words.as_deref());
                    push_rows(&mut insert, &columns);
                    execute(connection, insert, "add birds").await.expect("inserts");
                }
            }

            async fn called(connection: &mut Connection, names: &[&str]) -> Vec<Bird> {
                let mut select = QueryBuilder::<Db>::new("SELECT * FROM bird WHERE ");
                push_among(&mut select, "name", &Columns::of(names).text(|name| *name));
                select.push(" ORDER BY id");
                let rows = fetch_all(connection, select, "find birds").await.expect("finds");
                rows.iter()
                    .map(|row| Bird {
                        id: row.get("id"),
                        name: row.get("name"),
                        eggs: row.get("eggs"),
                        seen: row.get("seen"),
                        song: row.get("song"),
                        words: row.get("words"),
                    })
                    .collect()
            }

            #[tokio::test]
            async fn rows_come_back_as_they_went_however_many_there_are() {
                let sql = sqlx::SqlStr::from_static($table);
                let migration = Migration::new(1, "birds".into(), MigrationType::Simple, sql, false);
                let migrator = Migrator::with_migrations(vec![migration]);
                let (database, _kept) = super::$opened(&migrator).await;
                let mut transaction = database.begin("add birds").await.expect("begins");
                let all = birds(2 * ROWS + 1);
                insert(&mut transaction, &all).await;
                for number in [1, 3, ROWS] {
                    let names: Vec<&str> = all[..number].iter().map(|bird| bird.name.as_str()).collect();
                    assert_eq!(called(&mut transaction, &names).await, all[..number], "{number} of them");
                }
                let last = all.last().expect("a bird");
                let found = called(&mut transaction, &[&last.name, "dodo"]).await;
                assert_eq!(found, std::slice::from_ref(last));
            }

            #[tokio::test]
            async fn rows_stand_in_a_table_of_a_statement_and_among_pairs() {
                let sql = sqlx::SqlStr::from_static($table);
                let migration = Migration::new(1, "birds".into(), MigrationType::Simple, sql, false);
                let migrator = Migrator::with_migrations(vec![migration]);
                let (database, _kept) = super::$opened(&migrator).await;
                let mut transaction = database.begin("add birds").await.expect("begins");
                insert(&mut transaction, &birds(4)).await;
                let sought = [("bird 0", 0_i64), ("bird 2", 7), ("dodo", 0)];
                let pairs = Columns::of(&sought).text(|(name, _)| *name).whole(|(_, eggs)| *eggs);
                let mut join = QueryBuilder::<Db>::new("WITH sought (name, eggs) AS (");
                push_rows(&mut join, &pairs);
                join.push(
                    ") SELECT bird.name FROM sought JOIN bird ON bird.name = sought.name ORDER BY bird.name",
                );
                let mut among = QueryBuilder::<Db>::new("SELECT name FROM bird WHERE (name, eggs) IN (");
                push_rows(&mut among, &pairs);
                among.push(")");
                for (statement, expected) in [(join, vec!["bird 0", "bird 2"]), (among, vec!["bird 0"])] {
                    let rows = fetch_all(&mut transaction, statement, "find birds").await.expect("finds");
                    let names: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
                    assert_eq!(names, expected);
                }
            }
        }
    };
}

promises!(
    sqlite,
    storage::sqlite,
    "CREATE TABLE bird (id BLOB NOT NULL, name TEXT NOT NULL, eggs INTEGER, seen BOOLEAN, song BLOB, words TEXT)",
    in_a_file
);
promises!(
    postgres,
    storage::postgres,
    "CREATE TABLE bird (id UUID NOT NULL, name TEXT NOT NULL, eggs BIGINT, seen BOOLEAN, song BYTEA, words TEXT)",
    in_a_schema
);

async fn in_a_file(migrator: &Migrator) -> (storage::sqlite::Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = storage::sqlite::Database::open(&folder.path().join("birds.sqlite"), &[migrator]).await;
    (database.expect("opens"), folder)
}

async fn in_a_schema(
    migrator: &Migrator,
) -> (storage::postgres::Database, std::sync::Arc<testbed::postgres::Server>) {
    let server = testbed::postgres::Server::shared().await;
    let place = server.schema("birds").await;
    storage::postgres::Database::migrate(&place, &[migrator]).await.expect("migrates");
    (storage::postgres::Database::open(&place, &[migrator]).await.expect("opens"), server)
}
