//! What is measured: counters, gauges and histograms, each declared once, as a constant of the room that it belongs to.
//!
//! Names follow OpenTelemetry's conventions for metrics, and units UCUM. The values of an attribute are texts of the program
//! (`&'static str`), never of a caller: so their number is bounded, and none of them can be a child's name or an authority.
//!
//! What a reader would get wrong: an instrument belongs to the provider that is there when it is first used. Before
//! [`start`](crate::start), and in tests that start no telemetry, measuring does nothing.

use std::sync::OnceLock;

use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry::metrics as otel;

/// What a measure is, for whoever reads it.
#[derive(Debug)]
pub struct Described {
    /// Its name, such as `lapwing.outbox.events`.
    pub name: &'static str,
    /// Its form.
    pub kind: Kind,
    /// Its unit (UCUM), such as `s` or `{event}`.
    pub unit: &'static str,
    /// What it tells, in a sentence.
    pub tells: &'static str,
    /// The names of its attributes.
    pub by: &'static [&'static str],
}

/// The form of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only ever grows, until the process ends.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How often which size was seen.
    Histogram,
}

impl Described {
    /// The name under which Prometheus has it: dots become underscores, the unit is written out, and a counter ends with
    /// `_total` (OpenTelemetry's "Prometheus and OpenMetrics Compatibility").
    pub fn prometheus_name(&self) -> String {
        let unit = match self.unit {
            "s" => "_seconds",
            "By" => "_bytes",
            "1" if self.kind == Kind::Gauge => "_ratio",
            _ => "",
        };
        let ending = if self.kind == Kind::Counter { "_total" } else { "" };
        format!("{}{unit}{ending}", self.name.replace('.', "_"))
    }

    fn attributes(&self, values: &[&'static str]) -> Vec<KeyValue> {
        debug_assert_eq!(self.by.len(), values.len(), "{} wants a value for each attribute", self.name);
        self.by.iter().zip(values).map(|(name, value)| KeyValue::new(*name, *value)).collect()
    }
}

/// Why something could not be observed.
pub type NotObserved = Box<dyn std::error::Error + Send + Sync>;

/// Something that is looked at from time to time, and whose standing is told as measures.
#[async_trait]
pub trait Observed: Send + Sync {
    /// Looks, and tells.
    ///
    /// # Errors
    /// Where it cannot be seen, such as a store that does not answer. The numbers of before stay.
    async fn observe(&self) -> Result<(), NotObserved>;
}

fn meter() -> otel::Meter {
    opentelemetry::global::meter("lapwing")
}

/// Counts what happens.
#[derive(Debug)]
pub struct Counter {
    /// What it is.
    pub described: Described,
    made: OnceLock<otel::Counter<u64>>,
}

impl Counter {
    /// Declares one.
    pub const fn new(
        name: &'static str,
        unit: &'static str,
        tells: &'static str,
        by: &'static [&'static str],
    ) -> Self {
        Self { described: Described { name, kind: Kind::Counter, unit, tells, by }, made: OnceLock::new() }
    }

    /// Adds so many, with the values of its attributes in their order.
    pub fn add(&self, number: u64, values: &[&'static str]) {
        let Described { name, unit, tells, .. } = self.described;
        let counter = self
            .made
            .get_or_init(|| meter().u64_counter(name).with_unit(unit).with_description(tells).build());
        counter.add(number, &self.described.attributes(values));
    }
}

/// Tells how things stand.
#[derive(Debug)]
pub struct Gauge {
    /// What it is.
    pub described: Described,
    made: OnceLock<otel::Gauge<f64>>,
}

impl Gauge {
    /// Declares one.
    pub const fn new(
        name: &'static str,
        unit: &'static str,
        tells: &'static str,
        by: &'static [&'static str],
    ) -> Self {
        Self { described: Described { name, kind: Kind::Gauge, unit, tells, by }, made: OnceLock::new() }
    }

    /// Says how it stands now, with the values of its attributes in their order. It stands so until the next word.
    pub fn set(&self, value: f64, values: &[&'static str]) {
        let Described { name, unit, tells, .. } = self.described;
        let gauge =
            self.made.get_or_init(|| meter().f64_gauge(name).with_unit(unit).with_description(tells).build());
        gauge.record(value, &self.described.attributes(values));
    }

    /// The same of a number of things.
    pub fn count(&self, number: u64, values: &[&'static str]) {
        // Exact below 2^53; nobody has that many of anything here.
        #[expect(clippy::cast_precision_loss, reason = "as above")]
        self.set(number as f64, values);
    }
}

/// Tells how large things are.
#[derive(Debug)]
pub struct Histogram {
    /// What it is.
    pub described: Described,
    /// The upper ends of its buckets, in its unit.
    pub buckets: &'static [f64],
    made: OnceLock<otel::Histogram<f64>>,
}

/// Buckets for what should take milliseconds and may take seconds: those that OpenTelemetry's conventions set for calls.
pub const CALL_SECONDS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Buckets for how many of something come together.
pub const NUMBERS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];

impl Histogram {
    /// Declares one.
    pub const fn new(
        name: &'static str,
        unit: &'static str,
        tells: &'static str,
        by: &'static [&'static str],
        buckets: &'static [f64],
    ) -> Self {
        Self {
            described: Described { name, kind: Kind::Histogram, unit, tells, by },
            buckets,
            made: OnceLock::new(),
        }
    }

    /// One of this size was seen, with the values of its attributes in their order.
    pub fn record(&self, value: f64, values: &[&'static str]) {
        let Described { name, unit, tells, .. } = self.described;
        let histogram = self.made.get_or_init(|| {
            let meter = meter();
            let builder = meter.f64_histogram(name).with_unit(unit).with_description(tells);
            builder.with_boundaries(self.buckets.to_vec()).build()
        });
        histogram.record(value, &self.described.attributes(values));
    }
}
