//! The W3C trace context: comes in with a call, is stored in the outbox row, goes on with the event.

use std::collections::HashMap;

use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// A trace context as text. Empty where nobody traces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceContext {
    /// Header `traceparent`.
    pub traceparent: Option<String>,
    /// Header `tracestate`.
    pub tracestate: Option<String>,
}

impl TraceContext {
    /// The context of a span, to be handed on.
    pub fn of(span: &Span) -> Self {
        let mut headers = HashMap::new();
        TraceContextPropagator::new().inject_context(&span.context(), &mut headers);
        Self {
            traceparent: headers.remove("traceparent"),
            tracestate: headers.remove("tracestate").filter(|state| !state.is_empty()),
        }
    }

    fn context(&self) -> Option<Context> {
        let traceparent = self.traceparent.as_ref()?;
        let mut headers = HashMap::from([("traceparent".to_owned(), traceparent.clone())]);
        headers.extend(self.tracestate.clone().map(|state| ("tracestate".to_owned(), state)));
        Some(TraceContextPropagator::new().extract(&headers))
    }

    /// Puts a link to this context to a span.
    pub fn link(&self, span: &Span) {
        let Some(context) = self.context() else { return };
        let context = context.span().span_context().clone();
        if context.is_valid() {
            span.add_link(context);
        }
    }

    /// Makes this context the parent of a span. To be called before the span is entered: later it is too late.
    pub fn adopt(&self, span: &Span) {
        let Some(context) = self.context() else { return };
        if let Err(error) = span.set_parent(context) {
            // Without a subscriber that makes spans there is nothing to join.
            tracing::trace!(%error, "the span has no parent");
        }
    }
}
