//! `lapwing migrate`: brings the schemas of PostgreSQL up to date, with the role that owns them. Services never migrate: they
//! refuse to start on a schema that is not theirs, and many of them start at once.

use anyhow::Error;
use storage::postgres::{OpenError, Place};

use super::Context;
use crate::cli::{Migrate, ServiceName};
use crate::ending::{Ending, Failure};
use crate::printing::line;

const ALL: [ServiceName; 4] =
    [ServiceName::Intake, ServiceName::Eligibility, ServiceName::Triage, ServiceName::Audit];

/// Migrates one schema after the other, and says of each what was done.
///
/// # Errors
/// The first schema that cannot be migrated; those before it are.
pub(crate) async fn migrate(context: &Context, migrate: Migrate) -> Result<Ending, Failure> {
    let chosen = if migrate.services.is_empty() { ALL.to_vec() } else { migrate.services };
    for service in chosen {
        let schema = name(service);
        let place = Place {
            url: migrate.database.clone(),
            password_file: migrate.database_password_file.clone(),
            schema: schema.to_owned(),
            connections: 1,
        };
        let done = migrate_one(service, &place).await.map_err(Error::from)?;
        line(match (context.json, done.len()) {
            (true, _) => serde_json::json!({ "schema": schema, "migrations": done }).to_string(),
            (false, 0) => format!("{schema}: is up to date"),
            (false, number) => format!("{schema}: {number} migrations done: {}", done.join(", ")),
        });
    }
    if !context.json {
        line("next: run deploy/postgres/grants.sql as the owner, so that each role may use what is new");
    }
    Ok(Ending::Well)
}

/// A service by its name on the command line.
pub(crate) fn name(service: ServiceName) -> &'static str {
    match service {
        ServiceName::Intake => intake::SERVICE,
        ServiceName::Eligibility => eligibility::SERVICE,
        ServiceName::Triage => triage::SERVICE,
        ServiceName::Audit => audit::SERVICE,
    }
}

async fn migrate_one(service: ServiceName, place: &Place) -> Result<Vec<String>, OpenError> {
    match service {
        ServiceName::Intake => intake::store::postgres::migrate(place).await,
        ServiceName::Eligibility => eligibility::store::postgres::migrate(place).await,
        ServiceName::Triage => triage::store::postgres::migrate(place).await,
        ServiceName::Audit => audit::store::postgres::migrate(place).await,
    }
}
