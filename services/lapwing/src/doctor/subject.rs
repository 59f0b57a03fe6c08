//! What is looked at of one service, whichever mode it runs in.

use std::time::Duration;

use ::sealing::KeySource;
use ambient::Ambient;
use host::Files;
use storage::{Location, Migrator};

use super::certificates::Use;
use super::door::{self, Door};
use super::finding::{Finding, Group};
use super::key_files::KeyFile;
use super::log::Log;
use super::{broker as brokers, certificates, disk, key_files, log, sealing, stores, way};

/// How long whoever looks at the clock between steps may take to see that its time is over.
const TO_END: Duration = Duration::from_secs(5);

/// What brings a store up to date, in each database.
#[derive(Debug, Clone, Copy)]
pub(super) struct Migrators {
    pub(super) sqlite: fn() -> [Migrator; 2],
    pub(super) postgres: fn() -> [Migrator; 2],
}

/// One service, as its settings have it. What it does not have is not looked at.
pub(super) struct Subject {
    /// Its name.
    pub(super) service: &'static str,
    /// Whose settings it is, for a person.
    pub(super) title: String,
    /// What its settings were found to be.
    pub(super) settings: Vec<Finding>,
    /// Its own certificate, for what it is to be good.
    pub(super) certificate: Option<(Files, Use)>,
    /// Where it answers.
    pub(super) door: Option<Door>,
    /// Where it asks eligibility.
    pub(super) asks: Option<Door>,
    /// Its broker.
    pub(super) broker: Option<broker::Config>,
    /// Its store.
    pub(super) store: Location,
    /// What brings that up to date.
    pub(super) migrators: Migrators,
    /// Files with keys that it drew.
    pub(super) keys: Vec<KeyFile>,
    /// The keys under which records are sealed.
    pub(super) wrapping: Option<KeySource>,
    /// The log, and where audit answers.
    pub(super) log: Option<(Log, Option<Door>)>,
}

impl Subject {
    /// The migrators of a service, by its name.
    pub(super) fn migrators(service: &str) -> Migrators {
        match service {
            intake::SERVICE => Migrators {
                sqlite: intake::store::sqlite::migrators,
                postgres: intake::store::postgres::migrators,
            },
            eligibility::SERVICE => Migrators {
                sqlite: eligibility::store::sqlite::migrators,
                postgres: eligibility::store::postgres::migrators,
            },
            triage::SERVICE => Migrators {
                sqlite: triage::store::sqlite::migrators,
                postgres: triage::store::postgres::migrators,
            },
            _ => Migrators {
                sqlite: audit::store::sqlite::migrators,
                postgres: audit::store::postgres::migrators,
            },
        }
    }

    /// Looks at all of it. What is independent is looked at side by side, each within `patience`.
    pub(super) async fn look(&self, patience: Duration, ambient: &Ambient) -> Group {
        let own = self.certificate.as_ref();
        let mut findings = self.settings.clone();
        findings.extend(
            own.map(|(files, to_be)| certificates::own(files, *to_be, ambient.now())).into_iter().flatten(),
        );
        findings.extend(self.keys.iter().flat_map(key_files::look));
        let (broker, store, health, asked) = tokio::join!(
            self.broker(patience, ambient),
            self.store(patience, ambient),
            self.health(patience, ambient),
            self.asked(patience, ambient)
        );
        findings.extend([broker, store, health, asked].into_iter().flatten());
        // In the embedded mode all four are on one disk, which is looked at once.
        findings.extend(own.map(|_| self.disk()));
        Group { name: self.title.clone(), findings }
    }

    async fn broker(&self, patience: Duration, ambient: &Ambient) -> Vec<Finding> {
        let Some(config) = &self.broker else { return Vec::new() };
        let late = || vec![no_answer("broker", patience, "start it, or look at what lies between")];
        tokio::time::timeout(patience, brokers::look(config, ambient.now())).await.unwrap_or_else(|_| late())
    }

    async fn health(&self, patience: Duration, ambient: &Ambient) -> Vec<Finding> {
        let Some(door) = &self.door else { return Vec::new() };
        let late = || vec![no_answer(door::OWN, patience, "read its log; restart it")];
        let names = door::names(Some(self.service));
        let looking = door::look(door::OWN, door, &names, ambient);
        tokio::time::timeout(patience, looking).await.unwrap_or_else(|_| late())
    }

    /// Intake asks eligibility, and so must be let in there.
    async fn asked(&self, patience: Duration, ambient: &Ambient) -> Vec<Finding> {
        const CHECK: &str = "eligibility, as asked from here";
        let Some(door) = &self.asks else { return Vec::new() };
        let names = door::names(Some(eligibility::SERVICE));
        let looking = door::look(CHECK, door, &names, ambient);
        let mut found = tokio::time::timeout(patience, looking)
            .await
            .unwrap_or_else(|_| vec![no_answer(CHECK, patience, "read eligibility's log; restart it")]);
        // Its clock is looked at where its own settings are.
        found.truncate(1);
        found
    }

    async fn store(&self, patience: Duration, ambient: &Ambient) -> Vec<Finding> {
        let looking = stores::look(self.service, &self.store, self.migrators, ambient);
        let Ok((mut found, readable)) = tokio::time::timeout(patience, looking).await else {
            let late =
                no_answer("database", patience, "look at the database's log, and at what lies between");
            return vec![late.at(stores::place(&self.store))];
        };
        let Some(store) = readable else {
            let because = "the store cannot be read as this version's";
            let to_do = "see to the store first, then run this again";
            found.extend(self.rest_on_the_store().map(|check| Finding::not_checked(check, because, to_do)));
            return found;
        };
        if let Some((log, door)) = &self.log {
            let looking = log::look(log, &store, door.as_ref(), patience);
            let late =
                || vec![no_answer("log", patience, "look at the database's log, and at what lies between")];
            found.extend(tokio::time::timeout(patience + TO_END, looking).await.unwrap_or_else(|_| late()));
        }
        if let Some(source) = &self.wrapping {
            let looking = tokio::time::timeout(patience, sealing::look(source, &store, ambient)).await;
            let late =
                || vec![no_answer("wrapping keys", patience, "run by hand the command that prints them")];
            found.extend(looking.unwrap_or_else(|_| late()));
        }
        if self.service == intake::SERVICE {
            let looking = tokio::time::timeout(patience, way::look(&store, ambient)).await;
            let late =
                || no_answer(way::CHECK, patience, "look at the database's log, and at what lies between");
            found.push(looking.unwrap_or_else(|_| late()));
        }
        // Where it does not even close in time, that is told by what it did not answer.
        let _closed = tokio::time::timeout(TO_END, store.close()).await;
        found
    }

    fn rest_on_the_store(&self) -> impl Iterator<Item = &'static str> {
        let log = self.log.as_ref().map(|_| "log");
        let wrapping = self.wrapping.as_ref().map(|_| "wrapping keys");
        let way = (self.service == intake::SERVICE).then_some(way::CHECK);
        [log, wrapping, way].into_iter().flatten()
    }

    fn disk(&self) -> Finding {
        match &self.store {
            Location::Sqlite(file) => disk::look(file),
            Location::Postgres(_) => Finding::not_here(
                "disk",
                "PostgreSQL's disk is not to be seen from here: watch it where it is",
            ),
        }
    }
}

/// What did not answer within the time that a check has.
pub(super) fn no_answer(check: &'static str, patience: Duration, to_do: &str) -> Finding {
    Finding::failure(
        check,
        format!("no answer within {} seconds", patience.as_secs()),
        "whoever needs it waits as long, and then gives up",
        to_do,
    )
}
