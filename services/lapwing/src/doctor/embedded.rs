//! The embedded mode, by its data folder, whether or not a world runs in it.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::Duration;

use ambient::Ambient;
use futures::future::join_all;
use host::Files;
use storage::Location;

use super::certificates::{self, Use};
use super::disk;
use super::door::{self, Door};
use super::finding::{Finding, Group};
use super::key_files::{self, KeyFile};
use super::log::Log;
use super::subject::{Subject, no_answer};
use crate::connection::{address_file, pki_folder};

/// Looks at a data folder. Where a world starts or ends meanwhile, what was seen may be neither, and it is looked at once more.
pub(crate) async fn embedded(
    folder: &Path,
    kept: Option<&Path>,
    patience: Duration,
    ambient: &Ambient,
) -> Vec<Group> {
    let before = World::in_folder(folder);
    let groups = look(folder, &before, kept, patience, ambient).await;
    let after = World::in_folder(folder);
    if after == before { groups } else { look(folder, &after, kept, patience, ambient).await }
}

/// Whether a world runs in a folder, and where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
enum World {
    /// None has ever run there.
    Never,
    /// None does.
    Stopped,
    /// One does.
    Runs(Option<String>),
}

impl World {
    /// By the lock that a world holds for as long as it lives. It is asked for, and let go of at once.
    fn in_folder(folder: &Path) -> Self {
        let Ok(lock) = File::open(folder.join("lock")) else { return Self::Never };
        match lock.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {
                let address = fs::read_to_string(address_file(folder));
                Self::Runs(address.ok().map(|address| address.trim().to_owned()))
            }
            _ => Self::Stopped,
        }
    }
}

async fn look(
    folder: &Path,
    world: &World,
    kept: Option<&Path>,
    patience: Duration,
    ambient: &Ambient,
) -> Vec<Group> {
    if *world == World::Never {
        let because = format!("no world has run in {} yet", folder.display());
        let to_do = "start one with `lapwing up`, name the folder with --folder, or name settings files with --config";
        let finding = Finding::not_checked("data folder", because, to_do).at(folder.display());
        return vec![Group { name: "lapwing".to_owned(), findings: vec![finding] }];
    }
    let pki = pki_folder(folder);
    let door = match world {
        World::Runs(Some(address)) => Some(Door::Embedded(pki.clone(), address.clone())),
        _ => None,
    };
    let subjects = subjects(folder, door.as_ref(), kept);
    let services = join_all(subjects.iter().map(|subject| Box::pin(subject.look(patience, ambient))));
    let (health, services) = tokio::join!(health(world, door.as_ref(), patience, ambient), services);
    let mut findings = vec![Finding::well("data folder", said(folder, world))];
    findings.extend(certificates::own(&Files::of_development(&pki, "server"), Use::Server, ambient.now()));
    findings.push(key_files::permissions("authority's key", &pki.join("authority.key")));
    findings.extend(health);
    findings.push(disk::look(folder));
    findings.push(Finding::not_here("settings", "the embedded mode has none but its arguments"));
    findings.push(Finding::not_here("broker", "events travel within the process in the embedded mode"));
    [vec![Group { name: "lapwing".to_owned(), findings }], services].concat()
}

fn said(folder: &Path, world: &World) -> String {
    let folder = folder.display();
    match world {
        World::Runs(Some(address)) => format!("a world runs in {folder} at {address}"),
        World::Runs(None) => format!("a world is starting or stopping in {folder}"),
        _ => format!("no world runs in {folder} now"),
    }
}

async fn health(world: &World, door: Option<&Door>, patience: Duration, ambient: &Ambient) -> Vec<Finding> {
    let Some(door) = door else {
        return vec![match world {
            World::Runs(_) => Finding::not_checked(
                door::OWN,
                "it has no address yet, or no more",
                "run this again in a moment",
            ),
            _ => Finding::not_here(door::OWN, "nothing runs"),
        }];
    };
    let names = door::names(None);
    let looking = door::look(door::OWN, door, &names, ambient);
    let late = || vec![no_answer(door::OWN, patience, "read its log; restart it")];
    tokio::time::timeout(patience, looking).await.unwrap_or_else(|_| late())
}

fn subjects(folder: &Path, door: Option<&Door>, kept: Option<&Path>) -> [Subject; 4] {
    let (intake, audit) = (intake::config::Config::below(folder), audit::config::Config::below(folder));
    let log = Log {
        key: audit.checkpoint_key.clone(),
        origin: audit.origin.clone(),
        kept: kept.map(Path::to_path_buf),
    };
    [
        Subject {
            keys: vec![KeyFile::Receipts(intake.receipt_key), KeyFile::Match(intake.match_key)],
            wrapping: Some(intake.wrapping_keys),
            ..plain(intake::SERVICE, intake.store)
        },
        plain(eligibility::SERVICE, eligibility::config::Config::below(folder).store),
        plain(triage::SERVICE, triage::config::Config::below(folder).store),
        Subject {
            keys: vec![KeyFile::Checkpoints(audit.checkpoint_key, audit.origin)],
            log: Some((log, door.cloned())),
            ..plain(audit::SERVICE, audit.store)
        },
    ]
}

fn plain(service: &'static str, store: Location) -> Subject {
    Subject {
        service,
        title: service.to_owned(),
        settings: Vec::new(),
        certificate: None,
        door: None,
        asks: None,
        broker: None,
        store,
        migrators: Subject::migrators(service),
        keys: Vec::new(),
        wrapping: None,
        log: None,
    }
}
