//! A service's store: reachable, of this version's schema, with the rights it needs, and with nothing left lying in it.

use std::path::Path;

use ambient::Ambient;
use delivery::PostRoom;
use jiff::{SignedDuration, Timestamp};
use storage::postgres::{Database, Place, Session, TableRights};
use storage::{Difference, Location, OpenError, Opened, StoreError};

use super::finding::Finding;
use super::subject::Migrators;
use super::{certificates, clock, key_files};

/// How long an event may wait in an outbox before it is told: they leave within seconds, and a broker that is restarted is back
/// within this.
const MAY_WAIT: SignedDuration = SignedDuration::from_mins(5);

/// A store that was opened, and of this version's schema: further checks may read it.
pub(super) type Readable = Option<Opened>;

/// Looks at a service's store.
pub(super) async fn look(
    service: &'static str,
    location: &Location,
    migrators: Migrators,
    ambient: &Ambient,
) -> (Vec<Finding>, Readable) {
    let place = place(location);
    let mut found = Vec::new();
    if let Location::Postgres(place) = location {
        found.extend(of_url(place, ambient.now()));
    }
    let opened = match location.look().await {
        Ok(opened) => opened,
        Err(error) => {
            found.push(not_opened(&error).at(&place));
            return (found, None);
        }
    };
    found.push(Finding::well("database", "it can be reached and read").at(&place));
    let schema = schema(location, &opened, migrators).await;
    let readable =
        schema.as_ref().is_ok_and(|differs| !differs.as_ref().is_some_and(Difference::bars_a_start));
    found.push(judge_schema(schema, matches!(location, Location::Sqlite(_))).at(&place));
    match (&opened, location) {
        (Opened::Postgres(database), Location::Postgres(at)) => {
            found.extend(session(database, at).await.into_iter().map(|found| found.at(&place)));
            if readable {
                found.extend(rights(service, database).await.into_iter().map(|found| found.at(&place)));
            }
            found.push(skew(&opened, ambient).await);
        }
        (_, Location::Sqlite(file)) => found.push(file_mode(file)),
        _ => (),
    }
    if !readable {
        return (found, None);
    }
    found.extend(waiting(&opened, ambient).await);
    (found, Some(opened))
}

/// Where a store is, without user and password.
pub(super) fn place(location: &Location) -> String {
    match location {
        Location::Sqlite(file) => file.display().to_string(),
        Location::Postgres(place) => format!("schema {}", place.schema),
    }
}

/// The certificates that a database's URL names.
fn of_url(place: &Place, now: Timestamp) -> Vec<Finding> {
    use secrecy::ExposeSecret;
    let url = place.url.expose_secret();
    let named = |name: &str| {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let value = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
        value.map(|(_, value)| Path::new(value))
    };
    let [authority, certificate, key] = ["sslrootcert", "sslcert", "sslkey"].map(named);
    certificates::towards("database certificates", authority, certificate, key, now)
}

/// The service refuses to start for the same reason, in the same words.
fn not_opened(error: &OpenError) -> Finding {
    const WHY: &str =
        "the service does not start, and one that runs answers nothing that it would have to read or keep";
    match error {
        OpenError::Postgres(storage::postgres::OpenError::Open { source, to_do, .. }) => {
            let what = match source {
                // The library's words may repeat what could not be read of the URL.
                storage::SqlError::Configuration(_) => "its URL cannot be read".to_owned(),
                other => format!("it cannot be opened: {other}"),
            };
            Finding::failure("database", what, WHY, *to_do)
        }
        other => {
            let said = other.to_string();
            let (what, to_do) = said.split_once("; ").unwrap_or((&said, "read the database's log"));
            Finding::failure("database", what, WHY, to_do)
        }
    }
}

async fn schema(
    location: &Location,
    opened: &Opened,
    migrators: Migrators,
) -> Result<Option<Difference>, OpenError> {
    match (opened, location) {
        (Opened::Postgres(database), Location::Postgres(place)) => {
            let migrators = (migrators.postgres)();
            Ok(database.difference(place, &migrators.each_ref()).await?)
        }
        (Opened::Sqlite(database), Location::Sqlite(file)) => {
            let migrators = (migrators.sqlite)();
            Ok(database.difference(file, &migrators.each_ref()).await?)
        }
        _ => Ok(None),
    }
}

