//! Traces, measures and log lines.
//!
//! Every process makes trace ids, whether or not anybody collects spans: the context is stored in each outbox
//! row, so that one notification is one trace whenever a collector is there to draw it.

mod context;
mod grpc;
mod lines;
pub mod measures;
mod meters;
mod ring;
mod settings;
mod together;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

pub use context::TraceContext;
pub use grpc::{carry_context, client_span, item_span, server_span};
pub use meters::{Measured, Sample};
pub use ring::{Ring, Seen, Trace};
pub use settings::{Form, OtlpTls, Settings, Share, StartError};
pub use together::together;

/// Keeps telemetry going; [`Telemetry::stop`] sends what is left.
#[derive(Debug)]
pub struct Telemetry {
    spans: SdkTracerProvider,
    meters: SdkMeterProvider,
    looked_at: LookedAt,
}

/// What can be looked at in this process: the same signals that are sent to a collector.
#[derive(Debug, Clone)]
pub struct LookedAt {
    /// What was measured.
    pub measured: Measured,
    /// The newest spans; empty where none are kept.
    pub ring: Ring,
}

/// Starts log lines on standard error, measures, and spans; the last two leave where an endpoint is given. Needs a tokio
/// runtime.
///
/// # Errors
/// [`StartError`], each with what to do.
pub fn start(settings: &Settings) -> Result<Telemetry, StartError> {
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|source| StartError::Filter { filter: settings.log.clone(), source })?;
    let resource = Resource::builder().with_service_name(settings.service).build();
    let ring = Ring::of(settings.kept_spans);
    let provider = spans(settings, resource.clone(), &ring)?;
    let (meters, measured) = meters::provider(settings, resource)?;
    // The exporter's own transport makes spans too; exporting those would feed the exporter for ever.
    let ours = filter_fn(|metadata| {
        let target = metadata.target();
        !["h2", "hyper", "tonic", "tower", "opentelemetry", "sqlx", "lapin"]
            .iter()
            .any(|noise| target.starts_with(noise))
    });
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("lapwing"))
        .with_location(false)
        .with_threads(false)
        .with_filter(ours);
    let coloured = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = lines::layer(filter, settings.log_form, settings.service, std::io::stderr, coloured);
    // Before there are lines: the library would begin every log with its own.
    opentelemetry::global::set_meter_provider(meters.clone());
    tracing_subscriber::registry().with(layer).with(lines).try_init().map_err(|_| StartError::Twice)?;
    Ok(Telemetry { spans: provider, meters, looked_at: LookedAt { measured, ring } })
}

fn spans(settings: &Settings, resource: Resource, ring: &Ring) -> Result<SdkTracerProvider, StartError> {
    let mut provider = SdkTracerProvider::builder()
        .with_resource(resource)
        .with_sampler(Sampler::TraceIdRatioBased(settings.sampled.0));
    if settings.kept_spans > 0 {
        provider = provider.with_span_processor(ring.clone());
    }
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
    /// What can be looked at in this process.
    pub fn looked_at(&self) -> LookedAt {
        self.looked_at.clone()
    }

    /// Sends the spans and measures that are left and stops. Does nothing the second time.
    pub async fn stop(self) {
        // `shutdown` blocks, and on the runtime's own thread it would wait for itself.
        let stopped = tokio::task::spawn_blocking(move || (self.spans.shutdown(), self.meters.shutdown()));
        if let Ok((spans, meters)) = stopped.await {
            for error in [spans, meters].into_iter().filter_map(Result::err) {
                tracing::warn!(%error, "the last spans or measures could not be sent");
            }
        }
    }

    /// Sends the spans and measures that are waiting, and goes on.
    pub async fn flush(&self) {
        let (spans, meters) = (self.spans.clone(), self.meters.clone());
        let flushed = tokio::task::spawn_blocking(move || (spans.force_flush(), meters.force_flush()));
        if let Ok((spans, meters)) = flushed.await {
            for error in [spans, meters].into_iter().filter_map(Result::err) {
                tracing::warn!(%error, "spans or measures could not be sent");
            }
        }
    }
}
