//! Whoever answers for the data has a page that says what is stored; here it is held to the schemas of both databases.

use std::collections::BTreeSet;

use acceptance::{SERVICES, World};
use sqlx::{Row, SqlitePool};

const PAGE: &str = include_str!("../../services/STORED.md");

/// A column: service, table, name.
type Column = (String, String, String);

/// What the page says is stored.
fn on_the_page() -> BTreeSet<Column> {
    let mut service = "";
    let mut columns = BTreeSet::new();
    for line in PAGE.lines() {
        service = line.strip_prefix("## ").unwrap_or(service);
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [table, names, _, why, how_long, who] = cells[..] else { continue };
        let Some(table) = table.strip_prefix('`').and_then(|table| table.strip_suffix('`')) else { continue };
        assert!([why, how_long, who].iter().all(|said| !said.is_empty()), "{line}");
        let services = if service == "every service" { SERVICES.to_vec() } else { vec![service] };
        for service in services {
            let names = names.split(", ").map(|name| name.trim_matches('`').to_owned());
            columns.extend(names.map(|name| (service.to_owned(), table.to_owned(), name)));
        }
    }
    columns
}

fn compared(stored: &BTreeSet<Column>, where_it_is: &str) {
    let page = on_the_page();
    let missing: Vec<_> = stored.difference(&page).collect();
    assert!(missing.is_empty(), "{where_it_is} stores what services/STORED.md does not say: {missing:?}");
    let gone: Vec<_> = page.difference(stored).collect();
    assert!(gone.is_empty(), "services/STORED.md says what {where_it_is} does not store: {gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stored_column_is_accounted_for_embedded() {
    let world = World::embedded().await;
    let mut stored = BTreeSet::new();
    for service in SERVICES {
        let file = world.folder().join(format!("{service}.sqlite"));
        let pool = SqlitePool::connect(&format!("sqlite:{}", file.display())).await.expect("opens");
        let query = "SELECT tables.name, columns.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns \
                     WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        for row in sqlx::query(query).fetch_all(&pool).await.expect("a schema") {
            stored.insert((service.to_owned(), row.get(0), row.get(1)));
        }
        pool.close().await;
    }
    compared(&stored, "SQLite");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stored_column_is_accounted_for_in_production() {
    let mut world = World::production().await;
    let schemas = SERVICES.map(|service| format!("'{service}'")).join(", ");
    let told = world
        .processes()
        .ask(&format!(
            "SELECT table_schema || ' ' || table_name || ' ' || column_name FROM information_schema.columns \
             WHERE table_schema IN ({schemas})"
        ))
        .await;
    let stored = told.lines().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let [service, table, column] = words[..] else { panic!("{line}") };
        (service.to_owned(), table.to_owned(), column.to_owned())
    });
    compared(&stored.collect(), "PostgreSQL");
}
