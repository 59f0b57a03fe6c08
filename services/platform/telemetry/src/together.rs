//! One piece of work that is done for several notifications at once.

use opentelemetry::trace::TraceContextExt;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Places a span of work that is done at once for all of `causes`: below the only one, so that it is in that notification's
/// trace; of several, in a trace of its own with a link to each, for a span has one parent. To be called before the span is
/// entered, on one that was made with `parent: None`.
pub fn together<'a>(span: Span, causes: impl IntoIterator<Item = &'a Span>) -> Span {
    let causes: Vec<&Span> = causes.into_iter().collect();
    if let [only] = causes[..] {
        if let Err(error) = span.set_parent(only.context()) {
            // Without a subscriber that makes spans there is nothing to join.
            tracing::trace!(%error, "the span has no parent");
        }
        return span;
    }
    for cause in causes {
        let context = cause.context().span().span_context().clone();
        if context.is_valid() {
            span.add_link(context);
        }
    }
    span
}
