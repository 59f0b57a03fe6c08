//! Log lines: which appear, and in which form.
//!
//! What may never be in one is in `LOGS.md`. A line bears the id of the trace in which it was written, so that whoever reads
//! it finds the rest of the story.

use std::fmt;

use opentelemetry::trace::TraceContextExt;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterExt, dynamic_filter_fn};
use tracing_subscriber::fmt::format::{Compact, Format, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::{Filter, Layer};
use tracing_subscriber::registry::LookupSpan;

use crate::settings::Form;

/// The layer that writes lines.
pub(crate) fn layer<S, W>(
    filter: EnvFilter,
    form: Form,
    service: &'static str,
    writer: W,
    coloured: bool,
) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let text = tracing_subscriber::fmt::format().with_target(false).compact();
    tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(coloured && form == Form::Text)
        .event_format(Lines { text, form, service })
        // A line says what was handled; the attributes of the span around it are for the collector.
        .with_filter(filter.and(lines_alone()))
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

/// Writes one event as one line.
struct Lines {
    text: Format<Compact>,
    form: Form,
    service: &'static str,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        match self.form {
            Form::Text => self.text(context, writer, event),
            Form::Json => {
                let line = Value::Object(self.json(event));
                writeln!(writer, "{line}")
            }
        }
    }
}

impl Lines {
    /// The library's own form, and the trace at its end.
    fn text<S, N>(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
        N: for<'a> FormatFields<'a> + 'static,
    {
        let mut line = String::new();
        let coloured = writer.has_ansi_escapes();
        self.text.clone().with_ansi(coloured).format_event(context, Writer::new(&mut line), event)?;
        match trace() {
            Some((trace, _)) => writeln!(writer, "{} trace={trace}", line.trim_end()),
            None => writeln!(writer, "{}", line.trim_end()),
        }
    }

    fn json(&self, event: &Event<'_>) -> Map<String, Value> {
        let mut line = Map::new();
        let mut now = String::new();
        if SystemTime.format_time(&mut Writer::new(&mut now)).is_ok() {
            line.insert("time".into(), now.into());
        }
        line.insert("level".into(), event.metadata().level().as_str().into());
        line.insert("service".into(), self.service.into());
        line.insert("target".into(), event.metadata().target().into());
        if let Some((trace, span)) = trace() {
            line.insert("trace_id".into(), trace.into());
            line.insert("span_id".into(), span.into());
        }
        event.record(&mut Fields(&mut line));
        line
    }
}

/// The ids of the trace and the span in which somebody is just now.
fn trace() -> Option<(String, String)> {
    let context = opentelemetry::Context::current();
    let span = context.span().span_context().clone();
    span.is_valid().then(|| (span.trace_id().to_string(), span.span_id().to_string()))
}

/// Puts the fields of an event into an object. One that has the name of what every line has is left out: none of ours does.
struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: Value) {
        self.0.entry(field.name()).or_insert(value);
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}").into());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::filter::filter_fn;
    use tracing_subscriber::layer::SubscriberExt;

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

    /// What is written in this form while a span is open, in a world that has traces.
    fn written(form: Form) -> String {
        let lines = Lines::default();
        let written = lines.clone();
        let tracer = SdkTracerProvider::builder().build().tracer("test");
        let lines_of = layer(EnvFilter::new("info"), form, "intake", move || written.clone(), false);
        let registry =
            tracing_subscriber::registry().with(tracing_opentelemetry::layer().with_tracer(tracer));
        tracing::subscriber::with_default(registry.with(lines_of), || {
            tracing::info_span!("call").in_scope(|| {
                tracing::warn!(queue = "triage.findings", events = 3, "events wait");
            });
        });
        String::from_utf8(lines.0.lock().expect("no test panicked here").clone()).expect("UTF-8")
    }

    #[test]
    fn a_line_for_a_machine_is_one_object_with_its_fields_and_its_trace() {
        let told = written(Form::Json);
        assert_eq!(told.lines().count(), 1, "{told}");
        let line: Value = serde_json::from_str(&told).expect("an object");
        assert_eq!((&line["level"], &line["service"]), (&"WARN".into(), &"intake".into()));
        assert_eq!((&line["message"], &line["events"]), (&"events wait".into(), &3.into()));
        assert_eq!(line["queue"], "triage.findings");
        assert_eq!(line["trace_id"].as_str().map(str::len), Some(32), "{told}");
        assert_eq!(line["span_id"].as_str().map(str::len), Some(16), "{told}");
    }

    #[test]
    fn a_line_for_a_person_says_what_happened_and_ends_with_its_trace() {
        let told = written(Form::Text);
        let (line, trace) = told.trim_end().rsplit_once(" trace=").expect("a trace");
        assert!(line.contains("WARN") && line.contains("events wait"), "{told}");
        assert!(line.contains("triage.findings"), "{told}");
        assert_eq!(trace.len(), 32, "{told}");
    }
}
