//! What the verbs are given, but for those that change a notification or bring cases together ([`super::changes`]).

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use secrecy::SecretString;

use super::secret;

const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7443);

/// Where the operator's page is served, where nothing else is said.
const DEFAULT_PAGE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7480);

/// `up`
#[derive(Debug, Args)]
pub struct Up {
    /// The address to listen at; port 0 takes a free one
    #[arg(long, env = "LAPWING_LISTEN", default_value_t = DEFAULT_LISTEN, value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// The address of the operator's page; where another program has it, a free port of the same host is taken
    #[arg(long, env = "LAPWING_PAGE", default_value_t = DEFAULT_PAGE, value_name = "ADDRESS")]
    pub page: SocketAddr,
    /// Serve no operator's page
    #[arg(long, conflicts_with = "page")]
    pub no_page: bool,
}

/// `check`
#[derive(Debug, Args)]
pub struct Check {
    /// Files with one notification each (proto3 JSON), or one a line (NDJSON); - reads standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The day on which it would be received [default: today]
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
}

/// `notify`
#[derive(Debug, Args)]
pub struct Notify {
    /// Files with one notification each (proto3 JSON), or one a line (NDJSON); - reads standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Judge only: nothing is stored, and the finding is shown
    #[arg(long)]
    pub check: bool,
}

/// `status`
#[derive(Debug, Args)]
pub struct StatusOf {
    /// The reference from the receipt; case, spaces and hyphens do not matter
    pub reference: String,
    /// Go on until the panel has acknowledged it
    #[arg(long)]
    pub watch: bool,
    /// The authority that sent it (DfE number), where the receipt was not given in this folder
    #[arg(long, value_name = "NUMBER", value_parser = super::changes::authority)]
    pub authority: Option<String>,
}

/// Which lane of the panel's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LaneName {
    /// For the panel's decision
    Decision,
    /// For the panel's information
    Information,
}

/// `queue`
#[derive(Debug, Args)]
pub struct Queue {
    /// One lane alone
    #[arg(long)]
    pub lane: Option<LaneName>,
    /// Also the cases that the panel has acknowledged
    #[arg(long)]
    pub all: bool,
    /// How many cases of each lane to print
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    pub most: usize,
}

/// A verb on one notification or case.
#[derive(Debug, Args)]
pub struct OfReference {
    /// The reference from the receipt; case, spaces and hyphens do not matter
    pub reference: String,
}

/// `take`
#[derive(Debug, Args)]
pub struct Take {
    /// The lane
    #[arg(long, default_value = "decision")]
    pub lane: LaneName,
    /// How many seconds to hold the case, at most 3600
    #[arg(long, default_value_t = 300, value_name = "SECONDS")]
    pub lease: u32,
}

/// `acknowledge`
#[derive(Debug, Args)]
pub struct Acknowledge {
    /// The case's reference
    pub reference: String,
    /// The lease that `take` printed
    pub lease: String,
}

/// `sample`
#[derive(Debug, Args)]
pub struct Sample {
    /// How many
    #[arg(long, default_value_t = 10)]
    pub count: usize,
    /// The same seed makes up the same notifications
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The year to follow: the one that ends on 31 March of it
    #[arg(long, default_value_t = 2026)]
    pub year: i16,
}

/// `pki`
#[derive(Debug, Args)]
pub struct Pki {
    /// What to do
    #[command(subcommand)]
    pub command: PkiCommand,
}

/// What the folder's development authority does.
#[derive(Debug, Subcommand)]
pub enum PkiCommand {
    /// Make a development certificate, where there is none, and print where it is; not for real data
    Issue(IssueCertificate),
    /// Revoke a development certificate; servers of the folder refuse it at once
    Revoke(RevokeCertificate),
}

/// `pki issue`
#[derive(Debug, Args)]
pub struct IssueCertificate {
    /// Whose: lapwing://authority/373, lapwing://secretariat/desk, lapwing://operator/…, lapwing://auditor/…, or, for a
    /// service, lapwing://service/intake. Several at once are as good
    #[arg(required = true, value_name = "CALLER")]
    pub callers: Vec<identity::Caller>,
    /// Make the folder's development authority too, where there is none
    #[arg(long)]
    pub new_authority: bool,
    /// Make a new one although there is one; the old one stays good unless it is revoked
    #[arg(long)]
    pub anew: bool,
}

