//! What a process wants of its telemetry, and why it could not be had.

use std::path::{Path, PathBuf};

use tonic::transport::{Certificate, ClientTlsConfig, Identity};

/// What a process wants of its telemetry.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The name under which spans and measures are reported: OpenTelemetry's `service.name`.
    pub service: &'static str,
    /// Where spans and measures go, by OTLP over gRPC, such as `http://127.0.0.1:4317`. Without one, none leave.
    pub otlp_endpoint: Option<String>,
    /// What a collector behind `https` is shown, and by whom it is vouched for.
    pub otlp_tls: OtlpTls,
    /// Of how many traces spans are made.
    pub sampled: Share,
    /// How many of the newest spans are kept in memory for whoever looks at this process; 0 keeps none.
    pub kept_spans: usize,
    /// Which log lines appear, such as `info` or `warn,delivery=debug`.
    pub log: String,
    /// In which form.
    pub log_form: Form,
}

/// A share of all traces, from 0 to 1. Whether a trace is among them follows from its id alone, so that every process with the
/// same share makes the spans of the same traces; what a caller wishes does not count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share(pub(crate) f64);

impl Default for Share {
    fn default() -> Self {
        Self(1.0)
    }
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(Self(share)),
            _ => Err("it is a number from 0 (no trace) to 1 (every trace), such as 0.1".to_owned()),
        }
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// For a person at a terminal.
    #[default]
    Text,
    /// For a machine: one JSON object a line.
    Json,
}

impl std::str::FromStr for Form {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("it is text or json".to_owned()),
        }
    }
}

/// Files (PEM) for a collector that is called over TLS. They are read once, at the start.
#[derive(Debug, Clone, Default)]
pub struct OtlpTls {
    /// The authority that vouches for the collector, where the system does not know it.
    pub authority: Option<PathBuf>,
    /// The certificate to show a collector that asks for one.
    pub certificate: Option<PathBuf>,
    /// That certificate's key.
    pub key: Option<PathBuf>,
}

impl OtlpTls {
    /// Nothing where no file is named: then the system's own authorities are trusted, and nothing is shown.
    pub(crate) fn config(&self) -> Result<Option<ClientTlsConfig>, StartError> {
        let read = |file: &Path| {
            std::fs::read_to_string(file)
                .map_err(|source| StartError::File { file: file.display().to_string(), source })
        };
        let identity = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => Some(Identity::from_pem(read(certificate)?, read(key)?)),
            (None, None) => None,
            _ => return Err(StartError::HalfAnIdentity),
        };
        let config = ClientTlsConfig::new();
        let config = match (&self.authority, &identity) {
            (Some(authority), _) => config.ca_certificate(Certificate::from_pem(read(authority)?)),
            (None, Some(_)) => config.with_enabled_roots(),
            (None, None) => return Ok(None),
        };
        Ok(Some(match identity {
            Some(identity) => config.identity(identity),
            None => config,
        }))
    }
}

/// Why telemetry could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The filter for log lines cannot be read.
    #[error("log filter {filter:?} cannot be read: {source}; write it like info, or warn,delivery=debug")]
    Filter {
        /// The filter as given.
        filter: String,
        /// Why.
        source: tracing_subscriber::filter::ParseError,
    },
    /// The endpoint cannot be used.
    #[error(
        "spans and measures cannot be sent to {endpoint}: {source}; give an address with its scheme, such as http://127.0.0.1:4317"
    )]
    Endpoint {
        /// The endpoint as given.
        endpoint: String,
        /// Why.
        source: opentelemetry_otlp::ExporterBuildError,
    },
    /// A file for the collector cannot be read.
    #[error(
        "{file} cannot be read: {source}; correct the `--otlp-…` argument that names it, or let this user read it"
    )]
    File {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A certificate without its key, or a key without its certificate.
    #[error("only one of `--otlp-certificate` and `--otlp-key` is given; name both files, or neither")]
    HalfAnIdentity,
    /// What is measured cannot be offered to Prometheus.
    #[error("what is measured cannot be offered for reading: {0}")]
    Measures(String),
    /// Somebody set up telemetry in this process before.
    #[error("telemetry has been started in this process before")]
    Twice,
}
