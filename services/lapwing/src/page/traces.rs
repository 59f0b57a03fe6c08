//! Traces as they are drawn: lists of them, and one as a waterfall.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use telemetry::{Seen, Trace};

use super::pictures::length;
use super::{Shown, told};

/// A trace in a list.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) reference: String,
    pub(super) spans: usize,
    pub(super) failed: bool,
    pub(super) took: String,
}

/// The newest traces and the slowest, at most so many of each.
pub(super) fn lists(shown: &Shown, at_most: usize) -> (Vec<Line>, Vec<Line>) {
    let mut traces = shown.looked_at.ring.traces();
    let newest = traces.iter().take(at_most).map(Line::of).collect();
    traces.sort_by_key(|trace| std::cmp::Reverse(trace.took));
    (newest, traces.iter().take(at_most).map(Line::of).collect())
}

impl Line {
    fn of(trace: &Trace) -> Self {
        Self {
            id: trace.id.clone(),
            name: trace.spans.first().map(|span| span.name.clone()).unwrap_or_default(),
            reference: reference(trace),
            spans: trace.spans.len(),
            failed: trace.spans.iter().any(|span| span.failed),
            took: length(trace.took),
        }
    }
}

/// The notification that a trace is of, where a span says so.
fn reference(trace: &Trace) -> String {
    let mut attributes = trace.spans.iter().flat_map(|span| &span.attributes);
    attributes
        .find(|(name, _)| name == "lapwing.reference")
        .map(|(_, value)| value.clone())
        .unwrap_or_default()
}

/// One trace, drawn.
#[derive(Template)]
#[template(path = "trace.html")]
struct Waterfall {
    id: String,
    reference: String,
    took: String,
    bars: Vec<Bar>,
}

/// A span, drawn. Places and widths are thousandths of the drawing.
struct Bar {
    name: String,
    kind: &'static str,
    depth: usize,
    from: u64,
    width: u64,
    began: String,
    took: String,
    failed: bool,
    attributes: Vec<(String, String)>,
}

impl Bar {
    fn of(span: &Seen, whole: Duration) -> Self {
        let share = |time: Duration| {
            let thousandths = time.as_micros().saturating_mul(1000) / whole.as_micros().max(1);
            u64::try_from(thousandths).unwrap_or(1000).min(1000)
        };
        Self {
            name: span.name.clone(),
            kind: span.kind,
            // Deeper ones stand below each other: a name needs room too.
            depth: span.depth.min(12),
            from: share(span.after).min(996),
            width: share(span.took).max(4),
            began: length(span.after),
            took: length(span.took),
            failed: span.failed,
            attributes: span.attributes.clone(),
        }
    }
}

pub(super) async fn one(State(shown): State<Arc<Shown>>, Path(id): Path<String>) -> Response {
    let Some(trace) = shown.looked_at.ring.traces().into_iter().find(|trace| trace.id == id) else {
        let sentence =
            "this trace is not kept any more: the newest spans alone are, and until the next start\n";
        return (StatusCode::NOT_FOUND, sentence).into_response();
    };
    told(&Waterfall {
        reference: reference(&trace),
        took: length(trace.took),
        bars: trace.spans.iter().map(|span| Bar::of(span, trace.took)).collect(),
        id: trace.id,
    })
}
