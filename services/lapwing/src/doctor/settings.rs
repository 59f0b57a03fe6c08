//! Settings files, read as the services read them (`--check-config`), and what is looked at by them.

use std::path::Path;

use anyhow::Context as _;
use host::{Process, Settings};
use serde::de::DeserializeOwned;
use storage::Location;

use super::certificates::Use;
use super::door::Door;
use super::finding::{Finding, Group};
use super::key_files::KeyFile;
use super::log::Log;
use super::subject::Subject;
use crate::cli::SettingsFile;
use crate::verbs::service_name;

const CHECK: &str = "settings";
const SERVICES: [&str; 4] = [intake::SERVICE, eligibility::SERVICE, triage::SERVICE, audit::SERVICE];

/// Reads a settings file; what cannot be read is told, and nothing else is looked at by it.
pub(super) fn read(settings: &SettingsFile, kept: Option<&Path>) -> Result<Subject, Group> {
    let file = &settings.file;
    let Some(service) = settings.service.map(service_name).or_else(|| service_of(file)) else {
        let to_do = "write whose they are before the file's name, such as --config intake=FILE";
        let finding =
            Finding::not_checked(CHECK, "the file's name does not say whose settings these are", to_do);
        return Err(Group { name: file.display().to_string(), findings: vec![finding.at(file.display())] });
    };
    let title = format!("{service} ({})", file.display());
    subject(service, &title, file, kept).map_err(|error| {
        let findings = vec![refused(service, &error).at(file.display()), rest()];
        Group { name: title.clone(), findings }
    })
}

fn subject(service: &'static str, title: &str, file: &Path, kept: Option<&Path>) -> anyhow::Result<Subject> {
    Ok(match service {
        intake::SERVICE => {
            let settings = settings::<intake::config::Config>(file)?;
            settings.process.limits.judge_largest(settings.service.largest_message)?;
            let asks = settings.service.eligibility.clone().context(
                "`eligibility` is missing in [service]: the address of eligibility, such as https://127.0.0.1:7442",
            )?;
            let store = settings.service.store.clone();
            let Settings { process, broker, service: own } = settings;
            let asks = Some(Door::Asked(process.files(), asks));
            let keys = vec![KeyFile::Receipts(own.receipt_key), KeyFile::Match(own.match_key)];
            let wrapping = Some(own.wrapping_keys);
            Subject { asks, keys, wrapping, ..plain(service, title, file, &process, broker, store) }
        }
        eligibility::SERVICE => {
            let Settings { process, broker, service: own } = settings::<eligibility::config::Config>(file)?;
            plain(service, title, file, &process, broker, own.store)
        }
        triage::SERVICE => {
            let Settings { process, broker, service: own } = settings::<triage::config::Config>(file)?;
            plain(service, title, file, &process, broker, own.store)
        }
        _ => {
            let Settings { process, broker, service: own } = settings::<audit::config::Config>(file)?;
            let door = door(&process);
            let log = Log {
                key: own.checkpoint_key.clone(),
                origin: own.origin.clone(),
                kept: kept.map(Path::to_path_buf),
            };
            let keys = vec![KeyFile::Checkpoints(own.checkpoint_key, own.origin)];
            Subject {
                keys,
                log: Some((log, Some(door))),
                ..plain(service, title, file, &process, broker, own.store)
            }
        }
    })
}

/// Reads and judges what every service has, as `--check-config` does.
fn settings<Service: DeserializeOwned>(file: &Path) -> anyhow::Result<Settings<Service>> {
    let settings = host::read::<Service>(file)?;
    settings.process.limits.judge()?;
    Ok(settings)
}

fn plain(
    service: &'static str,
    title: &str,
    file: &Path,
    process: &Process,
    broker: broker::Config,
    store: Location,
) -> Subject {
    let to_be =
        if service == intake::SERVICE { Use::Service(service) } else { Use::ServiceThatIsCalled(service) };
    Subject {
        service,
        title: title.to_owned(),
        settings: vec![Finding::well(CHECK, format!("{} is in order", file.display()))],
        certificate: Some((process.files(), to_be)),
        door: Some(door(process)),
        asks: None,
        broker: Some(broker),
        store,
        migrators: Subject::migrators(service),
        keys: Vec::new(),
        wrapping: None,
        log: None,
    }
}

fn door(process: &Process) -> Door {
    Door::Process(process.files(), process.listen)
}

fn refused(service: &str, error: &anyhow::Error) -> Finding {
    let to_do = format!(
        "correct it: deploy/samples/{service}.toml is a whole file, and services/{service}/src/config.rs says what each key means"
    );
    Finding::failure(CHECK, format!("{error:#}"), "the service does not start on it", to_do)
}

fn rest() -> Finding {
    Finding::not_checked(
        "everything else",
        "its settings cannot be read",
        "correct the settings, then run this again",
    )
}

/// The one service whose name is in a file's name.
fn service_of(file: &Path) -> Option<&'static str> {
    let name = file.file_stem()?.to_string_lossy().to_lowercase();
    let mut named = SERVICES.into_iter().filter(|service| name.contains(service));
    named.next().filter(|_| named.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_says_whose_settings_it_holds_or_does_not() {
        for (file, service) in [
            ("/etc/lapwing/intake.toml", Some("intake")),
            ("triage-0.toml", Some("triage")),
            ("settings.toml", None),
            ("intake-and-audit.toml", None),
        ] {
            assert_eq!(service_of(Path::new(file)), service, "{file}");
        }
    }

    #[test]
    fn each_sample_is_read_as_the_service_reads_it() {
        for service in SERVICES {
            let file =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../deploy/samples/{service}.toml"));
            let subject = read(&SettingsFile { service: None, file }, None).expect("it is in order");
            assert_eq!(subject.service, service);
            assert_eq!(subject.log.is_some(), service == "audit");
            assert_eq!(
                (subject.wrapping.is_some(), subject.asks.is_some()),
                (service == "intake", service == "intake")
            );
        }
    }
}
