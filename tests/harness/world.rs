//! A world of its own for each story: a temporary folder, free ports, all four services. The same stories run in both modes.

use std::path::Path;

use ambient::Ambient;
use contracts::notification::v1::{
    Answer, Area, Child, ChildFacts, Event, Incident, IncidentFacts, Judgement, Nation, Notification,
};
use lapwing::embedded::{Config, Embedded, Stopped};
use storage::Location;
use tempfile::TempDir;

use crate::{Clients, Production, until};

/// All four services: in this process, or each in its own.
pub struct World {
    running: Mode,
    folder: TempDir,
}

enum Mode {
    Embedded(Box<Embedded>),
    Production(Box<Production>),
}

impl World {
    /// A new world in this process.
    pub async fn embedded() -> Self {
        Self::in_folder(tempfile::tempdir().expect("a folder"), &Ambient::system()).await
    }

    /// A new world in this process, with a clock and chance of its own.
    pub async fn with(ambient: &Ambient) -> Self {
        Self::in_folder(tempfile::tempdir().expect("a folder"), ambient).await
    }

    /// A new world of four processes on PostgreSQL and RabbitMQ.
    pub async fn production() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let production = Production::start(folder.path()).await;
        Self { running: Mode::Production(Box::new(production)), folder }
    }

    async fn in_folder(folder: TempDir, ambient: &Ambient) -> Self {
        let config = Config { folder: folder.path().to_owned(), listen: ([127, 0, 0, 1], 0).into() };
        let embedded = Embedded::start(&config, ambient).await.expect("a world starts");
        Self { running: Mode::Embedded(Box::new(embedded)), folder }
    }

    /// Stops softly and starts again on the same data. The sentences are what the world said last.
    pub async fn restart(self) -> (Self, Vec<String>) {
        match self.running {
            Mode::Embedded(embedded) => {
                let stopped = embedded.stop().await;
                (Self::in_folder(self.folder, &Ambient::system()).await, vec![stopped.to_string()])
            }
            Mode::Production(mut production) => {
                let said = production.stop_all().await.into_iter().map(|(_, said)| said).collect();
                production.start_all(1).await;
                (Self { running: Mode::Production(production), folder: self.folder }, said)
            }
        }
    }

    /// Stops softly, and gives the folder back. For a world in this process.
    pub async fn stop(self) -> (TempDir, Stopped) {
        let Mode::Embedded(embedded) = self.running else { panic!("a world in this process") };
        let stopped = embedded.stop().await;
        (self.folder, stopped)
    }

    /// Clients that call this world.
    pub fn clients(&self) -> Clients {
        match &self.running {
            Mode::Embedded(embedded) => Clients::of_one_server(&embedded.url(), self.folder.path()),
            Mode::Production(production) => production.clients(),
        }
    }

    /// The public key with which receipts verify.
    pub fn receipt_key(&self) -> &str {
        match &self.running {
            Mode::Embedded(embedded) => embedded.receipt_key(),
            Mode::Production(production) => production.said(("intake", 0), "receipt_key"),
        }
    }

    /// The public key with which checkpoints of the audit log verify.
    pub fn checkpoint_key(&self) -> &str {
        match &self.running {
            Mode::Embedded(embedded) => embedded.checkpoint_key(),
            Mode::Production(production) => production.said(("audit", 0), "checkpoint_key"),
        }
    }

    /// Where case systems call.
    pub fn url(&self) -> String {
        match &self.running {
            Mode::Embedded(embedded) => embedded.url(),
            Mode::Production(production) => production.said(("intake", 0), "ready").to_owned(),
        }
    }

    /// The processes of a world that has them.
    pub fn processes(&mut self) -> &mut Production {
        match &mut self.running {
            Mode::Production(production) => production,
            Mode::Embedded(_) => panic!("a world of processes"),
        }
    }

    /// The data folder, or that of settings and certificates.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// All that a service keeps, as bytes: its files, or a dump of its schema.
    ///
    /// # Panics
    /// Where it cannot be read.
    pub async fn kept_by(&self, service: &str) -> Vec<u8> {
        match &self.running {
            Mode::Embedded(_) => {
                let file = |ending| self.folder.path().join(format!("{service}.{ending}"));
                // What is committed may still be in the write-ahead log alone.
                let (store, log) = (std::fs::read(file("sqlite")), std::fs::read(file("sqlite-wal")));
                [store.expect("a store"), log.unwrap_or_default()].concat()
            }
            Mode::Production(production) => production.dump(service).await,
        }
    }

    /// Events that wait to be delivered.
    pub async fn waiting(&self) -> u64 {
        match &self.running {
            Mode::Embedded(embedded) => embedded.waiting().await.expect("the stores can be read").events,
            Mode::Production(production) => production.waiting().await as u64,
        }
    }

    /// Waits until every event is delivered, and checks that none was put aside and that every notification is before the panel.
    pub async fn settled(&self) {
        let embedded = match &self.running {
            Mode::Embedded(embedded) => embedded,
            Mode::Production(production) => return production.settled().await,
        };
        until("every event to be delivered", async || {
            let waiting = embedded.waiting().await.expect("the stores can be read");
            assert_eq!(waiting.parked, 0, "an event was parked");
            (waiting.events == 0).then_some(())
        })
        .await;
        let store = Location::Sqlite(self.folder.path().join("intake.sqlite"));
        assert_eq!(under_way(&store).await, 0, "held, and not queued for the panel");
    }
}

/// How many notifications an intake's store holds that are not known to be queued for the panel.
pub(crate) async fn under_way(store: &Location) -> u64 {
    let store = store.look().await.expect("it can be looked at");
    let under_way = intake::under_way(&store).await.expect("counted");
    store.close().await;
    under_way.notifications
}

/// A well-formed notification with a duty under s.16C(1)(a), for stories about something else.
pub fn notification(authority: &str, sender_reference: &str) -> Notification {
    let here = Some(Area { nation: Nation::England.into(), authority: authority.into() });
    let yes = Some(Judgement { answer: Answer::Yes.into(), ..Default::default() });
    Notification {
        sender_reference: sender_reference.into(),
        notifying_authority: authority.into(),
        became_aware_on: "2026-03-16".into(),
        incident: Some(Incident {
            facts: Some(IncidentFacts {
                occurred_on: "2026-03-14".into(),
                area: here.clone(),
                ..Default::default()
            }),
            place: "12 Reed Lane".into(),
            narrative: "An invented narrative.".into(),
        }),
        children: vec![Child {
            key: "1".into(),
            identity: None,
            facts: Some(ChildFacts {
                event: Event::Death.into(),
                abuse_or_neglect: yes,
                age: Some(contracts::notification::v1::Age { years: 4, months: None }),
                normal_residence: here,
                ..Default::default()
            }),
        }],
        ..Default::default()
    }
}
