//! The settings file of a process, and its arguments.
//!
//! A file has three tables: `[process]`, the same for every service; `[broker]`; and `[service]`, the service's own. A key
//! that does not exist is refused by its name: a slip must not leave a limit at its default.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, CommandFactory, FromArgMatches, Parser};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::limits::Limits;
use crate::trusted::Files;

/// A whole settings file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings<Service> {
    /// Where the process listens, and as whom.
    pub process: Process,
    /// The broker.
    pub broker: broker::Config,
    /// The service's own settings.
    pub service: Service,
}

/// Settings that every process has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// The address to listen at, such as `0.0.0.0:7441`; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address for whoever watches this process, such as `0.0.0.0:9464`: probes and measures, by plain HTTP
    /// (`/started`, `/live`, `/ready`, `/metrics`). Without one, nobody can. To be open to the monitoring alone.
    #[serde(default)]
    pub watch: Option<SocketAddr>,
    /// The file with this process's certificate (PEM, the leaf first). It names the host by which clients call it, and, by
    /// one URI such as `lapwing://service/intake`, the service as which it calls others.
    pub certificate: PathBuf,
    /// The file with its private key (PEM).
    pub key: PathBuf,
    /// The file with the certificate of the authority that both ends trust (PEM); of several, while one is replaced by another.
    pub authority: PathBuf,
    /// The file with the list of certificates that the authority has revoked (CRL, PEM; one for each authority). Without it, a
    /// certificate is good until its time has passed. This and the files above are read again when they change.
    #[serde(default)]
    pub revoked: Option<PathBuf>,
    /// Whether callers may ask for the contract (gRPC reflection). Off by default: whoever needs it has the contract.
    #[serde(default)]
    pub reflection: bool,
    /// How much one caller and all callers may take.
    #[serde(default)]
    pub limits: Limits,
    /// How long each step of a way down may take, in seconds: calls, deliveries, the outbox. More lets more come to its end;
    /// a supervisor that kills earlier loses nothing, for what was receipted is in a table.
    #[serde(default = "drain_seconds")]
    pub drain_seconds: u64,
}

fn drain_seconds() -> u64 {
    10
}

impl Process {
    /// The files with the certificate, its key, the authority, and what it has revoked.
    pub fn files(&self) -> Files {
        Files {
            certificate: self.certificate.clone(),
            key: self.key.clone(),
            authority: self.authority.clone(),
            revoked: self.revoked.clone(),
        }
    }
}

/// What every service's command understands.
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// The settings file; deploy/samples has one for each service
    #[arg(long, env = "LAPWING_CONFIG", value_name = "FILE")]
    pub config: PathBuf,
    /// Print the ready line and the last line as JSON
    #[arg(long)]
    pub json: bool,
    /// Read the settings, say whether they are in order, and end
    #[arg(long)]
    pub check_config: bool,
    /// Ask the process that runs with these settings whether it is ready, and end: for a supervisor that cannot ask by HTTP
    #[arg(long)]
    pub check_ready: bool,
    /// Which log lines appear, such as info, or warn,delivery=debug
    #[arg(long, env = "LAPWING_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
    /// The form of log lines: text for people, json for machines
    #[arg(long, env = "LAPWING_LOG_FORM", default_value = "text", value_name = "FORM")]
    pub log_form: telemetry::Form,
    /// Of how many traces spans are made, from 0 to 1; the same in every process
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", default_value = "1", value_name = "SHARE")]
    pub sampled: telemetry::Share,
    /// Where spans and measures go by OTLP over gRPC, such as http://127.0.0.1:4317; left out, none leave
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp: Option<String>,
    /// Who vouches for a collector behind https (PEM), where the system does not know it
    #[arg(long, env = "OTEL_EXPORTER_OTLP_CERTIFICATE", value_name = "FILE")]
    pub otlp_authority: Option<PathBuf>,
    /// The certificate to show a collector that asks for one (PEM)
    #[arg(long, env = "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", value_name = "FILE")]
    pub otlp_certificate: Option<PathBuf>,
    /// That certificate's private key (PEM)
    #[arg(long, env = "OTEL_EXPORTER_OTLP_CLIENT_KEY", value_name = "FILE")]
    pub otlp_key: Option<PathBuf>,
}

#[derive(Parser)]
#[command(version)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

impl Arguments {
    /// Reads this process's arguments, under the service's name. Ends the process where they cannot be read, or where help
    /// was asked for.
    pub fn of_process(service: &'static str, about: &'static str) -> Self {
        let matches = Line::command().name(service).about(about).get_matches();
        match Line::from_arg_matches(&matches) {
            Ok(line) => line.arguments,
            Err(error) => error.exit(),
        }
    }
}