/// `pki revoke`
#[derive(Debug, Args)]
pub struct RevokeCertificate {
    /// Whose, such as lapwing://authority/373
    pub caller: identity::Caller,
}

/// `migrate`
#[derive(Debug, Args)]
pub struct Migrate {
    /// The services whose schemas are brought up to date [default: all four]
    #[arg(value_name = "SERVICE", value_enum)]
    pub services: Vec<ServiceName>,
    /// The database, as the role that owns the schemas, such as postgres://lapwing_owner@db.example/lapwing
    #[arg(long, env = "LAPWING_DATABASE", value_name = "URL", hide_env_values = true, value_parser = secret)]
    pub database: SecretString,
    /// The file with the password of the URL's role, where the URL has none
    #[arg(long, value_name = "FILE")]
    pub database_password_file: Option<PathBuf>,
}

/// One of the four services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ServiceName {
    /// Accepts notifications
    Intake,
    /// Finds what the law makes of them
    Eligibility,
    /// Keeps the panel's queue
    Triage,
    /// Keeps the log
    Audit,
}

/// `topology`
#[derive(Debug, Args)]
pub struct Topology {
    /// What to do
    #[command(subcommand)]
    pub command: TopologyCommand,
}

/// What to do with the broker's exchanges, queues and bindings.
#[derive(Debug, Subcommand)]
pub enum TopologyCommand {
    /// Say where the broker differs from what this version needs; changes nothing
    Check(BrokerAt),
    /// Make what is missing; what is there is left as it is
    Declare(BrokerAt),
    /// Print definitions for `rabbitmqctl import_definitions`: exchanges, queues, bindings, bounds, permissions; calls nobody
    Export(ExportDefinitions),
}

/// `topology export`
#[derive(Debug, Args)]
pub struct ExportDefinitions {
    /// The virtual host
    #[arg(long, default_value = "lapwing", value_name = "NAME")]
    pub vhost: String,
    /// A folder with a file for each user, named as the user and holding its password: the definitions then make the users too.
    /// A file that is not there is drawn. Left out, the users must be on the broker already
    #[arg(long, value_name = "FOLDER")]
    pub passwords: Option<PathBuf>,
    /// Write them to this file, which only its owner reads, in the place of standard output
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// Where the broker is.
#[derive(Debug, Args)]
pub struct BrokerAt {
    /// The broker, such as amqps://lapwing:PASSWORD@mq.example/lapwing
    #[arg(long, env = "LAPWING_BROKER", value_name = "URL", hide_env_values = true, value_parser = secret)]
    pub broker: SecretString,
    /// The file with the password of the URL's user, where the URL has none
    #[arg(long, value_name = "FILE")]
    pub broker_password_file: Option<PathBuf>,
    /// The file with the certificate of the authority that vouches for the broker (PEM), where the system does not know it
    #[arg(long, value_name = "FILE")]
    pub broker_authority: Option<PathBuf>,
    /// The file with the certificate to show a broker that asks for one (PEM)
    #[arg(long, value_name = "FILE", requires = "broker_key")]
    pub broker_certificate: Option<PathBuf>,
    /// The file with that certificate's private key (PEM)
    #[arg(long, value_name = "FILE", requires = "broker_certificate")]
    pub broker_key: Option<PathBuf>,
}

/// `policy`
#[derive(Debug, Args)]
pub struct Policy {
    /// What to show
    #[command(subcommand)]
    pub command: PolicyCommand,
}

/// What to show of the policy.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// What holds for an incident of a day: edition, ages, clocks, lanes, recipients, windows, code sets
    Explain {
        /// The day of the incident, such as 2026-03-14
        date: Date,
    },
    /// The published truth table: what is found for every combination of the deciding facts
    Table,
    /// Every combination of the deciding facts as a notification, one a line, for `check`
    Combinations {
        /// The day of the incident
        date: Date,
    },
}

/// `explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// The code, such as CODE_RETIRED or string.pattern; left out, the whole catalogue is printed
    pub code: Option<String>,
}
