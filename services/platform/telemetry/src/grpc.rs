//! Trace context in gRPC metadata, and the span of a call on the server's side.

use opentelemetry::trace::TraceContextExt;
use tonic::metadata::MetadataMap;
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::TraceContext;

/// The span of one call, child of the caller's. For `tonic`'s `trace_fn`, which enters it only afterwards.
pub fn server_span(request: &http::Request<()>) -> Span {
    let path = request.uri().path().trim_start_matches('/');
    let (service, method) = path.split_once('/').unwrap_or((path, ""));
    let span = info_span!(
        target: "lapwing",
        "call",
        otel.name = path,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.service = service,
        rpc.method = method,
    );
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    TraceContext { traceparent: header("traceparent"), tracestate: header("tracestate") }.adopt(&span);
    span
}

/// The span of one item of a stream: a trace of its own, because each item is a notification of its own, with a link to
/// the call that brought it.
pub fn item_span(call: &Span) -> Span {
    let span =
        info_span!(target: "lapwing", parent: None, "item", otel.name = "receive item", otel.kind = "server");
    span.add_link(call.context().span().span_context().clone());
    span
}

/// Puts the current span's context into a call that goes out.
pub fn carry_context(metadata: &mut MetadataMap) {
    let context = TraceContext::of(&Span::current());
    for (name, value) in [("traceparent", context.traceparent), ("tracestate", context.tracestate)] {
        if let Some(value) = value.and_then(|value| value.parse().ok()) {
            metadata.insert(name, value);
        }
    }
}
