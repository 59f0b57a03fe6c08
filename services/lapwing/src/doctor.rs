//! Looks whether all is well, in either mode, and alters nothing: no queue is declared, no schema migrated, no key drawn.
//!
//! Looking and judging are apart: what is judged is plain values, so that what cannot be made to happen in a test (a disk that is
//! nearly full, a clock that is wrong) is judged by table. What a reader would get wrong: nothing here ends the rest. Whatever
//! cannot be looked at is a finding too, and is never called well.

mod broker;
mod certificates;
mod clock;
mod disk;
mod door;
mod embedded;
mod finding;
mod key_files;
mod log;
mod report;
mod sealing;
mod settings;
mod stores;
mod subject;
mod way;

use std::path::Path;
use std::time::Duration;

use ambient::Ambient;
use futures::future::join_all;

use crate::cli::SettingsFile;
use crate::ending::Ending;

pub(crate) use embedded::embedded;
use finding::{Finding, Group, Sum};
use subject::no_answer;

/// Looks at services by their settings files, all side by side, and once at each broker that they name.
pub(crate) async fn production(
    files: &[SettingsFile],
    kept: Option<&Path>,
    collector: &telemetry::OtlpTls,
    patience: Duration,
    ambient: &Ambient,
) -> Vec<Group> {
    let (mut subjects, mut unread) = (Vec::new(), Vec::new());
    for file in files {
        match settings::read(file, kept) {
            Ok(subject) => subjects.push(subject),
            Err(group) => unread.push(group),
        }
    }
    let brokers = broker::distinct(subjects.iter().filter_map(|subject| subject.broker.as_ref()));
    let services = join_all(subjects.iter().map(|subject| Box::pin(subject.look(patience, ambient))));
    let queues = join_all(brokers.into_iter().map(|config| queues(config, patience)));
    let (services, queues) = tokio::join!(services, queues);
    let mut groups = [unread, services, queues].concat();
    groups.push(of_collector(collector, ambient));
    groups
}

async fn queues(config: &::broker::Config, patience: Duration) -> Group {
    let looked = tokio::time::timeout(patience, broker::queues(config)).await;
    looked.unwrap_or_else(|_| {
        let late = no_answer("topology", patience, "look at the broker's log, and at what lies between");
        Group { name: "broker".to_owned(), findings: vec![late] }
    })
}

/// A collector is named by arguments of services, and not by their settings.
fn of_collector(tls: &telemetry::OtlpTls, ambient: &Ambient) -> Group {
    const CHECK: &str = "collector certificates";
    let (authority, certificate, key) =
        (tls.authority.as_deref(), tls.certificate.as_deref(), tls.key.as_deref());
    let mut findings = certificates::towards(CHECK, authority, certificate, key, ambient.now());
    if findings.is_empty() {
        let because = "services are told of it by --otlp-authority, --otlp-certificate and --otlp-key: give the same here";
        findings.push(Finding::not_here(CHECK, because));
    }
    Group { name: "collector".to_owned(), findings }
}

/// Tells what was found, and says how the command ends.
pub(crate) fn tell(groups: &[Group], json: bool) -> Ending {
    report::tell(groups, json);
    Sum::of(groups).ending()
}