/// Reads a settings file.
///
/// # Errors
/// The file, the line and the key that is wrong.
pub fn read<Service: DeserializeOwned>(file: &Path) -> Result<Settings<Service>> {
    let text = std::fs::read_to_string(file).with_context(|| {
        format!("{} cannot be read; name the settings file with --config", file.display())
    })?;
    toml::from_str(&text).map_err(|error: toml::de::Error| {
        // Without the line itself, as the library shows it: it may hold a password.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.lines().count().max(1);
        anyhow::anyhow!("{}, line {line}: {}", file.display(), without_values(error.message()))
    })
}

/// Cuts a value out of the library's words: a URL that was put under the wrong key may hold a password.
fn without_values(message: &str) -> String {
    let value = ["invalid type", "invalid value", "invalid length", "unknown variant"]
        .into_iter()
        .find(|kind| message.starts_with(*kind));
    match (value, message.rfind(", expected ")) {
        (Some(kind), Some(at)) => format!("{kind}{}", &message[at..]),
        (Some(kind), None) => kind.to_owned(),
        (None, _) => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        [process]
        listen = "127.0.0.1:0"
        certificate = "intake.pem"
        key = "intake.key"
        authority = "authority.pem"
        [broker]
        url = "amqp://127.0.0.1"
        [service]
        largest = 5
    "#;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Service {
        largest: u32,
    }

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("bird.toml");
        std::fs::write(&file, text).expect("written");
        (folder, file)
    }

    #[test]
    fn a_file_is_read_whole() {
        let (_folder, file) = written(WHOLE);
        let settings = read::<Service>(&file).expect("reads");
        assert_eq!((settings.service.largest, settings.process.drain_seconds), (5, 10));
        assert_eq!((settings.process.reflection, settings.process.limits), (false, Limits::default()));
    }

    #[test]
    fn a_limit_is_read_and_a_misspelt_one_is_named() {
        let limited = WHOLE.replace("[broker]", "[process.limits]\ncalls_of_caller = 7\n[broker]");
        let (_folder, file) = written(&limited);
        let limits = read::<Service>(&file).expect("reads").process.limits;
        assert_eq!(limits, Limits { calls_of_caller: 7, ..Limits::default() });
        let (_folder, file) = written(&limited.replace("calls_of_caller", "calls_of_callers"));
        let error = format!("{:#}", read::<Service>(&file).expect_err("refused"));
        assert!(error.contains("calls_of_callers"), "{error}");
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_file() {
        for (right, wrong) in [("largest", "lagrest"), ("listen", "lisen"), ("url", "ulr")] {
            let (_folder, file) = written(&WHOLE.replace(right, wrong));
            let error = format!("{:#}", read::<Service>(&file).expect_err("refused"));
            assert!(error.contains(wrong) && error.contains("bird.toml, line"), "{error}");
            assert!(!error.contains("amqp://"), "the line may hold a password: {error}");
        }
    }

    #[test]
    fn a_url_under_the_wrong_key_is_not_repeated() {
        for (right, wrong) in [
            ("largest = 5", "largest = \"amqp://lapwing:s3cret@mq\""),
            ("\"127.0.0.1:0\"", "\"amqp://lapwing:s3cret@mq\""),
            ("url = \"amqp://127.0.0.1\"", "url = [\"amqp://lapwing:s3cret@mq\"]"),
        ] {
            let (_folder, file) = written(&WHOLE.replace(right, wrong));
            let error = format!("{:#}", read::<Service>(&file).expect_err("refused"));
            assert!(!error.contains("s3cret") && error.contains("bird.toml, line"), "{error}");
        }
    }

    #[test]
    fn settings_never_print_the_brokers_password() {
        let (_folder, file) = written(&WHOLE.replace("amqp://127.0.0.1", "amqp://lapwing:s3cret@127.0.0.1"));
        let settings = read::<Service>(&file).expect("reads");
        assert!(!format!("{settings:?}{settings:#?}").contains("s3cret"));
    }

    #[test]
    fn a_certificate_that_is_not_there_is_named_with_its_setting() {
        let (_folder, file) = written(WHOLE);
        let process = read::<Service>(&file).expect("reads").process;
        let error = process.files().read().expect_err("refused").to_string();
        assert!(error.contains("intake.pem") && error.contains("certificate"), "{error}");
    }
}
