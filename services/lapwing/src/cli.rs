//! The words of the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

const EXIT_CODES: &str = "Exit codes:
  0  done
  1  something is wrong with this machine or this call; the sentence says what
  2  the command line cannot be read
  3  refused for its form: mend it and send it again
  4  conflict: the same sender_reference is held with other content
  5  not now: send it again as it is
  6  not found
  7  not allowed with this certificate";

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
    /// Where spans go by OTLP over gRPC, such as http://127.0.0.1:4317; left out, none leave
    #[arg(long, global = true, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp: Option<String>,
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Lapwing {
    /// Reads this process's arguments. Without a verb they are read again as those of `up`, so that its settings
    /// from the environment count too.
    pub fn from_arguments() -> Self {
        let lapwing = Self::parse();
        match lapwing.command {
            Some(_) => lapwing,
            None => Self::parse_from(std::env::args_os().chain(["up".into()])),
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

    /// What this command wants of its telemetry.
    pub fn telemetry(&self) -> telemetry::Settings {
        let usual = match &self.command {
            None | Some(Command::Up(_)) => "info",
            Some(_) => "warn",
        };
        telemetry::Settings {
            service: "lapwing",
            otlp_endpoint: self.otlp.clone().filter(|endpoint| !endpoint.is_empty()),
            log: self.log.clone().unwrap_or_else(|| usual.to_owned()),
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start intake, eligibility, triage and audit in this process (the default)
    Up(Up),
    /// Send notifications, or check them with nothing stored
    #[command(after_help = EXIT_CODES)]
    Notify(Notify),
    /// Show where a notification stands
    Status(StatusOf),
    /// List the cases that wait for the panel
    Queue(Queue),
    /// Show one case with its finding, clocks and reasons
    Case(OfReference),
    /// Lease the next waiting case, as the panel's consumer does
    Take(Take),
    /// Say that a leased case has been taken over
    Acknowledge(Acknowledge),
    /// Show everything that happened to a notification, as the audit log has it
    Timeline(OfReference),
    /// Show the audit log's newest signed checkpoint
    Checkpoint,
    /// Make up plausible notifications, shaped by the published yearly figures; no real person
    Sample(Sample),
    /// Make a development certificate and print where it is
    Certificate(Certificate),
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
            Self::Notify(_) => "lapwing notify",
            Self::Status(_) => "lapwing status",
            Self::Queue(_) => "lapwing queue",
            Self::Case(_) => "lapwing case",
            Self::Take(_) => "lapwing take",
            Self::Acknowledge(_) => "lapwing acknowledge",
            Self::Timeline(_) => "lapwing timeline",
            Self::Checkpoint => "lapwing checkpoint",
            Self::Sample(_) => "lapwing sample",
            Self::Certificate(_) => "lapwing certificate",
            Self::Completions { .. } => "lapwing completions",
        }
    }
}

const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7443);

/// `up`
#[derive(Debug, Args)]
pub struct Up {
    /// The address to listen at; port 0 takes a free one
    #[arg(long, env = "LAPWING_LISTEN", default_value_t = DEFAULT_LISTEN, value_name = "ADDRESS")]
    pub listen: SocketAddr,
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
    #[arg(long, value_name = "NUMBER")]
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

/// `certificate`
#[derive(Debug, Args)]
pub struct Certificate {
    /// Whose: lapwing://authority/373, lapwing://panel/secretariat, lapwing://operator/…, lapwing://auditor/…
    pub caller: identity::Caller,
}
