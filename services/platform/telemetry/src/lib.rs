//! Traces and log lines.
//!
//! Every process makes trace ids, whether or not anybody collects spans: the context is stored in each outbox
//! row, so that one notification is one trace whenever a collector is there to draw it.

mod context;
mod grpc;

use std::path::{Path, PathBuf};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tonic::transport::{Certificate, ClientTlsConfig, Identity};
use tracing_subscriber::filter::{EnvFilter, FilterExt, dynamic_filter_fn, filter_fn};
use tracing_subscriber::layer::{Filter, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

pub use context::TraceContext;
pub use grpc::{carry_context, item_span, server_span};

/// What a process wants of its telemetry.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The name under which spans are reported: OpenTelemetry's `service.name`.
    pub service: &'static str,
    /// Where spans go, by OTLP over gRPC, such as `http://127.0.0.1:4317`. Without one, no span leaves.
    pub otlp_endpoint: Option<String>,
    /// What a collector behind `https` is shown, and by whom it is vouched for.
    pub otlp_tls: OtlpTls,
    /// Which log lines appear on the terminal, such as `info` or `warn,delivery=debug`.
    pub log: String,
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
    fn config(&self) -> Result<Option<ClientTlsConfig>, StartError> {
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
        "spans cannot be sent to {endpoint}: {source}; give an address with its scheme, such as http://127.0.0.1:4317"
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
    /// Somebody set up telemetry in this process before.
    #[error("telemetry has been started in this process before")]
    Twice,
}

/// Keeps telemetry going; [`Telemetry::stop`] sends what is left.
#[derive(Debug)]
pub struct Telemetry {
    provider: SdkTracerProvider,
}

/// Starts log lines on standard error, and spans where an endpoint is given. Needs a tokio runtime.
///
/// # Errors
/// [`StartError`], each with what to do.
pub fn start(settings: &Settings) -> Result<Telemetry, StartError> {
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|source| StartError::Filter { filter: settings.log.clone(), source })?;
    let provider = provider(settings)?;
    // The exporter's own transport makes spans too; exporting those would feed the exporter for ever.
    let ours = filter_fn(|metadata| {
        let target = metadata.target();
        !["h2", "hyper", "tonic", "tower", "opentelemetry", "sqlx", "lapin"]
            .iter()
            .any(|noise| target.starts_with(noise))
    });
    let spans = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("lapwing"))
        .with_location(false)
        .with_threads(false)
        .with_filter(ours);
    let coloured = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(coloured)
        .with_target(false)
        .compact()
        // A line says what was handled; the attributes of the span around it are for the collector.
        .with_filter(filter.and(lines_alone()));
    tracing_subscriber::registry().with(spans).with(lines).try_init().map_err(|_| StartError::Twice)?;
    Ok(Telemetry { provider })
}

/// Events of which a line may tell, asked anew at each of them.
///
/// A filter whose answer is kept for each place in the code is asked once, and a library that only asks whether it would be
/// heard, as sqlx does for each statement, leaves a "no" behind on its thread: the next line there, of whomever, was then lost.
fn lines_alone<S>() -> impl Filter<S> {
    dynamic_filter_fn(|metadata, _| metadata.is_event() && tells_no_content(metadata))
}

/// Libraries that handle bytes before anybody has looked at them, or after.
const CARRIERS: [&str; 8] = ["h2", "hyper", "rustls", "sqlx", "tokio_util", "tonic", "tower", "want"];

/// Whether a log line cannot repeat what somebody sent, whatever filter is set. At `trace` the carriers tell of single bytes
/// and headers: tonic repeats a `grpc-timeout` that it cannot read, word for word. lapin shows messages that came back, body
/// and all, at higher levels too; whoever uses it says what matters.
fn tells_no_content(metadata: &tracing::Metadata<'_>) -> bool {
    let from = |name: &&str| {
        metadata
            .target()
            .strip_prefix(*name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '_']))
    };
    let carried = *metadata.level() == tracing::Level::TRACE && CARRIERS.iter().any(from);
    !(carried || from(&"lapin"))
}

fn provider(settings: &Settings) -> Result<SdkTracerProvider, StartError> {
    let resource = Resource::builder().with_service_name(settings.service).build();
    let mut provider = SdkTracerProvider::builder().with_resource(resource);
    if let Some(endpoint) = &settings.otlp_endpoint {
        let mut exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic().with_endpoint(endpoint);
        if let Some(tls) = settings.otlp_tls.config()? {
            exporter = exporter.with_tls_config(tls);
        }
        let exporter =
            exporter.build().map_err(|source| StartError::Endpoint { endpoint: endpoint.clone(), source })?;
        provider = provider.with_batch_exporter(exporter);
    }
    Ok(provider.build())
}

impl Telemetry {
    /// Sends the spans that are left and stops. Does nothing the second time.
    pub async fn stop(self) {
        // `shutdown` blocks, and on the runtime's own thread it would wait for itself.
        let stopped = tokio::task::spawn_blocking(move || self.provider.shutdown()).await;
        if let Ok(Err(error)) = stopped {
            tracing::warn!(%error, "the last spans could not be sent");
        }
    }

    /// Sends the spans that are waiting, and goes on.
    pub async fn flush(&self) {
        let provider = self.provider.clone();
        let flushed = tokio::task::spawn_blocking(move || provider.force_flush()).await;
        if let Ok(Err(error)) = flushed {
            tracing::warn!(%error, "spans could not be sent");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("no test panicked here").extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn at_trace_a_library_that_carries_bytes_tells_none_of_them_and_lapwing_tells_all() {
        let lines = Lines::default();
        let written = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(move || written.clone())
            .with_filter(EnvFilter::new("trace").and(lines_alone()));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::trace!(target: "tonic::transport::service::grpc_timeout", "header Wren-1");
            tracing::trace!(target: "h2", "frame Wren-2");
            tracing::error!(target: "lapin::channel", "returned Wren-3");
            tracing::debug!(target: "hyper::proto", "told 4");
            tracing::trace!(target: "hyperbole", "told 5");
            tracing::trace!(target: "intake", "told 6");
        });
        let told = String::from_utf8(lines.0.lock().expect("no test panicked here").clone()).expect("UTF-8");
        assert!(!told.contains("Wren"), "{told}");
        assert_eq!(told.lines().count(), 3, "{told}");
    }

    #[test]
    fn no_line_is_lost_where_a_library_has_asked_whether_it_would_be_heard() {
        let lines = Lines::default();
        let written = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(move || written.clone())
            .with_filter(EnvFilter::new("info").and(lines_alone()));
        // As the layer of spans, which hears what the lines do not.
        let spans =
            tracing_subscriber::fmt::layer().with_writer(std::io::sink).with_filter(filter_fn(|_| true));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(spans).with(layer), || {
            for number in 0..3 {
                let _heard = tracing::enabled!(target: "sqlx::query", tracing::Level::DEBUG);
                tracing::info!(target: "intake", number, "told");
            }
        });
        let told = String::from_utf8(lines.0.lock().expect("no test panicked here").clone()).expect("UTF-8");
        assert_eq!(told.lines().count(), 3, "{told}");
    }
}
