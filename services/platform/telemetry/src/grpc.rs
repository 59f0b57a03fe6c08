//! Trace context in gRPC metadata, and the span of a call on the server's side.

use opentelemetry::trace::TraceContextExt;
use tonic::metadata::MetadataMap;
use tracing::field::Empty;
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::TraceContext;

/// What stands for the name of a call that nobody here answers.
const UNKNOWN: &str = "_OTHER";

/// The span of one call, child of the caller's. For `tonic`'s `trace_fn`, which enters it only afterwards.
///
/// What a caller may write freely goes no further: the name of a call that is none of those `answered`, and `tracestate`, which
/// would travel with every event that the call causes. Services of Lapwing send none.
pub fn server_span(request: &http::Request<()>, answered: impl Fn(&str) -> bool) -> Span {
    let path = request.uri().path().trim_start_matches('/');
    let path = if answered(path) { path } else { UNKNOWN };
    let span = info_span!(
        target: "lapwing",
        "call",
        otel.name = path,
        otel.kind = "server",
        otel.status_code = Empty,
        rpc.system.name = "grpc",
        rpc.method = path,
        rpc.response.status_code = Empty,
        error.type = Empty,
    );
    let traceparent = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    TraceContext { traceparent: traceparent.map(str::to_owned), tracestate: None }.adopt(&span);
    span
}

/// The span of a call to another service, child of the current one. The name is the whole one of the contract, such as
/// `lapwing.eligibility.v1.EligibilityService/Assess`.
pub fn client_span(method: &'static str) -> Span {
    info_span!(
        target: "lapwing",
        "call",
        otel.name = method,
        otel.kind = "client",
        rpc.system.name = "grpc",
        rpc.method = method,
    )
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
