//! The verbs, one a file. They call services by gRPC and know none from inside, but for `up`, `migrate`, those that judge offline,
//! and `doctor`.

mod acknowledge;
mod amend;
mod backup;
mod case;
mod check;
mod doctor;
mod explain;
mod hand_over;
mod judgement;
mod link;
mod measures;
mod migrate;
mod notices;
mod notify;
mod parked;
mod pki;
mod policy;
mod queue;
mod records;
mod rights;
mod sample;
mod stand_aside;
mod status;
mod take;
mod timeline;
mod topology;
mod up;

use std::path::PathBuf;

use contracts::notification::v1::{Lane, Notification};
use ids::Reference;
use telemetry::LookedAt;

pub(crate) use acknowledge::acknowledge;
pub(crate) use amend::{amend, withdraw};
pub(crate) use backup::{backup, restore};
pub(crate) use case::case;
pub(crate) use check::check;
pub(crate) use doctor::doctor;
pub(crate) use explain::explain;
pub(crate) use hand_over::{accept, decline, hand_overs};
pub(crate) use link::link;
pub(crate) use measures::measures;
pub(crate) use migrate::{migrate, name as service_name};
pub(crate) use notices::notices;
pub(crate) use notify::notify;
pub(crate) use parked::parked;
pub(crate) use pki::{certificate, completions, pki};
pub(crate) use policy::policy;
pub(crate) use queue::queue;
pub(crate) use records::{erase, hold, identities, readings, release, retention, rotate_keys};
pub(crate) use rights::rights;
pub(crate) use sample::sample;
pub(crate) use stand_aside::{lift_stand_aside, stand_aside};
pub(crate) use status::status;
pub(crate) use take::take;
pub(crate) use timeline::{checkpoint, timeline};
pub(crate) use topology::topology;
pub(crate) use up::up;

use crate::cli::LaneName;
use crate::kept_receipts;

/// What every verb knows of its surroundings.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The folder with data and development certificates.
    pub folder: PathBuf,
    /// The server to call, where it is not the one of the folder.
    pub server: Option<String>,
    /// Whether JSON is printed.
    pub json: bool,
    /// What this process measures and traces of itself.
    pub looked_at: LookedAt,
    /// The certificates with which a collector is called.
    pub collector: telemetry::OtlpTls,
}

impl From<LaneName> for Lane {
    fn from(name: LaneName) -> Self {
        match name {
            LaneName::Decision => Self::Decision,
            LaneName::Information => Self::Information,
        }
    }
}

/// Reads a reference before any server is asked: a slip is told at once. What was typed is not repeated: it may be a name.
fn reference(text: &str) -> anyhow::Result<Reference> {
    text.parse()
        .map_err(|error: ids::ReferenceError| anyhow::anyhow!("the reference cannot be read: {error}"))
}

/// The authority that holds a notification: the one named, or else the one whose receipt is kept here.
fn holder_of(context: &Context, reference: Reference, named: Option<String>) -> anyhow::Result<String> {
    named.or_else(|| kept_receipts::authority_of(&context.folder, reference)).ok_or_else(|| {
        anyhow::anyhow!(
            "the receipt of {reference} is not kept in {}: name the authority that holds it with --authority, such as --authority 373",
            context.folder.display()
        )
    })
}

/// A number that no authority has: under it goes what names no authority, so that the server says what is missing.
const NOBODY: &str = "000";

/// The DfE number in whose name a notification is sent, also where it gives a GSS code; [`NOBODY`] where it names no
/// authority.
fn number_of(notification: &Notification) -> String {
    let named = &notification.notifying_authority;
    let by_code = registers::authorities().find_by_gss(named).map(|authority| authority.number.to_string());
    let well_formed = named.len() == 3 && named.bytes().all(|byte| byte.is_ascii_digit());
    by_code.unwrap_or_else(|| if well_formed { named.clone() } else { NOBODY.to_owned() })
}