/// Judges how a schema differs. A file is brought up to date by the next start; a schema of PostgreSQL by an operator alone.
fn judge_schema(schema: Result<Option<Difference>, OpenError>, is_file: bool) -> Finding {
    const CHECK: &str = "migrations";
    let difference = match schema {
        Ok(None) => return Finding::well(CHECK, "the schema is this version's"),
        Ok(Some(difference)) => difference,
        Err(error) => return Finding { check: "schema", ..not_opened(&error) },
    };
    let why = "a service does not start on a schema that is not its version's";
    let said = match (&difference, is_file) {
        (Difference::Added(_), _) => {
            let why = "this version runs on it; what the newer one added, this one does not fill";
            let to_do = "go on with the upgrade, or stay; deploy/runbooks/upgrade-with-no-pause.md says how";
            return Finding::warning(CHECK, first_sentence(&difference.to_string()), why, to_do);
        }
        (Difference::Pending(_), true) => {
            let what = first_sentence(&difference.to_string());
            let why = "this version has not run on this file yet";
            return Finding::warning(
                CHECK,
                what,
                why,
                "copy the data folder first if you may want to go back; the next `lapwing up` does it",
            );
        }
        _ => difference.to_string(),
    };
    let (what, to_do) = match &difference {
        Difference::Pending(_) => (
            said,
            "run `lapwing migrate` with the owner's role, then deploy/postgres/grants.sql, then start the service",
        ),
        Difference::Edited(_) => (
            said,
            "start the version that wrote the schema, or restore the database; migrations are never edited",
        ),
        Difference::Newer(_) => {
            (said, "start the newer version; an older one does not write into a schema that was changed")
        }
        Difference::Unfinished(_) | Difference::Added(_) => {
            (said, "read the database's log, mend the cause, and run `lapwing migrate`")
        }
    };
    Finding::failure(CHECK, first_sentence(&what), why, to_do)
}

fn first_sentence(text: &str) -> String {
    let ends = [": ", ". ", "; "].into_iter().filter_map(|end| text.find(end)).min();
    text[..ends.unwrap_or(text.len())].to_owned()
}

async fn session(database: &Database, place: &Place) -> Vec<Finding> {
    match database.session(place).await {
        Ok(session) => judge_session(session),
        Err(error) => vec![unread("database TLS", &error)],
    }
}

fn judge_session(session: Session) -> Vec<Finding> {
    const TLS: &str = "database TLS";
    let to_do = "put sslmode=verify-full and sslrootcert=FILE into the URL";
    let tls = match (session.local, session.encrypted, session.verified) {
        (true, false, _) => Finding::well(TLS, "there is none, and the connection stays on this machine"),
        (false, false, _) => {
            let why = "coded facts and the password's proof go over the network in clear";
            Finding::warning(TLS, "there is none", why, to_do)
        }
        (false, true, false) => {
            let why = "somebody in between could be taken for the database";
            Finding::warning(TLS, "the server's certificate is not checked against its name", why, to_do)
        }
        (_, true, _) => Finding::well(TLS, "the connection is encrypted"),
    };
    let role = session.owner.then(|| {
        Finding::warning(
            "role",
            "the role owns tables of the schema, or may do everything",
            "whoever takes over the service could alter tables, and the log",
            "give the URL the service's own role, as deploy/postgres/roles.sql makes it",
        )
    });
    [tls].into_iter().chain(role).collect()
}

async fn rights(service: &'static str, database: &Database) -> Vec<Finding> {
    let mut found = match database.rights().await {
        Ok(rights) => judge_rights(service, &rights),
        Err(error) => vec![unread("privileges", &error)],
    };
    if service == audit::SERVICE && !audit::store::postgres::may_erase(database).await.unwrap_or_default() {
        found.push(Finding::failure(
            "privileges",
            "the role may not call destroy_salt",
            "no notification could be erased, so audit does not start",
            GRANT,
        ));
    }
    found
}

const GRANT: &str = "run deploy/postgres/grants.sql as the owner, as after each migration";

