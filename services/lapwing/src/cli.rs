//! The words of the command line.

mod arguments;
mod aside;
mod backup;
mod changes;
mod doctor;
mod mistakes;
mod parked;
mod records;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;
use secrecy::SecretString;

pub use arguments::{
    Acknowledge, BrokerAt, Check, Explain, ExportDefinitions, IssueCertificate, LaneName, Migrate, Notify,
    OfReference, Pki, PkiCommand, Policy, PolicyCommand, Queue, RevokeCertificate, Sample, ServiceName,
    StatusOf, Take, Topology, TopologyCommand, Up,
};
pub use aside::{InterestName, LiftStandAside, StandAside};
pub use backup::{Backup, Restore};
pub use changes::{
    AcceptHandOver, Amend, DeclineHandOver, DeclineName, HandOvers, LinkCases, NoticesFor, RecipientName,
    WithdrawNotification, WithdrawalName,
};
pub use doctor::{Doctor, SettingsFile};
pub use parked::{DiscardParked, ListParked, Parked, ParkedCommand, RetryParked, ShowParked};
pub use records::{Erase, HoldRecords, Identities, Readings, Retention, RotateKeys};

/// How many of the newest spans the embedded mode keeps for its page: those of some hundred notifications, about ten megabytes.
const KEPT_SPANS: usize = 8192;

/// A value that no log and no error shows: a URL with a password, or words about a child.
fn secret(text: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(text.into())
}

const EXIT_CODES: &str = "Exit codes:
  0  done
  1  something is wrong with this machine or this call; the sentence says what
  2  the command line cannot be read
  3  refused for its form: mend it and send it again
  4  conflict: it is held with other content, was answered otherwise, or has changed meanwhile
  5  not now: send it again as it is
  6  not found
  7  not allowed with this certificate
  8  of `doctor`: it serves, with warnings
  9  of `doctor`: nothing failed, but not all could be checked";

