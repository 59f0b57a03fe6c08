//! Migrations keep to what their names promise: one that is called `adds …` only adds, so that programs of the version before run on
//! beside it, and start on it.

use storage::{ADDS, Migrator};

/// The migrations of before names promised anything, by service and database. No program of before them is run any more.
const OF_THE_FIRST_VERSION: [(&str, usize, usize); 4] =
    [("intake", 4, 2), ("eligibility", 1, 1), ("triage", 5, 3), ("audit", 2, 2)];

/// The same of outbox, inbox and parked events, which every service has.
const DELIVERY_OF_THE_FIRST_VERSION: (usize, usize) = (3, 1);

/// How the name of a migration begins that does more: whatever is older has to be stopped before.
const CHANGES: &str = "changes ";

/// Statements that no older program notices.
const ADDITIONS: [&str; 4] = ["CREATE TABLE ", "CREATE INDEX ", "COMMENT ON ", "ALTER TABLE "];

/// The first statement of a migration that is no mere addition.
fn more_than_an_addition(sql: &str) -> Option<String> {
    let without_comments: Vec<&str> =
        sql.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code)).collect();
    let text = without_comments.join(" ");
    let statements =
        text.split(';').map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" "));
    statements.filter(|statement| !statement.is_empty()).find(|statement| !only_adds(statement))
}

fn only_adds(statement: &str) -> bool {
    let statement = format!("{} ", statement.to_uppercase());
    let Some(kind) = ADDITIONS.iter().find(|kind| statement.starts_with(**kind)) else { return false };
    if *kind != "ALTER TABLE " {
        return true;
    }
    // `ALTER TABLE name ADD COLUMN …`, one column a statement; a writer that does not name it must not be refused.
    let mut words = statement.split(' ').skip(3);
    let adds = (words.next(), words.next()) == (Some("ADD"), Some("COLUMN"));
    let bound = [" NOT NULL ", " UNIQUE ", " REFERENCES ", " CHECK ", " PRIMARY "];
    let filled = statement.contains(" DEFAULT ") || !statement.contains(bound[0]);
    adds && !statement.contains(", ") && filled && bound[1..].iter().all(|word| !statement.contains(word))
}

/// The migrations after the first so many of which the name promises nothing, or more than is kept.
fn wrong(migrator: &Migrator, of_the_first_version: usize) -> Vec<String> {
    let later = migrator.iter().skip(of_the_first_version);
    later
        .filter_map(|migration| {
            let name = format!("{:04} {}", migration.version, migration.description);
            if migration.description.starts_with(CHANGES) {
                return None;
            }
            if !migration.description.starts_with(ADDS) {
                return Some(format!("{name}: the name begins neither with `adds_` nor with `changes_`"));
            }
            let more = more_than_an_addition(migration.sql.as_str())?;
            Some(format!("{name}: does more than add: {more}"))
        })
        .collect()
}

#[test]
fn what_is_called_an_addition_is_one() {
    for (service, on_sqlite, on_postgres) in OF_THE_FIRST_VERSION {
        let (sqlite, postgres) = match service {
            "intake" => (intake::store::sqlite::migrators(), intake::store::postgres::migrators()),
            "eligibility" => {
                (eligibility::store::sqlite::migrators(), eligibility::store::postgres::migrators())
            }
            "triage" => (triage::store::sqlite::migrators(), triage::store::postgres::migrators()),
            _ => (audit::store::sqlite::migrators(), audit::store::postgres::migrators()),
        };
        for ([delivery, own], of_delivery, of_its_own) in [
            (sqlite, DELIVERY_OF_THE_FIRST_VERSION.0, on_sqlite),
            (postgres, DELIVERY_OF_THE_FIRST_VERSION.1, on_postgres),
        ] {
            assert!(own.iter().count() >= of_its_own && delivery.iter().count() >= of_delivery, "{service}");
            assert_eq!(wrong(&own, of_its_own), Vec::<String>::new(), "{service}");
            assert_eq!(wrong(&delivery, of_delivery), Vec::<String>::new(), "{service}");
        }
    }
}

#[test]
fn what_an_older_program_would_notice_is_no_addition() {
    for (sql, is_one) in [
        ("CREATE TABLE nest (place TEXT NOT NULL UNIQUE);\nCREATE INDEX nests ON nest (place);", true),
        ("-- DROP TABLE bird;\nALTER TABLE bird ADD COLUMN eggs BIGINT; -- how many", true),
        ("ALTER TABLE bird ADD COLUMN eggs BIGINT NOT NULL DEFAULT 0;", true),
        ("ALTER TABLE bird ADD COLUMN eggs BIGINT NOT NULL;", false),
        ("ALTER TABLE bird ADD COLUMN eggs BIGINT UNIQUE;", false),
        ("ALTER TABLE bird ADD COLUMN eggs BIGINT, DROP COLUMN name;", false),
        ("ALTER TABLE bird RENAME COLUMN name TO called;", false),
        ("ALTER TABLE bird ALTER COLUMN name SET NOT NULL;", false),
        ("CREATE UNIQUE INDEX birds ON bird (name);", false),
        ("CREATE TABLE nest (place TEXT);\nDROP TABLE bird;", false),
        ("UPDATE bird SET name = 'lapwing';", false),
    ] {
        assert_eq!(more_than_an_addition(sql).is_none(), is_one, "{sql}");
    }
}
