//! The newest spans of this process, kept in memory for whoever looks at it, such as the operator's page.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanId, SpanKind, Status};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

/// The newest spans, at most so many: whatever is older is forgotten first.
#[derive(Debug, Clone)]
pub struct Ring {
    at_most: usize,
    spans: Arc<Mutex<VecDeque<SpanData>>>,
}

/// A trace, as far as its spans are still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Its id in hexadecimal.
    pub id: String,
    /// Its spans in the order of a drawing: each after its parent, and beside its siblings by when it began.
    pub spans: Vec<Seen>,
    /// When its first span began.
    pub began: SystemTime,
    /// From then until its last span ended. What people do in between, such as taking a case, is in it.
    pub took: Duration,
}

/// A span, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its name.
    pub name: String,
    /// Its kind: server, client, producer, consumer, internal.
    pub kind: &'static str,
    /// How many of its ancestors are in the trace.
    pub depth: usize,
    /// How long after the trace it began.
    pub after: Duration,
    /// How long it took.
    pub took: Duration,
    /// Whether it ended with an error.
    pub failed: bool,
    /// Its attributes: name and value.
    pub attributes: Vec<(String, String)>,
}

impl Ring {
    pub(crate) fn of(at_most: usize) -> Self {
        Self { at_most, spans: Arc::default() }
    }

    /// The traces of which spans are there, the one that ended last first. Copies what is kept: a few milliseconds of work.
    pub fn traces(&self) -> Vec<Trace> {
        let spans: Vec<SpanData> =
            self.spans.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
        let mut by_trace: HashMap<_, Vec<SpanData>> = HashMap::new();
        for span in spans {
            by_trace.entry(span.span_context.trace_id()).or_default().push(span);
        }
        let mut traces: Vec<Trace> = by_trace.into_values().filter_map(trace).collect();
        traces.sort_by_key(|trace| std::cmp::Reverse(trace.began + trace.took));
        traces
    }
}

fn trace(mut spans: Vec<SpanData>) -> Option<Trace> {
    spans.sort_by_key(|span| span.start_time);
    let began = spans.first()?.start_time;
    let ended = spans.iter().map(|span| span.end_time).max()?;
    let id = spans.first()?.span_context.trace_id().to_string();
    let there: Vec<SpanId> = spans.iter().map(|span| span.span_context.span_id()).collect();
    let mut children: HashMap<Option<SpanId>, Vec<&SpanData>> = HashMap::new();
    for span in &spans {
        let parent = Some(span.parent_span_id).filter(|parent| there.contains(parent));
        children.entry(parent).or_default().push(span);
    }
    let mut drawn = Vec::with_capacity(spans.len());
    // Depth first, without recursion: how deep a trace is, others decide. A span that is its own ancestor is never reached.
    let mut open: Vec<(usize, &SpanData)> =
        children.get(&None).into_iter().flatten().rev().map(|span| (0, *span)).collect();
    while let Some((depth, span)) = open.pop() {
        drawn.push(seen(span, depth, began));
        let below = children.get(&Some(span.span_context.span_id()));
        open.extend(below.into_iter().flatten().rev().map(|child| (depth + 1, *child)));
    }
    Some(Trace { id, spans: drawn, began, took: since(began, ended) })
}

fn seen(span: &SpanData, depth: usize, began: SystemTime) -> Seen {
    Seen {
        name: span.name.to_string(),
        kind: kind(&span.span_kind),
        depth,
        after: since(began, span.start_time),
        took: since(span.start_time, span.end_time),
        failed: matches!(span.status, Status::Error { .. }),
        attributes: span
            .attributes
            .iter()
            .map(|attribute| (attribute.key.to_string(), attribute.value.to_string()))
            .collect(),
    }
}

/// Nothing, where a clock was put back meanwhile.
fn since(from: SystemTime, until: SystemTime) -> Duration {
    until.duration_since(from).unwrap_or_default()
}

fn kind(kind: &SpanKind) -> &'static str {
    match kind {
        SpanKind::Client => "client",
        SpanKind::Server => "server",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
        SpanKind::Internal => "internal",
    }
}

impl SpanProcessor for Ring {
    fn on_start(&self, _span: &mut Span, _context: &opentelemetry::Context) {}

    fn on_end(&self, span: SpanData) {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        if spans.len() >= self.at_most {
            spans.pop_front();
        }
        spans.push_back(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}