/// Holds a role's rights to what deploy/postgres/grants.sql gives.
fn judge_rights(service: &str, rights: &[TableRights]) -> Vec<Finding> {
    const CHECK: &str = "privileges";
    let wanted = |table: &str| match table {
        "_sqlx_migrations" | "delivery_migrations" => (true, false, false, false),
        "inbox" | "outbox" | "parked" => (true, true, true, true),
        _ if service == audit::SERVICE => (true, true, false, false),
        _ => (true, true, true, true),
    };
    let of = |right: &TableRights| (right.read, right.add, right.alter, right.take_away);
    let lacks = |right: &&TableRights| {
        let (has, wanted) = (of(right), wanted(&right.table));
        (wanted.0 && !has.0) || (wanted.1 && !has.1) || (wanted.2 && !has.2) || (wanted.3 && !has.3)
    };
    let exceeds = |right: &&TableRights| {
        let wanted = wanted(&right.table);
        service == audit::SERVICE && ((right.alter && !wanted.2) || (right.take_away && !wanted.3))
    };
    let names = |found: Vec<&TableRights>| {
        found.iter().map(|right| right.table.as_str()).collect::<Vec<_>>().join(", ")
    };
    let lacking = names(rights.iter().filter(lacks).collect());
    let too_many = names(rights.iter().filter(exceeds).collect());
    let mut found = Vec::new();
    if !lacking.is_empty() {
        let what = format!("the role may not do what its service needs with {lacking}");
        found.push(Finding::failure(CHECK, what, "what is to be kept there is refused", GRANT));
    }
    if !too_many.is_empty() {
        let what = format!("the role may alter or take away rows of {too_many}");
        found.push(Finding::warning(CHECK, what, "whoever takes over audit could alter the log", GRANT));
    }
    if found.is_empty() {
        found.push(Finding::well(CHECK, format!("the role has its rights on {} tables", rights.len())));
    }
    found
}

async fn skew(opened: &Opened, ambient: &Ambient) -> Finding {
    match opened.ahead(ambient.now().as_microsecond()).await {
        Ok(Some(ahead)) => clock::judge(ahead, "the database's"),
        Ok(None) => Finding::not_here("clock", "a file has none"),
        Err(error) => unread("clock", &error),
    }
}

/// A file's own mode: what is in a store is not for others.
fn file_mode(file: &Path) -> Finding {
    let open = key_files::permissions("file", file);
    match open.level {
        super::finding::Level::Well => {
            Finding::well("file", "its owner alone may read it").at(file.display())
        }
        _ => Finding {
            what: "others than its owner may read it".to_owned(),
            why: "what is in the store is not for others".to_owned(),
            to_do: format!("chmod 600 {}", file.display()),
            ..open
        },
    }
}

async fn waiting(opened: &Opened, ambient: &Ambient) -> Vec<Finding> {
    let room = PostRoom::of(opened, ambient);
    let asked = async {
        Ok::<_, StoreError>((room.outbox.waiting().await?, room.outbox.oldest().await?, room.parked().await?))
    };
    match asked.await {
        Ok((waiting, oldest, parked)) => {
            let age = oldest.map(|oldest| ambient.now().duration_since(oldest)).unwrap_or_default();
            vec![judge_outbox(waiting, age), judge_parked(parked)]
        }
        Err(error) => vec![unread("outbox", &error)],
    }
}

fn judge_outbox(waiting: u64, age: SignedDuration) -> Finding {
    let what = format!("{waiting} events wait, the oldest for {} minutes", age.as_mins());
    if waiting > 0 && age > MAY_WAIT {
        let why = "they are kept, but who is to hear them does not: cases do not reach the panel";
        let to_do = "see to the broker, and that the service runs; in the embedded mode start it";
        return Finding::warning("outbox", what, why, to_do);
    }
    Finding::well("outbox", format!("{waiting} events wait"))
}

fn judge_parked(parked: u64) -> Finding {
    if parked == 0 {
        return Finding::well("parked", "no event was put aside");
    }
    let why = "what could not be handled has had no effect: a case may be missing or old";
    let to_do =
        "`lapwing parked list` says which and why; `lapwing parked retry --canary` once the cause is mended";
    Finding::warning("parked", format!("{parked} events were put aside"), why, to_do)
}

fn unread(check: &'static str, error: &StoreError) -> Finding {
    Finding::not_checked(check, error, "see to the database first, then run this again")
}

#[cfg(test)]
#[path = "stores/tests.rs"]
mod tests;
