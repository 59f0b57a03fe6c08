//! The verbs, one a file. They call services by gRPC and know none from inside, but for `up`.

mod acknowledge;
mod case;
mod certificate;
mod notify;
mod queue;
mod sample;
mod status;
mod take;
mod timeline;
mod up;

use std::path::PathBuf;

use contracts::notification::v1::Lane;
use ids::Reference;

pub(crate) use acknowledge::acknowledge;
pub(crate) use case::case;
pub(crate) use certificate::{certificate, completions};
pub(crate) use notify::notify;
pub(crate) use queue::queue;
pub(crate) use sample::sample;
pub(crate) use status::status;
pub(crate) use take::take;
pub(crate) use timeline::{checkpoint, timeline};
pub(crate) use up::up;

use crate::cli::LaneName;

/// What every verb knows of its surroundings.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The folder with data and development certificates.
    pub folder: PathBuf,
    /// The server to call, where it is not the one of the folder.
    pub server: Option<String>,
    /// Whether JSON is printed.
    pub json: bool,
}

impl From<LaneName> for Lane {
    fn from(name: LaneName) -> Self {
        match name {
            LaneName::Decision => Self::Decision,
            LaneName::Information => Self::Information,
        }
    }
}

/// Reads a reference before any server is asked: a slip is told at once.
fn reference(text: &str) -> anyhow::Result<Reference> {
    text.parse().map_err(|error: ids::ReferenceError| anyhow::anyhow!("{text}: {error}"))
}