/// Takes local authorities' notifications of serious child safeguarding incidents to the panel's queue.
///
/// Without a command it starts all four services in this process, as `lapwing up` does.
#[derive(Debug, Parser)]
#[command(name = "lapwing", version, after_help = EXIT_CODES, propagate_version = true)]
pub struct Lapwing {
    /// The folder with the data and the development certificates
    #[arg(long, global = true, env = "LAPWING_FOLDER", default_value = ".lapwing", value_name = "FOLDER")]
    pub folder: PathBuf,
    /// The server to call, such as https://127.0.0.1:7443; left out, the one that runs in the folder
    #[arg(long, global = true, env = "LAPWING_SERVER", value_name = "URL")]
    pub server: Option<String>,
    /// Print JSON (proto3 JSON of the contract), one value a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Which log lines appear, such as info, or warn,delivery=debug [default: info for `up`, else warn]
    #[arg(long, global = true, env = "LAPWING_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// The form of log lines: text for people, json for machines
    #[arg(long, global = true, env = "LAPWING_LOG_FORM", default_value = "text", value_name = "FORM")]
    pub log_form: telemetry::Form,
    /// Of how many traces spans are made, from 0 to 1; the same in every process
    #[arg(long, global = true, env = "OTEL_TRACES_SAMPLER_ARG", default_value = "1", value_name = "SHARE")]
    pub sampled: telemetry::Share,
    /// Where spans and measures go by OTLP over gRPC, such as http://127.0.0.1:4317; left out, none leave
    #[arg(long, global = true, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp: Option<String>,
    /// Who vouches for a collector behind https (PEM), where the system does not know it
    #[arg(long, global = true, env = "OTEL_EXPORTER_OTLP_CERTIFICATE", value_name = "FILE")]
    pub otlp_authority: Option<PathBuf>,
    /// The certificate to show a collector that asks for one (PEM)
    #[arg(long, global = true, env = "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", value_name = "FILE")]
    pub otlp_certificate: Option<PathBuf>,
    /// That certificate's private key (PEM)
    #[arg(long, global = true, env = "OTEL_EXPORTER_OTLP_CLIENT_KEY", value_name = "FILE")]
    pub otlp_key: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Lapwing {
    /// Reads this process's arguments. Without a verb they are read again as those of `up`, so that its settings
    /// from the environment count too.
    pub fn from_arguments() -> Self {
        let read =
            |words: Vec<OsString>| Self::try_parse_from(words).unwrap_or_else(|error| mistakes::end(&error));
        let words: Vec<OsString> = std::env::args_os().collect();
        let lapwing = read(words.clone());
        match lapwing.command {
            Some(_) => lapwing,
            None => read(words.into_iter().chain(["up".into()]).collect()),
        }
    }

    /// The span of a verb, which the server's spans join. `up` has none: it lives as long as the server.
    pub fn span(&self) -> tracing::Span {
        match &self.command {
            None | Some(Command::Up(_)) => tracing::Span::none(),
            Some(command) => {
                tracing::info_span!(target: "lapwing", "verb", otel.name = command.name(), otel.kind = "client")
            }
        }
    }

    /// The certificates with which a collector is called.
    pub fn collector(&self) -> telemetry::OtlpTls {
        telemetry::OtlpTls {
            authority: self.otlp_authority.clone(),
            certificate: self.otlp_certificate.clone(),
            key: self.otlp_key.clone(),
        }
    }

    /// What this command wants of its telemetry.
    pub fn telemetry(&self) -> telemetry::Settings {
        let usual = match &self.command {
            None | Some(Command::Up(_)) => "info",
            // What it finds is its answer: libraries need not say it besides.
            Some(Command::Doctor(_)) => "error",
            Some(_) => "warn",
        };
        // Whoever looks whether a collector's certificates are good does not rest on them.
        let spans = !matches!(self.command, Some(Command::Doctor(_)));
        telemetry::Settings {
            service: "lapwing",
            otlp_endpoint: self.otlp.clone().filter(|endpoint| spans && !endpoint.is_empty()),
            otlp_tls: self.collector(),
            sampled: self.sampled,
            kept_spans: match &self.command {
                None | Some(Command::Up(_)) => KEPT_SPANS,
                Some(_) => 0,
            },
            log: self.log.clone().unwrap_or_else(|| usual.to_owned()),
            log_form: self.log_form,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start intake, eligibility, triage and audit in this process (the default)
    Up(Up),
    /// Judge notifications here, with no server and no network; nothing is stored
    #[command(after_help = EXIT_CODES)]
    Check(Check),
    /// Look whether all is well: settings, certificates, clocks, stores, broker, log and keys; alters nothing
    #[command(after_help = EXIT_CODES)]
    Doctor(Doctor),
    /// Send notifications, or check them with nothing stored
    #[command(after_help = EXIT_CODES)]
    Notify(Notify),
    /// Show where a notification stands
    Status(StatusOf),
    /// Send a later revision of a notification, whole
    Amend(Amend),
    /// Withdraw a notification with a reason; it stays visible
    Withdraw(WithdrawNotification),
    /// List the hand-overs that concern an authority
    HandOvers(HandOvers),
    /// Take over a notification whose duty was found to be yours
    Accept(AcceptHandOver),
    /// Say that the duty found to be yours is not
    Decline(DeclineHandOver),
    /// List the cases that wait for the panel
    Queue(Queue),
    /// Show one case with its finding, clocks and reasons
    Case(OfReference),
    /// Lease the next waiting case, as the panel's consumer does
    Take(Take),
    /// Say that a leased case has been taken over
    Acknowledge(Acknowledge),
    /// Record that two cases are of the same incident, or that neither is a duplicate
    Link(LinkCases),
    /// Stand aside from a case as a panel member: nothing of it is shown to that member from then on
    StandAside(StandAside),
    /// Let a panel member see a case again, as the secretariat
    LiftStandAside(LiftStandAside),
    /// List what DfE or Ofsted was told
    Notices(NoticesFor),
    /// Show everything that happened to a notification, as the audit log has it
    Timeline(OfReference),
    /// Show the audit log's newest signed checkpoint
    Checkpoint,
    /// Read who a case is about, for a purpose; each reading is on record
    Identities(Identities),
    /// List who has read a notification's identities
    Readings(Readings),
    /// Destroy a notification's identities and narrative for ever, with a reason
    Erase(Erase),
    /// Hold a notification against erasure
    Hold(HoldRecords),
    /// Release a legal hold
    Release(OfReference),
    /// List what is over its time by the policy of retention, or erase it
    Retention(Retention),
    /// Wrap every notification's key under the wrapping key in use; for operators
    RotateKeys(RotateKeys),
    /// Copy the data folder as it is at this moment, keys included, whether or not a server runs in it
    Backup(Backup),
    /// Put a backup in the place of a data folder that is not there
    Restore(Restore),
    /// Show the policy of a day, or the published truth table
    Policy(Policy),
    /// Say what a code means and what to do about it
    Explain(Explain),
    /// Show who may call what, and whose data that reaches
    Rights,
    /// Show what is measured, and under which names
    Measures,
    /// Make up plausible notifications, shaped by the published yearly figures; no real person
    Sample(Sample),
    /// Make or revoke development certificates, which are not for real data
    Pki(Pki),
    /// The same as `pki issue`, as it was called before
    #[command(hide = true)]
    Certificate(IssueCertificate),
    /// Bring the schemas of PostgreSQL up to date, before a new version is started
    Migrate(Migrate),
    /// Check, make or print the exchanges, queues and bindings of the broker
    Topology(Topology),
    /// List events that a service could not handle, send them again, or give them up; for operators
    #[command(after_help = EXIT_CODES)]
    Parked(Parked),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

impl Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Up(_) => "lapwing up",
            Self::Check(_) => "lapwing check",
            Self::Doctor(_) => "lapwing doctor",
            Self::Notify(_) => "lapwing notify",
            Self::Status(_) => "lapwing status",
            Self::Amend(_) => "lapwing amend",
            Self::Withdraw(_) => "lapwing withdraw",
            Self::HandOvers(_) => "lapwing hand-overs",
            Self::Accept(_) => "lapwing accept",
            Self::Decline(_) => "lapwing decline",
            Self::Queue(_) => "lapwing queue",
            Self::Case(_) => "lapwing case",
            Self::Take(_) => "lapwing take",
            Self::Acknowledge(_) => "lapwing acknowledge",
            Self::Link(_) => "lapwing link",
            Self::StandAside(_) => "lapwing stand-aside",
            Self::LiftStandAside(_) => "lapwing lift-stand-aside",
            Self::Notices(_) => "lapwing notices",
            Self::Timeline(_) => "lapwing timeline",
            Self::Checkpoint => "lapwing checkpoint",
            Self::Identities(_) => "lapwing identities",
            Self::Readings(_) => "lapwing readings",
            Self::Erase(_) => "lapwing erase",
            Self::Hold(_) => "lapwing hold",
            Self::Release(_) => "lapwing release",
            Self::Retention(_) => "lapwing retention",
            Self::RotateKeys(_) => "lapwing rotate-keys",
            Self::Backup(_) => "lapwing backup",
            Self::Restore(_) => "lapwing restore",
            Self::Policy(_) => "lapwing policy",
            Self::Explain(_) => "lapwing explain",
            Self::Rights => "lapwing rights",
            Self::Measures => "lapwing measures",
            Self::Sample(_) => "lapwing sample",
            Self::Pki(_) | Self::Certificate(_) => "lapwing pki",
            Self::Migrate(_) => "lapwing migrate",
            Self::Topology(_) => "lapwing topology",
            Self::Parked(_) => "lapwing parked",
            Self::Completions { .. } => "lapwing completions",
        }
    }
}
